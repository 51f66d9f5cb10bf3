// SPDX-License-Identifier: MIT
// Outputs of GCC 12, Clang 14, CMake 3.25, ctest, ninja and make, as they came.
#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

TEST(ParseCpp, GccBelowNinja) {
    const auto findings =
        parsed("gcc",
               "[3/4] Building CXX object CMakeFiles/app.dir/src/main.cpp.o\n"
               "FAILED: CMakeFiles/app.dir/src/main.cpp.o \n"
               "/usr/bin/c++    -MD -MT CMakeFiles/app.dir/src/main.cpp.o -c /t/src/main.cpp\n"
               "/t/src/main.cpp: In function \xE2\x80\x98int main()\xE2\x80\x99:\n"
               "/t/src/main.cpp:5:19: error: conversion from \xE2\x80\x98int\xE2\x80\x99 requested\n"
               "    5 |   std::string s = 4;\n      |                   ^\n"
               "/t/src/main.cpp:6:34: error: no matching function for call to \xE2\x80\x98push_back\xE2\x80\x99\n"
               "In file included from /usr/include/c++/12/vector:64,\n                 from /t/src/main.cpp:1:\n"
               "/usr/include/c++/12/bits/stl_vector.h:1276:7: note: candidate: \xE2\x80\x98void push_back\xE2\x80\x99 "
               "(near match)\n"
               "/t/src/main.cpp:4:8: warning: unused variable \xE2\x80\x98u\xE2\x80\x99 [-Wunused-variable]\n"
               "ninja: build stopped: subcommand failed.\n");
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(lines_of(findings)[0], "src/main.cpp:5:19  conversion from \xE2\x80\x98int\xE2\x80\x99 requested");
    ASSERT_EQ(findings[1].notes.size(), 1U);
    EXPECT_EQ(findings[1].notes[0].path, "") << "a system header is no file of the repository";
    EXPECT_NE(findings[1].notes[0].message.find("stl_vector.h:1276: candidate"), std::string::npos);
    EXPECT_EQ(findings[2].code, "-Wunused-variable");
    EXPECT_EQ(findings[2].severity, model::Severity::warning);
    EXPECT_FALSE(findings[2].blocking);
    EXPECT_TRUE(findings[0].blocking);
}

TEST(ParseCpp, AnErrorInASystemHeaderMovesToTheLineThatCausedIt) {
    const auto findings =
        parsed("gcc",
               "/usr/include/c++/12/bits/alloc_traits.h: In instantiation of 'x':\n"
               "/t/a.cpp:7:12:   required from here\n"
               "/usr/include/c++/12/bits/alloc_traits.h:518:22: error: static assertion failed: no\n");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].path, "a.cpp");
    EXPECT_EQ(findings[0].line, 7U);
    EXPECT_EQ(findings[0].message, "static assertion failed: no");
}

TEST(ParseCpp, LinkerAndMake) {
    EXPECT_EQ(lines_of(parsed("gcc",
                              "/usr/bin/ld: /tmp/cciZMXMS.o: in function `main':\n"
                              "/t/u.cpp:1: undefined reference to `foo()'\n"
                              "collect2: error: ld returned 1 exit status\n"
                              "u.cpp:(.text+0x5): undefined reference to `bar()'\n"
                              "make[2]: *** [CMakeFiles/app.dir/build.make:76: CMakeFiles/app.dir/main.o] Error 1\n"
                              "Makefile:2: *** missing separator.  Stop.\n"
                              "make: *** No rule to make target 'x.c', needed by 'x.o'.  Stop.\n")),
              (Lines{"u.cpp:1:0  undefined reference to `foo()'", ":0:0  undefined reference to `bar()'",
                     "Makefile:2:0  missing separator", ":0:0  No rule to make target 'x.c', needed by 'x.o'"}));
}

