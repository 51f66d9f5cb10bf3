// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace rfsn::git {

struct RawDiff {
    std::vector<model::StagedFile> files;  ///< sorted by path
    std::vector<std::string> unmerged;     ///< sorted, without repeats
};
/// Parses `git diff --raw -z --no-abbrev`. Errors: invalid.
[[nodiscard]] base::Result<RawDiff> parse_raw_diff(std::string_view output);
/// The error for an index with conflicts.
[[nodiscard]] base::Error unmerged_error(const std::vector<std::string>& paths);
/// Sorts the files and sets the id.
void seal(model::Snapshot& snapshot);

}  // namespace rfsn::git
