// SPDX-License-Identifier: MIT
#include "check/parse_paths.hpp"

#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

TEST(ParsePaths, RelativeOnesGetTheProjectInFront) {
    const auto context = context_at("/tree/a/b", "a/b");
    EXPECT_EQ(repository_path("x.py", context), "a/b/x.py");
    EXPECT_EQ(repository_path("./x/../y.py", context), "a/b/y.py");
    EXPECT_EQ(repository_path("../c.py", context), "a/c.py");
    EXPECT_EQ(repository_path("../../../etc/passwd", context), "");
}

TEST(ParsePaths, AbsoluteOnesMustLieInTheTree) {
    const auto context = context_at("/tree/a/b/", "a/b");
    EXPECT_EQ(repository_path("/tree/a/b/x.py", context), "a/b/x.py");
    EXPECT_EQ(repository_path("/tree/other/x.py", context), "other/x.py");
    EXPECT_EQ(repository_path("/tree/a/../../etc/x", context), "");
    EXPECT_EQ(repository_path("/tree2/x.py", context), "");
    EXPECT_EQ(repository_path("/tree", context), "");
    EXPECT_EQ(repository_path("file:///tree/a/b/x.py", context), "a/b/x.py");
}

TEST(ParsePaths, OddOnesAreNoPaths) {
    const auto context = context_at("/t");
    EXPECT_EQ(repository_path("", context), "");
    EXPECT_EQ(repository_path("<stdin>", context), "");
    EXPECT_EQ(repository_path("C:\\a\\b.cs", context), "");
    EXPECT_EQ(repository_path(std::string_view("a\0b", 3), context), "");
    EXPECT_EQ(repository_path("a\xFF.py", context), "a\xFF.py") << "git's paths are bytes";
}

TEST(ParsePaths, AnEmptyRootKnowsNoAbsolutePath) {
    EXPECT_EQ(repository_path("/t/x.py", context_at("")), "");
}

TEST(ParsePaths, OutsidePathsStayAsText) {
    const auto findings = parsed("flake8", "/elsewhere/x.py:3:1: F401 'os' imported but unused\n");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].path, "");
    EXPECT_EQ(findings[0].line, 0U);
    ASSERT_EQ(findings[0].notes.size(), 1U);
    EXPECT_EQ(findings[0].notes[0].path, "");
    EXPECT_EQ(findings[0].notes[0].message, "/elsewhere/x.py:3: 'os' imported but unused");
}

TEST(ParsePaths, TheSameFindingTwiceIsOne) {
    const auto findings = parsed("maven",
                                 "[ERROR] /t/src/main/java/A.java:[3,12] cannot find symbol\n"
                                 "[ERROR]   symbol:   class Y\n"
                                 "[INFO] 1 error\n"
                                 "[ERROR] Failed to execute goal x: Compilation failure\n"
                                 "[ERROR] /t/src/main/java/A.java:[3,12] cannot find symbol\n"
                                 "[ERROR]   symbol:   class Y\n");
    EXPECT_EQ(lines_of(findings), Lines{"src/main/java/A.java:3:12  cannot find symbol\nsymbol:   class Y"});
}

TEST(ParsePaths, MessagesAreAlwaysValidText) {
    const auto findings = parsed("flake8", "a\xFF.py:1:1: E1 bad \xC3( byte \x1b[31mred\x1b[0m\n");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].path, "a\xFF.py");
    EXPECT_EQ(findings[0].message, "bad \xEF\xBF\xBD( byte red");
}

}  // namespace
}  // namespace rfsn::check
