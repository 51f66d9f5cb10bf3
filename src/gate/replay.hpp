// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "gate/judge.hpp"
#include "model/report.hpp"

namespace rfsn::gate {

/// A stored proposal as a file of its own: the change it was made for, the edits and the evidence, with a checksum.
[[nodiscard]] std::string evidence_bundle(const patch::StoredProposal& stored);

struct Replay {
    std::string id;
    model::ProposalSummary again;          ///< what policy and proof say now
    std::vector<std::string> differences;  ///< empty: the same verdict on the same evidence
};
/// Runs policy and checks anew on the very change of a bundle, whatever is staged now, and compares. Nothing is stored
/// or applied. Errors: corrupt (not a bundle, or changed), not_found (an object of the change is no longer in the
/// repository), and those of judge().
[[nodiscard]] base::Result<Replay> replay(Session& session, std::string_view text,
                                          const std::function<void(const std::vector<std::string>&)>& progress);

}  // namespace rfsn::gate
