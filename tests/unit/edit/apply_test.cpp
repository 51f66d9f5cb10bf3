// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "edit/edit.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::edit {
namespace {

Block block(std::string search, std::string replace) {
    Block one;
    one.path = "f";
    one.search = std::move(search);
    one.replace = std::move(replace);
    return one;
}

struct Outcome {
    std::string content;
    std::vector<std::string> levels;
    std::string error;
};
Outcome apply(const std::string& content, const std::vector<Block>& blocks) {
    auto applied = apply_blocks(content, blocks);
    if (!applied) {
        EXPECT_EQ(applied.error().code, base::ErrorCode::invalid);
        return {"", {}, applied.error().message};
    }
    return {applied->content, applied->levels, ""};
}
Outcome apply(const std::string& content, std::string search, std::string replace) {
    return apply(content, {block(std::move(search), std::move(replace))});
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

struct Case {
    const char* name;
    std::string content, search, replace, expected, level;
};

TEST(Apply, ClimbsTheLadderByteForByte) {
    const Case cases[] = {
        {"exact", "a\nb\nc\n", "b\n", "B\n", "a\nB\nc\n", "exact"},
        {"crlf kept", "a\r\nb\r\nc\r\n", "b\n", "B\nD\n", "a\r\nB\r\nD\r\nc\r\n", "exact"},
        {"majority of mixed", "a\r\nb\r\nc\nd\r\n", "b\n", "B\n", "a\r\nB\r\nc\nd\r\n", "exact"},
        {"mixed context kept", "a\r\nb\nc\n", "a\nb\nc\n", "a\nB\nc\n", "a\r\nB\nc\n", "exact"},
        {"no final newline kept", "a\nb", "b\n", "B\n", "a\nB", "exact"},
        {"no final newline, other line", "a\nb", "a\n", "A\n", "A\nb", "exact"},
        {"no final newline, appended", "a\nb", "b\n", "b\nc\n", "a\nb\nc", "exact"},
        {"no final newline, last line gone", "a\nb\nc", "b\nc\n", "b\n", "a\nb", "exact"},
        {"no final newline, crlf", "a\r\nb", "b\n", "B\nC\n", "a\r\nB\r\nC", "exact"},
        {"bom kept",
         "\xef\xbb\xbf"
         "a\nb\n",
         "a\n", "A\n",
         "\xef\xbb\xbf"
         "A\nb\n",
         "exact"},
        {"bom in the reply",
         "\xef\xbb\xbf"
         "a\nb\n",
         "\xef\xbb\xbf"
         "a\n",
         "A\n",
         "\xef\xbb\xbf"
         "A\nb\n",
         "exact"},
        {"lone cr is text", "a\rb\nc\n", "a\rb\n", "x\n", "x\nc\n", "exact"},
        {"whole file", "a\nb\n", "a\nb\n", "c\n", "c\n", "exact"},
        {"deletion", "a\nb\nc\n", "b\n", "", "a\nc\n", "exact"},
        {"deletion of all", "a\n", "a\n", "", "", "exact"},
        {"invalid utf-8", "a\xff\nb\n", "a\xff\n", "c\xfe\n", "c\xfe\nb\n", "exact"},
        {"significant trailing space removed", "a  \nb\n", "a  \n", "a\n", "a\nb\n", "exact"},
        {"trailing whitespace", "a  \nb\t\nc\n", "a\nb\n", "a\nB\n", "a  \nB\nc\n", "trailing whitespace"},
        {"trailing whitespace in the reply", "a\nb\n", "a  \nb\n", "a\nB\n", "a\nB\n", "trailing whitespace"},
        {"curly quotes keep the file's bytes", "s = \xe2\x80\x9cx\xe2\x80\x9d\nt\n", "s = \"x\"\nt\n", "s = \"x\"\nT\n",
         "s = \xe2\x80\x9cx\xe2\x80\x9d\nT\n", "unicode punctuation"},
        {"dash and no-break space",
         "a \xe2\x80\x93\xc2\xa0"
         "b\nc\n",
         "a - b\nc\n", "a - b\nd\n",
         "a \xe2\x80\x93\xc2\xa0"
         "b\nd\n",
         "unicode punctuation"},
        {"indentation added", "class A:\n    def f(self):\n        return 1\n", "def f(self):\n    return 1\n",
         "def f(self):\n    x = 2\n\n    return x\n", "class A:\n    def f(self):\n        x = 2\n\n        return x\n",
         "indentation"},
        {"indentation stripped", "def f():\n  return 1\n", "    def f():\n      return 1\n",
         "    def f():\n      return 2\n", "def f():\n  return 2\n", "indentation"},
        {"tabs added", "all:\n\techo a\n", "echo a\n", "echo b\n", "all:\n\techo b\n", "indentation"},
        {"blank lines", "a\nb\n", "\n\na\n\n", "\n\nA\n\n", "A\nb\n", "blank lines"},
        {"blank lines kept where the file has them", "x\n\na\n", "\na\n", "\nA\n", "x\n\nA\n", "exact"},
    };
    for (const auto& one : cases) {
        const auto got = apply(one.content, one.search, one.replace);
        EXPECT_EQ(got.error, "") << one.name;
        EXPECT_EQ(got.content, one.expected) << one.name;
        ASSERT_EQ(got.levels.size(), 1U) << one.name;
        EXPECT_EQ(got.levels[0], one.level) << one.name;
    }
}

TEST(Apply, RefusesWhatIsNotSure) {
    EXPECT_HAS(apply("a\nb\na\n", "a\n", "c\n").error, "2 places");
    EXPECT_HAS(apply("  a\n    a\n", "a\n", "c\n").error, "2 places");
    EXPECT_HAS(apply("a\nb\n", "A\n", "c\n").error, "not in the file");
    EXPECT_HAS(apply("a\nb\n", "a\nc\n", "c\n").error, "first 1 lines stand at line 1");
    EXPECT_HAS(apply("foo bar\n", "foo  bar\n", "c\n").error, "not in the file");
    EXPECT_HAS(apply("  a\n b\n", "a\nb\n", "c\n").error, "not in the file");  // two different prefixes
    EXPECT_HAS(apply("\ta\n    b\n", "  a\n  b\n", "c\n").error, "not in the file");
    EXPECT_HAS(apply("a\nb\n", "a\n", "a\n").error, "changes nothing");
    EXPECT_HAS(apply("a\n", "", "b\n").error, "SEARCH is empty");
    EXPECT_HAS(apply("", "a\n", "b\n").error, "empty or does not exist");
    EXPECT_HAS(apply("", "", "").error, "changes nothing");
    EXPECT_HAS(apply(std::string("a\0b\n", 4), "a\n", "b\n").error, "binary");
    EXPECT_HAS(apply("a\nb\nc\n", "a\n...\nc\n", "A\n...\nc\n").error, "copy every line");
    EXPECT_HAS(apply("a\nb\n", "        b\n", "b2\n").error, "indented less");
    EXPECT_FALSE(apply_blocks("a\n", {}));
}

TEST(Apply, PrefersTheBestLevel) {
    // An exact hit wins over a lenient one elsewhere; two exact ones are ambiguous though a third is not.
    EXPECT_EQ(apply("  a\na\n", "a\n", "b\n").content, "  a\nb\n");
    EXPECT_EQ(apply("a \na\n", "a\n", "b\n").content, "a \nb\n");
}

TEST(Apply, NamesTheBlock) {
    auto second = block("zzz\n", "y\n");
    second.path = "src/a.py";
    second.line = 14;
    EXPECT_HAS(apply("a\n", {block("a\n", "b\n"), second}).error, "block 2 (src/a.py, reply line 14): ");
}

TEST(Apply, CreatesOnlyWhatIsNotThere) {
    EXPECT_EQ(apply("", "", "a\nb\n").content, "a\nb\n");
    EXPECT_EQ(apply("", "\n", "a\n").content, "a\n");
    EXPECT_HAS(apply("", {block("", "a\n"), block("", "b\n")}).error, "block 2");
}

TEST(Apply, IsAllOrNothing) {
    EXPECT_HAS(apply("a\nb\n", {block("a\n", "A\n"), block("x\n", "y\n")}).error, "block 2");
}

TEST(Apply, TakesBlocksInAnyOrderAndSharedContext) {
    EXPECT_EQ(apply("a\nb\nc\nd\n", {block("c\nd\n", "c\nD\n"), block("a\nb\n", "A\nb\n")}).content, "A\nb\nc\nD\n");
    EXPECT_EQ(apply("a\nb\nc\n", {block("a\nb\nc\n", "A\nb\nc\n"), block("a\nb\nc\n", "a\nb\nC\n")}).content,
              "A\nb\nC\n");
    // What an earlier block inserted is no place for a later one that also stands in the file.
    EXPECT_EQ(apply("a\nb\n", {block("a\n", "a\nb\n"), block("b\n", "c\n")}).content, "a\nb\nc\n");
    EXPECT_EQ(apply("x\ny\n", {block("x\n", "y\n"), block("y\n", "x\n")}).content, "y\nx\n");
    // A block may go on from what an earlier one made.
    EXPECT_EQ(apply("a\nb\n", {block("a\n", "first\n"), block("first\nb\n", "first\nB\n")}).content, "first\nB\n");
}

TEST(Apply, RefusesOverlap) {
    EXPECT_HAS(apply("a\nb\nc\n", {block("a\nb\n", "1\n"), block("b\nc\n", "2\n")}).error, "same lines as block 1");
    EXPECT_HAS(apply("a\nb\n", {block("a\n", "a\nx\n"), block("a\n", "a\ny\n")}).error, "same lines as block 1");
    EXPECT_HAS(apply("a\nb\n", {block("a\n", "c\n"), block("c\n", "a\n")}).error, "leave the file as it was");
}

TEST(Apply, KnowsWhatIsAlreadyThere) {
    const auto all = apply("a\nB\n", "b\n", "B\n");
    EXPECT_EQ(all.content, "a\nB\n");
    EXPECT_EQ(all.levels, std::vector<std::string>{"already applied"});
    const auto some = apply("a\nB\nc\n", {block("b\n", "B\n"), block("c\n", "C\n")});
    EXPECT_EQ(some.content, "a\nB\nC\n");
    EXPECT_EQ(some.levels, (std::vector<std::string>{"already applied", "exact"}));
    EXPECT_HAS(apply("a\n", "b\n", "").error, "not in the file");
}

TEST(Apply, LetsLineNumbersChooseAmongEquals) {
    auto hinted = block("a\nx\n", "a\ny\n");
    hinted.line_hint = 4;
    EXPECT_EQ(apply("a\nx\n-\na\nx\n", {hinted}).content, "a\nx\n-\na\ny\n");
    hinted.line_hint = 3;
    EXPECT_HAS(apply("a\nx\n-\na\nx\n", {hinted}).error, "2 places");
    // The first hunk stands two lines lower than it says, so does the second.
    auto first = block("top\n", "TOP\n");
    first.line_hint = 1;
    auto second = block("a\n", "b\n");
    second.line_hint = 2;
    EXPECT_EQ(apply("1\n2\ntop\na\na\n", {first, second}).content, "1\n2\nTOP\nb\na\n");
    // Not at the lenient levels.
    auto lenient = block("a\n", "b\n");
    lenient.line_hint = 1;
    EXPECT_HAS(apply("  a\n  a\n", {lenient}).error, "2 places");
}

TEST(Apply, LetsScopesAndTheEndChooseAmongEquals) {
    const std::string file =
        "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n";
    auto scoped = block("        return 1\n", "        return 2\n");
    scoped.scopes = {"class B:"};
    EXPECT_EQ(apply(file, {scoped}).content,
              "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 2\n");
    scoped.scopes = {"class A", "def f(self):"};
    EXPECT_EQ(apply(file, {scoped}).content,
              "class A:\n    def f(self):\n        return 2\n\nclass B:\n    def f(self):\n        return 1\n");
    scoped.scopes = {"def f(self):"};
    EXPECT_HAS(apply(file, {scoped}).error, "2 places");
    scoped.scopes.clear();
    scoped.at_end = true;
    EXPECT_EQ(apply(file, {scoped}).content,
              "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 2\n");
}

TEST(Apply, FollowsWhatADiffSaysOfTheEnd) {
    auto open = block("b\n", "c\n");
    open.final_newline = false;
    EXPECT_EQ(apply("a\nb\n", {open}).content, "a\nc");
    auto closed = block("b\n", "b\n");
    closed.final_newline = true;
    EXPECT_EQ(apply("a\nb", {closed}).content, "a\nb\n");
    auto elsewhere = block("a\n", "A\n");
    elsewhere.final_newline = false;
    EXPECT_EQ(apply("a\nb\n", {elsewhere}).content, "A\nb\n");
}

TEST(Apply, TakesAWholeFile) {
    Block whole;
    whole.whole = true;
    whole.replace = "a\nB\nc\n";
    EXPECT_EQ(apply("a\r\nb\r\nc", {whole}).content, "a\r\nB\r\nc");
    EXPECT_EQ(apply("", {whole}).content, "a\nB\nc\n");
    EXPECT_HAS(apply("a\nB\nc\n", {whole}).error, "changes nothing");
    EXPECT_HAS(apply("a\n", {whole, block("a\n", "b\n")}).error, "whole file beside");
    whole.replace = "a\n# ... rest of code unchanged\n";
    EXPECT_HAS(apply("a\nb\n", {whole}).error, "code left out");
}

TEST(Apply, StaysLinearOnRepetition) {
    std::string file;
    std::string search;
    for (int i = 0; i < 200000; ++i) {
        file += "x\n";
    }
    for (int i = 0; i < 50000; ++i) {
        search += "x\n";
    }
    EXPECT_HAS(apply(file, search + "y\n", "z\n").error, "not in the file");
    EXPECT_HAS(apply(file, search, "z\n").error, "places");
}

TEST(ApplyReplyTo, IgnoresPathsAndNeedsNone) {
    const std::string body = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";
    for (const std::string& reply : std::initializer_list<std::string>{
             body, "other/file.py\n" + body, "--- a/q\n+++ b/q\n@@ -1 +1 @@\n-a\n+b\n", "@@\n-a\n+b\n",
             "*** Begin Patch\n*** Update File: z\n-a\n+b\n*** End Patch\n"}) {
        auto applied = apply_reply_to("a\n", reply, Format::automatic);
        ASSERT_TRUE(applied) << reply << applied.error().describe();
        EXPECT_EQ(applied->content, "b\n");
    }
    auto whole = apply_reply_to("a\n", "```\nb\n```\n", Format::whole_file);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->content, "b\n");
}

/// The result of a clean diff is what git itself makes of it.
TEST(ApplyReplyTo, AgreesWithGitApply) {
    const test::TempRepo repo;
    unsigned state = 12345;
    const auto next = [&](unsigned below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16) % below;
    };
    for (int round = 0; round < 60; ++round) {
        std::vector<std::string> lines;
        const std::size_t size = 1 + next(40);
        for (std::size_t i = 0; i < size; ++i) {
            lines.push_back(next(3) == 0 ? "same" : "line " + std::to_string(next(20)));
        }
        const std::string end = next(4) == 0 ? "\r\n" : "\n";
        const auto text = [&](bool open) {
            std::string out;
            for (const auto& line : lines) {
                out += line + end;
            }
            if (open && !out.empty()) {
                out.resize(out.size() - end.size());
            }
            return out;
        };
        const std::string before = text(next(4) == 0);
        for (unsigned edits = 1 + next(4); edits > 0; --edits) {
            const auto at = static_cast<std::ptrdiff_t>(next(static_cast<unsigned>(lines.size())));
            switch (next(3)) {
                case 0:
                    lines.insert(lines.begin() + at, "new " + std::to_string(next(1000)));
                    break;
                case 1:
                    lines[static_cast<std::size_t>(at)] = "changed " + std::to_string(next(1000));
                    break;
                default:
                    if (lines.size() > 1) {
                        lines.erase(lines.begin() + at);
                    }
            }
        }
        const std::string after = text(next(4) == 0);
        if (before == after) {
            continue;
        }
        repo.write("f.txt", before);
        repo.git({"add", "f.txt"});
        repo.write("f.txt", after);
        const std::string diff = repo.git({"-c", "core.autocrlf=false", "diff", "--no-color", "--", "f.txt"});
        auto applied = apply_reply_to(before, diff, Format::unified_diff);
        ASSERT_TRUE(applied) << applied.error().describe() << "\n" << diff;
        EXPECT_EQ(applied->content, after) << diff;
    }
}

}  // namespace
}  // namespace rfsn::edit
