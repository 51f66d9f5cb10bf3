// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "model/snapshot.hpp"

namespace rfsn::git {

/// A repository as git sees it: GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_CONFIG_* of the environment are honoured.
/// Found without starting a process in the common case; with `git rev-parse` where that is not enough (`git -c`
/// settings, safe.directory, anything libgit2 refuses to open). Holds no lock. One thread at a time.
class Repository {
   public:
    /// Errors: not_found ("not a git repository", naming the directory), denied (owned by someone else, with the
    /// safe.directory command to type), unsupported (bare), external (git itself is missing or failed).
    [[nodiscard]] static base::Result<Repository> open(const std::string& directory, const base::Environment& env,
                                                       base::ProcessRunner& runner);
    Repository(Repository&&) noexcept;
    Repository& operator=(Repository&&) noexcept;
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;
    ~Repository();

    [[nodiscard]] const std::string& git_dir() const;     ///< of this worktree, absolute
    [[nodiscard]] const std::string& common_dir() const;  ///< shared by all worktrees, absolute
    [[nodiscard]] const std::string& work_tree() const;   ///< absolute, no trailing '/'
    [[nodiscard]] const std::string& index_path() const;  ///< the index git handed us, absolute
    [[nodiscard]] const std::string& prefix() const;      ///< of `directory` below the work tree, "" or "a/b/"
    [[nodiscard]] model::IndexOrigin index_origin() const;
    [[nodiscard]] bool is_linked_worktree() const;
    /// The hooks directory git uses: core.hooksPath (relative ones from the work tree) or <common dir>/hooks.
    [[nodiscard]] base::Result<std::string> hooks_dir() const;
    /// Which version of the index file this is: another one is not the same, but may say the same.
    [[nodiscard]] std::string index_stamp() const;
    /// True while a merge, cherry-pick, revert or rebase is under way.
    [[nodiscard]] bool merging() const;

    /// Runs git in the work tree with --no-optional-locks, LC_ALL=C and the environment that git handed us.
    /// `extra_env` is "NAME=value". Errors: external with git's stderr, unavailable if git is missing.
    [[nodiscard]] base::Result<std::string> git(std::vector<std::string> args,
                                                std::optional<std::string> input = std::nullopt,
                                                std::vector<std::string> extra_env = {}) const;
    [[nodiscard]] base::ProcessRunner& runner() const;
    [[nodiscard]] const base::Environment& env() const;

    struct Impl;
    [[nodiscard]] Impl& impl() const { return *impl_; }  ///< for this folder

   private:
    explicit Repository(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace rfsn::git
