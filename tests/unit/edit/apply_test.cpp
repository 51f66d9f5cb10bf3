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
    const auto all = apply("a\nx = 2\n", "x = 1\n", "x = 2\n");
    EXPECT_EQ(all.content, "a\nx = 2\n");
    EXPECT_EQ(all.levels, std::vector<std::string>{"already applied"});
    const auto some = apply("a\nreturn a + b\nc\n", {block("return a - b\n", "return a + b\n"), block("c\n", "C\n")});
    EXPECT_EQ(some.content, "a\nreturn a + b\nC\n");
    EXPECT_EQ(some.levels, (std::vector<std::string>{"already applied", "exact"}));
    EXPECT_EQ(apply("f(1)\nimport os\ng(2)\n", "f(1)\ng(2)\n", "f(1)\nimport os\ng(2)\n").levels,
              std::vector<std::string>{"already applied"});
    EXPECT_EQ(apply("first = 1\nlast = 2\n", "first = 1\ngone = 3\nlast = 2\n", "first = 1\nlast = 2\n").levels,
              std::vector<std::string>{"already applied"});
    EXPECT_EQ(apply("a = 1\n", {block("", "a = 1\n")}).levels, std::vector<std::string>{"already applied"});
}

TEST(Apply, TakesNoShortMatchForAnEditThatWasMade) {
    const std::string file = "def f():\n    pass\n\n\ndef g():\n    return 1\n}\n";
    for (const auto& [search, replace] : std::initializer_list<std::pair<const char*, const char*>>{
             {"    raise Missing\n", "    pass\n"},
             {"    invented()\n", "}\n"},
             {"nothing here\n", "    return 1\n"},
             {"def h():\n    x()\n", "def g():\n"},
             {"    a()\n    pass\n", "    pass\n"},
             {"gone\n", ""},
         }) {
        EXPECT_HAS(apply(file, search, replace).error, "not in the file");
    }
}

