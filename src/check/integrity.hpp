// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/outcome.hpp"
#include "check/plan.hpp"
#include "git/staged_source.hpp"

namespace rfsn::check {

/// The check over the change as a whole: whether it weakens tests, checks or the gate.
[[nodiscard]] Planned plan_integrity(const model::Snapshot& snapshot);

/// Whether the change is to the team's own configuration of the gate.
[[nodiscard]] bool changes_configuration(const model::Snapshot& snapshot);

/// Who may allow a weakening: anybody by a line "rfsn-allow: RULE reason", or only what a configuration lists.
struct Approval {
    bool needed = false;
    std::vector<std::string> rules;  ///< "RULE" or "RULE:GLOB"
};
/// Judges the whole change of `view`, edits included; what is found in the planned files is what it found.
[[nodiscard]] Outcome run_integrity(const Planned& planned, const git::TreeView& view, const Approval& approval);

}  // namespace rfsn::check
