// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "git/command.hpp"
#include "git/libgit2.hpp"
#include "git/repository.hpp"

namespace rfsn::git {

/// What this folder knows of a repository beyond its public face.
struct Repository::Impl {
    std::string git_dir;
    std::string common_dir;
    std::string work_tree;
    std::string index_path;
    std::string prefix;
    model::IndexOrigin origin = model::IndexOrigin::normal;
    base::Environment env;      ///< as handed to open()
    base::Environment git_env;  ///< for children: for_git() with absolute GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE
    base::ProcessRunner* runner = nullptr;
    /// Null where libgit2 can't serve the repository, or reads it otherwise than git does.
    lg2::Handle<git_repository> handle;
    std::string refusal;  ///< why handle is null
    /// Objects of a SHA-1 repository, also where `handle` is null; null if libgit2 can't read them.
    lg2::Handle<git_odb> odb;

    [[nodiscard]] base::Result<std::string> run(std::vector<std::string> args,
                                                std::optional<std::string> input = std::nullopt,
                                                std::vector<std::string> extra_env = {}) const;
    /// Whatever the exit code.
    [[nodiscard]] base::Result<base::ProcessResult> attempt(std::vector<std::string> args) const;
    [[nodiscard]] std::string objects_dir() const;
    [[nodiscard]] bool is_set(std::string_view name) const { return !env.get_or(name, "").empty(); }
};

}  // namespace rfsn::git
