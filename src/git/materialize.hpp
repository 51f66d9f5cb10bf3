// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/staged_source.hpp"

namespace rfsn::git {

/// Writes the given paths of the view below `directory` (created), with their modes and symlinks, through git's smudge
/// and EOL conversion as a checkout would (edits too). Errors: external, io.
[[nodiscard]] base::Result<void> materialize_paths(const Repository& repository, const TreeView& view,
                                                   const std::vector<std::string>& paths, const std::string& directory);

/// Makes `directory` hold exactly the view's tree: a warm tree with an index file of its own (`state_dir`/index),
/// updated by `read-tree -m -u`, untracked leftovers outside `keep` (globs) removed. Objects that do not exist yet
/// (edits) are written into `state_dir`/objects, never into the repository. A path whose blob changed gets mtime = now.
/// Returns the tree's id.
[[nodiscard]] base::Result<std::string> materialize_tree(const Repository& repository, const TreeView& view,
                                                         const std::string& directory, const std::string& state_dir,
                                                         const std::vector<std::string>& keep);

}  // namespace rfsn::git