TEST(ParseCpp, DisplayColumnsOfGccBecomeBytes) {
    auto context = context_at("/t");
    context.content = [](const std::string&) -> std::optional<std::string> { return "\tx = y;\n"; };
    const auto findings = parsed("gcc", "a.cpp:1:9: error: 'x' was not declared in this scope\n", context);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].column, 2U) << "a tab is eight cells and one byte";
}

TEST(ParseCpp, ClangFormatViolations) {
    const auto findings = parsed("clang-format",
                                 "src/main.cpp:1:1: error: code should be clang-formatted [-Wclang-format-violations]\n"
                                 "#include <vector>\n^\n"
                                 "src/main.cpp:4:6: error: code should be clang-formatted [-Wclang-format-violations]\n"
                                 "  int  unused=1;\n     ^\n");
    EXPECT_EQ(lines_of(findings), (Lines{"src/main.cpp:1:1 -Wclang-format-violations code should be clang-formatted",
                                         "src/main.cpp:4:6 -Wclang-format-violations code should be clang-formatted"}));
}

TEST(ParseCpp, ClangTidyWithItsNoise) {
    const auto findings = parsed(
        "clang-tidy",
        "8519 warnings and 3 errors generated.\nError while processing /t/src/main.cpp.\n"
        "/t/src/main.cpp:5:15: error: no viable conversion [clang-diagnostic-error]\n"
        "  std::string s = 4;\n              ^   ~\n"
        "/usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/bits/basic_string.h:540:7: note: candidate\n"
        "/t/src/a.cpp:3:9: warning: statement should be inside braces "
        "[readability-braces-around-statements,-warnings-as-errors]\n");
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].code, "clang-diagnostic-error");
    EXPECT_EQ(findings[0].notes.size(), 1U);
    EXPECT_EQ(findings[1].code, "readability-braces-around-statements");
    EXPECT_TRUE(findings[1].blocking);
}

TEST(ParseCpp, Cppcheck) {
    EXPECT_EQ(
        lines_of(parsed("cppcheck",
                        "src/m.cpp:4:14: warning: Variable 'u' is assigned. [unreadVariable]\n  int u=1;\n      ^\n")),
        Lines{"src/m.cpp:4:14 unreadVariable Variable 'u' is assigned."});
}

TEST(ParseCpp, CMakeErrors) {
    const auto findings =
        parsed("cmake",
               "-- The CXX compiler identification is GNU 12.2.0\n"
               "CMake Error at CMakeLists.txt:3 (nonsense):\n  Unknown CMake command \"nonsense\".\n\n\n"
               "CMake Warning (dev) at sub/CMakeLists.txt:9 (find_package):\n  By not providing\n  \"FindX.cmake\"\n\n"
               "Call Stack (most recent call first):\n  CMakeLists.txt:1 (include)\n\n"
               "-- Configuring incomplete, errors occurred!\n"
               "CMake Error: The source directory \"/x\" does not appear to contain CMakeLists.txt.\n");
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(lines_of(findings)[0], "CMakeLists.txt:3:0  Unknown CMake command \"nonsense\".");
    EXPECT_EQ(findings[1].path, "sub/CMakeLists.txt");
    EXPECT_FALSE(findings[1].blocking);
    EXPECT_EQ(findings[2].path, "");
}

TEST(ParseCpp, CtestJUnitFindsTheAssertion) {
    const auto findings = parsed(
        "junit",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"(empty)\"\n\ttests=\"2\"\n\tfailures=\"2\">\n"
        "\t<testcase name=\"t\" classname=\"t\" time=\"0.001\" status=\"fail\">\n\t\t<failure message=\"\"/>\n"
        "\t\t<system-out>t: /t/tests/t.cpp:3: int main(): Assertion `1 == 2&apos; "
        "failed.\n</system-out>\n\t</testcase>\n"
        "\t<testcase name=\"g\" classname=\"g\" status=\"fail\"><failure message=\"Failed\"/>"
        "<system-out>[ RUN      ] A.B\n/t/tests/g.cpp:10: Failure\nValue of: x\n/t/tests/g.cpp:12: "
        "Failure\n</system-out>"
        "</testcase>\n</testsuite>\n");
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].path + ":" + std::to_string(findings[0].line), "tests/t.cpp:3");
    EXPECT_EQ(findings[1].line, 10U);
    EXPECT_EQ(findings[2].line, 12U) << "gtest goes on after a failure";
}

