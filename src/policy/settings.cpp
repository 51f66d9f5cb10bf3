// SPDX-License-Identifier: MIT
#include "policy/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/path_rules.hpp"

namespace rfsn::policy {
namespace {

using Parts = std::vector<std::string>;

bool matches(const Parts& pattern, std::size_t p, const Parts& path, std::size_t i) {
    if (p == pattern.size()) {
        return i == path.size();
    }
    if (pattern[p] == "**") {
        for (std::size_t skip = i; skip <= path.size(); ++skip) {
            if (matches(pattern, p + 1, path, skip)) {
                return true;
            }
        }
        return false;
    }
    return i < path.size() && (pattern[p] == "*" || pattern[p] == path[i] || base::glob_match(pattern[p], path[i])) &&
           matches(pattern, p + 1, path, i + 1);
}

const ConfigForm* form_of(const SettingRules& rules, const std::string& path) {
    const std::string name = folded(path);
    const auto found = std::find_if(rules.forms.begin(), rules.forms.end(),
                                    [&](const ConfigForm& form) { return base::glob_match_any(form.globs, name); });
    return found == rules.forms.end() ? nullptr : &*found;
}

std::optional<double> number_of(const std::vector<std::string>& values) {
    if (values.size() != 1) {
        return std::nullopt;
    }
    const char* text = values[0].c_str();
    char* end = nullptr;
    const double number = std::strtod(text, &end);
    return end == text ? std::nullopt : std::optional<double>(number);
}

bool is_true(const std::vector<std::string>& values) {
    std::string text = values.empty() ? "" : values.front();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text == "true" || text == "yes" || text == "on" || text == "1" || text == "enable";
}
bool is_false(const std::vector<std::string>& values) {
    std::string text = values.empty() ? "" : values.front();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text == "false" || text == "no" || text == "off" || text == "0" || text == "disable";
}

/// off 0, warning 1, error 2, by the words of many tools; nullopt if it is none of them.
std::optional<int> severity_of(const std::vector<std::string>& values) {
    std::string text = values.empty() ? "" : values.front();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    static const std::map<std::string, int, std::less<>> words{
        {"off", 0},         {"0", 0},           {"none", 0},    {"false", 0},  {"allow", 0},   {"silent", 0},
        {"disable", 0},     {"disabled", 0},    {"null", 0},    {"basic", 1},  {"default", 1}, {"standard", 1},
        {"warn", 1},        {"1", 1},           {"warning", 1}, {"info", 1},   {"hint", 1},    {"suggestion", 1},
        {"annotations", 1}, {"information", 1}, {"minimum", 1}, {"error", 2},  {"2", 2},       {"deny", 2},
        {"forbid", 2},      {"true", 2},        {"fatal", 2},   {"enable", 2}, {"strict", 3},  {"all", 2},
        {"recommended", 2}};
    const auto found = words.find(text);
    return found == words.end() ? std::nullopt : std::optional<int>(found->second);
}

/// The members of a list, also of one written in a string with commas, spaces or semicolons.
std::set<std::string> members(const Setting& setting) {
    std::set<std::string> out;
    for (const auto& value : setting.values) {
        if (setting.several && value.find_first_of(",;\n") == std::string::npos) {
            out.insert(value);
            continue;
        }
        std::string word;
        for (const char c : value + ",") {
            if (c == ',' || c == ';' || c == '\n' || (c == ' ' && !setting.several) || (c == '|' && !setting.several)) {
                if (!word.empty() && word.find("$(") != 0) {
                    out.insert(word);
                }
                word.clear();
            } else if (c != '\r' && c != '\t') {
                word += c;
            }
        }
    }
    return out;
}

/// Options that take tests out of a run or make its result mean less.
std::set<std::string> loosening_arguments(const Setting& setting) {
    static const re2::RE2 option(
        R"((?:^|[\s"',=])(--ignore(?:-glob)?[= ]\S+|--deselect[= ]\S+|-o[= ]python_\S+|--override-ini\S*|-c[= ]\S+\.(?:ini|cfg|toml)|--reruns[= ]\S+|--setup-(?:only|plan)|--lf\b|--last-failed\b|-k[= ]?["']?\s*not\b[^"'\n]*|-m[= ]?["']?\s*not\b[^"'\n]*|-p[ =]*no:\S+|--no-cov\b|--exit-zero\b|--continue-on-collection-errors\b|--disable-warnings\b|-W[ =]*ignore\S*|--passWithNoTests\b|--no-strict\S*|--extend-ignore\S*|--disable[= ]\S+|--testPathIgnorePatterns\S*|-DskipTests\S*|-Dmaven\.test\.skip\S*|-x[ ]+test\b|--no-verify\b|-A[ ]+(?:clippy::\S+|warnings|dead_code|unused\S*)|--cap-lints\b[^\n]*|--quiet-level\S*|--no-fail-on-\S+|--collect-only\b|--co\b|--dry-run\b|-k[= ]?\S+|-t[= ]\S+|--testNamePattern\S*|--quiet\b|--only\b|--grep\b|[\w./-]+\.(?:test|spec)\.\w+|^-[ \t]+\w+))");
    std::set<std::string> out;
    std::vector<std::string> texts = setting.values;
    if (setting.several && texts.size() > 1) {  // an option and its value may be two members
        std::string joined;
        for (const auto& value : setting.values) {
            joined += (joined.empty() ? "" : " ") + value;
        }
        texts.push_back(std::move(joined));
    }
    for (const auto& value : texts) {
        re2::StringPiece rest(value);
        std::string found;
        while (re2::RE2::FindAndConsume(&rest, option, &found)) {
            out.insert(found);
        }
    }
    return out;
}

