// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "check/parse_paths.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

/// The text engine: a compiler-output reader made of data (config/parsers). Each pattern has a `start` line and lines
/// that may follow; RE2, so linear in a log that an attacker may have written. Safe to use from several threads.
class TextParser {
   public:
    /// Errors: config, "NAME:LINE:COLUMN: message".
    /// `lookup` gives the rules of the parsers that these include.
    [[nodiscard]] static base::Result<TextParser> load(
        std::string_view name, const base::DocNode& rules,
        const std::function<const base::DocNode*(std::string_view)>& lookup);
    TextParser(TextParser&&) noexcept;
    TextParser& operator=(TextParser&&) noexcept;
    TextParser(const TextParser&) = delete;
    TextParser& operator=(const TextParser&) = delete;
    ~TextParser();

    /// Paths as the tool wrote them, but those below a directory that make or ninja entered start there; no ANSI
    /// sequences may be left in `text`.
    [[nodiscard]] std::vector<model::Finding> parse(std::string_view text, const ParseContext& context) const;
    [[nodiscard]] ColumnUnit column_unit() const;

    struct Rules;

   private:
    explicit TextParser(std::unique_ptr<Rules> rules);
    std::unique_ptr<Rules> rules_;
};

}  // namespace rfsn::check
