// SPDX-License-Identifier: MIT
// What stands between a tool and its log: encodings, terminals, CI services.
#include "check/parse_log.hpp"

#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

std::string utf16(std::string_view text, bool big) {
    std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : text) {
        out += big ? std::string{'\0', c} : std::string{c, '\0'};
    }
    return out;
}

TEST(ParseLog, APowerShellRedirectionIsUtf16) {
    const std::string_view log = "A.cs(3,13): error CS0029: no\r\nB.cs(1,1): warning CS0168: unused\r\n";
    for (const bool big : {false, true}) {
        EXPECT_EQ(lines_of(parsed("msbuild", utf16(log, big))),
                  (Lines{"A.cs:3:13 CS0029 no", "B.cs:1:1 CS0168 unused"}));
    }
    EXPECT_EQ(clean_log(std::string_view("\xFF\xFE\x3D\xD8\x00\xDE\x0A", 7)), "\xF0\x9F\x98\x80")
        << "a pair, and half a unit at the end";
    EXPECT_EQ(clean_log(std::string_view("\xFF\xFE\x00\xDC", 4)), "\xEF\xBF\xBD");
    EXPECT_EQ(clean_log("\xEF\xBB\xBFx"), "x");
}

TEST(ParseLog, PrefixesOfServicesGoWhereMostLinesHaveThem) {
    EXPECT_EQ(clean_log("2024-05-01T12:30:45.1Z a\n2024-05-01T12:30:45.1Z ##[error]b\n"), "a\nb\n");
    EXPECT_EQ(clean_log("build\tRun\t2024-05-01T12:30:45.1Z a\n"), "a\n");
    EXPECT_EQ(clean_log("[2024-05-01T12:30:45.123Z] a\n[2024-05-01T12:30:46.123Z] b\n"), "a\nb\n");
    EXPECT_EQ(clean_log("#12 3.456 a\n#12 3.457 \n#12 4.000   b\n"), "a\n\n  b\n");
    EXPECT_EQ(clean_log("web-1  | a\nweb-1  | b\n"), "a\nb\n");
    const std::string mixed = "a\nb\nc\n2024-05-01T12:30:45.1Z d\n";
    EXPECT_EQ(clean_log(mixed), mixed) << "one line with a time is that program's own";
}

TEST(ParseLog, ColorsAndLinksGo) {
    EXPECT_EQ(lines_of(parsed("gcc",
                              "\x1b[01m\x1b[K\x1b]8;;file://h/p/a.c\x1b\\a.c\x1b]8;;\x1b\\:3:5:\x1b[m\x1b[K "
                              "\x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kno \x1b]8;;https://x\x07[-Wx]\x1b]8;;\x07\n")),
              Lines{"a.c:3:5 -Wx no"});
}

TEST(ParseLog, MakeSaysWhereRelativePathsStart) {
    EXPECT_EQ(lines_of(parsed("make",
                              "make: Entering directory '/t'\nmake[1]: Entering directory '/t/sub'\n"
                              "s.c:1:8: error: no\nmake[1]: Leaving directory '/t/sub'\na.c:2:1: error: too\n")),
              (Lines{"sub/s.c:1:8  no", "a.c:2:1  too"}));
    auto elsewhere = context_at("/nowhere");
    elsewhere.keep_outside = true;
    EXPECT_EQ(lines_of(parsed("make", "make: Entering directory '/p'\na.c:2:1: error: x\n", elsewhere)),
              Lines{"a.c:2:1  x"});
    EXPECT_EQ(lines_of(parsed("ninja", "ninja: Entering directory `build'\n../a.c:2:1: error: x\n")),
              Lines{"a.c:2:1  x"});
}

