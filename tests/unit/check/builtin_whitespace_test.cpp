// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "builtin_file.hpp"

namespace rfsn::check {
namespace {

using test::OneFile;

std::string fixed(const char* id, const std::string& path, const std::string& content,
                  const std::vector<std::string>& extra = {}) {
    BuiltinOptions options;
    options.extra = extra;
    const OneFile one(path, content);
    const auto outcome = one.run(id, options);
    EXPECT_EQ(outcome.findings.empty(), !outcome.fixed);
    return outcome.fixed.value_or(content);
}

// What pre-commit-hooks 6.0.0 makes of the same bytes.
TEST(TrailingWhitespace, FixesAsTheOriginalDoes) {
    const struct {
        const char* path;
        std::string before;
        std::string after;
        std::vector<std::string> args;
    } cases[] = {
        {"a.c", "", "", {}},
        {"a.c", "a \nb\t\n", "a\nb\n", {}},
        {"a.c", "a \r\nb\r\n", "a\r\nb\r\n", {}},
        {"a.c", "a\r\r\n", "a\r\n", {}},
        {"a.c", "a \rb \r", "a \rb", {}},
        {"a.c", "a\v\f\n", "a\n", {}},
        {"a.c", "a ", "a", {}},
        {"a.c", "  \n", "\n", {}},
        {"a.md", "a  \n", "a\n", {}},
        {"a.md", "a   \nb \n  \n", "a  \nb\n\n", {"--markdown-linebreak-ext=md"}},
        {"a.MD", "a    \r\n", "a  \r\n", {"--markdown-linebreak-ext", "x,.md"}},
        {"a.c", "a  \n", "a  \n", {"--markdown-linebreak-ext=*"}},
        {"foo.", "a   \n", "a  \n", {}},
        {"a.c", "a \t \n", "a \t\n", {"--chars", " "}},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(fixed("trailing-whitespace", one.path, one.before, one.args), one.after)
            << testing::PrintToString(one.before);
    }
}

TEST(TrailingWhitespace, NamesEachLineUpToACap) {
    const auto outcome = OneFile("a.c", "a\nb \nc\t \n").run("trailing-whitespace");
    ASSERT_EQ(outcome.findings.size(), 2U);
    EXPECT_EQ(outcome.findings[0].line, 2U);
    EXPECT_EQ(outcome.findings[0].column, 2U);
    EXPECT_EQ(outcome.findings[1].line, 3U);
    EXPECT_EQ(outcome.findings[0].code, "TW");
    EXPECT_EQ(outcome.findings[0].path, "a.c");
    std::string many;
    for (int i = 0; i < 1000; ++i) {
        many += "x \n";
    }
    const auto capped = OneFile("a.c", many).run("trailing-whitespace");
    ASSERT_EQ(capped.findings.size(), 101U);
    EXPECT_EQ(capped.findings.back().message, "900 more in this file");
    EXPECT_TRUE(capped.findings.back().blocking);
    EXPECT_EQ(capped.fixed->find(' '), std::string::npos);
}

TEST(EndOfFile, FixesAsTheOriginalDoes) {
    const struct {
        std::string before;
        std::string after;
    } cases[] = {{"", ""},         {"a", "a\n"},       {"a\n", "a\n"},         {"a\n\n\n", "a\n"},     {"\n\n", ""},
                 {"\n", ""},       {"a\r\n", "a\r\n"}, {"a\r\nb", "a\r\nb\n"}, {"a\r\n\r\n", "a\r\n"}, {"a\r", "a\r"},
                 {"a\r\r", "a\r"}, {"a\n\r", "a\n"},   {"a\n\r\n", "a\n"}};
    for (const auto& one : cases) {
        EXPECT_EQ(fixed("end-of-file-fixer", "a", one.before), one.after) << testing::PrintToString(one.before);
    }
}

TEST(LineEndings, FixesAsTheOriginalDoes) {
    const struct {
        std::string before;
        std::string after;
        std::vector<std::string> args;
    } cases[] = {{"a\nb\n", "a\nb\n", {}},
                 {"a\nb\r\n", "a\nb\n", {}},
                 {"a\r\nb\r\nc\n", "a\r\nb\r\nc\r\n", {}},
                 {"a\rb\nc", "a\nb\nc\n", {}},
                 {"a\nb\n", "a\r\nb\r\n", {"--fix=crlf"}},
                 {"a\rb\r\n", "a\nb\n", {"-flf"}}};
    for (const auto& one : cases) {
        EXPECT_EQ(fixed("mixed-line-ending", "a", one.before, one.args), one.after)
            << testing::PrintToString(one.before);
    }
    EXPECT_EQ(fixed("fix-byte-order-marker", "a",
                    "\xEF\xBB\xBF"
                    "a"),
              "a");
    EXPECT_EQ(fixed("fix-byte-order-marker", "a",
                    "\xEF\xBB\xBF\xEF\xBB\xBF"
                    "a"),
              "a");
}

TEST(FileTypes, BinariesSymlinksAndDeletionsAreNotText) {
    EXPECT_TRUE(OneFile("a.txt", "x\f\x1B\xFF\n").applies("trailing-whitespace"));
    EXPECT_TRUE(OneFile("a.txt", "").applies("trailing-whitespace"));
    EXPECT_FALSE(OneFile("a.txt", std::string("x\0", 2)).applies("trailing-whitespace"));
    EXPECT_FALSE(OneFile("a.dat", "x\1").applies("trailing-whitespace"));
    EXPECT_FALSE(OneFile("a.PNG", "x").applies("trailing-whitespace"));
    for (const auto mode : {model::FileMode::symlink, model::FileMode::gitlink, model::FileMode::none}) {
        OneFile one("a.yaml", "x");
        one.staged.mode = mode;
        for (const auto& builtin : builtins()) {
            EXPECT_FALSE(builtin.applies(one.file, {})) << builtin.id;
        }
    }
}

}  // namespace
}  // namespace rfsn::check
