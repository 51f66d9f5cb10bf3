// SPDX-License-Identifier: MIT
#pragma once

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

/// Whether what the staged files reach in a project may hold a test, by the pack's globs for test files over the tree;
/// true where the pack has none, or there is too much to look through.
[[nodiscard]] bool may_have_tests(const Pack& pack, const model::Project& project, const git::TreeView& view);

}  // namespace rfsn::buildpack
