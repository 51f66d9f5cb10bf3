// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "gate/session.hpp"
#include "observe/audit.hpp"

namespace rfsn::gate {

/// The chain of this repository. Without HOME and XDG_STATE_HOME its state directory is empty, and nothing is kept.
[[nodiscard]] observe::AuditPlace audit_place(const Session& session);

/// Notes who decided what. A failure becomes a notice that says what to type, never an error: no work is lost for it.
void audit(Session& session, const std::string& event, std::map<std::string, std::string> fields);

/// What a proposal is, on which evidence, and what it cost.
[[nodiscard]] std::map<std::string, std::string> audit_fields(const patch::StoredProposal& stored);

}  // namespace rfsn::gate
