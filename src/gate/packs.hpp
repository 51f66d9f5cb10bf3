// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "gate/session.hpp"

namespace rfsn::gate {

/// Where packs of other people's lie, before they are read.
struct PackFile {
    std::string path;         ///< for people
    std::string content;      ///< of a YAML pack; empty for a program
    bool is_program = false;  ///< git-rfsn-buildpack-NAME
};

/// The user's own: *.yaml and programs in $XDG_CONFIG_HOME/git-rfsn/buildpacks, and programs on PATH; sorted by name.
/// A name further left hides the same one. Errors: io.
[[nodiscard]] base::Result<std::vector<PackFile>> user_packs(const base::Environment& env, bool programs = true);
/// .rfsn/buildpacks/*.yaml of the tree.
[[nodiscard]] base::Result<std::vector<PackFile>> repository_packs(const git::TreeView& view);
/// SHA-256 over names and contents, as `git rfsn trust` pins it; "" for none.
[[nodiscard]] std::string packs_hash(const std::vector<PackFile>& packs);

/// Adds the user's packs, and the repository's if they are pinned (or `trusted`, in CI, where they come from the base);
/// what is not is told in the session's notices. Once a session. Errors: config (a pack is wrong, with its place),
/// external (a program of a pack failed).
[[nodiscard]] base::Result<void> load_packs(Session& session, const git::TreeView& view, bool trusted,
                                            bool programs = true);

/// What a program answers when it is asked to describe its pack. Errors: external, config.
[[nodiscard]] base::Result<void> add_program(Session& session, const git::TreeView& view, const std::string& path);

}  // namespace rfsn::gate
