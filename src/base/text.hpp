// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::base {

/// Lines without their terminators; "a\nb" and "a\nb\n" both give two. Only '\n' ends a line; a '\r' before it stays.
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);
/// Valid UTF-8: each maximal bad sequence becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);
/// For a terminal or a log: valid UTF-8, with C0 and C1 controls (tab excepted), DEL, bidi and zero-width characters
/// shown as \xNN or \u{NNNN}; a newline too. No escape sequence can pass.
[[nodiscard]] std::string printable(std::string_view bytes);
/// Columns on a terminal: wide and combining characters counted by Unicode's East Asian Width (utf8proc/wcwidth rules).
[[nodiscard]] std::size_t display_width(std::string_view utf8);
/// Without ANSI/VT escape sequences (CSI, OSC, two-byte).
[[nodiscard]] std::string strip_ansi(std::string_view text);
/// Optimal string alignment distance (Damerau), for "did you mean".
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `word` within max(1, word.size()/3) edits, or "".
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace rfsn::base