/// A condition that no event fulfils: constants, states in which nothing has run, events that are none.
bool never_runs(const std::string& text) {
    static const re2::RE2 never(
        R"(^\s*(?:\$\{\{)?\s*(?:!\s*(?:true|always\(\))|false|never|manual|approval|on_fail|(?:failure|failed|cancelled|canceled)\(\)|\(?\s*false\s*\)?.*|.*&&\s*false|eq\(\s*(?:'[^']*'|\d+)\s*,\s*(?:'[^']*'|\d+)\s*\)|\d+\s*[=<>!]=?\s*\d+|'[^']*'\s*==\s*'[^']*')\s*(?:\}\})?\s*$)");
    static const re2::RE2 event(R"(github\.event_name\s*==\s*'(\w*)'\s*(?:\}\})?\s*$)");
    static const std::set<std::string, std::less<>> events{"push",
                                                           "pull_request",
                                                           "pull_request_target",
                                                           "workflow_dispatch",
                                                           "schedule",
                                                           "merge_group",
                                                           "release",
                                                           "workflow_call",
                                                           "workflow_run",
                                                           "repository_dispatch",
                                                           "issue_comment",
                                                           "pull_request_review",
                                                           "issues",
                                                           "create"};
    std::string named;
    return re2::RE2::FullMatch(text, never) ||
           (re2::RE2::PartialMatch(text, event, &named) && events.count(named) == 0);
}
/// A condition about who runs it, or about a file: with it a check may never run here.
bool asks_elsewhere(const std::string& text) {
    static const re2::RE2 who(
        R"((?:github\.(?:repository|actor|triggering_actor|repository_owner)\s*==|\bhashFiles\(|\bcontains\(\s*github\.event\.(?:pull_request\.labels|head_commit\.message)|github\.ref\s*==\s*'refs/(?:tags/|heads/(?:[^mdtr']))))");
    return re2::RE2::PartialMatch(text, who);
}
/// What a step is run by, where that does not stop at what fails, or runs nothing.
bool is_no_shell(const std::string& text) {
    static const re2::RE2 shell(
        R"(^\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*)?(?:bash|sh|dash|zsh|ksh|fish|pwsh|powershell|cmd|python[\d.]*|perl|ruby|node|nu|msys2|wsl-bash|micromamba-shell|cygwin|Rscript|nix|\$\{\{|alpine\.sh|busybox|docker|cpa\.sh)(?:\.exe)?(?:\s|[}'"-]|$))");
    static const re2::RE2 masked(R"(\|\||;\s*(?:true|exit)|\+e\b|\+o\s+errexit|&\s*$)");
    return !re2::RE2::PartialMatch(text, shell) || re2::RE2::PartialMatch(text, masked);
}
/// "10s", "2m", "500": milliseconds.
std::optional<double> milliseconds(const std::vector<std::string>& values) {
    const auto number = number_of(values);
    if (!number) {
        return std::nullopt;
    }
    const std::string& text = values[0];
    const auto unit = text.substr(std::min(text.find_first_not_of("0123456789. "), text.size()));
    return *number * (unit == "ms" || unit.empty() ? 1.0 : unit == "m" ? 60e3 : unit == "h" ? 3600e3 : 1e3);
}

