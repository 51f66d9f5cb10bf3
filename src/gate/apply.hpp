// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "gate/session.hpp"
#include "patch/patch.hpp"

namespace rfsn::gate {

/// Applies a stored proposal ("" = the newest open one). Errors: conflict when what is staged, in any path, is not what
/// the patch was proven on: then the tree it produces would be one that nobody has checked.
[[nodiscard]] base::Result<patch::ApplyOutcome> apply_proposal(Session& session, const std::string& id);

}  // namespace rfsn::gate
