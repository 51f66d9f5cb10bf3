// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {

/// What the workspace manifests of one directory say about the directories below it.
struct Membership {
    std::string kind;  ///< of the manifest that says something, or ""
    bool everything = false;
    std::vector<std::string> members;  ///< globs over directories below the root, "!" takes back
};
[[nodiscard]] base::Result<std::vector<Membership>> memberships(Tree& tree, const Pack& pack, const std::string& root);
/// Whether `relative`, a directory below the root, belongs to it.
[[nodiscard]] bool is_member(const Membership& membership, std::string_view relative);

}  // namespace rfsn::buildpack
