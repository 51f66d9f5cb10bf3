// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"

namespace rfsn::git {

struct HookState {
    std::string name;  ///< "pre-commit"
    std::string path;
    bool ours = false;
    bool chained = false;  ///< an earlier hook was kept as <name>.rfsn-chained and is run first
    /// An earlier hook is kept there and does not run: git would not either (not executable, a symlink to nothing), or
    /// our shim has gone.
    bool kept = false;
    bool foreign = false;  ///< there is a hook that is not ours
    std::string program;   ///< the binary the shim names
    /// Of install and uninstall: where the shim that was there was copied to, because somebody had edited it.
    std::string edited_copy;
};
/// Hooks we can install: pre-commit, pre-merge-commit, pre-push.
[[nodiscard]] const std::vector<std::string>& known_hooks();
[[nodiscard]] base::Result<std::vector<HookState>> hook_states(const Repository& repository);
/// Writes the shim for `program` (absolute path of git-rfsn), keeping an existing hook byte for byte beside it.
/// Idempotent. Errors: denied (hooks directory is outside what this user may write, global, or core.hooksPath is
/// empty: says so), conflict, io.
[[nodiscard]] base::Result<HookState> install_hook(const Repository& repository, const std::string& name,
                                                   const std::string& program, bool allow_shared_hooks_path);
/// Removes our shim and puts the earlier hook back byte for byte, mode included. A foreign hook is left alone.
[[nodiscard]] base::Result<HookState> uninstall_hook(const Repository& repository, const std::string& name);

}  // namespace rfsn::git
