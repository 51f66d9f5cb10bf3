// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/content_rules.hpp"
#include "policy/integrity.hpp"
#include "policy/line_diff.hpp"
#include "policy/path_rules.hpp"
#include "policy/policy.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {
namespace {

constexpr std::size_t least_exact = 1000;  ///< changed lines that are counted, not estimated

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
    std::string over;  // only what is exceeded: the same edit is refused in the same words until that limit grows
    const auto hold = [&](std::size_t has, std::size_t most, const char* what) {
        if (has > most) {
            over += (over.empty() ? "" : ", ") + count(has, what) + ", at most " + std::to_string(most) +
                    (most == 1 ? " is allowed" : " are allowed");
        }
    };
    hold(size.lines, limits.lines, "line");
    hold(files, limits.files, "file");
    hold(size.hunks, limits.hunks, "hunk");
    if (!over.empty()) {
        verdicts.push_back({"size", false, rules.reason("size") + ": " + over});
    } else {
        verdicts.push_back({"size", true, is + " of at most " + may});
    }
}

/// A proposal is held to the rules over commits, too; it cannot except itself.
void judge_integrity(const RuleSet& rules, const std::vector<Change>& changes,
                     std::vector<model::PolicyVerdict>& verdicts) {
    std::vector<StagedChange> staged;
    for (const auto& change : changes) {
        StagedChange one{change.edit.path, "", std::nullopt, std::nullopt};
        if (!change.edit.old_blob.empty()) {
            one.before = change.before;
        }
        if (!change.edit.deletes) {
            one.after = change.edit.content;
        }
        staged.push_back(std::move(one));
    }
    const auto& settings = setting_rules();
    if (!settings) {
        verdicts.push_back({"rules", false, "the policy's rules cannot be read: " + settings.error().describe()});
        return;
    }
    for (const auto& weakening : weakenings(rules, *settings, staged)) {
        verdicts.push_back({weakening.rule, false, base::printable(weakening.path) + ": " + weakening.message});
    }
}

/// The form of a document that is data for somebody, whatever it is called.
std::optional<ConfigForm> document_form(const std::string& name) {
    for (const char* format : {"json", "toml", "yaml", "ini", "xml"}) {
        if (base::glob_match("*." + std::string(format), name) ||
            (std::string(format) == "yaml" && base::glob_match("*.yml", name)) ||
            (std::string(format) == "ini" && base::glob_match("*.cfg", name))) {
            return ConfigForm{{}, format, "", ""};
        }
    }
    return std::nullopt;
}

std::multiset<std::string> words_of(std::string_view text, const std::vector<std::size_t>& without_lines) {
    std::multiset<std::string> words;
    std::size_t number = 0;
    for (const auto line : base::split_lines(text)) {
        ++number;
        if (std::any_of(without_lines.begin(), without_lines.end(),
                        [&](std::size_t near) { return near + 1 >= number && number + 1 >= near && near > 0; })) {
            continue;
        }
        std::string word;
        for (std::size_t i = 0; i <= line.size(); ++i) {
            const char c = i < line.size() ? line[i] : ' ';
            if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-') {
                word += c;
            } else if (!word.empty()) {
                words.insert(std::move(word));
                word.clear();
            }
        }
    }
    return words;
}

/// A repair of a document changes what was found in it and no other value: the first one that it changes besides, or
/// "".
std::string unrelated_setting(const Change& change, const Limits& limits) {
    const std::string name = folded(change.edit.path);
    const auto form = document_form(name);
    const auto known = limits.diagnosed_lines.find(change.edit.path);
    if (!form || change.edit.old_blob.empty() || known == limits.diagnosed_lines.end()) {
        return {};
    }
    const auto& lines = known->second;
    const bool somewhere = std::find(lines.begin(), lines.end(), std::size_t{0}) != lines.end();
    const auto before = read_settings(*form, {}, change.before);
    const auto after = read_settings(*form, {}, change.edit.content);
    if (!before || !after) {
        // It could not be read before, so it is held to its words: none comes, and none goes but where it was broken.
        const auto old_words = words_of(change.before, {});
        const auto old_rest = words_of(change.before, lines);
        const auto new_words = words_of(change.edit.content, {});
        std::vector<std::string> odd;
        std::set_difference(new_words.begin(), new_words.end(), old_words.begin(), old_words.end(),
                            std::back_inserter(odd));
        std::set_difference(old_rest.begin(), old_rest.end(), new_words.begin(), new_words.end(),
                            std::back_inserter(odd));
        return odd.empty() ? "" : odd.front();
    }
    std::map<std::string, std::pair<const Setting*, const Setting*>> pairs;
    for (const auto& setting : *before) {
        pairs[setting.name()].first = &setting;
    }
    for (const auto& setting : *after) {
        pairs[setting.name()].second = &setting;
    }
    for (const auto& [key, pair] : pairs) {
        if (pair.first != nullptr && pair.second != nullptr &&
            (pair.first->values == pair.second->values || pair.second->several)) {
            continue;  // of a list of keys, the keys themselves are compared
        }
        const Setting* at = pair.first != nullptr ? pair.first : pair.second;
        const bool close = std::any_of(lines.begin(), lines.end(), [&](std::size_t line) {
            return line != 0 && line + 1 >= at->line && at->line + 1 >= line;
        });
        if (!close && !(somewhere && pair.first != nullptr && name != "package.json")) {
            return key;
        }
    }
    return {};
}

}  // namespace

