// SPDX-License-Identifier: MIT
// Files that run checks, read line by line: what they run less of than before, and what makes failures pass.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/path_rules.hpp"
#include "policy/settings.hpp"
#include "policy/source_text.hpp"

namespace rfsn::policy {
namespace {

/// The commands of a package.json; its dependencies name tools, too.
std::string scripts_of(const std::string& content) {
    std::string out;
    const ConfigForm form{{}, "json", "", "scripts"};
    for (const auto& setting : read_settings(form, {}, content).value_or(std::vector<Setting>{})) {
        if (!setting.several && !setting.values.empty()) {
            out += setting.path.back() + ": " + setting.values.front() + "\n";
        }
    }
    return out;
}

std::string code_of(const Sides& file, const std::string* content) {
    if (content == nullptr) {
        return {};
    }
    const std::string name = folded(file.path);
    if (name.size() >= 12 && name.compare(name.size() - 12, 12, "package.json") == 0) {
        return scripts_of(*content);
    }
    const bool python = base::glob_match("*.py", name);
    const bool script =
        base::glob_match_any({"*.js", "*.ts", "*.mjs", "*.cjs", "*.gradle", "*.kts", "*.rs", "jenkinsfile"}, name);
    return without_comments(*content, python                             ? Syntax::python
                                      : script                           ? Syntax::javascript
                                      : base::glob_match("*.json", name) ? Syntax::none
                                                                         : Syntax::hash);
}

/// Without what is only printed, and without what a shell takes for a comment: it runs nothing.
std::string running(std::string code) {
    static const re2::RE2 printed(R"(\b(?:echo|printf)[ \t][^\n|&;]*|[ \t]#[^\n]*)");
    re2::RE2::GlobalReplace(&code, printed, " ");
    static const re2::RE2 whole(R"(--lib([ \t][^\n|&;]*--(?:tests|all-targets)\b))");
    re2::RE2::GlobalReplace(&code, whole, R"(\1)");
    return code;
}

bool is_pipeline(const SettingRules& rules, const Sides& file) {
    return base::glob_match_any(rules.pipeline_globs, folded(file.path));
}

bool runs_a_check(const SettingRules& rules, std::string_view text) {
    return std::any_of(rules.pipeline_kinds.begin(), rules.pipeline_kinds.end(),
                       [&](const auto& kind) { return kind.second.matches(text); });
}

std::size_t line_of(std::string_view text, std::string_view part) {
    return part.empty() ? 0 : line_number(text, static_cast<std::size_t>(part.data() - text.data()));
}

/// Squeezed lines of a text with how often each is there.
std::map<std::string, std::size_t> lines_of(std::string_view text) {
    std::map<std::string, std::size_t> lines;
    for (const auto line : base::split_lines(text)) {
        ++lines[squeezed(line)];
    }
    return lines;
}

void count_kinds(const SettingRules& rules, const std::vector<Sides>& files, std::vector<Loosened>& found) {
    for (const auto& [id, patterns] : rules.pipeline_kinds) {
        std::size_t before = 0, after = 0, most = 0;
        const Sides* worst = nullptr;
        for (const auto& file : files) {
            if (!is_pipeline(rules, file)) {
                continue;
            }
            const std::size_t was = patterns.count(running(code_of(file, file.before)));
            const std::size_t is = patterns.count(running(code_of(file, file.after)));
            before += was;
            after += is;
            if (was > is && was - is > most) {
                most = was - is;
                worst = &file;
            }
        }
        if (after < before && worst != nullptr) {
            found.push_back({"check-removed", worst->path, 0,
                             "it runs " + id + " tools at " + std::to_string(after) + " places, " +
                                 std::to_string(before) + " before"});
        }
    }
}

/// Tools that look at less than before: by an option of theirs, by a variable that they read, or by what they are
/// given.
void find_narrowed(const SettingRules& rules, const Sides& file, std::vector<Loosened>& found) {
    if (file.after == nullptr || !is_pipeline(rules, file) ||
        (file.before == nullptr && !base::glob_match("**/.mvn/**", folded("/" + file.path)) &&
         !base::glob_match(".mvn/**", folded(file.path)))) {
        return;
    }
    const std::string before = running(code_of(file, file.before));
    const std::string after = running(code_of(file, file.after));
    const auto old_lines = lines_of(before);
    const auto count = [&](const std::string& text) {
        std::size_t hits = 0;
        for (const auto line : base::split_lines(text)) {
            hits += runs_a_check(rules, line) ? rules.narrowed.count(line) : 0;
        }
        return hits;
    };
    const auto tell = [&](const Patterns& patterns, bool on_checks) {
        for (const auto line : base::split_lines(after)) {
            if (old_lines.count(squeezed(line)) == 0 && patterns.matches(line) &&
                (!on_checks || runs_a_check(rules, line))) {
                found.push_back({"checks-ignored", file.path, line_of(after, line),
                                 "'" + base::printable(base::trim(line).substr(0, 100)) + "'"});
                return;
            }
        }
        const auto hits = on_checks ? std::vector<Patterns::Hit>{} : patterns.all(after);
        for (const auto& hit : hits) {
            if (std::string_view(after).substr(hit.begin, hit.end - hit.begin).find('\n') != std::string_view::npos) {
                found.push_back({"checks-ignored", file.path, line_number(after, hit.begin), "nothing is run"});
                return;
            }
        }
    };
    // Where every check of before is still run as it was, another one that sees less takes nothing away.
    const auto new_lines = lines_of(after);
    const auto old = base::split_lines(before);
    const bool changed = std::any_of(old.begin(), old.end(), [&](std::string_view line) {
        return new_lines.count(squeezed(line)) == 0 && runs_a_check(rules, line);
    });
    if (count(after) > count(before) && (changed || file.before == nullptr)) {
        tell(rules.narrowed, true);
    }
    if (rules.narrowed_anywhere.count(after) > rules.narrowed_anywhere.count(before)) {
        tell(rules.narrowed_anywhere, false);
    }
    if (rules.whole.count(after) < rules.whole.count(before)) {
        std::size_t was = 0, is = 0;
        for (const auto& [id, patterns] : rules.pipeline_kinds) {
            was += patterns.count(before);
            is += patterns.count(after);
        }
        if (is >= was) {
            found.push_back({"checks-ignored", file.path, 0, "a tool that was given everything is given less"});
        }
    }
}

/// "check || status=$?" whose status nobody ends with.
bool keeps_status(const std::string& all, std::string_view line) {
    static const re2::RE2 kept(R"(\|\|[ \t]*(\w+)=\$\?)");
    std::string name;
    return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), kept, &name) &&
           !re2::RE2::PartialMatch(all, re2::RE2("\\b(?:exit|return|test|if)\\b[^\\n]*\\$\\{?" + name + "\\b"));
}

