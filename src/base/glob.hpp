// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rfsn::base {

/// A path pattern with gitignore's wildmatch rules: `*` and `?` stop at '/', `**` as a whole component crosses it,
/// `[a-z]`, `[!a]`, `{a,b}` alternation (no nesting), '\' escapes. A pattern without '/' matches the last component.
/// Linear in practice: the number of backtracking steps is bounded, and a pattern that exceeds it does not match.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);
/// True if any pattern matches; a pattern that starts with '!' takes back an earlier match.
[[nodiscard]] bool glob_match_any(const std::vector<std::string>& patterns, std::string_view path);

}  // namespace rfsn::base
