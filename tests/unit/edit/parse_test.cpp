// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "edit/edit.hpp"

namespace rfsn::edit {
namespace {

std::string block(const std::string& search, const std::string& replace, std::size_t marks = 7) {
    return std::string(marks, '<') + " SEARCH\n" + search + std::string(marks, '=') + "\n" + replace +
           std::string(marks, '>') + " REPLACE\n";
}

std::vector<Block> parsed(const std::string& reply, Format format = Format::automatic) {
    auto blocks = parse_reply(reply, format);
    EXPECT_TRUE(blocks) << (blocks ? "" : blocks.error().describe()) << "\n" << reply;
    return blocks.value_or(std::vector<Block>{});
}

std::string error_of(const std::string& reply, Format format = Format::automatic) {
    auto blocks = parse_reply(reply, format);
    EXPECT_FALSE(blocks) << reply;
    if (blocks) {
        return "";
    }
    EXPECT_EQ(blocks.error().code, base::ErrorCode::invalid);
    return blocks.error().message;
}

void expect_error(const std::string& reply, const std::string& part, Format format = Format::automatic) {
    const std::string message = error_of(reply, format);
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message << "\nreply:\n" << reply;
}

TEST(SearchReplace, TakesThePathFromEveryUsualPlace) {
    for (const std::string& reply : {
             "src/a.py\n```python\n" + block("x\n", "y\n") + "```\n",
             "src/a.py\n\n```python\n" + block("x\n", "y\n") + "```\n",
             "```python\nsrc/a.py\n" + block("x\n", "y\n") + "```\n",
             "src/a.py\n" + block("x\n", "y\n"),
             "`src/a.py`\n```\n" + block("x\n", "y\n") + "```\n",
             "**src/a.py**\n```\n" + block("x\n", "y\n") + "```\n",
             "**`src/a.py`**:\n```\n" + block("x\n", "y\n") + "```\n",
             "# src/a.py\n```\n" + block("x\n", "y\n") + "```\n",
             "### File: `src/a.py`\n```\n" + block("x\n", "y\n") + "```\n",
             "File: src/a.py\n" + block("x\n", "y\n"),
             "```python\n# src/a.py\n" + block("x\n", "y\n") + "```\n",
             "```js\n// src/a.py\n" + block("x\n", "y\n") + "```\n",
             "```\n<!-- src/a.py -->\n" + block("x\n", "y\n") + "```\n",
             "```python src/a.py\n" + block("x\n", "y\n") + "```\n",
             "```python:src/a.py\n" + block("x\n", "y\n") + "```\n",
             "~~~\n./src/a.py\n" + block("x\n", "y\n") + "~~~\n",
             "1. src/a.py\n" + block("x\n", "y\n"),
             "In `src/a.py`:\n```\n" + block("x\n", "y\n") + "```\n",
         }) {
        const auto blocks = parsed(reply);
        ASSERT_EQ(blocks.size(), 1U) << reply;
        EXPECT_EQ(blocks[0].path, "src/a.py") << reply;
        EXPECT_EQ(blocks[0].search, "x\n");
        EXPECT_EQ(blocks[0].replace, "y\n");
    }
}

TEST(SearchReplace, KnowsUnusualFileNames) {
    for (const std::string path :
         {"Makefile", "a-b_c", "__init__.py", "dir with space/my file.txt", "a.b.c", ".eslintrc", "src/.env.example"}) {
        EXPECT_EQ(parsed("`" + path + "`\n" + block("x\n", "y\n"))[0].path, path);
    }
    EXPECT_EQ(parsed("Makefile\n" + block("x\n", "y\n"))[0].path, "Makefile");
    EXPECT_EQ(parsed("__init__.py\n" + block("x\n", "y\n"))[0].path, "__init__.py");
    EXPECT_EQ(parsed("docs/my file.md\n" + block("x\n", "y\n"))[0].path, "docs/my file.md");
}

TEST(SearchReplace, TakesSeveralFilesAndBlocksWithProseAround) {
    const auto blocks = parsed("I fixed it.\n\na.py\n```python\n" + block("1\n", "2\n") + "\n" + block("3\n", "4\n") +
                               "```\n\nAnd in the other file, too:\n\nb.py\n```python\n" + block("5\n", "6\n") +
                               "```\nThat is all = done.\n");
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[0].path, "a.py");
    EXPECT_EQ(blocks[1].path, "a.py");
    EXPECT_EQ(blocks[2].path, "b.py");
    EXPECT_EQ(blocks[0].line, 5U);
    EXPECT_EQ(blocks[2].search, "5\n");
}

TEST(SearchReplace, AcceptsFiveToNineMarkersAndMiscounts) {
    for (const std::size_t marks : {5U, 6U, 7U, 8U, 9U}) {
        EXPECT_EQ(parsed("a.py\n" + block("x\n", "y\n", marks)).size(), 1U) << marks;
    }
    EXPECT_EQ(parsed("a.py\n<<<<<<< SEARCH\nx\n======\ny\n>>>>>>>> REPLACE\n")[0].replace, "y\n");
    EXPECT_EQ(parsed("a.py\r\n<<<<<<< SEARCH\r\nx\r\n=======\r\ny\r\n>>>>>>> REPLACE\r\n")[0].search, "x\n");
}

TEST(SearchReplace, EditsConflictMarkersWithLongerOnes) {
    const std::string conflict = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n";
    const auto blocks = parsed("a.py\n" + block(conflict, "a\n", 9));
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(blocks[0].search, conflict);
    EXPECT_EQ(blocks[0].replace, "a\n");
    expect_error("a.py\n" + block(conflict, "a\n", 7), "second '======='");
}

TEST(SearchReplace, KeepsShorterRulesAsText) {
    const auto blocks = parsed("a.rst\n" + block("Title\n=====\n", "Titel\n=====\n"));
    EXPECT_EQ(blocks[0].search, "Title\n=====\n");
}

TEST(SearchReplace, DropsTheSameBlockGivenTwice) {
    EXPECT_EQ(parsed("a.py\n" + block("x\n", "y\n") + block("x\n", "y\n")).size(), 1U);
}

TEST(SearchReplace, SaysWhatIsWrongAndWhere) {
    expect_error("I could not find anything to fix.\n", "holds no edit");
    expect_error("", "holds no edit");
    expect_error("a.py\n<<<<<<< SEARCH\nx\n=======\ny\n", "line 2: SEARCH block is not closed");
    expect_error("a.py\n<<<<<<< SEARCH\nx\n", "not closed");
    expect_error("a.py\n<<<<<<< SEARCH\nx\n=======\ny\n" + block("1\n", "2\n"), "another one opens at line 6");
    expect_error("a.py\n<<<<<<< SEARCH\nx\n=======\ny\n=======\nz\n>>>>>>> REPLACE\n", "line 6: second '======='");
    expect_error("a.py\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n", "line 4: no '======='");
    expect_error(">>>>>>> REPLACE\n", "without '<<<<<<< SEARCH'");
    expect_error("a.py\n<<<<<<< SEARCH b.py\nx\n=======\ny\n>>>>>>> REPLACE\n", "text after SEARCH");
    expect_error("Here is the fix for your problem:\n```\n" + block("x\n", "y\n") + "```\n", "no file path");
    expect_error(block("x\n", "y\n"), "line 1: no file path");
    expect_error(std::string("a.py\n") + block(std::string("x\0y\n", 4), "y\n"), "line 3: a NUL byte");
}

TEST(SearchReplace, RefusesLaziness) {
    for (const std::string lazy :
         {"...", "    # ...", "// ...existing code...", "# (rest of the code stays the same)",
          "// other methods remain unchanged", "    // ... other methods ...",
          "// Rest of the implementation omitted for brevity", "/* snip */", "# ... (unchanged)",
          "    ...  # rest of the function unchanged", "// keep existing code as is", "// ... rest of code unchanged",
          "# rest of the code remains the same", "// existing code here", "/* ... existing code ... */",
          "# ... unchanged ...", "... rest of the file unchanged ...", "<!-- rest of file omitted -->"}) {
        expect_error("a.py\n" + block("x = 1\n", "x = 2\n" + lazy + "\n"),
                     "line 6: this line stands for code left out");
    }
}

TEST(SearchReplace, KeepsDotsThatAreCode) {
    EXPECT_EQ(parsed("a.py\n" + block("x\n", "class A:\n    ...\n")).size(), 1U);
    EXPECT_EQ(parsed("a.py\n" + block("x\n", "def f() -> None: ...\n")).size(), 1U);
    EXPECT_EQ(parsed("a.yaml\n" + block("x\n...\n", "y\n...\n")).size(), 1U);
    EXPECT_EQ(
        parsed("a.js\n" + block("x\n", "const y = [...x];\n// The rest of the list is sorted.\nf(...args)\n")).size(),
        1U);
    for (const std::string code :
         {"# Loading the rest...", "// wait for the other one...", "# the order of existing imports must stay",
          "// ...and then the second", "return [...a, ...b]", "# handle remaining items", "x = f(...)",
          "// Same as above.", "# The rest of the arguments are passed on."}) {
        EXPECT_EQ(parsed("a.py\n" + block("x = 1\n", "x = 2\n" + code + "\n")).size(), 1U) << code;
    }
    EXPECT_EQ(parsed("a.py\n" + block("x\n", "print(\"rest of file unchanged...\")\n")).size(), 1U);
}

TEST(Automatic, RefusesAMixOfFormats) {
    expect_error("a.py\n" + block("x\n", "y\n") + "\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-x\n+y\n",
                 "second edit format");
    expect_error(
        "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 "
        "@@\n-x\n+y\n",
        "second edit format");
    // A diff inside of a block is text.
    EXPECT_EQ(parsed("a.patch\n" + block("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "gone\n")).size(), 1U);
}

TEST(Automatic, RefusesFloods) {
    std::string reply = "a.py\n";
    for (int i = 0; i < 1001; ++i) {
        reply += block("x" + std::to_string(i) + "\n", "y\n");
    }
    expect_error(reply, "more than 1000 edits");
    expect_error(std::string(std::size_t{17} << 20, 'x'), "larger than 16 MB");
}

TEST(Automatic, NeverTakesAFenceForAWholeFile) {
    expect_error("a.py\n```python\nx = 1\n```\n", "holds no edit");
}

TEST(Diff, WithNumbersWrongNumbersAndNone) {
    for (const std::string header :
         {"@@ -1,3 +1,3 @@", "@@ -7,99 +3,1 @@ def f():", "@@", "@@ ... @@", "@@ def f @@"}) {
        const auto blocks =
            parsed("Sure:\n```diff\n--- a/src/a.py\n+++ b/src/a.py\n" + header + "\n a\n-b\n+c\n d\n```\nDone.\n");
        ASSERT_EQ(blocks.size(), 1U) << header;
        EXPECT_EQ(blocks[0].path, "src/a.py");
        EXPECT_EQ(blocks[0].search, "a\nb\nd\n");
        EXPECT_EQ(blocks[0].replace, "a\nc\nd\n");
    }
}

TEST(Diff, TakesGitFormatWithSeveralFilesAndHunks) {
    const auto blocks = parsed(
        "diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9,2 "
        "+9,3 @@\n x\n"
        "+y\n z\ndiff --git a/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 "
        "@@\n+1\n+2\n-- \n2.39.5\n");
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[1].line_hint, 9U);
    EXPECT_EQ(blocks[2].path, "n.py");
    EXPECT_EQ(blocks[2].search, "");
    EXPECT_EQ(blocks[2].replace, "1\n2\n");
}

TEST(Diff, ReadsPathsAsGitWritesThem) {
    const auto path = [](const std::string& old_name, const std::string& new_name) {
        return parsed("--- " + old_name + "\n+++ " + new_name + "\n@@ -1 +1 @@\n-a\n+b\n")[0].path;
    };
    EXPECT_EQ(path("a/x y.py\t2020-01-01", "b/x y.py\t2020-01-02"), "x y.py");
    EXPECT_EQ(path("\"a/f\\303\\251 \\\"q\\\".txt\"", "\"b/f\\303\\251 \\\"q\\\".txt\""), "f\xc3\xa9 \"q\".txt");
    EXPECT_EQ(path("x.py", "x.py"), "x.py");
    EXPECT_EQ(path("b/x.py", "b/x.py"), "b/x.py");
    EXPECT_EQ(path("./x.py", "./x.py"), "x.py");
}

TEST(Diff, KnowsADeletedLineThatLooksLikeAHeader) {
    const auto blocks = parsed("--- a/a.sql\n+++ b/a.sql\n@@ -1,3 +1,2 @@\n x\n--- gone\n y\n");
    EXPECT_EQ(blocks[0].search, "x\n-- gone\ny\n");
    const auto both = parsed("--- a/a.sql\n+++ b/a.sql\n@@ -1,3 +1,3 @@\n x\n--- old\n+++ new\n y\n");
    ASSERT_EQ(both.size(), 1U);
    EXPECT_EQ(both[0].replace, "x\n++ new\ny\n");
}

TEST(Diff, TakesEmptyLinesAsContextAndEndsAtProse) {
    const auto blocks = parsed("--- a/a.py\n+++ b/a.py\n@@ -1,4 +1,4 @@\n a\n\n-b\n+c\n d\n\n- This is why.\n");
    EXPECT_EQ(blocks[0].search, "a\n\nb\nd\n");
    EXPECT_EQ(blocks[0].replace, "a\n\nc\nd\n");
}

TEST(Diff, SaysWhatTheEndOfTheFileIs) {
    const std::string mark = "\\ No newline at end of file\n";
    const std::string head = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n";
    EXPECT_EQ(parsed(head + "-a\n" + mark + "+b\n")[0].final_newline, true);
    EXPECT_EQ(parsed(head + "-a\n+b\n" + mark)[0].final_newline, false);
    EXPECT_EQ(parsed(head + "-a\n" + mark + "+b\n" + mark)[0].final_newline, false);
    EXPECT_EQ(parsed(head + "-a\n+b\n")[0].final_newline, std::nullopt);
}

TEST(Diff, SaysWhatIsWrongAndWhere) {
    const std::string head = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n";
    expect_error(head + " a\n b\n```\n", "changes nothing");
    expect_error("--- a/a.py\n+++ b/a.py\nnothing\n", "without a hunk");
    expect_error("@@ -1 +1 @@\n-a\n+b\n", "no file header");
    expect_error("--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "deleting a file");
    expect_error("--- a/a.py\n+++ b/b.py\n@@ -1 +1 @@\n-a\n+b\n", "renaming a file");
    expect_error("diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n", "renaming");
    expect_error("diff --git a/a b/a\nold mode 100644\nnew mode 100755\n", "mode");
    expect_error("diff --git a/a b/a\nnew file mode 120000\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+/etc/passwd\n",
                 "regular files");
    expect_error("diff --git a/a b/a\nindex 1..2 100644\nGIT binary patch\nliteral 0\n", "binary");
    expect_error(head + "-a\n-b\n+c\n+# ... rest of code unchanged\n```\n", "code left out");
}

TEST(ApplyPatch, UpdatesAndAdds) {
    const auto blocks = parsed(
        "```\n*** Begin Patch\n*** Update File: src/a.py\n@@ class A\n@@     def f(self):\n "
        "ctx\n-old\n+new\n@@\n-tail\n+end\n*** End of "
        "File\n*** Add File: b.py\n+one\n+\n+two\n*** End Patch\n```\n");
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[0].scopes, (std::vector<std::string>{"class A", "def f(self):"}));
    EXPECT_EQ(blocks[0].search, "ctx\nold\n");
    EXPECT_EQ(blocks[0].replace, "ctx\nnew\n");
    EXPECT_TRUE(blocks[1].at_end);
    EXPECT_EQ(blocks[2].path, "b.py");
    EXPECT_EQ(blocks[2].search, "");
    EXPECT_EQ(blocks[2].replace, "one\n\ntwo\n");
}

TEST(ApplyPatch, WorksWithoutItsEnvelope) {
    const auto blocks = parsed("Changed:\n*** Update File: a.py\n@@\n-x\n+y\n\nThat is it.\n");
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(blocks[0].search, "x\n");
}

TEST(ApplyPatch, SaysWhatIsWrongAndWhere) {
    expect_error("*** Begin Patch\n*** Delete File: a.py\n*** End Patch\n", "line 2: deleting a file");
    expect_error("*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n-x\n+y\n*** End Patch\n",
                 "line 3: renaming");
    expect_error("*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n", "without '*** End Patch'");
    expect_error("*** Begin Patch\n*** Update File: a.py\n@@\nx\n*** End Patch\n", "line 4 has none of the marks");
    expect_error("*** Begin Patch\n*** Update File: a.py\n*** End Patch\n", "without a change");
    expect_error("*** Begin Patch\n*** Update File: a.py\n@@ f\n+y\n*** End Patch\n", "no context");
    expect_error("*** Begin Patch\n*** Update File: a.py\n@@\n y\n*** End Patch\n", "no '+' and no '-'");
    expect_error("*** Begin Patch\n*** Add File: a.py\n+x\ny\n*** End Patch\n", "must begin with '+'");
}

TEST(WholeFile, OnlyWhenAsked) {
    const auto blocks =
        parsed("a.py\n```python\nx = 1\n```\n\nb.md\n````markdown\n```\ncode\n```\n````\n", Format::whole_file);
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_TRUE(blocks[0].whole);
    EXPECT_EQ(blocks[0].replace, "x = 1\n");
    EXPECT_EQ(blocks[1].path, "b.md");
    EXPECT_EQ(blocks[1].replace, "```\ncode\n```\n");
    expect_error("a.py\n```python\nx = 1\n", "not closed", Format::whole_file);
    expect_error("just some prose here\n```python\nx = 1\n```\n", "no file path", Format::whole_file);
    expect_error("a.py\n```\nx\n```\na.py\n```\ny\n```\n", "second whole file", Format::whole_file);
    expect_error("a.md\n```\n```python\nx\n```\n```\n", "inside a code fence", Format::whole_file);
    expect_error("nothing", "holds no file", Format::whole_file);
}

TEST(FormatNames, AreKnown) {
    EXPECT_EQ(format("auto"), Format::automatic);
    EXPECT_EQ(format("apply-patch"), Format::apply_patch);
    EXPECT_EQ(format("udiff"), Format::unified_diff);
    EXPECT_EQ(format("whole-file"), Format::whole_file);
    EXPECT_EQ(format("x"), std::nullopt);
}

}  // namespace
}  // namespace rfsn::edit
