// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>

#include "gate/judge.hpp"
#include "patch/patch.hpp"

namespace rfsn::gate {

/// Proves a proposal by running the judged change's checks again on the tree with the edits over it, in the same
/// isolation; network is off unless the edits came from a fixer. What was red before without blocking stays forgiven,
/// by fingerprint; nothing else does.
class CheckProver final : public patch::Prover {
   public:
    CheckProver(Session& session, const Judged& judged) : session_(&session), judged_(&judged) {}
    [[nodiscard]] base::Result<patch::Proof> prove(const model::FixProposal& proposal) override;

   private:
    /// `to_run`: the plans as they run here.
    [[nodiscard]] base::Result<void> try_luck(const git::TreeView& view,
                                              const std::vector<const check::Planned*>& plans,
                                              const std::vector<const check::Planned*>& to_run, bool confined,
                                              std::vector<check::Outcome>& outcomes);
    [[nodiscard]] std::vector<const check::Planned*> concerned(const model::FixProposal& proposal) const;
    Session* session_;
    const Judged* judged_;
};

}  // namespace rfsn::gate
