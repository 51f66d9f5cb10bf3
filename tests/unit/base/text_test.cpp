// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

using Views = std::vector<std::string_view>;

TEST(SplitLines, EndsLinesAtNewlinesOnly) {
    EXPECT_EQ(split_lines(""), Views{});
    EXPECT_EQ(split_lines("\n"), Views{""});
    EXPECT_EQ(split_lines("a\nb"), (Views{"a", "b"}));
    EXPECT_EQ(split_lines("a\nb\n"), (Views{"a", "b"}));
    EXPECT_EQ(split_lines("a\r\n\n\rb"), (Views{"a\r", "", "\rb"}));
    const std::string nul("a\0b\nc", 5);
    EXPECT_EQ(split_lines(nul), (Views{std::string_view("a\0b", 3), "c"}));
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("", ','), Views{""});
    EXPECT_EQ(split(",a,,b,", ','), (Views{"", "a", "", "b", ""}));
}

TEST(Trim, TakesAsciiSpaceFromBothEnds) {
    EXPECT_EQ(trim(" \t\r\n\v\fa b\n "), "a b");
    EXPECT_EQ(trim(" \n "), "");
    EXPECT_EQ(trim("\xC2\xA0x"), "\xC2\xA0x");
}

TEST(Utf8, AcceptsExactlyTheWellFormed) {
    for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                             "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
                             "12345678\xC3\xA9"
                             "12345678"}) {
        EXPECT_TRUE(is_valid_utf8(good)) << good;
    }
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE0\xA0",
                            "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                            "\xFF", "12345678\xE9", "\xF0\x9F\x98"}) {
        EXPECT_FALSE(is_valid_utf8(bad)) << bad;
    }
}

TEST(Utf8, ReplacesEachMaximalBadSequenceOnce) {
    EXPECT_EQ(to_valid_utf8("a\xFF"
                            "b"),
              "a\uFFFDb");
    EXPECT_EQ(to_valid_utf8("\xF0\x9F\x98"), "\uFFFD");
    EXPECT_EQ(to_valid_utf8("\xF0\x9F\x98"
                            "A"),
              "\uFFFDA");
    EXPECT_EQ(to_valid_utf8("\xE0\x80\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(to_valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(to_valid_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
}

TEST(Utf8, AnyBytesBecomeValid) {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& c : bytes) {
            c = static_cast<char>(random() & 0xFFU);
        }
        const std::string fixed = to_valid_utf8(bytes);
        EXPECT_TRUE(is_valid_utf8(fixed));
        EXPECT_TRUE(is_valid_utf8(printable(bytes)));
        if (is_valid_utf8(bytes)) {
            EXPECT_EQ(fixed, bytes);
        }
        EXPECT_EQ(to_valid_utf8(fixed), fixed);
    }
}

TEST(Printable, LetsNoControlPass) {
    EXPECT_EQ(printable("a\tb \xC3\xA9"), "a\tb \xC3\xA9");
    EXPECT_EQ(printable("x\ny\r"), "x\\x0ay\\x0d");
    EXPECT_EQ(printable("\x1b[31mred\x1b]0;t\x07"), "\\x1b[31mred\\x1b]0;t\\x07");
    EXPECT_EQ(printable(std::string_view("\0\x7F", 2)), "\\x00\\x7f");
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "\\x9b31m");
    EXPECT_EQ(printable("\xFF\xC3"), "\\xff\\xc3");
    EXPECT_EQ(printable("\u202Eevil\u2066\u200B\uFEFF\u2028"), "\\u{202e}evil\\u{2066}\\u{200b}\\u{feff}\\u{2028}");
    EXPECT_EQ(printable("\U000E0041"), "\\u{e0041}");
    for (unsigned c = 0; c < 256; ++c) {
        for (const char out : printable(std::string(1, static_cast<char>(c)))) {
            EXPECT_TRUE(static_cast<unsigned char>(out) >= 0x20 || out == '\t') << c;
            EXPECT_NE(out, '\x7F');
        }
    }
}

TEST(DisplayWidth, CountsColumns) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("caf\xC3\xA9"), 4U);
    EXPECT_EQ(display_width("e\u0301"), 1U);
    EXPECT_EQ(display_width("\u65E5\u672C\u8A9E"), 6U);
    EXPECT_EQ(display_width("\uFF21"), 2U);
    EXPECT_EQ(display_width("\uFF71"), 1U);
    EXPECT_EQ(display_width("\uAC00"), 2U);
    EXPECT_EQ(display_width("\U0001F600"), 2U);
    EXPECT_EQ(display_width("\U00020000"), 2U);
    EXPECT_EQ(display_width("\u2717\u2713"), 2U);
    EXPECT_EQ(display_width("\u0915\u094D\u0937"), 2U);
    EXPECT_EQ(display_width("a\xFFz"), 3U);
}

TEST(StripAnsi, TakesOutEveryKindOfSequence) {
    EXPECT_EQ(strip_ansi("plain"), "plain");
    EXPECT_EQ(strip_ansi("\x1b[1;31merror\x1b[0m: x"), "error: x");
    EXPECT_EQ(strip_ansi("\x1b[?25l\x1b[2K\x1b[38:2::1:2:3mx"), "x");
    EXPECT_EQ(strip_ansi("\x1b]8;;http://a/\x1b\\link\x1b]8;;\x07 end"), "link end");
    EXPECT_EQ(strip_ansi("\x1bPq#0\x1b\\after"), "after");
    EXPECT_EQ(strip_ansi("\x1b(Bx\x1b=y\x1b"
                         "7z"),
              "xyz");
    EXPECT_EQ(strip_ansi("\xC2\x9B"
                         "31mx\xC2\x9D"
                         "0;t\x07y"),
              "xy");
    EXPECT_EQ(strip_ansi("\x1b]0;never ends\nnext line"), "\nnext line");
    EXPECT_EQ(strip_ansi("x\x1b"), "x");
    EXPECT_EQ(strip_ansi("x\x1b["), "x");
    EXPECT_EQ(strip_ansi("\x1b[12\xC3\xA9"), "\xC3\xA9");
}

TEST(EditDistance, CountsSwapsAsOne) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("limit", "lmit"), 1U);
    EXPECT_EQ(edit_distance("limit", "liimt"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("ca", "abc"), 3U);
}

TEST(Nearest, AnswersOnlyWhenItIsNear) {
    const std::vector<std::string> words{"enabled", "exclude", "files", "run"};
    EXPECT_EQ(nearest("enabeld", words), "enabled");
    EXPECT_EQ(nearest("exlcude", words), "exclude");
    EXPECT_EQ(nearest("rn", words), "run");
    EXPECT_EQ(nearest("parser", words), "");
    EXPECT_EQ(nearest("", words), "");
    EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace rfsn::base
