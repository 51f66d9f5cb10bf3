// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {

/// What the workspace manifests of one directory say about the directories below it.
struct Membership {
    std::string kind;                  ///< of the manifest that says something
    bool everything = false;           ///< all below, but directories with a file of `apart`
    bool spells_out = false;           ///< directories without a strong manifest may be members too
    std::vector<std::string> members;  ///< globs over directories below the root, "!" takes back
    std::vector<std::string> apart;
    std::vector<std::string> with;  ///< a directory with a file of such a name is a member
};
[[nodiscard]] base::Result<std::vector<Membership>> memberships(Tree& tree, const Pack& pack, const std::string& root);
/// Whether `directory`, below the root, belongs to it.
[[nodiscard]] base::Result<bool> is_member(Tree& tree, const Membership& membership, const std::string& root,
                                           const std::string& directory);

/// Every member of the project at `root`, whatever is staged: directories below it; nullopt where a glob may reach any
/// depth or there are too many.
[[nodiscard]] base::Result<std::optional<std::vector<std::string>>> all_members(Tree& tree, const Pack& pack,
                                                                                const std::string& root);

}  // namespace rfsn::buildpack
