// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rfsn::cli {

/// One hunk of a unified diff with the lines that head its file.
struct Hunk {
    std::string heading;  ///< from "diff --git" to "+++"
    std::string text;     ///< from "@@" to the last of its lines
};
/// A diff of ours in its hunks, in order; a file without one (a deletion of nothing, a binary) is a hunk with no text.
[[nodiscard]] std::vector<Hunk> hunks_of(std::string_view diff);
/// The diff of some hunks.
[[nodiscard]] std::string diff_of(const std::vector<Hunk>& hunks);

}  // namespace rfsn::cli
