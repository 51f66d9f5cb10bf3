// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

struct ParseContext {
    std::string root;  ///< absolute directory the tool ran in: absolute paths below it become relative
    std::string
        prefix;        ///< project root below the repository's, put in front of the tool's relative paths ("" or "a/b")
    std::string tool;  ///< check id
    /// The judged bytes of a repository-relative path, or nullopt; may be empty. With it, columns that a tool counts in
    /// characters, UTF-16 units or display cells become bytes, and bare file names of stack traces (Go, Java) find
    /// their directory.
    std::function<std::optional<std::string>(const std::string& path)> content;
    bool keep_outside = false;  ///< a path outside the repository stays the finding's own (a log of another machine)
};

/// Tool output -> findings, by a named parser (native decoder, or rules from config/parsers for text, JSON and XML).
/// ANSI stripped, "\r\n" handled, paths made repository-relative, duplicates merged, notes attached; nothing is
/// invented. A path outside the repository is kept as the text of a note, the finding's own path is then empty.
/// `blocking` is what the tool means by its severity (a compiler's warning does not block). At most 20,000 findings are
/// kept. Errors: not_found (no such parser), invalid (the output is not what the decoder reads; empty output is no
/// error and gives no findings).
[[nodiscard]] base::Result<std::vector<model::Finding>> parse_output(std::string_view name, std::string_view output,
                                                                     const ParseContext& context);
/// Errors: not_found (names the nearest).
[[nodiscard]] base::Result<void> parser_exists(std::string_view parser);
/// Every parser, with its other names, sorted.
[[nodiscard]] std::vector<std::string> parser_names();

}  // namespace rfsn::check
