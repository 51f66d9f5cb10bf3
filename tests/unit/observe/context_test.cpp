// SPDX-License-Identifier: MIT
#include <random>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "observe/log.hpp"

namespace rfsn::observe {
namespace {

void expect_equal(const Context& a, const Context& b) {
    EXPECT_EQ(a.run, b.run);
    EXPECT_EQ(a.repository, b.repository);
    EXPECT_EQ(a.phase, b.phase);
    EXPECT_EQ(a.span, b.span);
}

TEST(Context, IsOfThisThreadAndThisScope) {
    expect_equal(current(), {});
    {
        const ContextScope outer({"r", "p", "f", "s"});
        {
            const ContextScope inner({"r2", "", "", ""});
            expect_equal(current(), {"r2", "", "", ""});
            std::jthread([] { expect_equal(current(), {}); }).join();
        }
        expect_equal(current(), {"r", "p", "f", "s"});
    }
    expect_equal(current(), {});
}

TEST(Context, GoesToChildrenAndBack) {
    for (const Context& context : {Context{"0123456789abcdef", "/home/a b/r\xC3\xA9po", "check", "x"}, Context{},
                                   Context{"a\"b\\c\nd", "", "\t", "}"}}) {
        const std::string text = encode(context);
        EXPECT_EQ(text.find('\0'), std::string::npos);
        EXPECT_EQ(text.find('\n'), std::string::npos);
        expect_equal(decode(text), context);
    }
    const Context odd = decode(encode({std::string("a\0b", 3), "\xFF", std::string(5000, 'x'), "s"}));
    EXPECT_EQ(odd.run, std::string("a\0b", 3));
    EXPECT_EQ(odd.repository, "\uFFFD");
    EXPECT_EQ(odd.phase.size(), 1024U);
    EXPECT_EQ(odd.span, "s");
}

TEST(Context, HostileTextIsNoContext) {
    for (const std::string& text :
         {std::string(), std::string("x"), std::string("[]"), std::string("{"), std::string("{\"run\":1}"),
          std::string("{\"run\":\"a\",\"run\":\"b\"}"), std::string("{\"run\":{\"x\":\"y\"}}"),
          std::string(1 << 20, '['), std::string("\xFF"),
          std::string("{\"run\":\"") + std::string(1 << 20, 'a') + "\"}"}) {
        expect_equal(decode(text), {});
    }
    std::mt19937 random(3);
    const std::string good = encode({"run", "repo", "phase", "span"});
    for (int i = 0; i < 2000; ++i) {
        std::string text = good;
        text[random() % text.size()] = static_cast<char>(random() & 0xFFU);
        EXPECT_TRUE(base::is_valid_utf8(decode(text).run));
    }
    EXPECT_EQ(decode(std::string("{\"run\":\"") + std::string(2000, 'a') + "\"}").run.size(), 1024U);
}

TEST(NewId, IsSixteenHexDigitsAndUnique) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = new_id();
        EXPECT_EQ(id.size(), 16U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

}  // namespace
}  // namespace rfsn::observe
