// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "policy/line_diff.hpp"
#include "policy/policy.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// What the rules about content have to say of one file.
void judge_content(const RuleSet& rules, const Change& change, const LineDiff& diff, const Limits& limits,
                   std::vector<model::PolicyVerdict>& verdicts);

/// judge() by other rules than those compiled in: what tests leave rules out with.
[[nodiscard]] std::vector<model::PolicyVerdict> judge(const RuleSet& rules, const std::vector<Change>& changes,
                                                      model::ProposalSource source, const Limits& limits,
                                                      const std::vector<std::string>& offered);

}  // namespace rfsn::policy
