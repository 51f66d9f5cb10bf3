// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/judge.hpp"
#include "model/report.hpp"
#include "patch/patch.hpp"

namespace rfsn::gate {

/// What became of the search for a patch.
struct Proposed {
    std::vector<model::ProposalSummary> proposals;  ///< proven ones are in the store; refused ones say why
    std::string reason;                             ///< why there is none at all
    model::Cost cost;                               ///< of all that was asked
};

/// Turns what the fixers of the blocked checks would do into one proven, stored proposal. Errors: external (a fixer
/// crashed), io.
[[nodiscard]] base::Result<Proposed> propose_from_fixers(Session& session, const Judged& judged);

/// In a red `git commit -a`, `-p` or `-- PATH`: what the fixers would do is proven now and kept, because the index that
/// was judged is gone when the commit has failed. `git rfsn apply` brings it into the work tree then. Adds to
/// `report.proposals`; does nothing for other commits.
void keep_fixes_of_passing_index(Session& session, const Judged& judged, model::Report& report);

/// The newest such proposal, if the worktree's index is still what it was and nobody applied it yet.
[[nodiscard]] base::Result<std::optional<patch::StoredProposal>> kept_proposal(Session& session, const Judged& judged);

/// What is known of a proposal besides its edits.
struct Provenance {
    std::vector<std::string> offered;  ///< the paths that a model was shown; empty: not restricted
    model::Cost cost;                  ///< what was spent on it
    std::size_t failed_rounds = 0;     ///< of the search, before it: see edit_limits()
};

/// Policy, proof, store; the summary of either end.
[[nodiscard]] base::Result<model::ProposalSummary> verify_and_store(Session& session, const Judged& judged,
                                                                    const model::FixProposal& proposal,
                                                                    const Provenance& provenance);

/// Policy and proof alone; nothing is stored.
[[nodiscard]] base::Result<patch::Verification> verify_only(Session& session, const Judged& judged,
                                                            const model::FixProposal& proposal,
                                                            const Provenance& provenance);

/// Whether two proposals make the same files.
[[nodiscard]] bool same_edits(const model::FixProposal& a, const model::FixProposal& b);

[[nodiscard]] model::ProposalSummary summarise(const patch::StoredProposal& stored);
[[nodiscard]] std::vector<std::string> blocked_checks(const Judged& judged);

}  // namespace rfsn::gate