/// A script that runs something on one side and nothing on the other.
bool runs_nothing(const Setting& setting) {
    static const re2::RE2 nothing(
        R"(^\s*(?:(?:exit 0|true|:|echo\b[^&|;]*|node -e ["'](?:process\.exit\(0\))?["'])\s*(?:;|&&|\|\|)?\s*)*$)");
    return !setting.values.empty() && std::all_of(setting.values.begin(), setting.values.end(), [](const auto& value) {
        return re2::RE2::PartialMatch(value, nothing);
    });
}

std::string shown(const std::vector<std::string>& values) {
    std::string out;
    for (const auto& value : values) {
        out += (out.empty() ? "" : ", ") + value;
    }
    return base::printable(out.size() > 60 ? out.substr(0, 57) + "..." : out);
}

/// The settings of one side of all files, by name.
struct Side {
    std::map<Parts, const Setting*> by_path;
    std::set<std::string> tools;
    void add(const std::vector<Setting>& settings) {
        for (const auto& setting : settings) {
            by_path[setting.path] = &setting;
            if (!setting.path.empty() && !(setting.path.size() == 1 && setting.values.empty())) {
                tools.insert(setting.path.front());
            }
        }
    }
    [[nodiscard]] const Setting* find(const Parts& path) const {
        const auto found = by_path.find(path);
        return found == by_path.end() ? nullptr : found->second;
    }
    [[nodiscard]] bool has_below(const Parts& path) const {
        const auto found = by_path.lower_bound(path);
        return found != by_path.end() && found->first.size() >= path.size() &&
               std::equal(path.begin(), path.end(), found->first.begin());
    }
};

struct Document {
    const Sides* file = nullptr;
    std::vector<Setting> before, after;
};

class Comparison {
   public:
    Comparison(const SettingRules& rules, const std::vector<Document>& documents)
        : rules_(rules), documents_(documents) {
        for (const auto& document : documents) {
            before_.add(document.before);
            after_.add(document.after);
        }
    }

    std::vector<Loosened> run() {
        for (const auto& document : documents_) {
            std::map<Parts, std::pair<const Setting*, const Setting*>> pairs;
            for (const auto& setting : document.before) {
                pairs[setting.path].first = &setting;
            }
            for (const auto& setting : document.after) {
                pairs[setting.path].second = &setting;
            }
            const std::size_t known = found_.size();
            bool other_settings = false;
            for (auto& [path, pair] : pairs) {
                if (pair.first != nullptr && pair.second == nullptr) {
                    pair.second = after_.find(path);  // it moved to another file
                } else if (pair.first == nullptr && pair.second != nullptr) {
                    pair.first = before_.find(path);
                }
                const std::size_t before = found_.size();
                compare(document, path, pair.first, pair.second);
                other_settings = other_settings || (found_.size() == before && pair.second != nullptr &&
                                                    !pair.second->values.empty() && !pair.second->several);
            }
            // A configuration that is new decides nothing that was decided before, unless it does nothing else.
            if (document.file->before == nullptr && found_.size() > known && other_settings) {
                found_.erase(std::remove_if(found_.begin() + static_cast<std::ptrdiff_t>(known), found_.end(),
                                            [](const Loosened& one) { return one.rule != "gate-relaxed"; }),
                             found_.end());
            }
        }
        return std::move(found_);
    }

