// SPDX-License-Identifier: MIT
#include "llm/mention.hpp"

#include <gtest/gtest.h>

namespace rfsn::llm {
namespace {

std::string told(std::string_view text) {
    std::string out;
    for (const auto& one : mentions(text)) {
        out += (out.empty() ? "" : " ") + one.path + "#" + std::to_string(one.line);
    }
    return out;
}

TEST(Mentions, OfEveryKindOfTool) {
    EXPECT_EQ(told("  File \"/w/src/a b.py\", line 12, in f\n    x()\n"), "/w/src/a b.py#12");
    EXPECT_EQ(told("src/a.py:3: AssertionError"), "src/a.py#3");
    EXPECT_EQ(told("    at Object.<anonymous> (/w/src/a.test.ts:10:5)"), "/w/src/a.test.ts#10");
    EXPECT_EQ(told("    at file:///w/a.mjs:7:3"), "/w/a.mjs#7");
    EXPECT_EQ(told("    at async run (node:internal/x:7:3)"), "");
    EXPECT_EQ(told("panic: x\n\t/w/a/b.go:44 +0x1d\n"), "/w/a/b.go#44");
    EXPECT_EQ(told("    a_test.go:9: got 1"), "a_test.go#9");
    EXPECT_EQ(told("error[E0308]: x\n  --> src/lib.rs:3:5\n"), "src/lib.rs#3");
    EXPECT_EQ(told("thread 'x' panicked at src/lib.rs:8:9:"), "src/lib.rs#8");
    EXPECT_EQ(told("\tat com.acme.shop.Cart$Item.total(Cart.java:31)"), "com/acme/shop/Cart.java#31");
    EXPECT_EQ(told("\tat app//com.acme.CartTest.<init>(CartTest.java:3)"), "com/acme/CartTest.java#3");
    EXPECT_EQ(told("[ERROR] /w/src/main/java/A.java:[12,5] x"), "/w/src/main/java/A.java#12");
    EXPECT_EQ(told("src/A.cs(12,34): error CS0103: x [/w/A.csproj]"), "src/A.cs#12");
    EXPECT_EQ(told("   at A.B.C() in /w/src/B.cs:line 23"), "/w/src/B.cs#23");
    EXPECT_EQ(told("In file included from src/a.hpp:3,\n                 from src/a.cpp:1:\n"),
              "src/a.hpp#3 src/a.cpp#1");
    EXPECT_EQ(told("C:\\w\\a.cpp(3): error"), "C:/w/a.cpp#3");
    EXPECT_EQ(told("./a.ts:1:1 \x1b[31mb.ts\x1b[0m:2"), "a.ts#1 b.ts#2");
}

TEST(Mentions, AreNoneInOtherWords) {
    EXPECT_EQ(told("at 12:30:05 v1.2.3 took 5.5:1 e.g. localhost:80"), "");
    EXPECT_EQ(told("a.py:0: a.py:99999999999999"), "");
    EXPECT_EQ(told(""), "");
    EXPECT_EQ(told("a.py:3 a.py:3"), "a.py#3");
    std::string many;
    for (int i = 1; i < 500; ++i) {
        many += "a.c:" + std::to_string(i) + "\n";
    }
    EXPECT_EQ(mentions(many).size(), 200U);
    EXPECT_EQ(mentions(std::string(1 << 20, 'a')).size(), 0U);
    EXPECT_EQ(mentions(std::string("\0a.c:3\xff", 7)).size(), 1U);
}

}  // namespace
}  // namespace rfsn::llm