std::vector<std::string> junit_messages(const std::string& cases) {
    std::vector<std::string> out;
    for (const auto& finding : parsed("junit", "<testsuite name=\"s\">" + cases + "</testsuite>")) {
        EXPECT_EQ(finding.code, "");
        out.push_back(finding.message);
    }
    return out;
}

TEST(ParseCpp, AFailedTestNeverHasAnEmptyMessage) {
    // As CTest 3.25 writes them for /bin/false, and for a test that printed something before it was killed.
    EXPECT_EQ(junit_messages("<testcase name=\"t\" classname=\"t\" status=\"fail\"><failure message=\"\"/>"
                             "<system-out></system-out></testcase>"),
              Lines{"t failed"});
    EXPECT_EQ(junit_messages("<testcase name=\"t\" status=\"fail\"><failure message=\"\"/>"
                             "<system-out>\n  \n=====\nhello\nworld\n</system-out></testcase>"),
              Lines{"t: hello\nworld"});
    EXPECT_EQ(junit_messages("<testcase name=\"t\" status=\"fail\"><failure message=\"Failed\"/></testcase>"
                             "<testcase name=\"u\"><failure/></testcase><testcase><error message=\" \"/></testcase>"
                             "<testcase name=\"v\"><failure type=\"java.lang.AssertionError\"/></testcase>"),
              (Lines{"t failed", "u failed", "a test failed", "v: java.lang.AssertionError"}));
}

TEST(ParseCpp, OfATestsOutputTheTroubleIsTold) {
    EXPECT_EQ(
        junit_messages("<testcase name=\"g\" status=\"fail\"><failure message=\"Failed\"/><system-out>"
                       "Running main() from gtest_main.cc\n[==========] Running 1 test from 1 test suite.\n"
                       "[----------] 1 test from A\n[ RUN      ] A.B\nloading\nunknown file: Failure\nC++ exception "
                       "thrown in the test body.\n</system-out></testcase>"),
        Lines{"g: unknown file: Failure\nC++ exception thrown in the test body."});
}

TEST(ParseCpp, ACrashIsNamedAsTheRunnerNamesIt) {
    EXPECT_EQ(junit_messages("<testcase name=\"a\" status=\"SEGFAULT\"><failure message=\"\"/></testcase>"
                             "<testcase name=\"b\" status=\"fail\"><failure message=\"SEGFAULT\"/></testcase>"
                             "<testcase name=\"c\" status=\"Exception: SegFault\"><failure message=\"Failed\"/>"
                             "<system-out>hello\n</system-out></testcase>"
                             "<testcase name=\"d\" status=\"fail\"><error message=\"Exception: Numerical\"/></testcase>"
                             "<testcase name=\"e\" status=\"Timeout\"><failure/></testcase>"),
              (Lines{"a: SEGFAULT", "b: SEGFAULT", "c: Exception: SegFault\nhello", "d: Exception: Numerical",
                     "e: Timeout"}));
}

TEST(ParseCpp, GccJson) {
    const auto findings = parsed("gcc-json",
                                 "[1/2] Building\n[{\"kind\": \"error\", \"locations\": [{\"caret\": {\"file\": "
                                 "\"/t/a.c\", \"line\": 2, \"display-column\": 9, "
                                 "\"byte-column\": 2, \"column\": 9}}], \"message\": \"x undeclared\", \"children\": "
                                 "[{\"kind\": \"note\", \"message\": \"each\", "
                                 "\"locations\": []}]}]\nninja: build stopped\n");
    EXPECT_EQ(lines_of(findings), Lines{"a.c:2:2  x undeclared"});
    EXPECT_EQ(findings[0].notes.size(), 1U);
}

}  // namespace
}  // namespace rfsn::check
