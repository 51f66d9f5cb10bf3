// SPDX-License-Identifier: MIT
// Outputs of black 23.1, flake8 5.0.4, mypy 1.0.1, pytest 7.2.1, Python 3.11 and ruff, as they came.
#include "parse_fixture.hpp"

namespace rfsn::check {
namespace {

TEST(ParsePython, BlackNamesFilesAndSyntaxErrors) {
    const auto findings = parsed("black",
                                 "error: cannot format b.py: Cannot parse: 1:6: def g(:\n"
                                 "would reformat sub dir/a.py\n"
                                 "\nOh no! \xF0\x9F\x92\xA5 \xF0\x9F\x92\x94 \xF0\x9F\x92\xA5\n"
                                 "1 file would be reformatted, 1 file would fail to reformat.\n");
    EXPECT_EQ(lines_of(findings),
              (Lines{"b.py:1:6  Cannot parse: 1:6: def g(:", "sub dir/a.py:0:0  would be reformatted by black"}));
    EXPECT_TRUE(findings[0].blocking && findings[1].blocking);
    EXPECT_EQ(findings[0].tool, "the-check");
}

TEST(ParsePython, BlackThatIsHappySaysNothing) {
    EXPECT_TRUE(
        parsed("black", "All done! \xE2\x9C\xA8 \xF0\x9F\x8D\xB0 \xE2\x9C\xA8\n2 files would be left unchanged.\n")
            .empty());
}

TEST(ParsePython, Flake8) {
    const auto findings = parsed("flake8",
                                 "a.py:1:8: E231 missing whitespace after ','\n"
                                 "./pkg/b.py:1:8: E999 SyntaxError: invalid syntax\n"
                                 "/t/c.py:3:1: F401 'os' imported but unused\r\n");
    EXPECT_EQ(lines_of(findings),
              (Lines{"a.py:1:8 E231 missing whitespace after ','", "pkg/b.py:1:8 E999 SyntaxError: invalid syntax",
                     "c.py:3:1 F401 'os' imported but unused"}));
    EXPECT_EQ(findings[0].severity, model::Severity::warning);
    EXPECT_EQ(findings[1].severity, model::Severity::error);
    EXPECT_EQ(findings[2].severity, model::Severity::error);
    EXPECT_TRUE(findings[0].blocking);
}

TEST(ParsePython, MypyAttachesNotesAndKnowsEnds) {
    const auto findings =
        parsed("mypy",
               "m.py:2:14:2:14: error: Incompatible types in assignment (expression has type \"int\", variable has "
               "type \"str\")  [assignment]\n"
               "m.py:5: note: See https://mypy.readthedocs.io\n"
               "m.py:5:3:5:6: error: Argument 1 to \"f\" has incompatible type \"str\"; expected \"int\"  [arg-type]\n"
               "x.py: error: Source file found twice under different module names: \"x\" and \"a.x\"\n");
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].code, "assignment");
    EXPECT_EQ(findings[0].line, 2U);
    EXPECT_EQ(findings[0].column, 14U);
    EXPECT_EQ(findings[0].end_column, 15U);
    ASSERT_EQ(findings[0].notes.size(), 1U);
    EXPECT_EQ(findings[0].notes[0].path, "m.py");
    EXPECT_EQ(findings[0].notes[0].line, 5U);
    EXPECT_EQ(findings[1].message, "Argument 1 to \"f\" has incompatible type \"str\"; expected \"int\"");
    EXPECT_EQ(findings[2].path, "x.py");
    EXPECT_EQ(findings[2].line, 0U);
    EXPECT_TRUE(parsed("mypy", "Success: no issues found in 3 source files\n").empty());
}

TEST(ParsePython, PytestPointsAtTheInnermostLineOfTheRepository) {
    const std::string log =
        "FFF                                                                      [100%]\n"
        "=================================== FAILURES ===================================\n"
        "____________________________________ test_x ____________________________________\n"
        "\n    def test_x():\n>       assert f(1,2)==4\nE       assert 3 == 4\nE        +  where 3 = f(1, 2)\n"
        "\ntest_a.py:6: AssertionError\n"
        "____________________________________ test_y ____________________________________\n"
        "\n    def test_y():\n>       h()\n\ntest_a.py:8: \n"
        "_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ \n"
        "\n    def h():\n>       return f(1,0)/0\nE       ZeroDivisionError: division by zero\n\nlib/a.py:4: "
        "ZeroDivisionError\n"
        "____________________________________ test_z ____________________________________\n"
        "\n>       json.loads(\"{\")\n\ntest_a.py:11: \n_ _ _ _ _\n"
        "/usr/lib/python3.11/json/__init__.py:346: in loads\n"
        "E           json.decoder.JSONDecodeError: Expecting property name\n\n"
        "/usr/lib/python3.11/json/decoder.py:353: JSONDecodeError\n"
        "=========================== short test summary info ============================\n"
        "FAILED test_a.py::test_x - assert 3 == 4\n3 failed in 0.02s\n";
    const auto findings = parsed("pytest", log);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].path + ":" + std::to_string(findings[0].line), "test_a.py:6");
    EXPECT_EQ(findings[0].message, "test_x: assert 3 == 4\n +  where 3 = f(1, 2)");
    EXPECT_EQ(findings[1].path + ":" + std::to_string(findings[1].line), "lib/a.py:4");
    EXPECT_EQ(findings[2].path + ":" + std::to_string(findings[2].line), "test_a.py:11");
}

