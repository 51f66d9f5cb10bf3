// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "policy/content_rules.hpp"
#include "policy/line_diff.hpp"
#include "policy/path_rules.hpp"
#include "policy/policy.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {
namespace {

std::string count(std::size_t n, const char* what) {
    return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

struct Size {
    std::size_t lines = 0, hunks = 0;
};

void judge_size(const RuleSet& rules, const Size& size, std::size_t files, const Limits& limits,
                std::vector<model::PolicyVerdict>& verdicts) {
    const std::string is = count(size.lines, "line") + ", " + count(files, "file") + ", " + count(size.hunks, "hunk");
    const std::string may =
        count(limits.lines, "line") + ", " + count(limits.files, "file") + ", " + count(limits.hunks, "hunk");
    if (size.lines > limits.lines || files > limits.files || size.hunks > limits.hunks) {
        verdicts.push_back({"size", false, rules.reason("size") + ": " + is + "; the limits are " + may});
    } else {
        verdicts.push_back({"size", true, is + " of at most " + may});
    }
}

}  // namespace

std::vector<model::PolicyVerdict> judge(const std::vector<Change>& changes, model::ProposalSource source,
                                        const Limits& limits, const std::vector<std::string>& offered) {
    const auto& loaded = rule_set();
    if (!loaded) {
        return {{"rules", false, "the policy's rules cannot be read: " + loaded.error().describe()}};
    }
    const RuleSet& rules = *loaded;
    const bool fixer = source == model::ProposalSource::fixer;
    constexpr std::size_t least_exact = 1000;
    std::vector<model::PolicyVerdict> verdicts;
    std::set<std::string> names;
    Size size;
    for (const auto& change : changes) {
        const std::string& path = change.edit.path;
        if (!names.insert(folded(path)).second &&
            !(fixer && std::count_if(changes.begin(), changes.end(),
                                     [&](const Change& other) { return other.edit.path == path; }) == 1)) {
            verdicts.push_back({"repeated-path", false, base::printable(path) + ": " + rules.reason("repeated-path")});
        }
        judge_path(rules, change, source, limits, verdicts);
        if (fixer) {
            continue;
        }
        if (!offered.empty() && std::find(offered.begin(), offered.end(), path) == offered.end()) {
            verdicts.push_back({"offered", false, base::printable(path) + ": " + rules.reason("offered")});
        }
        const std::string_view after = change.edit.deletes ? std::string_view{} : std::string_view(change.edit.content);
        const LineDiff diff = line_diff(change.before, after, std::max(limits.lines, least_exact));
        size.lines += diff.lines();
        size.hunks += diff.hunks;
        if (!change.edit.deletes) {
            judge_content(rules, change, diff, limits, verdicts);
        }
    }
    if (!fixer) {
        judge_size(rules, size, changes.size(), limits, verdicts);
    }
    std::stable_partition(verdicts.begin(), verdicts.end(),
                          [](const model::PolicyVerdict& verdict) { return !verdict.allowed; });
    return verdicts;
}

bool allowed(const std::vector<model::PolicyVerdict>& verdicts) {
    return std::all_of(verdicts.begin(), verdicts.end(),
                       [](const model::PolicyVerdict& verdict) { return verdict.allowed; });
}

bool is_test_path(std::string_view path) {
    const auto& loaded = rule_set();
    return loaded && loaded->is_test_file(folded(path));
}

std::vector<std::pair<std::string, std::string>> rules() {
    const auto& loaded = rule_set();
    return loaded ? loaded->reasons : std::vector<std::pair<std::string, std::string>>{};
}

}  // namespace rfsn::policy
