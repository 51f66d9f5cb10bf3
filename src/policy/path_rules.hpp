// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// Lower case, without the characters that file systems ignore: what names the same file elsewhere has the same form
/// here.
[[nodiscard]] std::string folded(std::string_view path);
/// What is wrong with the path's form, "" if nothing. `known`: the path is in the tree already, so odd but legal names
/// are no attack.
[[nodiscard]] std::string path_form_problem(std::string_view path, bool known);
/// Whether a component is .git in any disguise that git guards against.
[[nodiscard]] bool reaches_git_directory(std::string_view path);
/// What the path and mode rules have to say.
void judge_path(const RuleSet& rules, const Change& change, model::ProposalSource source, const Limits& limits,
                std::vector<model::PolicyVerdict>& verdicts);

}  // namespace rfsn::policy
