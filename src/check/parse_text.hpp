// SPDX-License-Identifier: MIT
#pragma once

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
    [[nodiscard]] static base::Result<TextParser> load(std::string_view name, const base::DocNode& rules);
    TextParser(TextParser&&) noexcept;
    TextParser& operator=(TextParser&&) noexcept;
    TextParser(const TextParser&) = delete;
    TextParser& operator=(const TextParser&) = delete;
    ~TextParser();

    /// Paths as the tool wrote them; no ANSI sequences may be left in `text`.
    [[nodiscard]] std::vector<model::Finding> parse(std::string_view text) const;
    [[nodiscard]] ColumnUnit column_unit() const;

    struct Rules;

   private:
    explicit TextParser(std::unique_ptr<Rules> rules);
    std::unique_ptr<Rules> rules_;
};

}  // namespace rfsn::check