std::vector<model::PolicyVerdict> judge(const std::vector<Change>& changes, model::ProposalSource source,
                                        const Limits& limits, const std::vector<std::string>& offered) {
    const auto& loaded = rule_set();
    if (!loaded) {
        return {{"rules", false, "the policy's rules cannot be read: " + loaded.error().describe()}};
    }
    return judge(*loaded, changes, source, limits, offered);
}

std::vector<model::PolicyVerdict> judge(const RuleSet& rules, const std::vector<Change>& changes,
                                        model::ProposalSource source, const Limits& limits,
                                        const std::vector<std::string>& offered) {
    const bool fixer = source == model::ProposalSource::fixer;
    std::vector<model::PolicyVerdict> verdicts;
    std::set<std::string> names;
    Size size;
    for (const auto& change : changes) {
        const std::string& path = change.edit.path;
        if (!names.insert(folded(path)).second && rules.asks("repeated-path") &&
            !(fixer && std::count_if(changes.begin(), changes.end(),
                                     [&](const Change& other) { return other.edit.path == path; }) == 1)) {
            verdicts.push_back({"repeated-path", false, base::printable(path) + ": " + rules.reason("repeated-path")});
        }
        judge_path(rules, change, source, limits, verdicts);
        if (fixer) {
            continue;
        }
        if (!offered.empty() && rules.asks("offered") &&
            std::find(offered.begin(), offered.end(), path) == offered.end()) {
            verdicts.push_back({"offered", false, base::printable(path) + ": " + rules.reason("offered")});
        }
        const std::string_view after = change.edit.deletes ? std::string_view{} : std::string_view(change.edit.content);
        const LineDiff diff = line_diff(change.before, after, std::max(limits.lines, least_exact));
        size.lines += diff.lines();
        size.hunks += diff.hunks;
        if (const std::string key = unrelated_setting(change, limits);
            !key.empty() && rules.asks("unrelated-setting")) {
            verdicts.push_back({"unrelated-setting", false,
                                base::printable(path) + ": " + rules.reason("unrelated-setting") + " ('" +
                                    base::printable(key) + "')"});
        }
        if (!change.edit.deletes) {
            judge_content(rules, change, diff, limits, verdicts);
        }
    }
    if (!fixer) {
        judge_integrity(rules, changes, verdicts);
    }
    if (!fixer && rules.asks("size")) {
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

std::size_t changed_lines(std::string_view before, std::string_view after) {
    return line_diff(before, after, least_exact).lines();
}

bool is_named_by(std::string_view id, std::string_view path) {
    const auto& loaded = rule_set();
    if (!loaded) {
        return true;
    }
    const std::string name = folded(path);
    return std::any_of(loaded->paths.begin(), loaded->paths.end(), [&](const PathRule& rule) {
        return rule.id == id && base::glob_match_any(rule.globs, name) && !base::glob_match_any(rule.except, name);
    });
}

CodeView code_view(std::string_view path, std::string_view content) {
    const auto& loaded = rule_set();
    const Language* language = loaded ? loaded->language(folded(path)) : nullptr;
    if (language == nullptr || language->extent == Extent::none) {
        return {};
    }
    return {language->extent == Extent::indent ? Layout::indentation : Layout::braces,
            language->syntax == Syntax::go || language->syntax == Syntax::javascript,
            source_views(content, language->syntax).code};
}

std::vector<std::pair<std::string, std::string>> rules() {
    const auto& loaded = rule_set();
    return loaded ? loaded->reasons : std::vector<std::pair<std::string, std::string>>{};
}

}  // namespace rfsn::policy