void find_masks(const SettingRules& rules, const Sides& file, std::vector<Loosened>& found) {
    if (file.after == nullptr || !is_pipeline(rules, file)) {
        return;
    }
    const std::string before = code_of(file, file.before);
    const std::string after = code_of(file, file.after);
    const auto old_lines = lines_of(before);
    const auto runs_check = [&](std::string_view line) {
        static const re2::RE2 looks_for(R"(\b(?:which|command -v|type -p|pkill|kill|rm|mkdir)\b)");
        return !re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), looks_for) &&
               runs_a_check(rules, line);
    };
    const bool for_all = file.before != nullptr && rules.masks_all.count(after) > rules.masks_all.count(before);
    for (const auto line : base::split_lines(after)) {
        if (old_lines.count(squeezed(line)) != 0) {
            continue;
        }
        if (((rules.masks.matches(line) || keeps_status(after, line)) && runs_check(line)) ||
            (for_all && rules.masks_all.matches(line) && runs_a_check(rules, after))) {
            found.push_back({"failure-masked", file.path, line_of(after, line),
                             "'" + base::printable(base::trim(line).substr(0, 100)) + "'"});
            return;
        }
    }
}

void count_strict_flags(const SettingRules& rules, const std::vector<Sides>& files, std::vector<Loosened>& found) {
    std::map<std::string, std::pair<std::size_t, std::size_t>> flags;
    std::map<std::string, const Sides*> where;
    for (const auto& file : files) {
        if (!base::glob_match_any(rules.strict_globs, folded(file.path))) {
            continue;
        }
        for (const bool old_side : {true, false}) {
            const std::string code = code_of(file, old_side ? file.before : file.after);
            for (const auto& hit : rules.strict.all(code)) {
                const std::string flag = squeezed(std::string_view(code).substr(hit.begin, hit.end - hit.begin));
                auto& count = flags[flag];
                (old_side ? count.first : count.second) += 1;
                if (old_side && file.after != nullptr) {
                    where.emplace(flag, &file);
                }
            }
        }
    }
    for (const auto& [flag, count] : flags) {
        const auto at = where.find(flag);
        if (count.second < count.first && count.second == 0 && at != where.end()) {
            found.push_back(
                {"strictness-off", at->second->path, 0, "the option " + base::printable(flag) + " is gone"});
        }
    }
}

