// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace rfsn::policy {

/// What a change does to a file's lines. Lines keep their terminators, so that a change of line endings counts.
struct LineDiff {
    std::vector<std::string_view> removed;
    std::vector<std::string_view> added;
    std::size_t hunks = 0;  ///< with three lines of context, as git shows them
    [[nodiscard]] std::size_t lines() const { return removed.size() + added.size(); }
};
/// A shortest diff (Myers) up to `exact_up_to` lines; a larger one counts everything between the first and the last
/// difference.
[[nodiscard]] LineDiff line_diff(std::string_view before, std::string_view after, std::size_t exact_up_to);

}  // namespace rfsn::policy
