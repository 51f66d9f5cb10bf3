// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/work_tree_comparison.hpp"

namespace rfsn::isolate {

/// The upper layer of an overlay over a work tree, through which it looks as the view does. Written from outside,
/// before anything is mounted: a whiteout where the work tree has what the view has not, the view's version where they
/// differ.
class OverlayTree {
   public:
    /// Directories below `upper` and `work` are made. `names`: untracked directories that stay to be seen. Errors: io,
    /// external.
    [[nodiscard]] static base::Result<OverlayTree> make(const git::WorkTreeComparison& comparison, std::string root,
                                                        const std::string& layers,
                                                        const std::vector<std::string>& names);
    [[nodiscard]] const std::string& root() const { return root_; }
    [[nodiscard]] const std::string& upper() const { return upper_; }
    [[nodiscard]] const std::string& work() const { return work_; }
    /// Whether the upper layer had anything to change but what is no part of the tree (.git).
    [[nodiscard]] bool changes_nothing() const { return changes_nothing_; }
    /// Makes the directories above a path there, as they are in the work tree.
    [[nodiscard]] base::Result<void> make_parents(const std::string& path) const;

   private:
    OverlayTree(std::string root, const std::string& layers)
        : root_(std::move(root)), upper_(layers + "/upper"), work_(layers + "/work") {}
    [[nodiscard]] base::Result<void> hide(const std::string& path) const;
    [[nodiscard]] base::Result<void> empty(const std::string& directory) const;

    std::string root_;
    std::string upper_;
    std::string work_;
    bool changes_nothing_ = true;
};

/// Where a path below the root is to be looked at from outside: what has come to be in the upper layer.
enum class LayerAnswer { upper, lower, gone };
/// Never follows a symlink. `path` is relative.
[[nodiscard]] LayerAnswer in_layers(const std::string& upper, const std::string& path);

/// Whether an untracked path ("dir/" or "file") is an installed dependency by its name.
[[nodiscard]] bool is_dependency(std::string_view path, const std::vector<std::string>& names);

}  // namespace rfsn::isolate