/// The numbers in a program's text by what they are called, in order.
std::map<std::string, std::vector<double>> numbers(const Patterns& patterns, std::string_view text) {
    std::map<std::string, std::vector<double>> out;
    for (const auto& hit : patterns.all(text)) {
        const std::string match(text.substr(hit.begin, hit.end - hit.begin));
        const auto digit = match.find_last_not_of("0123456789.");
        out[std::string(hit.name)].push_back(
            std::strtod(match.c_str() + (digit == std::string::npos ? 0 : digit + 1), nullptr));
    }
    for (auto& [name, values] : out) {
        std::sort(values.begin(), values.end());
    }
    return out;
}

void compare_program(const SettingRules& rules, const Sides& file, std::vector<Loosened>& found) {
    if (file.before == nullptr || !base::glob_match_any(rules.program_globs, folded(file.path))) {
        return;
    }
    const std::string before = code_of(file, file.before);
    const std::string after = code_of(file, file.after);
    for (const bool lower : {true, false}) {
        const Patterns& patterns = lower ? rules.lower : rules.higher;
        const auto was = numbers(patterns, before);
        auto is = numbers(patterns, after);
        for (const auto& [name, old_values] : was) {
            const auto& values = is[name];
            bool loosened = values.size() < old_values.size() && (lower || name.find("max") == 0);
            for (std::size_t i = 0; i < values.size() && values.size() == old_values.size(); ++i) {
                loosened = loosened || (lower ? values[i] < old_values[i] : values[i] > old_values[i]);
            }
            if (loosened) {
                found.push_back({"threshold-lowered", file.path, 0,
                                 base::printable(name) + (values.empty() ? " is gone"
                                                          : lower        ? " was lowered"
                                                                         : " was raised")});
            }
        }
    }
    if (file.after != nullptr && rules.disabled.count(after) > rules.disabled.count(before)) {
        const auto old_lines = lines_of(before);
        for (const auto& hit : rules.disabled.all(after)) {
            const auto line = line_at(after, hit.begin);
            if (old_lines.count(squeezed(line)) == 0) {
                found.push_back({"strictness-off", file.path, line_number(after, hit.begin),
                                 "'" + base::printable(base::trim(line).substr(0, 100)) + "'"});
                return;
            }
        }
    }
}

std::vector<std::vector<std::string>> split_keys(const std::vector<std::string>& keys) {
    std::vector<std::vector<std::string>> out;
    for (const auto& key : keys) {
        std::vector<std::string> parts;
        for (const auto part : base::split(key, '.')) {
            parts.emplace_back(part);
        }
        out.push_back(std::move(parts));
    }
    return out;
}

}  // namespace

namespace {

/// Sources of tests that CMake compiled, and that are still there; tests that it only knows under a new condition.
void compare_cmake(const Sides& file, const std::vector<Sides>& files, std::vector<Loosened>& found) {
    const auto is_cmake = [](const std::string& path) {
        return base::glob_match_any({"cmakelists.txt", "*.cmake"}, folded(path));
    };
    if (file.before == nullptr || file.after == nullptr || !is_cmake(file.path)) {
        return;
    }
    const std::string before = code_of(file, file.before), after = code_of(file, file.after);
    static const re2::RE2 source(R"(([\w./-]*[tT]est[\w.-]*\.(?:c|cc|cpp|cxx))\b)");
    re2::StringPiece rest(before);
    std::string path;
    while (re2::RE2::FindAndConsume(&rest, source, &path)) {
        const std::string leaf = path.substr(path.rfind('/') + 1);
        const bool moved = std::any_of(files.begin(), files.end(), [&, &name = leaf](const Sides& other) {
            return (other.after == nullptr && other.path.find(name) != std::string::npos) ||
                   (&other != &file && other.after != nullptr && is_cmake(other.path) &&
                    other.after->find(name) != std::string::npos);
        });
        if (after.find(leaf) == std::string::npos && !moved && after.find("GLOB") == std::string::npos) {
            found.push_back({"check-removed", file.path, 0, base::printable(path) + " is not built any more"});
            return;
        }
    }
    static const re2::RE2 token(
        R"((?m)^[ \t]*((?i:if|endif|add_test|gtest_discover_tests|catch_discover_tests|doctest_discover_tests|enable_testing))[ \t]*\(([^)\n]*)\)?)");
    static const re2::RE2 usual(
        R"((?i)test|top_level|current_source_dir|win32|unix|apple|msvc|linux|found|target|not\s+cmake_crosscompiling)");
    const auto conditions = [](const std::string& text) {
        std::map<std::string, std::set<std::string>> out;
        std::vector<std::string> open;
        re2::StringPiece left(text);
        std::string word, arguments;
        while (re2::RE2::FindAndConsume(&left, token, &word, &arguments)) {
            std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
            if (word == "if") {
                open.push_back(arguments);
            } else if (word == "endif") {
                open.resize(open.size() - std::min<std::size_t>(open.size(), 1));
            } else {
                auto& here = out[word + squeezed(arguments)];
                here.insert(open.begin(), open.end());
            }
        }
        return out;
    };
    const auto was = conditions(before);
    for (const auto& [call, around] : conditions(after)) {
        const auto old = was.find(call);
        for (const auto& condition : around) {
            if (old != was.end() && old->second.count(condition) == 0 && !re2::RE2::PartialMatch(condition, usual)) {
                found.push_back({"checks-ignored", file.path, 0,
                                 "tests are only known where '" + base::printable(condition) + "' holds"});
                return;
            }
        }
    }
}

}  // namespace

