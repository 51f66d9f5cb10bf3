// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/terminal.hpp"

namespace rfsn::report {

/// The first `max` bytes at most, never ending inside a UTF-8 sequence.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t max);
/// One line from outside, safe on a terminal and in a CI log: control and bidi characters shown as text, tabs expanded.
/// What a prefix of `text` becomes is a prefix of what the whole becomes.
[[nodiscard]] std::string clean(std::string_view text, std::size_t max_bytes = 2000);
/// A tool's words line by line, its colours taken off, the trailing empty ones dropped; at most `max_lines`.
[[nodiscard]] std::vector<std::string> clean_lines(std::string_view text, std::size_t max_lines);
/// The last lines of a tool's output, treated alike.
[[nodiscard]] std::vector<std::string> clean_tail(std::string_view text, std::size_t max_lines);
/// A path at the start of a line; "./" in front of one that would be read as something else there.
[[nodiscard]] std::string clean_path(std::string_view path);

/// "21 ms", "4.2 s", "2 min 5 s"
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
/// "1 file", "3 files"
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);
/// `text` and blanks up to `width` columns.
[[nodiscard]] std::string padded(std::string text, std::size_t width);

/// Colours and signs, by what the stream can show.
class Paint {
   public:
    explicit Paint(const base::TerminalTraits& traits) : color_(traits.color), unicode_(traits.unicode) {}
    [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return in("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return in("33", text); }
    [[nodiscard]] std::string cyan(std::string_view text) const { return in("36", text); }
    [[nodiscard]] std::string bold_red(std::string_view text) const { return in("1;31", text); }
    [[nodiscard]] std::string bold_green(std::string_view text) const { return in("1;32", text); }
    [[nodiscard]] const char* ok() const { return unicode_ ? "✔" : "ok"; }
    [[nodiscard]] const char* bad() const { return unicode_ ? "✘" : "x"; }
    [[nodiscard]] const char* dot() const { return unicode_ ? " · " : ", "; }
    [[nodiscard]] const char* ellipsis() const { return unicode_ ? "…" : "..."; }

   private:
    [[nodiscard]] std::string in(const char* code, std::string_view text) const;
    bool color_;
    bool unicode_;
};

}  // namespace rfsn::report
