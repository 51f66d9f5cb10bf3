// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rfsn::git {

/// "a/path" as git writes it in a diff and reads it in lists: in double quotes with octal escapes if it has anything
/// odd.
[[nodiscard]] std::string quote_path(std::string_view path);
/// The same, always in quotes.
[[nodiscard]] std::string quote_always(std::string_view path);
/// 'text' for a POSIX shell.
[[nodiscard]] std::string quote_shell(std::string_view text);

}  // namespace rfsn::git
