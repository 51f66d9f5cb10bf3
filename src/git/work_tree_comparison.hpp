// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/staged_source.hpp"
#include "git/submodules.hpp"

namespace rfsn::git {

/// How the work tree differs from a view of what would be committed, so that it can stand for the view where only the
/// differences are laid over it. Neither the work tree nor the repository's index is written.
class WorkTreeComparison {
   public:
    /// `state_dir` keeps an index of ours and the view's objects; it may be used again for the next comparison, and
    /// then knows the trees of the ones before. Errors: io, external.
    [[nodiscard]] static base::Result<WorkTreeComparison> make(const Repository& repository, const TreeView& view,
                                                               std::string state_dir);
    /// Why the differences cannot be told, or are too many to be worth it; empty = they can. Then the rest is complete.
    [[nodiscard]] const std::string& obstacle() const { return obstacle_; }
    [[nodiscard]] const std::string& tree() const { return tree_; }  ///< the view's tree
    /// Files of the view that the work tree has otherwise or not at all: by content, mode, kind, line endings, or
    /// because git does not look at them (assume-unchanged, skip-worktree).
    [[nodiscard]] const std::vector<std::string>& differing() const { return differing_; }
    /// What the work tree has and the view has not: files and whole directories ("name/"), ignored ones too.
    [[nodiscard]] const std::vector<std::string>& foreign() const { return foreign_; }
    /// Submodules that are not at hand with the commit that is recorded: empty directories. Of the others it is told
    /// here what the work tree has beyond it; one that is not as recorded is an obstacle.
    [[nodiscard]] const std::vector<std::string>& absent_submodules() const { return absent_submodules_; }

    /// Writes files of the view below `directory`, as a checkout would. Errors: external.
    [[nodiscard]] base::Result<void> write(const std::vector<std::string>& paths, const std::string& directory) const;
    /// A path that the work tree has changed since make(), where that can be seen through what is laid over it; empty
    /// if there is none. Errors: external.
    [[nodiscard]] base::Result<std::string> disturbed() const;

    struct Change {
        std::string path;
        std::string blob;  ///< empty: it is gone
    };
    /// What is different from an earlier tree. Errors: external (its objects are gone).
    [[nodiscard]] base::Result<std::vector<Change>> changed_since(const std::string& tree) const;

    WorkTreeComparison(WorkTreeComparison&&) noexcept;
    WorkTreeComparison& operator=(WorkTreeComparison&&) noexcept;
    WorkTreeComparison(const WorkTreeComparison&) = delete;
    WorkTreeComparison& operator=(const WorkTreeComparison&) = delete;
    ~WorkTreeComparison();

   private:
    WorkTreeComparison(const Repository& repository, std::string state_dir);
    [[nodiscard]] static base::Result<WorkTreeComparison> with_tree(const Repository& repository, std::string tree,
                                                                    std::string state_dir, int depth);
    [[nodiscard]] base::Result<void> read_index();
    [[nodiscard]] base::Result<void> look_into(const Submodule& submodule, int depth);
    [[nodiscard]] base::Result<std::vector<std::string>> by_stat() const;
    [[nodiscard]] base::Result<std::vector<std::string>> not_in_index() const;

    const Repository* repository_;
    std::string state_dir_;
    std::string tree_;
    std::string obstacle_;
    std::vector<std::string> differing_;
    std::vector<std::string> foreign_;
    std::vector<std::string> absent_submodules_;
    struct Part;
    std::vector<Part> parts_;            ///< the submodules at hand
    std::vector<Submodule> submodules_;  ///< while make() runs
    std::vector<TreeEntry> entries_;     ///< while make() runs
};

}  // namespace rfsn::git