std::vector<Loosened> loosened_pipelines(const SettingRules& rules, const std::vector<Sides>& files) {
    std::vector<Loosened> found;
    count_kinds(rules, files, found);
    count_strict_flags(rules, files, found);
    for (const auto& file : files) {
        find_masks(rules, file, found);
        find_narrowed(rules, file, found);
        compare_program(rules, file, found);
        compare_cmake(file, files, found);
    }
    return found;
}

std::vector<Loosened> loosened(const SettingRules& rules, const std::vector<Sides>& files) {
    auto found = loosened_settings(rules, files);
    for (auto& one : loosened_pipelines(rules, files)) {
        found.push_back(std::move(one));
    }
    std::set<std::pair<std::string, std::string>> known;
    std::vector<Loosened> out;
    for (auto& one : found) {
        // The same command read as a setting and as a line is one finding.
        if (one.rule != "failure-masked" && one.rule != "strictness-off"
                ? true
                : known.emplace(one.rule + one.what, one.path).second) {
            out.push_back(std::move(one));
        }
    }
    return out;
}

base::Result<SettingRules> read_setting_rules(const base::DocNode& root) {
    SettingRules rules;
    const auto items = [](const base::DocNode* node) -> const std::vector<base::DocNode>& {
        static const std::vector<base::DocNode> none;
        return node != nullptr && node->is_list() ? node->items : none;
    };
    const auto add = [](Patterns& patterns, const base::DocNode& node, const char* key) -> base::Result<void> {
        for (const auto& source : node.strings(key)) {
            patterns.add(source);
        }
        return {};
    };
    for (const auto& item : items(root.find("files"))) {
        rules.forms.push_back({item.strings("globs"), item.string_or("format", ""), item.string_or("tool", ""),
                               item.string_or("strip", "")});
    }
    if (const auto* names = root.find("names"); names != nullptr) {
        for (const auto& [name, value] : names->entries) {
            rules.names.emplace(name, value.text);
        }
    }
    for (const auto& item : items(root.find("trades"))) {
        rules.trades.push_back(item.strings("tools"));
    }
    for (const auto& item : items(root.find("settings"))) {
        rules.settings.push_back({item.string_or("rule", ""), item.string_or("weaker", ""),
                                  split_keys(item.strings("keys")), item.bool_or("scoped", false),
                                  item.bool_or("replaceable", false)});
    }
    const auto* pipelines = root.find("pipelines");
    const auto* strict = root.find("strict_flags");
    const auto* programs = root.find("programs");
    if (pipelines == nullptr || strict == nullptr || programs == nullptr || rules.forms.empty() ||
        rules.settings.empty()) {
        return base::fail(base::ErrorCode::internal, "policy: settings.yaml is incomplete");
    }
    rules.pipeline_globs = pipelines->strings("globs");
    rules.strict_globs = strict->strings("globs");
    rules.program_globs = programs->strings("globs");
    for (const auto& kind : items(pipelines->find("kinds"))) {
        rules.pipeline_kinds.emplace_back(kind.string_or("id", ""), Patterns{});
        RFSN_TRY(add(rules.pipeline_kinds.back().second, kind, "patterns"));
    }
    RFSN_TRY(add(rules.masks, *pipelines, "masks"));
    RFSN_TRY(add(rules.masks_all, *pipelines, "masks_all"));
    RFSN_TRY(add(rules.narrowed, *pipelines, "narrowed"));
    RFSN_TRY(add(rules.narrowed_anywhere, *pipelines, "narrowed_anywhere"));
    RFSN_TRY(add(rules.whole, *pipelines, "whole"));
    RFSN_TRY(add(rules.strict, *strict, "patterns"));
    RFSN_TRY(add(rules.lower, *programs, "lower"));
    RFSN_TRY(add(rules.higher, *programs, "higher"));
    RFSN_TRY(add(rules.disabled, *programs, "disabled"));
    return rules;
}

const base::Result<SettingRules>& setting_rules() {
    static const base::Result<SettingRules> rules = []() -> base::Result<SettingRules> {
        RFSN_ASSIGN(const auto root, rule_document("settings.yaml"));
        return read_setting_rules(root);
    }();
    return rules;
}

}  // namespace rfsn::policy
