// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "git/scratch_index.hpp"

namespace rfsn::git {

/// Builds the view's tree in `git`'s index and object store and returns its id. It is exactly the snapshot's tree with
/// the edits over it, also when the user has staged more since.
[[nodiscard]] base::Result<std::string> build_view_tree(const Repository& repository, const TreeView& view,
                                                        const ScratchGit& git, const std::string& scratch_dir);

/// Loose objects of old proposals, so that a store of ours does not grow for ever.
[[nodiscard]] base::Result<void> limit_objects(const std::string& objects);

}  // namespace rfsn::git