TEST(ParseLog, ATestRunAfterCargosMessagesIsReadToo) {
    EXPECT_EQ(
        lines_of(parsed("cargo-test",
                        "{\"reason\":\"build-finished\",\"success\":true}\n\nrunning 1 test\ntest t ... FAILED\n\n"
                        "failures:\n\n---- t stdout ----\nthread 't' panicked at src/lib.rs:3:5:\nboom\n\n")),
        Lines{"src/lib.rs:3:5  t: boom"});
}

TEST(ParseLog, OffsetsOfClangTidysFixesBecomeLines) {
    auto context = context_at("/t");
    context.content = [](const std::string& path) -> std::optional<std::string> {
        return path == "a.cpp" ? std::optional<std::string>("int x;\nint *p = 0;\n") : std::nullopt;
    };
    EXPECT_EQ(
        lines_of(parsed("clang-tidy-fixes",
                        "---\nMainSourceFile: '/t/a.cpp'\nDiagnostics:\n  - DiagnosticName: modernize-use-nullptr\n"
                        "    DiagnosticMessage:\n      Message: use nullptr\n      FilePath: '/t/a.cpp'\n"
                        "      FileOffset: 16\n      Replacements: []\n    Level: Warning\n...\n",
                        context)),
        Lines{"a.cpp:2:10 modernize-use-nullptr use nullptr"});
}

TEST(ParseLog, TakesOffWhatRunnersPutInFrontOfLines) {
    EXPECT_EQ(clean_log("web:test: cache miss, executing 1\nweb:test: a.c:1: x\nother\nweb:test: \n"),
              "cache miss, executing 1\na.c:1: x\nother\n\n");
    EXPECT_EQ(clean_log("packages/a test$ tsc\npackages/a test: a.ts(1,2): x\nb: y\n"),
              "packages/a test$ tsc\na.ts(1,2): x\nb: y\n");
    EXPECT_EQ(clean_log("lerna notice cli v6\n@x/a: one\n@x/a: two\nb: three\n"),
              "lerna notice cli v6\none\ntwo\nthree\n");
    EXPECT_EQ(clean_log("[@x/a]: one\n[@x/a]: two\n"), "one\ntwo\n");
    EXPECT_EQ(clean_log("[lint] a\n[test] b\n[lint] npm run lint exited with code 1\n"),
              "a\nb\nnpm run lint exited with code 1\n");
    EXPECT_EQ(clean_log("remote: a\nremote:\nremote:   b\n"), "a\n\n  b\n");
    EXPECT_EQ(clean_log("[12:00:01]i:\t [Step 1/2] a\n[12:00:02]E:\t [Step 1/2] b\n"), "a\nb\n");
    // A time of GitHub's and one of docker's, on some lines only
    EXPECT_EQ(clean_log("##[group]Run\nDone\n2024-05-01T12:30:45.1234567Z #12 3.456 a\n2024-05-01T12:30:45.1234567Z "
                        "3.456 b\n"),
              "##[group]Run\nDone\na\nb\n");
    EXPECT_EQ(clean_log("Error: src/a.ts(1,2): error x\n  Error:   3:4  error  y  z\nError: no place: at all\n"),
              "src/a.ts(1,2): error x\n  3:4  error  y  z\nError: no place: at all\n");
}

TEST(ParseLog, LeavesAlonePrefixesThatNobodyHasAnnounced) {
    for (const char* text : {"a.py:error: x\nb.py:error: y\n", "main: one\nmain: two\n", "[lint] a\n[test] b\n",
                             "packages/a test: x\n", "1.5 a\n2.5 b\n", "[ERROR] a\n[ERROR] b\n"}) {
        EXPECT_EQ(clean_log(text), text);
    }
}

TEST(ParseLog, TakesOffColoursWhoseEscapeWasLost) {
    EXPECT_EQ(clean_log("[31mred[39m ^[[1mbold^[[22m\n"), "red bold\n");
    EXPECT_EQ(clean_log("a[1m] = 2;\n"), "a[1m] = 2;\n");
}

}  // namespace
}  // namespace rfsn::check
