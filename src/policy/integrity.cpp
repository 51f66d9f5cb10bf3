// SPDX-License-Identifier: MIT
#include "policy/integrity.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/path_rules.hpp"

namespace rfsn::policy {
namespace {

constexpr std::string_view allow_mark = "rfsn-allow:";

/// Files that nobody writes, or that hold no text: their content is no rule's business. What the change itself makes of
/// a file does not take it out of reach.
bool is_out_of_reach(const RuleSet& rules, const StagedChange& change) {
    const std::string name = folded(change.path);
    const auto vendored = std::find_if(rules.paths.begin(), rules.paths.end(),
                                       [](const PathRule& rule) { return rule.id == "vendored"; });
    if (vendored != rules.paths.end() && base::glob_match_any(vendored->globs, name) &&
        (change.old_path.empty() || base::glob_match_any(vendored->globs, folded(change.old_path)))) {
        return true;
    }
    const auto& side = change.before ? change.before : change.after;
    return side && (side->find('\0') != std::string::npos ||
                    (!rules.is_test_file(name) && rules.generated.matches(std::string_view(*side).substr(0, 2048))));
}

/// "RULE reason" or "RULE PATH reason" in a line; reasons that say nothing are none.
struct Allowance {
    std::string file;  ///< that holds the line
    std::string rule, rest;
};
std::vector<Allowance> allowances(const std::vector<StagedChange>& changes) {
    std::vector<Allowance> found;
    for (const auto& change : changes) {
        if (!change.after || change.after->find(allow_mark) == std::string::npos) {
            continue;
        }
        std::multiset<std::string_view> old_lines;
        if (change.before) {
            for (const auto line : base::split_lines(*change.before)) {
                old_lines.insert(line);
            }
        }
        for (const auto line : base::split_lines(*change.after)) {
            const auto at = line.find(allow_mark);
            if (at == std::string_view::npos) {
                continue;
            }
            if (const auto old = old_lines.find(line); old != old_lines.end()) {
                old_lines.erase(old);  // it allowed an earlier change
                continue;
            }
            const std::string_view text = base::trim(line.substr(at + allow_mark.size()));
            const auto space = text.find_first_of(" \t");
            if (space != std::string_view::npos) {
                std::string rest(base::trim(text.substr(space)));
                for (const std::string_view end : {"*/", "-->", "\","}) {
                    if (rest.size() > end.size() && std::string_view(rest).substr(rest.size() - end.size()) == end) {
                        rest = std::string(base::trim(std::string_view(rest).substr(0, rest.size() - end.size())));
                    }
                }
                found.push_back({change.path, std::string(text.substr(0, space)), std::move(rest)});
            }
        }
    }
    return found;
}

/// Different lines of source that come or go. Data, blank lines and repetitions make no change large.
std::size_t changed_lines(const RuleSet& rules, const std::vector<StagedChange>& changes) {
    std::set<std::string> lines;
    for (const auto& change : changes) {
        const Language* language = rules.language(folded(change.path));
        if (language == nullptr || language->extent == Extent::none) {
            continue;
        }
        std::multiset<std::string_view> old_lines;
        if (change.before) {
            for (const auto line : base::split_lines(*change.before)) {
                old_lines.insert(line);
            }
        }
        const auto add = [&](std::string_view line) {
            if (auto text = squeezed(line); text.size() > 3) {
                lines.insert(std::move(text));
            }
        };
        if (change.after) {
            for (const auto line : base::split_lines(*change.after)) {
                const auto old = old_lines.find(line);
                old == old_lines.end() ? add(line) : void(old_lines.erase(old));
            }
        }
        std::for_each(old_lines.begin(), old_lines.end(), add);
    }
    return lines.size();
}

bool is_reason(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; }) >=
           3;
}

}  // namespace

std::size_t marks_for_size(const RuleSet& rules, const std::vector<StagedChange>& changes) {
    constexpr std::size_t large_change = 300;
    constexpr std::size_t lines_per_mark = 60;
    const std::size_t lines = changed_lines(rules, changes);
    return lines < large_change ? 0 : lines / lines_per_mark;
}

void note_allowed(const std::vector<StagedChange>& changes, std::vector<Weakening>& found) {
    if (found.empty()) {
        return;
    }
    for (const auto& allowance : allowances(changes)) {
        const auto space = allowance.rest.find_first_of(" \t");
        const std::string first = allowance.rest.substr(0, space);
        for (auto& weakening : found) {
            if (weakening.allowed || weakening.rule != allowance.rule) {
                continue;
            }
            if (first == weakening.path) {
                const std::string reason(base::trim(std::string_view(allowance.rest).substr(first.size())));
                if (is_reason(reason)) {
                    weakening.allowed = reason;
                }
            } else if (allowance.file == weakening.path && is_reason(allowance.rest)) {
                weakening.allowed = allowance.rest;
            }
        }
    }
}

std::vector<Weakening> weakenings(const RuleSet& rules, const SettingRules& settings,
                                  const std::vector<StagedChange>& changes) {
    std::vector<StagedChange> judged;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(judged),
                 [&](const StagedChange& change) { return !is_out_of_reach(rules, change); });
    std::vector<Weakening> found;
    find_weaker_tests(rules, judged, found);
    find_silenced(rules, judged, found);
    std::vector<Sides> sides;
    for (const auto& change : judged) {
        sides.push_back(
            {change.path, change.before ? &*change.before : nullptr, change.after ? &*change.after : nullptr});
        if (!change.old_path.empty()) {
            sides.back().before = folded(change.old_path) == folded(change.path) ? sides.back().before : nullptr;
            if (sides.back().before == nullptr && change.before) {
                sides.push_back({change.old_path, &*change.before, nullptr});
            }
        }
    }
    for (auto& one : loosened(settings, sides)) {
        if (rules.asks(one.rule)) {
            found.push_back(
                {one.rule, one.path, one.line, rules.reason(one.rule) + ": " + one.what, false, std::nullopt});
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Weakening& a, const Weakening& b) {
        return std::tie(a.path, a.line, a.rule) < std::tie(b.path, b.line, b.rule);
    });
    note_allowed(changes, found);
    return found;
}

std::vector<Weakening> weakenings(const std::vector<StagedChange>& changes) {
    const auto& rules = rule_set();
    const auto& settings = setting_rules();
    if (!rules || !settings) {
        return {{"rules", "", 0,
                 "the policy's rules cannot be read: " + (rules ? settings.error() : rules.error()).describe(), false,
                 std::nullopt}};
    }
    return weakenings(*rules, *settings, changes);
}

bool is_judged_path(const std::string& path) {
    const auto& rules = rule_set();
    const auto& settings = setting_rules();
    if (!rules || !settings) {
        return true;
    }
    const std::string name = folded(path);
    return rules->language(name) != nullptr || base::glob_match_any(settings->pipeline_globs, name) ||
           base::glob_match_any(settings->strict_globs, name) || base::glob_match_any(settings->program_globs, name) ||
           std::any_of(settings->forms.begin(), settings->forms.end(),
                       [&](const ConfigForm& form) { return base::glob_match_any(form.globs, name); });
}

base::Result<void> check_integrity_rules() {
    if (const auto& rules = rule_set(); !rules) {
        return tl::make_unexpected(rules.error());
    }
    if (const auto& settings = setting_rules(); !settings) {
        return tl::make_unexpected(settings.error());
    }
    return {};
}

std::vector<std::string> integrity_rules() {
    const auto& rules = rule_set();
    return rules ? rules->integrity : std::vector<std::string>{};
}

}  // namespace rfsn::policy
