// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/atomic_file.hpp"
#include "git/write.hpp"

namespace rfsn::git {

/// For this folder: a copy of the index that git handed us, changed by git's own plumbing, so that every extension
/// stays right, and put in the index's place by one rename. Git's lock is held for the rename alone, and bears a
/// mark: whoever is killed there leaves a lock that the next git-rfsn may remove.
class IndexDraft {
   public:
    /// Errors: io.
    [[nodiscard]] static base::Result<IndexDraft> of(const Repository& repository);
    /// The entries of `paths` as this copy has them.
    [[nodiscard]] base::Result<std::vector<IndexEntry>> entries(const std::vector<std::string>& paths) const;
    /// Sets and removes entries; the bits that hide an entry's file from git stay. `now`: the entries before.
    [[nodiscard]] base::Result<void> set(const std::vector<IndexChange>& changes,
                                         const std::vector<IndexEntry>& now) const;
    /// Notes the stat data of the files at `paths`.
    [[nodiscard]] base::Result<void> refresh(const std::vector<std::string>& paths) const;
    /// False if the index is no longer the one that was copied: start again. Errors: conflict (locked), io.
    [[nodiscard]] base::Result<bool> publish() const;

   private:
    IndexDraft(const Repository& repository, std::string index, base::TempDir directory)
        : repository_(&repository), index_(std::move(index)), directory_(std::move(directory)) {}
    [[nodiscard]] std::string file() const { return directory_.path() + "/index"; }
    [[nodiscard]] base::Result<std::string> git(std::vector<std::string> args, std::string input) const;

    const Repository* repository_;
    std::string index_;  ///< not a symlink
    base::TempDir directory_;
    std::optional<struct stat> copied_;  ///< of the index; nullopt if there was none
    std::optional<struct stat> copy_;
};

/// Beside which directory what is written for a moment goes: it is swept after a kill.
[[nodiscard]] std::string moment_dir(const Repository& repository);

}  // namespace rfsn::git
