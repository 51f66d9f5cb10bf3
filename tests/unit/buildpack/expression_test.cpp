// SPDX-License-Identifier: MIT
#include "buildpack/expression.hpp"

#include <gtest/gtest.h>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {
namespace {

const std::map<std::string, std::string, std::less<>> facts{
    {"a", "true"}, {"no", "false"}, {"pm", "uv"}, {"empty", ""}};

TEST(Expression, Values) {
    const std::vector<std::pair<std::string, bool>> cases{
        {"a", true},
        {"no", false},
        {"empty", false},
        {"unknown", false},
        {"!unknown", true},
        {"!!a", true},
        {"pm == \"uv\"", true},
        {"pm == 'uv'", true},
        {"pm != 'uv'", false},
        {"'x' == \"x\"", true},
        {"pm in [\"pip\", 'uv']", true},
        {"pm in ['pip']", false},
        {"unknown == ''", true},
        {"no || a", true},
        {"no && a", false},
        {"a || no && no", true},
        {"(a || no) && no", false},
        {"!(a && no)", true},
        {"\ta &&\ta ", true},
        {"inner", false},
        {"pm != 'in' && pm in ['uv']", true},
        {"true", true},
        {"false", false},
    };
    for (const auto& [text, expected] : cases) {
        const auto value = evaluate(text, facts);
        ASSERT_TRUE(value.has_value()) << text << ": " << value.error().message;
        EXPECT_EQ(*value, expected) << text;
    }
}

TEST(Expression, WhatIsWrongIsSaidWithItsPlace) {
    for (const std::string text : {"", "a b", "a &&", "(a", "a)", "pm ==", "pm in a", "pm in [", "pm in ['a'", "'open",
                                   "9x", "a = b", "f()", "a; b", "a == \"x' "}) {
        const auto value = evaluate(text, facts);
        ASSERT_FALSE(value.has_value()) << text;
        EXPECT_EQ(value.error().code, base::ErrorCode::config);
        EXPECT_NE(value.error().message.find("offset"), std::string::npos) << value.error().message;
    }
}

TEST(Expression, DepthAndLengthAreBounded) {
    EXPECT_FALSE(evaluate(std::string(2000, '(') + "a" + std::string(2000, ')'), facts).has_value());
    EXPECT_FALSE(evaluate(std::string(2000, '!') + "a", facts).has_value());
    EXPECT_FALSE(evaluate(std::string(100000, 'a'), facts).has_value());
}

TEST(Expression, NamesThatItAsksFor) {
    const auto names = names_in("b && (a || c == \"d\") && a in ['e', f]");
    ASSERT_TRUE(names.has_value());
    EXPECT_EQ(*names, (std::vector<std::string>{"a", "b", "c", "f"}));
}

}  // namespace
}  // namespace rfsn::buildpack
