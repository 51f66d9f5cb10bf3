// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/rule_set.hpp"
#include "policy/settings.hpp"

// Whether a change weakens what holds the code to account: the same rules for a commit, a pull request and a proposal.
namespace rfsn::policy {

/// One path of the change with both contents; absent on the side where it is no regular file.
struct StagedChange {
    std::string path;
    std::string old_path;  ///< of a rename, else empty
    std::optional<std::string> before, after;
};
struct Weakening {
    std::string rule;
    std::string path;
    std::size_t line = 0;  ///< of the new file; 0: about what is gone
    std::string message;
    bool noted = false;                  ///< told, but not held against a change of this size
    std::optional<std::string> allowed;  ///< the reason that a line "rfsn-allow: RULE reason" of the change gives
};
/// Every weakening, by path and line. Thread safe.
[[nodiscard]] std::vector<Weakening> weakenings(const std::vector<StagedChange>& changes);
[[nodiscard]] std::vector<Weakening> weakenings(const RuleSet& rules, const SettingRules& settings,
                                                const std::vector<StagedChange>& changes);
/// Whether any of the rules reads this file.
[[nodiscard]] bool is_judged_path(const std::string& path);
/// Ids of the rules over a change, for `rfsn-allow` and `integrity.allow`.
[[nodiscard]] std::vector<std::string> integrity_rules();
/// Whether the rules can be read. Errors: internal.
[[nodiscard]] base::Result<void> check_integrity_rules();

/// How many marks that silence one rule on one line are told without being held against a change: one for 60
/// different lines of source from 300 on, none before. Between two releases of a project a few are on their way in.
/// Marks for a file, a region or all rules, those of security tools, and all that is about tests, settings and
/// pipelines always count.
[[nodiscard]] std::size_t marks_for_size(const RuleSet& rules, const std::vector<StagedChange>& changes);

// The parts.
void find_weaker_tests(const RuleSet& rules, const std::vector<StagedChange>& changes, std::vector<Weakening>& found);
void find_silenced(const RuleSet& rules, const std::vector<StagedChange>& changes, std::vector<Weakening>& found);
/// Fills in Weakening::allowed.
void note_allowed(const std::vector<StagedChange>& changes, std::vector<Weakening>& found);

}  // namespace rfsn::policy