TEST(Apply, GivesNewLinesTheEndsOfTheirNeighbours) {
    const std::string mixed = "a\r\nb\r\nc\r\nd\ne\n";
    EXPECT_EQ(apply(mixed, "d\ne\n", "d\nx\ne\n").content, "a\r\nb\r\nc\r\nd\nx\ne\n");
    EXPECT_EQ(apply(mixed, "d\n", "D\nE\nF\n").content, "a\r\nb\r\nc\r\nD\nE\nF\ne\n");
    EXPECT_EQ(apply(mixed, "a\n", "x\na\n").content, "x\r\na\r\nb\r\nc\r\nd\ne\n");
    EXPECT_EQ(apply(mixed, "c\nd\n", "C\nD\n").content, "a\r\nb\r\nC\r\nD\ne\n");
    EXPECT_EQ(apply("a\nb\r\nc", "c\n", "c\nd\n").content, "a\nb\r\nc\r\nd");
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

TEST(Apply, HoldsScopesToWhatTheySay) {
    const std::string file = "# one\nx = 1\ny = 2\n# two\nx = 1\ny = 2\nz = 3\n";
    auto anchored = block("x = 1\n", "x = 9\n");
    anchored.scopes = {"# two"};
    EXPECT_EQ(apply(file, {anchored}).content, "# one\nx = 1\ny = 2\n# two\nx = 9\ny = 2\nz = 3\n");
    anchored.scopes = {"# three"};
    EXPECT_HAS(apply(file, {anchored}).error, "'# three'");
    // What stands above the anchor is not what was meant, be it unique.
    auto above = block("z = 3\n", "z = 4\n");
    above.scopes = {"# two"};
    EXPECT_EQ(apply(file, {above}).content, "# one\nx = 1\ny = 2\n# two\nx = 1\ny = 2\nz = 4\n");
    const std::string tree = "class A:\n    x = 1\n\nclass B:\n    y = 2\n";
    auto wrong = block("    x = 1\n", "    x = 5\n");
    wrong.scopes = {"class B:"};
    EXPECT_HAS(apply(tree, {wrong}).error, "not in the file");
    // The anchor repeated as first line of context.
    auto repeated = block("class B:\n    y = 2\n", "class B:\n    y = 3\n");
    repeated.scopes = {"class B:"};
    EXPECT_EQ(apply(tree, {repeated}).content, "class A:\n    x = 1\n\nclass B:\n    y = 3\n");
    // Twice in the scope stays ambiguous.
    auto twice = block("    a\n", "    b\n");
    twice.scopes = {"f:"};
    EXPECT_HAS(apply("f:\n    a\n    a\ng:\n    a\n", {twice}).error, "2 places");
}

TEST(Apply, LetsTheOrderOfADiffChoose) {
    auto first = block("top\n", "TOP\n");
    auto second = block("x\n", "y\n");
    first.ordered = second.ordered = true;
    EXPECT_EQ(apply("x\ntop\nx\n", {first, second}).content, "x\nTOP\ny\n");
    EXPECT_HAS(apply("x\ntop\nx\nx\n", {first, second}).error, "3 places");
    second.ordered = false;
    EXPECT_HAS(apply("x\ntop\nx\n", {first, second}).error, "2 places");
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

struct Reply {
    const char* name;
    std::string file, reply, expected;
    const char* level = "exact";
};

TEST(ApplyReplyTo, ReadsDiffsAsModelsWriteThem) {
    const std::string head = "--- a/f.py\n+++ b/f.py\n";
    const Reply cases[] = {
        {"no marks on context", "def f():\n    a = 1\n    b = 2\n",
         head + "@@\ndef f():\n-    a = 1\n+    a = 9\n    b = 2\n", "def f():\n    a = 9\n    b = 2\n",
         "context without marks"},
        {"no marks, insertion", "def f():\n    a = 1\n    b = 2\n",
         "```diff\n" + head + "@@\n    a = 1\n+    c = 3\n    b = 2\n```\n",
         "def f():\n    a = 1\n    c = 3\n    b = 2\n", "context without marks"},
        {"tabs without marks", "func f() {\n\ta()\n\tb()\n}\n",
         "```diff\n" + head + "@@ -1,4 +1,4 @@\nfunc f() {\n-\ta()\n+\tc()\n\tb()\n}\n```\n",
         "func f() {\n\tc()\n\tb()\n}\n", "context without marks"},
        {"a fence in markdown", "# T\n\n```sh\nold\n```\n\nend\n",
         "```diff\n" + head + "@@ -2,5 +2,5 @@\n \n ```sh\n-old\n+new\n ```\n \n```\n",
         "# T\n\n```sh\nnew\n```\n\nend\n"},
        {"too long a count before the next file's header", "a\nb\nc\n",
         head + "@@ -1,9 +1,9 @@\n a\n-b\n+B\n c\n--- a/f.py\n+++ b/f.py\n@@ -3,9 +3,9 @@\n-c\n+C\n", "a\nB\nC\n"},
        {"too short a count", "a\nb\nc\nd\n", "```diff\n" + head + "@@ -1,1 +1,1 @@\n a\n-b\n+B\n c\n-d\n+D\n```\n",
         "a\nB\nc\nD\n"},
        {"mail signature, wrong counts", "a\nb\n", head + "@@ -1,7 +1,7 @@\n a\n-b\n+B\n-- \n2.39.5\n", "a\nB\n"},
        {"a longer fence", "a\n", "`````diff\n" + head + "@@ -1 +1 @@\n-a\n+```\n`````\n", "```\n"},
        {"crlf reply, lf file", "a\nb\n", "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+B\r\n", "a\nB\n"},
        {"bom before the reply", "a\n", "\xef\xbb\xbf" + head + "@@ -1 +1 @@\n-a\n+b\n", "b\n"},
        {"numbers in apply_patch", "a\nx\nb\nx\n",
         "*** Begin Patch\n*** Update File: f\n@@ -4,1 +4,1 @@\n-x\n+y\n*** End Patch\n", "a\nx\nb\ny\n"},
        {"apply_patch without marks", "def f():\n    a\n    b\n",
         "*** Begin Patch\n*** Update File: f\n@@\ndef f():\n-    a\n+    c\n*** End Patch\n",
         "def f():\n    c\n    b\n", "context without marks"},
        {"apply_patch at the end", "a\nb",
         "*** Begin Patch\n*** Update File: f\n@@\n+c\n*** End of File\n*** End Patch\n", "a\nb\nc"},
        {"apply_patch anchors at column 0", "import a\nx = 1\nimport b\nx = 1\n",
         "*** Begin Patch\n*** Update File: f\n@@ import b\n-x = 1\n+x = 2\n*** End Patch\n",
         "import a\nx = 1\nimport b\nx = 2\n"},
        {"apply_patch in a shell's here-document", "a\n",
         "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: f\n-a\n+b\n*** End Patch\nEOF\n", "b\n"},
        {"start line", "a\nb\na\n", "f\n<<<<<<< SEARCH\n:start_line:3\n-------\na\n=======\nc\n>>>>>>> REPLACE\n",
         "a\nb\nc\n"},
    };
    for (const auto& one : cases) {
        auto applied = apply_reply_to(one.file, one.reply, Format::automatic);
        ASSERT_TRUE(applied) << one.name << ": " << applied.error().describe();
        EXPECT_EQ(applied->content, one.expected) << one.name;
        EXPECT_EQ(applied->levels[0], one.level) << one.name;
    }
}

TEST(ApplyReplyTo, SaysWhyItRefuses) {
    const std::string head = "--- a/f.py\n+++ b/f.py\n";
    const Reply cases[] = {
        {"a line without a mark that is not in the file", "a\nb\nc\n",
         "```diff\n" + head + "@@\n a\nxyz\n-b\n+B\n```\n", "line 6 has none of the marks"},
        {"combined diff", "a\n", "diff --cc f\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n++b\n", "combined diff"},
        {"insertion by number only", "a\nb\n", head + "@@ -1,0 +2,1 @@\n+x\n", "no context"},
        {"existing file created", "a\n", "*** Begin Patch\n*** Add File: f\n+b\n*** End Patch\n",
         "only for a new file"},
        {"indented markers", "a\n",
         "f\n  <<<<<<< SEARCH\n  a\n  =======\n  b\n  >>>>>>> REPLACE\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> "
         "REPLACE\n",
         "line 2: an indented marker"},
        {"ambiguous", "x\ny\nx\n", head + "@@\n-x\n+z\n", "2 places"},
        {"move", "a\n", "*** Begin Patch\n*** Update File: f\n*** Move to: g\n@@\n-a\n+b\n*** End Patch\n", "renaming"},
        {"delete", "a\n", "*** Begin Patch\n*** Delete File: f\n*** End Patch\n", "deleting"},
    };
    for (const auto& one : cases) {
        auto applied = apply_reply_to(one.file, one.reply, Format::automatic);
        ASSERT_FALSE(applied) << one.name << ": " << applied->content;
        EXPECT_HAS(applied.error().message, one.expected);
    }
}

/// Any edit given as search/replace blocks with context is either applied exactly or, where its text stands twice,
/// refused: never somewhere else.
TEST(ApplyReplyTo, NeverResolvesAmbiguityByLuck) {
    unsigned state = 99;
    const auto next = [&](unsigned below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 16) % below;
    };
    const char* ends[] = {"\n", "\r\n"};
    std::size_t applied_count = 0, refused = 0;
    for (int round = 0; round < 800; ++round) {
        std::vector<std::string> lines, line_ends;
        for (unsigned i = 2 + next(25); i > 0; --i) {
            lines.push_back(std::string(next(3), ' ') + "line " + std::to_string(next(round % 2 == 0 ? 2 : 9)));
            line_ends.emplace_back(ends[next(8) == 0 ? 1 : 0]);
        }
        if (next(3) == 0) {
            line_ends.back().clear();
        }
        const std::size_t at = next(static_cast<unsigned>(lines.size()));
        const std::size_t from = at - std::min<std::size_t>(at, next(4));
        const std::size_t to = std::min(lines.size(), at + 1 + next(4));
        std::string file, expected, search, replace;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            file += lines[i] + line_ends[i];
            expected += (i == at ? "changed" : lines[i]) + line_ends[i];
            if (i >= from && i < to) {
                search += lines[i] + "\n";
                replace += (i == at ? "changed" : lines[i]) + "\n";
            }
        }
        std::size_t places = 0;
        for (std::size_t i = 0; i + (to - from) <= lines.size(); ++i) {
            places += std::equal(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                 lines.begin() + static_cast<std::ptrdiff_t>(to),
                                 lines.begin() + static_cast<std::ptrdiff_t>(i))
                          ? 1U
                          : 0U;
        }
        auto got = apply_reply_to(file, "<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n",
                                  Format::automatic);
        ASSERT_EQ(got.has_value(), places == 1) << file << "---\n" << search;
        if (got) {
            ASSERT_EQ(got->content, expected);
            ++applied_count;
        } else {
            EXPECT_HAS(got.error().message, "places");
            ++refused;
        }
    }
    EXPECT_GT(applied_count, 100U);
    EXPECT_GT(refused, 30U);
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
