// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/staged_source.hpp"

namespace rfsn::isolate {

/// Lends installed dependencies, which are in the work tree but not in git, to a materialised tree: for each directory
/// in `at`
/// ("" = the root), each untracked directory in `names` becomes a real directory there whose entries are symlinks to
/// the work tree's. So what a tool creates beside them stays in our tree, and whatever points back into the work tree
/// (a workspace's own packages, a Python project installed in editable mode) points into our tree instead. Errors: io.
[[nodiscard]] base::Result<void> lend_dependencies(const git::TreeView& view, const std::string& work_tree,
                                                   const std::string& tree, const std::vector<std::string>& at,
                                                   const std::vector<std::string>& names);

/// Directories of `tree` that hold a package manager's manifest, and the root; `index` is the tree's index file.
/// Errors: external.
[[nodiscard]] base::Result<std::vector<std::string>> manifest_directories(const git::Repository& repository,
                                                                          const std::string& tree,
                                                                          const std::string& index);

}  // namespace rfsn::isolate
