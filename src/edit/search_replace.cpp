// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

constexpr std::size_t min_marks = 5;
constexpr std::size_t max_marks = 9;

/// How often `mark` stands at the start of a line, if that can be a marker; else 0.
std::size_t run_of(std::string_view line, char mark) {
    const auto end = line.find_first_not_of(mark);
    const std::size_t count = end == std::string_view::npos ? line.size() : end;
    return count >= min_marks && count <= max_marks ? count : 0;
}

std::string_view after(std::string_view line, std::size_t count) {
    return base::trim(line.substr(count));
}

/// 5 to 9 marks and the word, nothing else.
std::size_t opener(std::string_view line) {
    const auto count = run_of(line, '<');
    const auto word = after(line, count);
    return count != 0 && (word == "SEARCH" || word == "SEARCH>") ? count : 0;
}
std::size_t divider(std::string_view line) {
    const auto count = run_of(line, '=');
    return count != 0 && after(line, count).empty() ? count : 0;
}
std::size_t ender(std::string_view line) {
    const auto count = run_of(line, '>');
    return count != 0 && after(line, count) == "REPLACE" ? count : 0;
}

struct Extent {
    std::size_t divider = 0;
    std::size_t end = 0;  ///< index of the last marker
};

/// Finds the markers of the block that opens at `start`. Markers with as many characters as the opener count first, so
/// that text with other conflict markers can be edited; models that miscount are understood when that is unambiguous.
base::Result<Extent> find_markers(const Lines& lines, std::size_t start, bool exact) {
    const std::size_t marks = opener(lines[start]);
    const auto is = [&](std::size_t count) { return exact ? count == marks : count != 0; };
    Extent extent;
    for (std::size_t i = start + 1; i < lines.size(); ++i) {
        if (is(opener(lines[i]))) {
            return malformed(start, "SEARCH block is not closed: another one opens at line " + std::to_string(i + 1) +
                                        " before '>>>>>>> REPLACE'");
        }
        if (is(divider(lines[i]))) {
            if (extent.divider != 0) {
                return malformed(i, "second '=======' in one block (the first is at line " +
                                        std::to_string(extent.divider + 1) +
                                        "); if the text itself holds such a line, use 9 marker characters");
            }
            extent.divider = i;
        }
        if (is(ender(lines[i]))) {
            if (extent.divider == 0) {
                return malformed(i, "no '=======' between SEARCH (line " + std::to_string(start + 1) + ") and REPLACE");
            }
            extent.end = i;
            return extent;
        }
    }
    return malformed(start, "SEARCH block is not closed: the reply ends before '>>>>>>> REPLACE'");
}

/// Some models write ":start_line:12" and a rule before the text; the line is a hint like a diff's. Where the text
/// begins.
std::size_t skip_start_line(const Lines& lines, std::size_t from, std::size_t divider, std::size_t& hint) {
    constexpr std::string_view label = ":start_line:";
    std::size_t at = from;
    if (at < divider && starts_with(lines[at], label)) {
        std::size_t number = 0;
        for (const char c : base::trim(lines[at].substr(label.size())).substr(0, 9)) {
            number = c >= '0' && c <= '9' ? number * 10 + static_cast<std::size_t>(c - '0') : 0;
        }
        at += at + 1 < divider && starts_with(lines[at + 1], ":end_line:") ? 2U : 1U;
        if (at < divider && base::trim(lines[at]) == "-------") {
            hint = number;
            return at + 1;
        }
    }
    return from;
}

/// Whether a line is a marker that is indented: what it opens would be, too.
bool is_indented_marker(std::string_view line) {
    const auto text = base::trim(line);
    return text.size() < line.size() && line.find_first_not_of(" \t") > 0 && is_search_replace_marker(text);
}

}  // namespace

bool is_search_replace_marker(std::string_view line) {
    const auto opens = run_of(line, '<');
    const auto ends = run_of(line, '>');
    return (opens != 0 && starts_with(after(line, opens), "SEARCH")) || (ends != 0 && after(line, ends) == "REPLACE");
}

base::Result<Parsed> parse_search_replace(const Lines& lines, bool need_path) {
    Parsed parsed;
    std::string path;
    std::size_t floor = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (is_indented_marker(lines[i])) {
            return malformed(i, "an indented marker; markers begin at the start of the line");
        }
        if (!is_search_replace_marker(lines[i])) {
            continue;
        }
        if (ender(lines[i]) != 0) {
            return malformed(i, "'>>>>>>> REPLACE' without '<<<<<<< SEARCH' before it");
        }
        if (opener(lines[i]) == 0) {
            return malformed(
                i, "text after SEARCH on the marker line; it must stand alone, with the path on the line above");
        }
        auto extent = find_markers(lines, i, true);
        if (!extent) {
            auto lenient = find_markers(lines, i, false);
            if (!lenient) {
                return tl::make_unexpected(std::move(extent.error()));
            }
            extent = std::move(lenient);
        }
        if (auto named = path_above(lines, i, floor)) {
            path = std::move(*named);
        }
        if (path.empty() && need_path) {
            return malformed(i, "no file path before this block; write it alone on the line above the block");
        }
        Block block;
        block.path = path;
        block.line = i + 1;
        const std::size_t first = skip_start_line(lines, i + 1, extent->divider, block.line_hint);
        block.search = join(lines, first, extent->divider);
        block.replace = join(lines, extent->divider + 1, extent->end);
        if (const auto elided = elided_line(block.search, block.replace)) {
            return malformed(extent->divider + 1 + *elided,
                             "this line stands for code left out; write every line of the new text");
        }
        parsed.blocks.push_back(std::move(block));
        parsed.extents.emplace_back(i, extent->end + 1);
        i = extent->end;
        floor = extent->end + 1;
    }
    return parsed;
}

}  // namespace rfsn::edit
