// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

constexpr std::size_t max_reply = std::size_t{16} << 20;
constexpr std::size_t max_blocks = 1000;

/// Which formats the reply's lines show, leaving out those that a parser has already taken.
struct Seen {
    std::optional<std::size_t> search_replace, apply_patch, diff, hunk;
};
Seen look(const Lines& lines, const Parsed* taken) {
    Seen seen;
    const auto note = [](std::optional<std::size_t>& where, std::size_t i) { where = where.value_or(i); };
    std::size_t next = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        while (taken != nullptr && next < taken->extents.size() && taken->extents[next].second <= i) {
            ++next;
        }
        if (taken != nullptr && next < taken->extents.size() && taken->extents[next].first <= i) {
            continue;
        }
        if (is_search_replace_marker(lines[i])) {
            note(seen.search_replace, i);
        } else if (is_apply_patch_header(lines[i])) {
            note(seen.apply_patch, i);
        } else if (is_diff_header(lines, i)) {
            note(seen.diff, i);
        } else if (starts_with(lines[i], "@@")) {
            note(seen.hunk, i);
        }
    }
    return seen;
}

base::Result<Parsed> parse_as(const Lines& lines, Format format, bool need_path) {
    switch (format) {
        case Format::search_replace:
            return parse_search_replace(lines, need_path);
        case Format::unified_diff:
            return parse_unified_diff(lines, need_path);
        case Format::apply_patch:
            return parse_apply_patch(lines);
        case Format::whole_file:
            return parse_whole_files(lines, need_path);
        case Format::automatic:
            break;
    }
    const Seen seen = look(lines, nullptr);
    const Format found = seen.search_replace      ? Format::search_replace
                         : seen.apply_patch       ? Format::apply_patch
                         : seen.diff || seen.hunk ? Format::unified_diff
                                                  : Format::automatic;
    if (found == Format::automatic) {
        return Parsed{};
    }
    RFSN_ASSIGN(Parsed parsed, parse_as(lines, found, need_path));
    const Seen rest = look(lines, &parsed);
    const auto other = found != Format::search_replace && rest.search_replace ? rest.search_replace
                       : found != Format::apply_patch && rest.apply_patch     ? rest.apply_patch
                       : found != Format::unified_diff && rest.diff           ? rest.diff
                                                                              : std::nullopt;
    if (other) {
        return malformed(*other, "a second edit format in one reply; use search/replace blocks only");
    }
    return parsed;
}

base::Result<std::vector<Block>> parse(std::string_view reply, Format format, bool need_path) {
    if (reply.size() > max_reply) {
        return base::fail(base::ErrorCode::invalid, "the reply is larger than 16 MB");
    }
    if (const auto nul = reply.find('\0'); nul != std::string_view::npos) {
        const auto line = std::count(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
        return malformed(static_cast<std::size_t>(line), "a NUL byte; only text can be edited");
    }
    constexpr std::string_view utf8_bom = "\xef\xbb\xbf";
    const Lines lines = reply_lines(starts_with(reply, utf8_bom) ? reply.substr(utf8_bom.size()) : reply);
    RFSN_ASSIGN(Parsed parsed, parse_as(lines, format, need_path));
    if (parsed.blocks.empty()) {
        return base::fail(
            base::ErrorCode::invalid,
            format == Format::whole_file
                ? "the reply holds no file: write each path on a line and the whole file in a code fence below it"
                : "the reply holds no edit: answer with search/replace blocks ('<<<<<<< SEARCH', '=======', "
                  "'>>>>>>> REPLACE'), the file's path on the line above each");
    }
    if (parsed.blocks.size() > max_blocks) {
        return base::fail(base::ErrorCode::invalid, "the reply holds more than 1000 edits");
    }
    std::set<std::tuple<std::string, std::string, std::string>> known;
    std::vector<Block> blocks;
    for (auto& block : parsed.blocks) {
        if (known.emplace(block.path, block.search, block.replace).second || block.line_hint != 0 ||
            !block.scopes.empty()) {
            blocks.push_back(std::move(block));
        }
    }
    return blocks;
}

}  // namespace

std::optional<Format> format(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, Format>, 7> names{
        {{"auto", Format::automatic},
         {"search-replace", Format::search_replace},
         {"udiff", Format::unified_diff},
         {"diff", Format::unified_diff},
         {"apply-patch", Format::apply_patch},
         {"whole-file", Format::whole_file},
         {"whole", Format::whole_file}}};
    for (const auto& entry : names) {
        if (entry.first == name) {
            return entry.second;
        }
    }
    return std::nullopt;
}

base::Result<std::vector<Block>> parse_reply(std::string_view reply, Format format) {
    return parse(reply, format, true);
}

base::Result<Applied> apply_reply_to(std::string_view content, std::string_view reply, Format format) {
    RFSN_ASSIGN(auto blocks, parse(reply, format, false));
    return apply_blocks(content, blocks);
}

}  // namespace rfsn::edit
