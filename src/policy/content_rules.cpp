// SPDX-License-Identifier: MIT
#include "policy/content_rules.hpp"

#include <algorithm>
#include <map>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "policy/equivalence.hpp"
#include "policy/path_rules.hpp"
#include "policy/source_text.hpp"

namespace rfsn::policy {
namespace {

/// Bidirectional controls, zero-width and tag characters: what a reader cannot see (CVE-2021-42574).
std::size_t hidden_characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const auto byte = [&](std::size_t k) {
            return static_cast<unsigned char>(i + k < text.size() ? text[i + k] : 0);
        };
        const unsigned char a = byte(0);
        const unsigned char b = byte(1);
        const unsigned char c = byte(2);
        const bool general = a == 0xe2 && b == 0x80 && ((c >= 0x8b && c <= 0x8f) || (c >= 0xa8 && c <= 0xae));
        const bool invisible = a == 0xe2 && b == 0x81 && c >= 0xa0 && c <= 0xaf;
        const bool other = (a == 0xc2 && b == 0xad) || (a == 0xd8 && b == 0x9c) ||
                           (a == 0xe1 && b == 0xa0 && c == 0x8e) || (a == 0xe3 && b == 0x85 && c == 0xa4) ||
                           (a == 0xef && b == 0xbe && c == 0xa0) ||
                           (a == 0xe1 && b == 0x85 && (c == 0x9f || c == 0xa0));
        const bool bom = i > 0 && a == 0xef && b == 0xbb && c == 0xbf;
        const bool tag =
            a == 0xf3 && b == 0xa0 && (c == 0x80 || c == 0x81 || c == 0x84 || c == 0x85 || c == 0x86 || c == 0x87);
        count += general || invisible || other || bom || tag ? 1U : 0U;
    }
    return count;
}

std::string joined(const std::vector<std::string_view>& lines) {
    std::string text;
    for (const auto line : lines) {
        text += line;
    }
    return text;
}

std::string counts(std::size_t before, std::size_t after) {
    return std::to_string(before) + " before, " + std::to_string(after) + " after";
}

}  // namespace

void judge_content(const RuleSet& rules, const Change& change, const LineDiff& diff, const Limits& limits,
                   std::vector<model::PolicyVerdict>& verdicts) {
    const std::string& before = change.before;
    const std::string& after = change.edit.content;
    const std::string shown = base::printable(change.edit.path);
    const std::string name = folded(change.edit.path);
    const auto refuse = [&](std::string_view id, const std::string& detail = "") {
        if (!rules.asks(id)) {
            return;
        }
        verdicts.push_back(
            {std::string(id), false, shown + ": " + rules.reason(id) + (detail.empty() ? "" : " (" + detail + ")")});
    };
    const auto quoted = [](std::string_view line) {
        return "'" + base::printable(base::trim(line).substr(0, 100)) + "'";
    };

    const Language* language = rules.language(name);
    const Syntax style = language == nullptr ? Syntax::none : language->syntax;
    const std::string code_before = without_comments(before, style);
    const std::string code_after = without_comments(after, style);

    if (language != nullptr) {
        const std::size_t tests_before = language->tests.count(code_before);
        const std::size_t tests_after = language->tests.count(code_after);
        const bool is_test = rules.is_test_file(name) || tests_before > 0;
        if (is_test && tests_after < tests_before) {
            refuse("fewer-tests", counts(tests_before, tests_after));
        }
        const std::size_t asserts_before = language->assertions.count(code_before);
        const std::size_t asserts_after = language->assertions.count(code_after);
        if (is_test && asserts_after < asserts_before) {
            refuse("fewer-assertions", counts(asserts_before, asserts_after));
        } else if (is_test) {
            if (const std::string line = changed_expectation(*language, diff, before, after); !line.empty()) {
                refuse("expectation-changed", quoted(line));
            }
        }
    }
    const std::string code_owed = without_owed_imports(code_before, code_after);
    for (const auto& rule : rules.not_more) {
        if (!rules.asks(rule.id) || (!rule.files.empty() && !base::glob_match_any(rule.files, name)) ||
            (rule.outside_tests && rules.is_test_file(name))) {
            continue;
        }
        const std::string& old_text = rule.raw ? before : code_before;
        const std::string& new_text = rule.raw ? after : code_owed;
        const std::size_t old_count = rule.patterns.count(old_text);
        const std::size_t new_count = rule.patterns.count(new_text);
        if (new_count > old_count) {
            const std::string lines = joined(diff.added);
            const std::string_view line = rule.patterns.first_line(lines);
            refuse(rule.id, line.empty() ? counts(old_count, new_count) : quoted(line));
        }
    }
    if (const std::string line = commented_out(diff, style); !line.empty()) {
        refuse("commented-out", quoted(line));
    }
    if (const std::string line = rules.is_test_file(name) ? std::string() : special_case(diff, style); !line.empty()) {
        refuse("special-case", quoted(line));
    }
    if (hidden_characters(after) > hidden_characters(before)) {
        refuse("hidden-characters");
    }
    if (rules.asks("equal-to-all") && rules.equal_to_all.count(code_after) > rules.equal_to_all.count(code_before)) {
        const auto hits = rules.equal_to_all.all(code_after);
        refuse("equal-to-all", quoted(line_at(code_after, hits.back().begin)));
    }
    if (!base::trim(before).empty() && base::trim(after).empty()) {
        refuse("emptied");
    }
    if (rules.generated.matches(std::string_view(before).substr(0, 2048))) {
        refuse("generated");
    }
    if (limits.contains_secret && limits.contains_secret(joined(diff.added))) {
        refuse("secret");
    }
}

}  // namespace rfsn::policy
