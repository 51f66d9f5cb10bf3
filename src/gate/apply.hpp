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

/// Throws a stored proposal away for good: neither memory nor a model brings it again. Errors: the store's.
[[nodiscard]] base::Result<patch::StoredProposal> discard_proposal(Session& session, const std::string& id);

/// Takes the last apply ("") or that of a proposal back. Errors: patch::undo()'s.
[[nodiscard]] base::Result<patch::ApplyOutcome> undo_proposal(Session& session, const std::string& id);

}  // namespace rfsn::gate
