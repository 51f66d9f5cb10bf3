// SPDX-License-Identifier: MIT
#include "policy/rule_set.hpp"

#include <algorithm>
#include <span>

#include "base/doc.hpp"
#include "base/embedded.hpp"
#include "base/glob.hpp"
#include "base/packed_doc.hpp"

namespace rfsn::policy {

std::span<const base::EmbeddedFile> rule_files();

namespace {

base::Result<void> add_all(Patterns& patterns, const std::vector<std::string>& sources) {
    for (const auto& source : sources) {
        patterns.add(source);
    }
    return {};
}

const std::vector<base::DocNode>& items(const base::DocNode& node, std::string_view key) {
    static const std::vector<base::DocNode> none;
    const base::DocNode* list = node.find(key);
    return list != nullptr && list->is_list() ? list->items : none;
}

Syntax syntax(std::string_view name) {
    static constexpr std::pair<std::string_view, Syntax> names[] = {
        {"c", Syntax::c},       {"javascript", Syntax::javascript}, {"go", Syntax::go},     {"rust", Syntax::rust},
        {"java", Syntax::java}, {"csharp", Syntax::csharp},         {"hash", Syntax::hash}, {"python", Syntax::python}};
    for (const auto& entry : names) {
        if (entry.first == name) {
            return entry.second;
        }
    }
    return Syntax::none;
}

Extent extent(std::string_view name) {
    return name == "indent"   ? Extent::indent
           : name == "braces" ? Extent::braces
           : name == "parens" ? Extent::parens
                              : Extent::none;
}

base::Result<Language> read_language(const base::DocNode& item) {
    Language language;
    language.id = item.string_or("id", "");
    language.files = item.strings("files");
    language.syntax = syntax(item.string_or("syntax", ""));
    language.extent = extent(item.string_or("extent", ""));
    language.collected = item.strings("collected");
    language.ignored = item.strings("ignored");
    const std::pair<const char*, Patterns*> lists[] = {
        {"tests", &language.tests}, {"units", &language.units},     {"assertions", &language.assertions},
        {"weak", &language.weak},   {"trivial", &language.trivial}, {"cases", &language.cases}};
    for (const auto& list : lists) {
        RFSN_TRY(add_all(*list.second, item.strings(list.first)));
    }
    if (language.id.empty() || language.files.empty()) {
        return base::fail(base::ErrorCode::internal, "policy: a language without id or files");
    }
    return language;
}

base::Result<void> read_paths(const base::DocNode& root, RuleSet& rules) {
    for (const auto& item : items(root, "paths")) {
        PathRule rule;
        rule.id = item.string_or("id", "");
        rule.reason = item.string_or("reason", "");
        rule.globs = item.strings("globs");
        rule.except = item.strings("except");
        rule.model_only = item.string_or("sources", "all") == "model";
        const std::string unless = item.string_or("unless", "");
        rule.unless = unless == "diagnosed"   ? Unless::diagnosed
                      : unless == "line-ends" ? Unless::line_ends
                                              : Unless::never;
        if (rule.id.empty() || rule.reason.empty() || rule.globs.empty()) {
            return base::fail(base::ErrorCode::internal, "policy: a path rule without id, reason or globs");
        }
        rules.reasons.emplace_back(rule.id, rule.reason);
        rules.paths.push_back(std::move(rule));
    }
    return {};
}

}  // namespace

base::Result<base::DocNode> rule_document(std::string_view name) {
    const auto files = rule_files();
    const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
    if (found == files.end()) {
        return base::fail(base::ErrorCode::internal, "policy: no " + std::string(name) + " compiled in");
    }
    auto root = base::unpack_doc(found->bytes);
    if (!root) {
        return base::fail(base::ErrorCode::internal, "policy: " + root.error().message);
    }
    return std::move(*root);
}

base::Result<RuleSet> read_rules(const base::DocNode& root) {
    RuleSet rules;
    for (const auto& item : items(root, "structure")) {
        rules.reasons.emplace_back(item.string_or("id", ""), item.string_or("reason", ""));
    }
    RFSN_TRY(read_paths(root, rules));
    rules.test_files = root.strings("test_files");
    for (const auto& item : items(root, "languages")) {
        RFSN_ASSIGN(auto language, read_language(item));
        rules.languages.push_back(std::move(language));
    }
    for (const auto& item : items(root, "not_more")) {
        CountRule rule;
        rule.id = item.string_or("id", "");
        rule.reason = item.string_or("reason", "");
        rule.raw = item.string_or("on", "code") == "raw";
        rule.outside_tests = item.bool_or("outside_tests", false);
        rule.files = item.strings("files");
        RFSN_TRY(add_all(rule.patterns, item.strings("patterns")));
        rules.reasons.emplace_back(rule.id, rule.reason);
        if (rule.id == "skipped-test") {
            RFSN_TRY(add_all(rules.skips, item.strings("patterns")));
        }
        rules.not_more.push_back(std::move(rule));
    }
    RFSN_TRY(add_all(rules.narrowing, root.strings("narrowing")));
    RFSN_TRY(add_all(rules.run_faked, root.strings("run_faked")));
    RFSN_TRY(add_all(rules.neutralised, root.strings("neutralised")));
    RFSN_TRY(add_all(rules.equal_to_all, root.strings("equal_to_all")));
    for (const auto& item : items(root, "integrity")) {
        rules.integrity.push_back(item.string_or("id", ""));
        if (!rules.reason(rules.integrity.back()).empty()) {
            continue;  // a proposal is held to it, too
        }
        rules.reasons.emplace_back(item.string_or("id", ""), item.string_or("reason", ""));
    }
    RFSN_TRY(add_all(rules.generated, root.strings("generated")));
    if (rules.paths.empty() || rules.languages.empty() || rules.not_more.empty() || rules.test_files.empty()) {
        return base::fail(base::ErrorCode::internal, "policy: the rules are incomplete");
    }
    return rules;
}

std::string RuleSet::reason(std::string_view id) const {
    const auto found =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& entry) { return entry.first == id; });
    return found == reasons.end() ? std::string() : found->second;
}

const Language* RuleSet::language(std::string_view folded_path) const {
    const auto found = std::find_if(languages.begin(), languages.end(), [&](const Language& language) {
        return base::glob_match_any(language.files, folded_path);
    });
    return found == languages.end() ? nullptr : &*found;
}

bool RuleSet::is_test_file(std::string_view folded_path) const {
    return base::glob_match_any(test_files, folded_path);
}

const base::Result<RuleSet>& rule_set() {
    static const base::Result<RuleSet> rules = []() -> base::Result<RuleSet> {
        RFSN_ASSIGN(const auto root, rule_document("rules.yaml"));
        return read_rules(root);
    }();
    return rules;
}

}  // namespace rfsn::policy
