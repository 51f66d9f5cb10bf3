// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "edit/edit.hpp"

// What the parsers of the reply formats share. Lines are views without '\n' and without a '\r' before it; indices are
// 0-based.
namespace rfsn::edit {

using Lines = std::vector<std::string_view>;

[[nodiscard]] Lines reply_lines(std::string_view reply);
/// Lines [first, last), each ended by '\n'.
[[nodiscard]] std::string join(const Lines& lines, std::size_t first, std::size_t last);
/// Error{invalid, "reply line N: what"}.
[[nodiscard]] tl::unexpected<base::Error> malformed(std::size_t index, const std::string& what);
[[nodiscard]] inline bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// The start of a Markdown code fence.
struct Fence {
    char mark = '`';
    std::size_t length = 0;
    std::string_view info;
};
[[nodiscard]] std::optional<Fence> fence_at(std::string_view line);
[[nodiscard]] bool closes(const Fence& fence, std::string_view line);
/// The same among lines that carry marks: there an indented fence is a line of the text.
[[nodiscard]] bool closes_marked(const Fence& fence, std::string_view line);

/// The two sides of a hunk, and how they would read if the marks of context lines were lost.
struct HunkText {
    std::string search, replace;
    std::string bare_search, bare_replace;
    std::string complaint;  ///< about the first line without a mark
    std::size_t old_lines = 0, new_lines = 0;
    bool changes = false;

    /// `line` with its mark; one without is taken as context. `index`: of the reply.
    void add(std::string_view line, std::size_t index);
    void move_to(Block& block);
};

/// The path that a line names once decorations ("`path`", "**path**", "# path", "File: path") are taken off; nullopt
/// for prose.
[[nodiscard]] std::optional<std::string> path_of(std::string_view line);
/// The path for something that begins at line `index`: on the line above, above the fence, or in the fence's info
/// string. Lines before `floor` belong to something else.
[[nodiscard]] std::optional<std::string> path_above(const Lines& lines, std::size_t index, std::size_t floor);

struct Parsed {
    std::vector<Block> blocks;
    /// [first, last) lines that the blocks came from.
    std::vector<std::pair<std::size_t, std::size_t>> extents;
};
// `need_path`: whether a block without a path is an error.
[[nodiscard]] base::Result<Parsed> parse_search_replace(const Lines& lines, bool need_path);
[[nodiscard]] base::Result<Parsed> parse_unified_diff(const Lines& lines, bool need_path);
[[nodiscard]] base::Result<Parsed> parse_apply_patch(const Lines& lines);
[[nodiscard]] base::Result<Parsed> parse_whole_files(const Lines& lines, bool need_path);

// Whether a line can only belong to that format.
[[nodiscard]] bool is_search_replace_marker(std::string_view line);
[[nodiscard]] bool is_apply_patch_header(std::string_view line);
[[nodiscard]] bool is_diff_header(const Lines& lines, std::size_t index);

/// Number (from 0) of the first line of `replace` that stands for code left out ("...", "rest of code unchanged") and
/// is not also a line of `search`.
[[nodiscard]] std::optional<std::size_t> elided_line(std::string_view search, std::string_view replace);
/// Whether `text` has a line that stands for code left out.
[[nodiscard]] bool has_elision(std::string_view text);

}  // namespace rfsn::edit