   private:
    void compare(const Document& document, const Parts& path, const Setting* before, const Setting* after) {
        if (path.empty()) {
            return;
        }
        for (const auto& rule : rules_.settings) {
            if (std::none_of(rule.keys.begin(), rule.keys.end(),
                             [&](const Parts& key) { return matches(key, 0, path, 0); })) {
                continue;
            }
            if (rule.scoped && before == nullptr) {
                Parts around(path.begin(), path.end() - 1);
                while (path.front() == "gitlab" && around.size() > 2) {
                    around.pop_back();  // the job is what was there
                }
                if (!before_.has_below(around)) {
                    continue;
                }
            }
            if (after == nullptr && is_succeeded(path.front())) {
                continue;
            }
            const std::string what = weakening(rule, path, before, after);
            // A team that starts to use the gate chooses what it leaves out; but nobody starts by taking out what keeps
            // tests and keys.
            static constexpr std::array<std::string_view, 6> kept{"integrity", "builtin",  "policy",
                                                                  "secrets",   "security", "detect-private-key"};
            if (document.file->before == nullptr && path.front() == "rfsn" &&
                std::none_of(kept.begin(), kept.end(),
                             [&](std::string_view word) { return what.find(word) != std::string::npos; })) {
                continue;
            }
            if (!what.empty()) {
                found_.push_back({rule.rule, document.file->path, after == nullptr ? 0 : after->line, what});
                return;
            }
        }
    }

