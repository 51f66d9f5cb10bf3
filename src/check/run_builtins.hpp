// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/result.hpp"
#include "check/outcome.hpp"
#include "git/staged_source.hpp"

namespace rfsn::check {

/// Runs the built-ins among `plans` (others are ignored) on the blobs of the view, each blob read once. The result has
/// one outcome per built-in plan, in their order. A blob that cannot be read makes the checks that wanted it `error`.
[[nodiscard]] std::vector<Outcome> run_builtins(const std::vector<const Planned*>& plans, const git::TreeView& view,
                                                unsigned threads);

/// The edits that the fixing built-ins among `plans` would make, each fixer working on what the one before left.
[[nodiscard]] base::Result<std::vector<model::FileEdit>> fix_builtins(const std::vector<const Planned*>& plans,
                                                                      const git::TreeView& view);

}  // namespace rfsn::check
