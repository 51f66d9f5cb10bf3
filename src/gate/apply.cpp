// SPDX-License-Identifier: MIT
#include "gate/apply.hpp"

#include "gate/audit.hpp"
#include "gate/learning.hpp"

namespace rfsn::gate {

base::Result<patch::ApplyOutcome> apply_proposal(Session& session, const std::string& id) {
    RFSN_ASSIGN(auto store, patch::Store::open(session.repository()));
    RFSN_ASSIGN(const auto stored, store.get(id));
    RFSN_ASSIGN(auto outcome, patch::apply(session.repository(), session.source(), store, stored));
    note_ending(session, stored.id, learn::Ending::accepted);
    audit(session, "applied", audit_fields(stored));
    return outcome;
}

base::Result<patch::StoredProposal> discard_proposal(Session& session, const std::string& id) {
    RFSN_ASSIGN(auto store, patch::Store::open(session.repository()));
    RFSN_ASSIGN(auto stored, store.get(id));
    RFSN_TRY(store.set_state(stored.id, "discarded"));
    note_ending(session, stored.id, learn::Ending::rejected);
    audit(session, "discarded", audit_fields(stored));
    return stored;
}

base::Result<patch::ApplyOutcome> undo_proposal(Session& session, const std::string& id) {
    RFSN_ASSIGN(auto store, patch::Store::open(session.repository()));
    RFSN_ASSIGN(auto outcome, patch::undo(session.repository(), session.source(), store, id));
    note_ending(session, outcome.proposal, learn::Ending::reverted);
    audit(session, "undone", {{"proposal", outcome.proposal}});
    return outcome;
}

}  // namespace rfsn::gate
