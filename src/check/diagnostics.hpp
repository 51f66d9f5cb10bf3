// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

struct ParseContext {
    std::string root;     ///< absolute directory the tool ran in: absolute paths below it become relative
    std::string prefix;   ///< project root below the repository's, put in front of the tool's relative paths ("" or "a/b")
    std::string tool;     ///< check id
};

/// Tool output -> findings, by a named parser (native decoder or text rules from config/parsers). ANSI stripped, "\r\n" handled, paths
/// made repository-relative, duplicates merged, notes attached; nothing is invented. Errors: not_found (no such parser),
/// invalid (the output is not what the decoder reads).
[[nodiscard]] base::Result<std::vector<model::Finding>> parse_output(std::string_view parser, std::string_view output,
                                                                     const ParseContext& context);
[[nodiscard]] std::vector<std::string> parser_names();

}  // namespace rfsn::check