    std::string weakening(const SettingRule& rule, const Parts& path, const Setting* before,
                          const Setting* after) const {
        static const Setting nothing;
        const Setting& old_side = before == nullptr ? nothing : *before;
        const Setting& new_side = after == nullptr ? nothing : *after;
        Setting named;
        named.path = path;
        const std::string name = base::printable(named.name());
        const auto moved = [&](const char* how) {
            return name + " " + how + ": " + (before == nullptr ? "not set" : "'" + shown(old_side.values) + "'") +
                   " before, " + (after == nullptr ? "gone" : "'" + shown(new_side.values) + "'") + " now";
        };
        const auto& weaker = rule.weaker;
        if (weaker == "lower" || weaker == "higher") {
            const auto was = number_of(old_side.values);
            const auto is = number_of(new_side.values);
            const bool loosened = was && (!is || (weaker == "lower" ? *is < *was : *is > *was && *was >= 0));
            return loosened ? moved(weaker == "lower" ? "was lowered" : "was raised") : "";
        }
        if (weaker == "off") {
            if (after == nullptr && is_part_of_strict(path)) {
                return "";
            }
            return is_true(old_side.values) && !is_true(new_side.values) ? moved("was switched off") : "";
        }
        if (weaker == "on") {
            // By an expression it is on for somebody; a matrix says for whom.
            const auto is_on = [](const Setting& side) {
                return is_true(side.values) ||
                       (!side.values.empty() && side.values[0].rfind("${{", 0) == 0 &&
                        side.values[0].find("matrix.") == std::string::npos &&
                        side.values[0].find("inputs.") == std::string::npos && side.values[0] != "${{ false }}");
            };
            return !is_on(old_side) && is_on(new_side) ? moved("was switched on") : "";
        }
        if (weaker == "disabled") {
            return !is_false(old_side.values) && is_false(new_side.values) ? moved("was switched off") : "";
        }
        if (weaker == "alone") {
            // What cargo publishes lists every target, and switches the search for all of them off.
            return !is_false(old_side.values) && is_false(new_side.values) && !is_published(after_)
                       ? moved("was switched off")
                       : "";
        }
        if (weaker == "zero") {
            const auto is = number_of(new_side.values);
            return is && *is == 0 && number_of(old_side.values).value_or(1) != 0 ? moved("makes findings a success")
                                                                                 : "";
        }
        if (weaker == "limited") {  // 0: no limit
            const auto is = number_of(new_side.values);
            const auto was = number_of(old_side.values);
            return is && was && (*was == 0 ? *is > 0 : *is > 0 && *is < *was) ? moved("shows fewer findings") : "";
        }
        if (weaker == "set") {
            if (path.front() == "cargo" && before == nullptr && is_published(after_) && !is_published(before_)) {
                return "";  // it lists what was found by its place before
            }
            return !new_side.values.empty() && new_side.values != old_side.values ? moved("leaves some out") : "";
        }
        if (weaker == "nothing") {
            Setting joined;
            for (const auto& value : new_side.values) {
                joined.values.resize(1);
                joined.values[0] += (joined.values[0].empty() ? "" : " ") + value;
            }
            static const re2::RE2 masked(R"(\|\|\s*(?:true|:|exit 0|echo\b)|;\s*(?:true|exit 0|:)\s*$)");
            const bool idle =
                after == nullptr ||
                (!joined.values.empty() && (runs_nothing(joined) || re2::RE2::PartialMatch(joined.values[0], masked)));
            return before != nullptr && idle ? moved("runs nothing any more") : "";
        }
        if (weaker == "never") {
            const auto is = [&](const Setting& side) {
                return !side.values.empty() &&
                       (never_runs(side.values[0]) || (asks_elsewhere(side.values[0]) && is_of_a_check(path)));
            };
            return is(new_side) && !is(old_side) ? moved("keeps it from running") : "";
        }
        if (weaker == "shell") {
            return !new_side.values.empty() && is_no_shell(new_side.values[0]) &&
                           (old_side.values.empty() || !is_no_shell(old_side.values[0]))
                       ? moved("is no shell that fails")
                       : "";
        }
        if (weaker == "events") {
            const auto has = [](const Setting& side, const char* event) {
                return std::find(side.values.begin(), side.values.end(), event) != side.values.end();
            };
            const bool had = before == nullptr || has(old_side, "synchronize");
            return had && after != nullptr && !new_side.values.empty() && !has(new_side, "synchronize")
                       ? moved("leaves out what is pushed to a pull request")
                       : "";
        }
        if (weaker == "nowhere") {
            const bool was_known = before != nullptr || before_.has_below(Parts(path.begin(), path.begin() + 2)) ||
                                   (path.size() == 4 && names(before_, {path[0], path[1]}, path[2]));
            return was_known && after != nullptr && !new_side.values.empty() && leads_nowhere(path, new_side) &&
                           (old_side.values.empty() || !leads_nowhere(path, old_side))
                       ? moved("is where nothing is")
                       : "";
        }
        if (weaker == "none") {
            const auto is = [](const Setting& side) { return side.values.size() == 1 && side.values[0] == "none"; };
            return is(new_side) && !is(old_side) ? moved("was switched off") : "";
        }
        if (weaker == "hidden") {
            const Parts hidden{path[0], "." + path[1], path[2]};
            const bool extended = std::any_of(after_.by_path.begin(), after_.by_path.end(), [&](const auto& entry) {
                return entry.first.back() == "extends" &&
                       std::count(entry.second->values.begin(), entry.second->values.end(), "." + path[1]) != 0;
            });
            return before != nullptr && after == nullptr && path[1].front() != '.' && after_.find(hidden) != nullptr &&
                           !extended
                       ? "the job " + base::printable(path[1]) + " is hidden"
                       : "";
        }
        if (weaker == "tests") {
            static const re2::RE2 test(R"((?:Test|IT\b|Spec))");
            static const re2::RE2 all(R"(\*\*/(?:\*?(?:Test|IT|Spec)|Test\w*\*))");
            return !new_side.values.empty() && new_side.values != old_side.values &&
                           re2::RE2::PartialMatch(new_side.values[0], test) &&
                           !re2::RE2::PartialMatch(new_side.values[0], all)
                       ? moved("names some of the tests")
                       : "";
        }
        if (weaker == "short" || weaker == "instant") {
            const auto is = milliseconds(new_side.values);
            const auto was = milliseconds(old_side.values);
            return is && *is < (weaker == "short" ? 10000 : 2000) && (!was || *is < *was) ? moved("leaves it no time")
                                                                                          : "";
        }
        if (weaker == "severity") {
            const auto was = severity_of(old_side.values);
            const auto is = severity_of(new_side.values);
            const bool loosened =
                after == nullptr ? was.value_or(0) > 0 && before_.tools.count(path.front()) != 0 && !after_parent(path)
                : before == nullptr ? is == 0
                                    : was && is && *is < *was;
            return loosened ? moved("is checked less") : "";
        }
        return list_weakening(rule, path, old_side, new_side, name, before, after);
    }

