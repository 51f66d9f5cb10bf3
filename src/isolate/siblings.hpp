// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "git/staged_source.hpp"

namespace rfsn::isolate {

/// The other work trees of the repository, the main one first. Asks git only if there may be any.
[[nodiscard]] std::vector<std::string> sibling_work_trees(const git::Repository& repository);

/// The first of `siblings` that has the installed dependencies `name` ("node_modules") in `directory` ("" = the root),
/// and the very lock file there that the view has; empty if none has.
[[nodiscard]] std::string lender_of(const git::TreeView& view, const std::vector<std::string>& siblings,
                                    const std::string& directory, const std::string& name);

}  // namespace rfsn::isolate
