// SPDX-License-Identifier: MIT
#include "policy/rule_set.hpp"

#include <algorithm>
#include <span>

#include "base/doc.hpp"
#include "base/embedded.hpp"
#include "base/glob.hpp"

namespace rfsn::policy {

std::span<const base::EmbeddedFile> rule_files();

namespace {

base::Result<void> add_all(Patterns& patterns, const std::vector<std::string>& sources) {
    for (const auto& source : sources) {
        RFSN_TRY(patterns.add(source));
    }
    return {};
}

const std::vector<base::DocNode>& items(const base::DocNode& node, std::string_view key) {
    static const std::vector<base::DocNode> none;
    const base::DocNode* list = node.find(key);
    return list != nullptr && list->is_list() ? list->items : none;
}

Comments comments(std::string_view name) {
    return name == "c"        ? Comments::c
           : name == "hash"   ? Comments::hash
           : name == "python" ? Comments::python
                              : Comments::none;
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

base::Result<RuleSet> read(std::string_view json) {
    const auto root = base::parse_doc(base::DocFormat::json, json);
    if (!root) {
        return base::fail(base::ErrorCode::internal, "policy: " + root.error().message);
    }
    RuleSet rules;
    for (const auto& item : items(*root, "structure")) {
        rules.reasons.emplace_back(item.string_or("id", ""), item.string_or("reason", ""));
    }
    RFSN_TRY(read_paths(*root, rules));
    rules.test_files = root->strings("test_files");
    for (const auto& item : items(*root, "languages")) {
        Language language;
        language.id = item.string_or("id", "");
        language.files = item.strings("files");
        language.comments = comments(item.string_or("comments", ""));
        RFSN_TRY(add_all(language.tests, item.strings("tests")));
        RFSN_TRY(add_all(language.assertions, item.strings("assertions")));
        rules.languages.push_back(std::move(language));
    }
    for (const auto& item : items(*root, "not_more")) {
        CountRule rule;
        rule.id = item.string_or("id", "");
        rule.reason = item.string_or("reason", "");
        rule.raw = item.string_or("on", "code") == "raw";
        RFSN_TRY(add_all(rule.patterns, item.strings("patterns")));
        rules.reasons.emplace_back(rule.id, rule.reason);
        rules.not_more.push_back(std::move(rule));
    }
    RFSN_TRY(add_all(rules.generated, root->strings("generated")));
    if (rules.paths.empty() || rules.languages.empty() || rules.not_more.empty() || rules.test_files.empty()) {
        return base::fail(base::ErrorCode::internal, "policy: the rules are incomplete");
    }
    return rules;
}

}  // namespace

base::Result<void> Patterns::add(const std::string& pattern) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    auto expression = std::make_unique<re2::RE2>("(?m)" + pattern, options);
    if (!expression->ok()) {
        return base::fail(base::ErrorCode::internal, "policy: pattern '" + pattern + "': " + expression->error());
    }
    expressions_.push_back(std::move(expression));
    return {};
}

std::size_t Patterns::count(std::string_view text) const {
    std::size_t total = 0;
    for (const auto& expression : expressions_) {
        const re2::StringPiece all(text.data(), text.size());
        re2::StringPiece match;
        std::size_t at = 0;
        while (at <= text.size() && expression->Match(all, at, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
            ++total;
            at = static_cast<std::size_t>(match.data() - text.data()) + std::max<std::size_t>(match.size(), 1);
        }
    }
    return total;
}

bool Patterns::matches(std::string_view text) const {
    return std::any_of(expressions_.begin(), expressions_.end(), [&](const auto& expression) {
        return expression->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED,
                                 nullptr, 0);
    });
}

std::string_view Patterns::first_line(std::string_view text) const {
    for (const auto& expression : expressions_) {
        re2::StringPiece match;
        if (expression->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, &match,
                              1)) {
            auto at = static_cast<std::size_t>(match.data() - text.data());
            at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
            const auto begin = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
            const std::size_t first = begin == std::string_view::npos ? 0 : begin + 1;
            return text.substr(first, std::min(text.find('\n', at), text.size()) - first);
        }
    }
    return {};
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
    static const base::Result<RuleSet> rules = [] {
        const auto files = rule_files();
        const auto found =
            std::find_if(files.begin(), files.end(), [](const auto& file) { return file.name == "rules.yaml"; });
        return found == files.end()
                   ? base::Result<RuleSet>(base::fail(base::ErrorCode::internal, "policy: no rules compiled in"))
                   : read(found->bytes);
    }();
    return rules;
}

}  // namespace rfsn::policy