    /// Whether a Cargo.toml is the one that cargo writes when it publishes.
    static bool is_published(const Side& side) {
        return side.find({"cargo", "package", "autolib"}) != nullptr ||
               (side.find({"cargo", "package", "autobins"}) != nullptr &&
                side.find({"cargo", "package", "autoexamples"}) != nullptr &&
                side.find({"cargo", "package", "autobenches"}) != nullptr);
    }
    /// Whether what a Maven plugin leaves out is no check's: what it packs, or whose licence it looks for.
    static bool is_packaging(const Parts& path) {
        static const re2::RE2 plugin(
            R"(^plugin:.*(?:-rat-|jar|source|javadoc|shade|assembly|license|resources|war|ear|bundle|bnd|deploy|antrun|dependency|release|changes|site).*)");
        return path.front() == "maven" && std::any_of(path.begin(), path.end(), [](const std::string& part) {
                   return re2::RE2::FullMatch(part, plugin);
               });
    }
    /// What no check reads.
    static bool is_prose(const std::string& glob) {
        static const re2::RE2 prose(
            R"((?i)^(?:\*\*/)?(?:(?:docs?|documentation|website)/.*|[^/]*\*?\.(?:md|rst|txt|adoc|png|svg|gif|jpg)|licen[cs]e.*|readme.*|changelog.*|\.gitignore|codeowners|\.github/(?:issue_template|pull_request_template).*)$|^\*\*\.(?:md|rst|txt)$)");
        return re2::RE2::FullMatch(glob, prose);
    }
    static bool names(const Side& side, const Parts& list, const std::string& member) {
        const Setting* found = side.find(list);
        return found != nullptr && std::find(found->values.begin(), found->values.end(), member) != found->values.end();
    }
    /// Whether a condition is that of a step or a job that runs a check.
    [[nodiscard]] bool is_of_a_check(const Parts& path) const {
        const Parts around(path.begin(), path.end() - 1);
        for (auto at = after_.by_path.lower_bound(around);
             at != after_.by_path.end() && at->first.size() >= around.size() &&
             std::equal(around.begin(), around.end(), at->first.begin());
             ++at) {
            const std::string& key = at->first.back();
            if ((key == "run" || key == "script" || key == "command") &&
                std::any_of(at->second->values.begin(), at->second->values.end(), [&](const std::string& value) {
                    return std::any_of(rules_.pipeline_kinds.begin(), rules_.pipeline_kinds.end(),
                                       [&](const auto& kind) { return kind.second.matches(value); });
                })) {
                return true;
            }
        }
        return false;
    }
    /// Branches that nobody works on, paths that hold no code.
    [[nodiscard]] static bool leads_nowhere(const Parts& path, const Setting& setting) {
        static const re2::RE2 branch(
            R"((?i)^["']?(?:!.*|.*[*$/].*|main|master|trunk|develop\w*|dev|devel|default|stable|next|canary|release\S*|staging|production|prod|v?\d\S*|latest|edge|beta|alpha|gh-pages|merge_requests|pushes|web|schedules|branches|tags|external_pull_requests|api|triggers)["']?$)");
        static const re2::RE2 no_code(
            R"((?i)^(?:!.*|(?:\./)?docs?(?:/.*)?|.*\.(?:md|rst|txt|adoc|png|svg)|\.github/.*\.md|licen[cs]e.*|nothing|none|never|no(?:pe|where)(?:/.*)?|[\w-]+)$)");
        const bool paths = path.back() == "paths" || path.back() == "changes";
        return std::all_of(setting.values.begin(), setting.values.end(), [&](const std::string& value) {
            return paths ? re2::RE2::FullMatch(value, no_code) : !re2::RE2::FullMatch(value, branch);
        });
    }
    /// Whether mypy's `strict`, switched on now, says the same.
    [[nodiscard]] bool is_part_of_strict(const Parts& path) const {
        static const re2::RE2 parts(
            R"(^(?:disallow_\w+|check_untyped_defs|no_implicit_\w+|warn_(?:redundant_casts|unused_configs|unused_ignores|return_any)|strict_\w+|extra_checks)$)");
        const Setting* strict = after_.find({"mypy", "strict"});
        return path.size() == 2 && path[0] == "mypy" && strict != nullptr && is_true(strict->values) &&
               re2::RE2::FullMatch(path[1], parts);
    }
    /// Whether a tool went for another one of its trade that is new: what it was told goes with it.
    [[nodiscard]] bool is_succeeded(const std::string& tool) const {
        if (after_.tools.count(tool) != 0) {
            return false;
        }
        return std::any_of(rules_.trades.begin(), rules_.trades.end(), [&](const std::vector<std::string>& trade) {
            return std::find(trade.begin(), trade.end(), tool) != trade.end() &&
                   std::any_of(trade.begin(), trade.end(), [&](const std::string& other) {
                       return after_.tools.count(other) != 0 && before_.tools.count(other) == 0;
                   });
        });
    }

    /// Whether the map around a setting that is gone is gone with it, replaced by nothing that could be compared.
    [[nodiscard]] bool after_parent(const Parts& path) const {
        return path.size() > 1 && !after_.has_below(Parts(path.begin(), path.end() - 1)) &&
               after_.tools.count(path.front()) != 0;
    }

    std::string list_weakening(const SettingRule& rule, const Parts& path, const Setting& old_side,
                               const Setting& new_side, const std::string& name, const Setting* before,
                               const Setting* after) const {
        std::set<std::string> was = members(old_side), is = members(new_side);
        if (rule.weaker == "arguments") {
            was = loosening_arguments(old_side);
            is = loosening_arguments(new_side);
            if (before != nullptr && path.front() == "scripts" && !runs_nothing(old_side)) {
                static const re2::RE2 check(R"(test|lint|check|typecheck|format|audit|coverage|ci|verify|validate)");
                static const re2::RE2 main_check(R"((?:test|lint|typecheck|check|ci)(?::ci|:all)?)");
                if (re2::RE2::PartialMatch(path.back(), check) &&
                    ((after == nullptr && re2::RE2::FullMatch(path.back(), main_check)) ||
                     (after != nullptr && runs_nothing(new_side)))) {
                    return name + " runs nothing any more";
                }
            }
        }
        std::vector<std::string> difference;
        if (rule.weaker == "fewer") {
            if (before == nullptr ||
                (after == nullptr && after_.tools.count(path.front()) != 0 && after_parent(path))) {
                return "";
            }
            if (after == nullptr && path.front() == "workflow" && path.back() == "branches" &&
                names_event(path[path.size() - 2]) && after_.find({path[0], path[1], path[2], "tags"}) == nullptr) {
                return "";  // on every branch
            }
            std::set_difference(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(difference));
            difference.erase(
                std::remove_if(difference.begin(), difference.end(),
                               [&](const std::string& one) { return elsewhere(rule, one) || covered(one, is); }),
                difference.end());
            if (rule.replaceable && count_all(rule, after_) >= count_all(rule, before_)) {
                return "";
            }
            if (path.front() == "checkstyle" && before != nullptr && !before->several) {
                return "";
            }
            return difference.empty() ? "" : name + " lost " + shown(difference);
        }
        if (before == nullptr && before_.tools.count(path.front()) == 0 && rule.weaker == "more" &&
            path.front() != "ignore-file" && path.front() != "rfsn") {
            return only_loosens(path) ? name + " is new: " + shown({is.begin(), is.end()}) : "";
        }
        if (is_packaging(path)) {
            return "";
        }
        std::set_difference(is.begin(), is.end(), was.begin(), was.end(), std::back_inserter(difference));
        difference.erase(
            std::remove_if(difference.begin(), difference.end(),
                           [&](const std::string& one) {
                               return newly_selected(path, one) || one[0] == '!' ||
                                      (path.front() == "workflow" && path.back() == "paths-ignore" && is_prose(one));
                           }),
            difference.end());
        return difference.empty() ? "" : name + " got " + shown(difference);
    }

    /// Whether workflows are still started by an event.
    [[nodiscard]] bool names_event(const std::string& event) const {
        const Setting* on = after_.find({"workflow", "on"});
        return on != nullptr && std::find(on->values.begin(), on->values.end(), event) != on->values.end();
    }
    /// Whether a member was given up for one that covers it: "E5" by "E".
    static bool covered(const std::string& one, const std::set<std::string>& now) {
        return now.count("ALL") != 0 || now.count("*") != 0 ||
               std::any_of(now.begin(), now.end(), [&](const std::string& other) {
                   return !other.empty() && other.size() < one.size() && one.compare(0, other.size(), other) == 0;
               });
    }
    [[nodiscard]] bool only_loosens(const Parts& path) const {
        return std::none_of(after_.by_path.begin(), after_.by_path.end(), [&](const auto& entry) {
            const bool same_tool = !entry.first.empty() && entry.first.front() == path.front();
            return same_tool && !entry.second->several && !entry.second->values.empty() && entry.first != path;
        });
    }
    [[nodiscard]] bool elsewhere(const SettingRule& rule, const std::string& member) const {
        return std::any_of(after_.by_path.begin(), after_.by_path.end(), [&](const auto& entry) {
            return std::any_of(rule.keys.begin(), rule.keys.end(),
                               [&](const Parts& key) { return matches(key, 0, entry.first, 0); }) &&
                   members(*entry.second).count(member) != 0;
        });
    }
    [[nodiscard]] static std::size_t count_all(const SettingRule& rule, const Side& side) {
        std::size_t count = 0;
        for (const auto& [path, setting] : side.by_path) {
            const auto is = [&, &where = path](const Parts& key) { return matches(key, 0, where, 0); };
            if (std::any_of(rule.keys.begin(), rule.keys.end(), is)) {
                count += members(*setting).size();
            }
        }
        return count;
    }
    /// A rule that is left out in the change that switches its family on makes nothing looser.
    [[nodiscard]] bool newly_selected(const Parts& path, const std::string& code) const {
        for (const auto& [where, setting] : after_.by_path) {
            if (where.empty() || where.front() != path.front() ||
                (where.back() != "select" && where.back() != "extend-select" && where.back() != "enable")) {
                continue;
            }
            const Setting* old = before_.find(where);
            const auto was = old == nullptr ? std::set<std::string>{} : members(*old);
            for (const auto& family : members(*setting)) {
                const bool is_new = was.count(family) == 0 && was.count("ALL") == 0;
                if (is_new && (family == "ALL" || code.compare(0, family.size(), family) == 0)) {
                    return true;
                }
            }
        }
        return false;
    }

    const SettingRules& rules_;
    const std::vector<Document>& documents_;
    Side before_, after_;
    std::vector<Loosened> found_;
};

}  // namespace

