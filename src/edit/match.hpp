// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edit/reply.hpp"

// Where a block's SEARCH stands in a file: the ladder from exact to lenient.
namespace rfsn::edit {

enum class Level { exact, trailing_whitespace, unicode, indentation, blank_lines };
[[nodiscard]] const char* name(Level level);

/// How the reply's indentation differs from the file's: one prefix, put before every line or taken off it.
struct Indent {
    std::string add;
    std::string strip;
};

struct Match {
    std::size_t begin = 0;  ///< lines of the file, [begin, end)
    std::size_t end = 0;
    Level level = Level::exact;
    Indent indent;
    std::size_t dropped_front = 0;  ///< blank lines of SEARCH that were left out
    std::size_t dropped_back = 0;
};

/// What may choose among several equal matches.
struct Hints {
    std::optional<std::size_t> begin;  ///< where a diff says that it stands
    std::optional<std::size_t> after;  ///< where the block before it ended, if blocks come in the order of the file
    std::vector<std::string> scopes;
    bool at_end = false;
};

/// All places at the best level that has any, after `hints` had their say: one entry = found, none = not found, more =
/// ambiguous.
[[nodiscard]] std::vector<Match> find(const Lines& file, const Lines& search, const Hints& hints);
/// The places of the exact level, or, if there is none and `trailing_whitespace`, of the next one.
[[nodiscard]] std::vector<Match> find_exact(const Lines& file, const Lines& search, bool trailing_whitespace);
/// The first of the scope lines that is not in the file (below the ones before it); nullopt if all are.
[[nodiscard]] std::optional<std::string> missing_scope(const Lines& file, const std::vector<std::string>& scopes);

/// The longest run from the start of SEARCH that stands somewhere in the file.
struct NearMiss {
    std::size_t begin = 0;
    std::size_t matched = 0;
};
[[nodiscard]] NearMiss near_miss(const Lines& file, const Lines& search);

[[nodiscard]] bool is_blank(std::string_view line);

}  // namespace rfsn::edit
