// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"

namespace rfsn::git {

/// One call of git, for this folder.
struct GitCommand {
    std::vector<std::string> args;
    std::optional<std::string> input;
    std::vector<std::string> extra_env;  ///< "NAME=value", over the environment
    std::string cwd;
};
/// `env` as a child git gets it: C locale, no pager, no prompts, literal paths, none of the settings that change what a
/// pathspec means; GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE stay as they are.
[[nodiscard]] base::Environment for_git(const base::Environment& env);
/// Runs it whatever its exit code. Errors: unavailable (no git), interrupted, timeout, external (killed, or not
/// started).
[[nodiscard]] base::Result<base::ProcessResult> run_git(base::ProcessRunner& runner, const base::Environment& env,
                                                        GitCommand command);
/// Its stdout if it exits with 0. Errors: as above, denied (dubious ownership), conflict (the index is locked),
/// external.
[[nodiscard]] base::Result<std::string> git_output(base::ProcessRunner& runner, const base::Environment& env,
                                                   GitCommand command);
/// The error for a call that ended in failure.
[[nodiscard]] base::Error git_failure(const std::string& verb, const base::ProcessResult& result);

}  // namespace rfsn::git
