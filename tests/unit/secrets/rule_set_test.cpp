// SPDX-License-Identifier: MIT
#include "secrets/rule_set.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/doc.hpp"
#include "secrets/finder.hpp"

namespace rfsn::secrets {
namespace {

base::DocNode examples() {
    const auto bytes = base::read_file(RFSN_SOURCE_DIR "/tests/unit/secrets/examples.yaml");
    EXPECT_TRUE(bytes);
    auto doc = base::parse_doc(base::DocFormat::yaml, bytes ? *bytes : std::string());
    EXPECT_TRUE(doc) << (doc ? "" : doc.error().message);
    return doc ? *doc : base::DocNode{};
}

std::string join(const base::DocNode& pieces) {
    std::string text;
    for (const auto& piece : pieces.items) {
        text += piece.text;
    }
    return text;
}

std::vector<std::string> found_by(const std::string& text, Mode mode) {
    const auto matches = find_anchored(text, mode, 100);
    EXPECT_TRUE(matches);
    std::vector<std::string> ids;
    for (const auto& match : *matches) {
        ids.emplace_back(match.id);
    }
    return ids;
}

TEST(RuleSet, EveryRuleFindsItsExamplesAndOnlyThem) {
    const auto& rules = rule_set();
    ASSERT_TRUE(rules) << rules.error().describe();
    const auto all = examples();
    for (const auto& rule : *rules) {
        const auto* of_rule = all.find(rule.id);
        ASSERT_NE(of_rule, nullptr) << rule.id << " has no examples";
        const Mode mode = rule.redact_only ? Mode::redact : Mode::block;
        ASSERT_FALSE(of_rule->find("hits")->items.empty()) << rule.id;
        ASSERT_FALSE(of_rule->find("misses")->items.empty()) << rule.id;
        for (const auto& hit : of_rule->find("hits")->items) {
            for (const char* around : {"%", "\"%\"", "x = %\n", "(%)", "a\\n%\\n", "?t=a%3D%"}) {
                std::string text = around;
                text.replace(text.rfind('%'), 1, join(hit));
                EXPECT_EQ(found_by(text, mode), std::vector<std::string>{rule.id})
                    << "example at line " << hit.at.line << " in " << around;
            }
        }
        for (const auto& miss : of_rule->find("misses")->items) {
            const auto ids = found_by(join(miss), Mode::block);
            EXPECT_EQ(std::count(ids.begin(), ids.end(), rule.id), 0) << "line " << miss.at.line;
        }
    }
    EXPECT_EQ(all.entries.size(), rules->size()) << "examples of a rule that is not there";
}

TEST(RuleSet, PatternsCompile) {
    for (const auto& rule : *rule_set()) {
        if (rule.reader == Reader::pattern) {
            EXPECT_NE(rule.compiled(), nullptr) << rule.id;
        }
    }
}

TEST(RuleSet, WrongDataIsAnErrorThatNamesTheRule) {
    const auto error_of = [](std::string_view json) {
        const auto rules = parse_rules(json);
        return rules ? std::string("accepted") : rules.error().message;
    };
    EXPECT_NE(error_of("{").find("secret rules"), std::string::npos);
    EXPECT_NE(error_of("{}").find("not a list"), std::string::npos);
    EXPECT_NE(error_of(R"({"rules":[{"id":"a","description":"d","anchors":["abcd"]}]})").find("'a'"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"rules":[{"id":"a","description":"d","anchors":["ab"],"pattern":"x"}]})").find("3 bytes"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"rules":[{"id":"a","description":"d","anchors":["abc"],"pattern":"x","chek":"y"}]})")
                  .find("'chek'"),
              std::string::npos);
    EXPECT_NE(
        error_of(R"({"rules":[{"id":"a","description":"d","anchors":["abc"],"pattern":"x","check":"y"}]})").find("'y'"),
        std::string::npos);
    EXPECT_NE(error_of(R"({"rules":[{"id":"a","description":"d","anchors":["abc"],"reader":"y"}]})").find("'y'"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"rules":[{"id":"a","description":"d","anchors":["abc"],"body":"alnum","length":[9,8]}]})")
                  .find("min"),
              std::string::npos);
    EXPECT_NE(
        error_of(
            R"({"rules":[{"id":"a","description":"d","anchors":["abc"],"pattern":"x"},{"id":"a","description":"d","anchors":["abc"],"pattern":"x"}]})")
            .find("twice"),
        std::string::npos);
}

}  // namespace
}  // namespace rfsn::secrets
