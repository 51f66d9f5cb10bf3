// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {

/// A directory that is a project of one pack.
struct Root {
    std::string directory;
    int weight = 0;
    std::vector<std::string> reasons;
    std::vector<std::string> members;  ///< below the directory
    std::string workspace;             ///< its kind, or ""
};

/// What one pack has in a tree.
struct PackPaths {
    const Pack* pack = nullptr;
    std::vector<std::string> sources;   ///< in its language, to be checked
    std::set<std::string> minor;        ///< those of them that make no project and no main language
    std::vector<std::string> others;    ///< manifests and what its checks ask for besides
    std::set<std::string> directories;  ///< where its manifests may lie
};

/// The pack's projects, by depth and name: each manifest is a root, weak ones only where nothing stronger is above and
/// there are sources for it, members of a workspace belong to its root. Decisions go to `notes`.
[[nodiscard]] base::Result<std::vector<Root>> find_roots(Tree& tree, const PackPaths& paths,
                                                         std::vector<std::string>& notes);
/// Roots by directory, for many questions; the vector must not change meanwhile.
class RootMap {
   public:
    explicit RootMap(const std::vector<Root>& roots);
    /// The nearest root that owns the path, or nullptr.
    [[nodiscard]] const Root* nearest(std::string_view path) const;

   private:
    std::unordered_map<std::string_view, const Root*> by_directory_;
};
/// The nearest of `roots` that owns the path, or nullptr.
[[nodiscard]] const Root* nearest_root(const std::vector<Root>& roots, std::string_view path);

}  // namespace rfsn::buildpack
