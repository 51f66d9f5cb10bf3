// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rfsn::policy {

/// How a language writes comments and strings.
enum class Syntax { none, c, javascript, go, rust, java, csharp, hash, python };

/// A text with parts blanked by spaces; lines and offsets stay where they are, quotes are kept.
struct SourceViews {
    std::string code;  ///< no comments, no contents of strings
    std::string text;  ///< no comments; of Python's triple-quoted strings, which may be documentation, nothing either
    std::string unquoted;  ///< no contents of strings
};
/// Unfinished comments and strings end with the text; what is no source (none) is left as it is.
[[nodiscard]] SourceViews source_views(std::string_view text, Syntax syntax);
/// SourceViews::text.
[[nodiscard]] std::string without_comments(std::string_view text, Syntax syntax);

/// The line at a byte, without its terminator.
[[nodiscard]] std::string_view line_at(std::string_view text, std::size_t offset);
/// Where the line at a byte begins.
[[nodiscard]] std::size_t line_start(std::string_view text, std::size_t offset);
/// How many blanks a line begins with.
[[nodiscard]] std::size_t indent_of(std::string_view line);
/// 1-based.
[[nodiscard]] std::size_t line_number(std::string_view text, std::size_t offset);
/// Without spaces, tabs and line ends: what does not change when code is laid out anew.
[[nodiscard]] std::string squeezed(std::string_view line);

}  // namespace rfsn::policy
