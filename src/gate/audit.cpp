// SPDX-License-Identifier: MIT
#include "gate/audit.hpp"

#include <unistd.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "patch/serialise.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::gate {
namespace {

constexpr std::size_t max_listed_paths = 20;

/// Who asked, as far as a process can know: the account, and the name that git would put on a commit.
std::string person(const Session& session) {
    const auto& env = session.env();
    std::string who = env.get_or("USER", env.get_or("LOGNAME", "?")) + " (uid " + std::to_string(geteuid()) + ")";
    if (const auto ident = session.repository().git({"var", "GIT_COMMITTER_IDENT"})) {
        who += ", " + ident->substr(0, ident->find('>') + 1);
    }
    return base::printable(who);
}

}  // namespace

observe::AuditPlace audit_place(const Session& session) {
    const std::string state = base::xdg_state_dir(session.env());
    return {session.repository().common_dir() + "/rfsn/audit.log", state.empty() ? "" : state + "/audit"};
}

void audit(Session& session, const std::string& event, std::map<std::string, std::string> fields) {
    auto place = audit_place(session);
    if (place.state_dir.empty()) {
        session.notices.emplace_back("nothing was added to the audit log: set HOME or XDG_STATE_HOME");
        return;
    }
    fields["by"] = person(session);
    for (auto& [name, value] : fields) {
        value = secrets::mask(base::to_valid_utf8(value));
    }
    const auto added = observe::AuditChain(std::move(place)).append(event, fields);
    if (!added) {
        session.notices.push_back("nothing was added to the audit log: " + base::printable(added.error().describe()) +
                                  (added.error().code == base::ErrorCode::corrupt ? "; see git rfsn log verify" : ""));
    }
}

std::map<std::string, std::string> audit_fields(const patch::StoredProposal& stored) {
    const auto& proposal = stored.patch.proposal();
    const auto& cost = stored.patch.cost();
    std::map<std::string, std::string> fields{{"proposal", stored.id},
                                              {"source", model::name(proposal.source)},
                                              {"strategy", proposal.strategy},
                                              {"snapshot", stored.patch.snapshot_id()},
                                              {"evidence", base::sha256_hex(patch::to_json(stored.patch))}};
    std::string paths;
    for (std::size_t i = 0; i < proposal.edits.size() && i < max_listed_paths; ++i) {
        paths += (i == 0 ? "" : ", ") + base::printable(proposal.edits[i].path);
    }
    fields["paths"] = paths;
    std::string checks;
    for (const auto& delta : stored.patch.evidence().checks) {
        checks += (checks.empty() ? "" : ", ") + delta.check + " " + model::name(delta.before) + " -> " +
                  model::name(delta.after);
    }
    fields["checks"] = checks;
    if (cost.requests > 0) {
        fields["cost"] = std::to_string(cost.requests) + " requests, " + std::to_string(cost.input_tokens) +
                         " tokens in, " + std::to_string(cost.output_tokens) + " out, " + cost.model;
    }
    return fields;
}

}  // namespace rfsn::gate