TEST(ParsePython, PytestJUnitTakesTheLineFromTheFailure) {
    const auto findings = parsed(
        "junit",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites><testsuite name=\"pytest\" errors=\"1\" failures=\"1\">"
        "<testcase classname=\"test_a\" name=\"test_x\" file=\"test_a.py\" line=\"4\" time=\"0.000\">"
        "<failure message=\"assert 3 == 4&#10; +  where 3 = f(1, 2)\">def test_x():\n&gt;       assert f(1,2)==4\n"
        "E       assert 3 == 4\n\ntest_a.py:6: AssertionError</failure></testcase>"
        "<testcase classname=\"\" name=\"test_bad\" file=\"test_bad.py\" time=\"0.0\"><error message=\"collection "
        "failure\">"
        "/usr/lib/python3/dist-packages/_pytest/python.py:618: in _importtestmodule\n    mod = import_path()\n"
        "E     File \"/t/test_bad.py\", line 1\nE       def x(:\nE             ^\nE   SyntaxError: invalid "
        "syntax</error></testcase>"
        "<testcase classname=\"t\" name=\"fine\" time=\"0\"/>"
        "<testcase classname=\"t\" name=\"lost\" file=\"u.py\" line=\"9\"><failure message=\"gone\">no "
        "place</failure></testcase>"
        "</testsuite></testsuites>");
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(lines_of(findings)[0], "test_a.py:6:0  test_x: assert 3 == 4\n +  where 3 = f(1, 2)");
    EXPECT_EQ(findings[1].path, "test_bad.py");
    EXPECT_EQ(findings[1].line, 1U);
    EXPECT_NE(findings[1].message.find("SyntaxError: invalid syntax"), std::string::npos);
    EXPECT_EQ(findings[2].path + ":" + std::to_string(findings[2].line), "u.py:10") << "pytest counts lines from 0";
}

TEST(ParsePython, UnittestTakesTheLastFrame) {
    const auto findings = parsed("unittest",
                                 "FE\n======================================================================\n"
                                 "ERROR: test_r (test_u.T.test_r)\n"
                                 "----------------------------------------------------------------------\n"
                                 "Traceback (most recent call last):\n  File \"/t/test_u.py\", line 6, in test_r\n"
                                 "    raise ValueError(\"x\")\nValueError: x\n\n"
                                 "======================================================================\n"
                                 "FAIL: test_q (test_u.T.test_q)\n"
                                 "----------------------------------------------------------------------\n"
                                 "Traceback (most recent call last):\n  File \"/t/test_u.py\", line 4, in test_q\n"
                                 "    self.assertEqual(1, 2)\nAssertionError: 1 != 2\n\n"
                                 "----------------------------------------------------------------------\n"
                                 "Ran 2 tests in 0.000s\n\nFAILED (failures=1, errors=1)\n");
    EXPECT_EQ(lines_of(findings), (Lines{"test_u.py:6:0  test_r (test_u.T.test_r): ValueError: x",
                                         "test_u.py:4:0  test_q (test_u.T.test_q): AssertionError: 1 != 2"}));
}

TEST(ParsePython, SyntaxErrorsOfCompileall) {
    const auto findings = parsed(
        "python-syntax",
        "*** Error compiling 'nul.py'...\nSyntaxError: source code string cannot contain null bytes\n\n"
        "*** Error compiling 'a/ind.py'...\n"
        "Sorry: IndentationError: expected an indented block after function definition on line 1 (ind.py, line 2)\n"
        "*** Error compiling 'a/tab.py'...\n"
        "Sorry: TabError: inconsistent use of tabs and spaces in indentation (tab.py, line 3)\n"
        "*** Error compiling \"it's.py\"...\n  File \"it's.py\", line 4\n    return 3\n    ^^^^^^^^\n"
        "SyntaxError: 'return' outside function\n\n");
    EXPECT_EQ(lines_of(findings),
              (Lines{"nul.py:0:0 SyntaxError source code string cannot contain null bytes",
                     "a/ind.py:2:0 IndentationError expected an indented block after function definition on line 1",
                     "a/tab.py:3:0 TabError inconsistent use of tabs and spaces in indentation",
                     "it's.py:4:0 SyntaxError 'return' outside function"}));
}

TEST(ParsePython, SyntaxErrorOfPyCompile) {
    EXPECT_EQ(lines_of(parsed("python-syntax",
                              "  File \"b.py\", line 1\n    def g(:\n          ^\nSyntaxError: invalid syntax\n")),
              Lines{"b.py:1:0 SyntaxError invalid syntax"});
}

TEST(ParsePython, RuffInItsTextForms) {
    EXPECT_EQ(lines_of(parsed("ruff",
                              "a.py:1:8: F401 [*] `os` imported but unused\nFound 1 error.\nWould reformat: b c.py\n"
                              "F841 Local variable `x` is assigned to but never used\n  --> src/m.py:3:5\n   |\n")),
              (Lines{"a.py:1:8 F401 `os` imported but unused", "b c.py:0:0  would be reformatted by ruff",
                     "src/m.py:3:5 F841 Local variable `x` is assigned to but never used"}));
}

TEST(ParsePython, CharactersBecomeBytesWhenTheContentIsKnown) {
    auto context = context_at("/t");
    context.content = [](const std::string& path) -> std::optional<std::string> {
        return path == "a.py" ? std::optional<std::string>("x = 1\ns = \"\xC3\xA9\xC3\xA9\"; y=2\n") : std::nullopt;
    };
    const auto findings =
        parsed("flake8", "a.py:2:12: E225 missing whitespace around operator\nb.py:1:3: E225 m\n", context);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].column, 14U) << "two characters before it take two bytes each";
    EXPECT_EQ(findings[1].column, 3U);
}

}  // namespace
}  // namespace rfsn::check
