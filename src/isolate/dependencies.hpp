// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/staged_source.hpp"

namespace rfsn::isolate {

/// Caches that tools keep in node_modules and the like: the user's, not for us to read or write.
constexpr const char* tool_caches_in_dependencies[] = {".cache", ".vite", ".vite-temp", ".tmp", "__pycache__"};

/// Untracked directories of installed dependencies.
struct Wanted {
    std::vector<std::string> at;     ///< the directories that may have some, "" = the root
    std::vector<std::string> names;  ///< "node_modules", ...
    std::string work_tree;
    std::vector<std::string> siblings;  ///< other work trees, which lend what the work tree has not
};

/// Where they are written and where commands see that: the same directory, but for an overlay's upper layer.
struct Target {
    std::string written;
    std::string seen;
    /// What the work tree has is there already, and only what is borrowed has to be made.
    bool has_own = false;
};

/// Lends installed dependencies, which are in the work tree but not in git, to a materialised tree: each wanted
/// directory becomes a real one there whose entries are symlinks to the work tree's. So what a tool creates beside them
/// stays in our tree, and whatever points back into the work tree (a workspace's own packages, a Python project
/// installed in editable mode) points into our tree instead. What the work tree has not comes from another one with the
/// same lock file. Returns the work trees that were borrowed from. Errors: io.
[[nodiscard]] base::Result<std::vector<std::string>> lend_dependencies(const git::TreeView& view, const Wanted& wanted,
                                                                       const Target& target);

/// Directories of `tree` that hold a package manager's manifest, and the root; `index` is the tree's index file.
/// Errors: external.
[[nodiscard]] base::Result<std::vector<std::string>> manifest_directories(const git::Repository& repository,
                                                                          const std::string& tree,
                                                                          const std::string& index);

}  // namespace rfsn::isolate