std::vector<Loosened> loosened_settings(const SettingRules& rules, const std::vector<Sides>& files) {
    std::vector<Document> documents;
    for (const auto& file : files) {
        const ConfigForm* form = form_of(rules, file.path);
        if (form == nullptr) {
            continue;
        }
        Document document;
        document.file = &file;
        auto before = file.before == nullptr ? std::optional<std::vector<Setting>>(std::in_place)
                                             : read_settings(*form, rules.names, *file.before);
        auto after = file.after == nullptr ? std::optional<std::vector<Setting>>(std::in_place)
                                           : read_settings(*form, rules.names, *file.after);
        if (!before || !after) {
            continue;
        }
        document.before = std::move(*before);
        document.after = std::move(*after);
        documents.push_back(std::move(document));
    }
    return Comparison(rules, documents).run();
}

std::optional<std::vector<std::pair<std::string, std::size_t>>> changed_settings(const SettingRules& rules,
                                                                                 const Sides& file) {
    const ConfigForm* form = form_of(rules, file.path);
    if (form == nullptr || file.before == nullptr || file.after == nullptr) {
        return std::nullopt;
    }
    const auto before = read_settings(*form, rules.names, *file.before);
    const auto after = read_settings(*form, rules.names, *file.after);
    if (!before || !after) {
        return std::nullopt;
    }
    std::map<std::string, std::pair<const Setting*, const Setting*>> pairs;
    for (const auto& setting : *before) {
        pairs[setting.name()].first = &setting;
    }
    for (const auto& setting : *after) {
        pairs[setting.name()].second = &setting;
    }
    std::vector<std::pair<std::string, std::size_t>> changed;
    for (const auto& [name, pair] : pairs) {
        if (pair.first == nullptr || pair.second == nullptr || pair.first->values != pair.second->values) {
            changed.emplace_back(name, pair.first == nullptr ? 0 : pair.first->line);
        }
    }
    return changed;
}

}  // namespace rfsn::policy
