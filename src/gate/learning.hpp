// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/fix.hpp"
#include "learn/outcomes.hpp"
#include "learn/sampler.hpp"

namespace rfsn::gate {

/// What is red in a judged change, as learn/ knows failures.
[[nodiscard]] learn::Failure failure_of(const Judged& judged);

/// Notes what became of a try. Advisory: if it can't be kept, nothing is said and nothing else changes.
void note_outcome(const Session& session, const Judged& judged, const model::ProposalSummary& summary,
                  std::chrono::milliseconds duration);
/// Notes what the person made of a proposal.
void note_ending(const Session& session, const std::string& proposal, learn::Ending ending);

/// The arms in the order in which to try them for this failure.
[[nodiscard]] std::vector<std::string> order_arms(const Session& session, const learn::Failure& failure,
                                                  const std::vector<std::string>& arms);

/// Patches that were proven for this very failure before, fitted to what is staged now and proven anew, the newest
/// first, three at most; stops at the first that is proven. Empty if nothing is remembered.
[[nodiscard]] base::Result<Proposed> propose_from_memory(Session& session, const Judged& judged);

struct Believed {
    learn::ArmHistory history;
    learn::Belief belief;
};
/// What is believed of every arm that was tried in this repository; of this change's failure if there is one.
[[nodiscard]] base::Result<std::vector<Believed>> believed(const Session& session, const learn::Failure& failure);

}  // namespace rfsn::gate
