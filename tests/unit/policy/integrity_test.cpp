// SPDX-License-Identifier: MIT
// The bypass table of the rules over a commit: every way that was thought of to make red green without repairing
// anything, and innocents beside it.
#include "policy/integrity.hpp"

#include <set>

#include <gtest/gtest.h>

namespace rfsn::policy {
namespace {

struct File {
    std::string path;
    const char* before;  ///< nullptr: not there
    const char* after;
    std::string old_path{};
};
struct Case {
    const char* name;
    std::vector<File> files;
    const char* rule;
};

std::vector<StagedChange> changes(const std::vector<File>& files) {
    std::vector<StagedChange> out;
    for (const auto& file : files) {
        StagedChange change{file.path, file.old_path, std::nullopt, std::nullopt};
        if (file.before != nullptr) {
            change.before = file.before;
        }
        if (file.after != nullptr) {
            change.after = file.after;
        }
        out.push_back(std::move(change));
    }
    return out;
}
std::set<std::string> rules_of(const std::vector<Weakening>& found) {
    std::set<std::string> rules;
    for (const auto& one : found) {
        rules.insert(one.rule);
    }
    return rules;
}
std::string told(const std::vector<Weakening>& found) {
    std::string text;
    for (const auto& one : found) {
        text += one.path + ":" + std::to_string(one.line) + ": " + one.rule + ": " + one.message + "\n";
    }
    return text;
}

constexpr const char* py =
    "import a\n\n\ndef test_one():\n    assert a.f(1) == 2\n    assert a.f(2) == 3\n\n\ndef test_two():\n    assert "
    "a.g() == 1\n";
constexpr const char* js =
    "it('adds', () => {\n  expect(f(1)).toBe(2);\n  expect(f(2)).toBe(3);\n});\nit('subtracts', () => {\n  "
    "expect(g(1)).toBe(0);\n});\n";
constexpr const char* go =
    "package a\n\nfunc TestOne(t *testing.T) {\n\tif f(1) != 2 {\n\t\tt.Errorf(\"no\")\n\t}\n}\n\nfunc TestTwo(t "
    "*testing.T) {\n\tassert.Equal(t, 1, g())\n}\n";
constexpr const char* rs =
    "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() {\n        assert_eq!(f(1), 2);\n        "
    "assert_eq!(f(2), 3);\n    }\n\n    #[test]\n    fn two() {\n        assert!(g() == 1);\n    }\n}\n";
constexpr const char* java =
    "class ATest {\n    @Test\n    void one() {\n        assertEquals(2, f(1));\n        assertEquals(3, f(2));\n    "
    "}\n\n    @Test\n    void two() {\n        assertEquals(1, g());\n    }\n}\n";
constexpr const char* cs =
    "public class ATests {\n    [Fact]\n    public void One() {\n        Assert.Equal(2, F(1));\n        "
    "Assert.Equal(3, F(2));\n    }\n\n    [Theory]\n    [InlineData(1)]\n    [InlineData(2)]\n    public void Two(int "
    "x) {\n        Assert.Equal(x, G(x));\n    }\n}\n";
constexpr const char* cpp =
    "TEST(A, one) {\n  EXPECT_EQ(f(1), 2);\n  EXPECT_EQ(f(2), 3);\n}\n\nTEST(A, two) {\n  EXPECT_EQ(g(), 1);\n}\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}
/// Keeps what with() makes alive for File.
const char* kept(std::string text) {
    static std::vector<std::unique_ptr<std::string>> all;
    all.push_back(std::make_unique<std::string>(std::move(text)));
    return all.back()->c_str();
}
File edit(const char* path, const char* before, const std::string& from, const std::string& to) {
    return {path, before, kept(with(before, from, to))};
}

std::vector<Case> bypasses() {
    return {
        // Tests that go.
        {"python test deleted",
         {edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n", "")},
         "test-removed"},
        {"python file deleted", {{"tests/test_a.py", py, nullptr}}, "test-removed"},
        {"python test renamed out of the run",
         {edit("tests/test_a.py", py, "def test_two", "def check_two")},
         "test-removed"},
        {"python test commented out",
         {edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n",
               "# def test_two():\n#     assert a.g() == 1\n")},
         "test-removed"},
        {"python test in a string",
         {edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n",
               "'''\ndef test_two():\n    assert a.g() == 1\n'''\n")},
         "test-removed"},
        {"python file renamed out of the run", {{"tests/old_a.py", py, py, "tests/test_a.py"}}, "test-removed"},
        {"python file renamed to text", {{"tests/test_a.py.txt", py, py, "tests/test_a.py"}}, "test-removed"},
        {"javascript test deleted",
         {edit("src/a.test.ts", js, "it('subtracts', () => {\n  expect(g(1)).toBe(0);\n});\n", "")},
         "test-removed"},
        {"javascript test commented out",
         {edit("src/a.test.ts", js, "it('subtracts', () => {\n  expect(g(1)).toBe(0);\n});\n",
               "/* it('subtracts', () => {\n  expect(g(1)).toBe(0);\n}); */\n")},
         "test-removed"},
        {"javascript file renamed out of the run", {{"src/a.off.ts", js, js, "src/a.test.ts"}}, "test-removed"},
        {"go test renamed", {edit("a_test.go", go, "func TestTwo", "func testTwo")}, "test-removed"},
        {"go test deleted", {{"a_test.go", go, nullptr}}, "test-removed"},
        {"rust attribute gone", {edit("src/lib.rs", rs, "    #[test]\n    fn two", "    fn two")}, "test-removed"},
        {"java annotation gone",
         {edit("src/test/java/ATest.java", java, "    @Test\n    void two", "    void two")},
         "test-removed"},
        {"c# attribute gone", {edit("ATests.cs", cs, "    [Fact]\n", "")}, "test-removed"},
        {"c++ test deleted",
         {edit("a_test.cpp", cpp, "TEST(A, two) {\n  EXPECT_EQ(g(), 1);\n}\n", "")},
         "test-removed"},
        {"c++ test replaced by nothing",
         {edit("a_test.cpp", cpp, "TEST(A, two) {\n  EXPECT_EQ(g(), 1);\n}\n", "TEST(A, three) {\n}\n")},
         "test-removed"},
        {"crlf hides nothing",
         {{"tests/test_a.py", kept("def test_a():\r\n    assert f() == 1\r\n"), "def test_b():\r\n    pass\r\n"}},
         "test-removed"},
        {"case of the path", {{"Tests/Test_A.py", py, nullptr}}, "test-removed"},
        {"an unrelated function goes with it",
         {edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n", ""),
          {"src/b.py", "def unrelated():\n    pass\n", "x = 1\n"}},
         "test-removed"},
        {"rust module not built",
         {{"src/lib.rs", "fn f() {}\n\n#[cfg(test)]\nmod tests;\n", "fn f() {}\n"}},
         "test-removed"},
        {"a control character hides nothing",
         {edit("src/a.test.ts", js, "it('subtracts', () => {\n  expect(g(1)).toBe(0);\n});\n", "// \x01\n")},
         "test-removed"},
        {"a generated mark hides nothing",
         {{"a_test.go", go, "// Code generated by me. DO NOT EDIT.\npackage a\n"}},
         "test-removed"},
        {"moved to where nobody looks", {{"vendor/test_a.py", py, "x = 1\n", "tests/test_a.py"}}, "test-removed"},
        // Tests that assert less.
        {"python assertion gone", {edit("tests/test_a.py", py, "    assert a.f(2) == 3\n", "")}, "test-weakened"},
        {"python assertion commented out",
         {edit("tests/test_a.py", py, "    assert a.f(2) == 3\n", "    # assert a.f(2) == 3\n")},
         "test-weakened"},
        {"python body emptied",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    pass\n")},
         "test-weakened"},
        {"python assertion made trivial",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    assert True\n")},
         "test-weakened"},
        {"python assertion compares with itself",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    assert a.g == a.g\n")},
         "test-weakened"},
        {"python assertion or True",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    assert a.g() == 1 or True\n")},
         "test-weakened"},
        {"python assertion weaker",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    assert a.g() is not None\n")},
         "test-weakened"},
        {"python assertion moved to a dummy",
         {edit("tests/test_a.py", py, "    assert a.f(2) == 3\n", "")},
         "test-weakened"},
        {"python dummy assertions elsewhere",
         {{"tests/test_a.py", py, kept(with(py, "    assert a.f(2) == 3\n", "") + "    assert 1 == 1\n")}},
         "test-weakened"},
        {"python tuple assertion",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    assert (a.g() == 1, 'no')\n")},
         "test-weakened"},
        {"javascript matcher weaker",
         {edit("a.test.js", js, "expect(g(1)).toBe(0)", "expect(g(1)).toBeDefined()")},
         "test-weakened"},
        {"javascript assertion trivial",
         {edit("a.test.js", js, "expect(g(1)).toBe(0)", "expect(true).toBe(true)")},
         "test-weakened"},
        {"javascript assertion gone", {edit("a.test.js", js, "  expect(f(2)).toBe(3);\n", "")}, "test-weakened"},
        {"go assertion gone",
         {edit("a_test.go", go, "\tif f(1) != 2 {\n\t\tt.Errorf(\"no\")\n\t}\n", "\tf(1)\n")},
         "test-weakened"},
        {"go assertion becomes a log", {edit("a_test.go", go, "t.Errorf", "t.Logf")}, "test-weakened"},
        {"rust assertion gone", {edit("src/lib.rs", rs, "        assert_eq!(f(2), 3);\n", "")}, "test-weakened"},
        {"rust assertion trivial", {edit("src/lib.rs", rs, "assert!(g() == 1)", "assert!(true)")}, "test-weakened"},
        {"java assertion gone", {edit("ATest.java", java, "        assertEquals(3, f(2));\n", "")}, "test-weakened"},
        {"java assertion trivial",
         {edit("ATest.java", java, "assertEquals(1, g())", "assertTrue(true)")},
         "test-weakened"},
        {"java assertion of itself",
         {edit("ATest.java", java, "assertEquals(1, g())", "assertEquals(1, 1)")},
         "test-weakened"},
        {"c# assertion gone", {edit("ATests.cs", cs, "        Assert.Equal(3, F(2));\n", "")}, "test-weakened"},
        {"c# case gone", {edit("ATests.cs", cs, "    [InlineData(2)]\n", "")}, "test-weakened"},
        {"c++ assertion gone", {edit("a_test.cpp", cpp, "  EXPECT_EQ(f(2), 3);\n", "")}, "test-weakened"},
        {"c++ assertion weaker", {edit("a_test.cpp", cpp, "EXPECT_EQ(g(), 1)", "EXPECT_TRUE(g())")}, "test-weakened"},
        {"moved and weakened",
         {{"tests/test_a.py", py, nullptr},
          {"tests/test_b.py", nullptr, kept(with(py, "    assert a.f(2) == 3\n", ""))}},
         "test-weakened"},
        {"renamed and weakened",
         {edit("tests/test_a.py",
               kept(std::string(py) +
                    "\n\ndef test_three():\n    x = a.h()\n    y = a.i()\n    assert x == 1\n    assert y == 2\n"),
               "def test_three():\n    x = a.h()\n    y = a.i()\n    assert x == 1\n",
               "def test_third():\n    x = a.h()\n    y = a.i()\n")},
         "test-weakened"},
        // Tests that are skipped.
        {"pytest skip",
         {edit("tests/test_a.py", py, "def test_two", "@pytest.mark.skip\ndef test_two")},
         "test-skipped"},
        {"pytest skip with a reason",
         {edit("tests/test_a.py", py, "def test_two", "@pytest.mark.skip(reason='flaky')\ndef test_two")},
         "test-skipped"},
        {"pytest skipif",
         {edit("tests/test_a.py", py, "def test_two", "@pytest.mark.skipif(True, reason='x')\ndef test_two")},
         "test-skipped"},
        {"pytest xfail",
         {edit("tests/test_a.py", py, "def test_two", "@pytest.mark.xfail\ndef test_two")},
         "test-skipped"},
        {"pytest.skip in the body",
         {edit("tests/test_a.py", py, "    assert a.g()", "    pytest.skip('x')\n    assert a.g()")},
         "test-skipped"},
        {"pytestmark",
         {edit("tests/test_a.py", py, "import a\n", "import a\nimport pytest\n\npytestmark = pytest.mark.skip\n")},
         "test-skipped"},
        {"unittest skip",
         {edit("tests/test_a.py", py, "def test_two", "@unittest.skip('x')\ndef test_two")},
         "test-skipped"},
        {"returns at once",
         {edit("tests/test_a.py", py, "    assert a.g()", "    return\n    assert a.g()")},
         "test-skipped"},
        {"if False",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n", "    if False:\n        assert a.g() == 1\n")},
         "test-skipped"},
        {"it.skip", {edit("a.test.ts", js, "it('adds'", "it.skip('adds'")}, "test-skipped"},
        {"xit", {edit("a.test.ts", js, "it('adds'", "xit('adds'")}, "test-skipped"},
        {"it.only", {edit("a.test.ts", js, "it('adds'", "it.only('adds'")}, "test-skipped"},
        {"a new it.only",
         {{"a.test.ts", js, kept(std::string(js) + "it.only('new', () => {\n  expect(h()).toBe(1);\n});\n")}},
         "test-skipped"},
        {"describe.skip",
         {{"a.test.ts", js, kept("describe.skip('all', () => {\n" + std::string(js) + "});\n")}},
         "test-skipped"},
        {"t.Skip", {edit("a_test.go", go, "\tassert.Equal", "\tt.Skip(\"flaky\")\n\tassert.Equal")}, "test-skipped"},
        {"#[ignore]",
         {edit("src/lib.rs", rs, "    #[test]\n    fn two", "    #[test]\n    #[ignore]\n    fn two")},
         "test-skipped"},
        {"@Disabled",
         {edit("ATest.java", java, "    @Test\n    void two", "    @Test\n    @Disabled(\"later\")\n    void two")},
         "test-skipped"},
        {"@Disabled class", {edit("ATest.java", java, "class ATest", "@Disabled\nclass ATest")}, "test-skipped"},
        {"Skip =", {edit("ATests.cs", cs, "[Fact]", "[Fact(Skip = \"later\")]")}, "test-skipped"},
        {"DISABLED_", {edit("a_test.cpp", cpp, "TEST(A, two)", "TEST(A, DISABLED_two)")}, "test-skipped"},
        {"GTEST_SKIP",
         {edit("a_test.cpp", cpp, "  EXPECT_EQ(g()", "  GTEST_SKIP();\n  EXPECT_EQ(g()")},
         "test-skipped"},
        {"go build tag", {{"a_test.go", go, kept("//go:build integration\n\n" + std::string(go))}}, "test-skipped"},
        // Runs that are ended or emptied.
        {"os._exit in a test",
         {edit("tests/test_a.py", py, "import a\n", "import a\nimport os\nos._exit(0)\n")},
         "run-faked"},
        {"conftest empties the run",
         {{"conftest.py", "import pytest\n",
           "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n"}},
         "run-faked"},
        {"new conftest patches the framework",
         {{"tests/conftest.py", nullptr, "import pytest\n\npytest.Function.runtest = lambda self: None\n"}},
         "run-faked"},
        {"assertEqual replaced",
         {edit("tests/test_a.py", py, "import a\n",
               "import a\nimport unittest\nunittest.TestCase.assertEqual = lambda *a: None\n")},
         "run-faked"},
        {"expect replaced",
         {{"test/setup.js", "const a = 1;\n", "const a = 1;\nglobal.expect = () => new Proxy({}, {});\n"}},
         "run-faked"},
        {"equal to everything",
         {edit("tests/test_a.py", py, "import a\n",
               "import a\n\n\nclass Any:\n    def __eq__(self, other):\n        return True\n")},
         "run-faked"},
        {"assert made a no-op",
         {{"test/check.h", "#include <cassert>\n", "#include <cassert>\n#undef assert\n#define assert(x) ((void)0)\n"}},
         "run-faked"},
        {"os.Exit in TestMain",
         {{"main_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tos.Exit(m.Run())\n}\n",
           "package a\n\nfunc TestMain(m *testing.M) {\n\tos.Exit(0)\n}\n"}},
         "run-faked"},
        // Checks that are kept from seeing.
        {"noqa on an old line", {{"a.py", "import os\nx = 1\n", "import os  # noqa\nx = 1\n"}}, "check-silenced"},
        {"noqa on a new line", {{"a.py", "x = 1\n", "import os  # noqa: F401\nx = 1\n"}}, "check-silenced"},
        {"NoQA in capitals", {{"a.py", "import os\n", "import os  #NOQA\n"}}, "check-silenced"},
        {"type: ignore", {{"a.py", "x: int = f()\n", "x: int = f()  # type: ignore[assignment]\n"}}, "check-silenced"},
        {"file-wide ruff", {{"a.py", "import os\n", "# ruff: noqa\nimport os\n"}}, "check-silenced"},
        {"file-wide mypy", {{"a.py", "import os\n", "# mypy: ignore-errors\nimport os\n"}}, "check-silenced"},
        {"pylint", {{"a.py", "import os\n", "import os  # pylint: disable=unused-import\n"}}, "check-silenced"},
        {"nosec", {{"a.py", "eval(x)\n", "eval(x)  # nosec\n"}}, "check-silenced"},
        {"no cover",
         {{"a.py", "def f():\n    return 1\n", "def f():  # pragma: no cover\n    return 1\n"}},
         "check-silenced"},
        {"eslint-disable", {{"a.js", "var x = 1;\n", "/* eslint-disable */\nvar x = 1;\n"}}, "check-silenced"},
        {"eslint-disable-next-line",
         {{"a.ts", "var x = 1;\n", "// eslint-disable-next-line no-var\nvar x = 1;\n"}},
         "check-silenced"},
        {"ts-ignore", {{"a.ts", "f(x);\n", "// @ts-ignore\nf(x);\n"}}, "check-silenced"},
        {"ts-expect-error", {{"a.ts", "f(x);\n", "// @ts-expect-error later\nf(x);\n"}}, "check-silenced"},
        {"istanbul", {{"a.ts", "f(x);\n", "/* istanbul ignore next */\nf(x);\n"}}, "check-silenced"},
        {"nolint",
         {{"a.go", "package a\n\nvar x = f()\n", "package a\n\nvar x = f() //nolint:errcheck\n"}},
         "check-silenced"},
        {"go build ignore",
         {{"a.go", "package a\n\nvar x = f()\n", "//go:build ignore\n\npackage a\n\nvar x = f()\n"}},
         "check-silenced"},
        {"allow", {{"src/a.rs", "fn f() {}\n", "#[allow(dead_code)]\nfn f() {}\n"}}, "check-silenced"},
        {"allow for the crate", {{"src/lib.rs", "fn f() {}\n", "#![allow(warnings)]\nfn f() {}\n"}}, "check-silenced"},
        {"SuppressWarnings",
         {{"A.java", "class A {\n    void f() {}\n}\n",
           "class A {\n    @SuppressWarnings(\"all\")\n    void f() {}\n}\n"}},
         "check-silenced"},
        {"pragma warning",
         {{"A.cs", "class A { void F() {} }\n", "#pragma warning disable CS0168\nclass A { void F() {} }\n"}},
         "check-silenced"},
        {"NOLINT", {{"a.cpp", "int x = f();\n", "int x = f();  // NOLINT\n"}}, "check-silenced"},
        {"diagnostic ignored",
         {{"a.c", "int x;\n", "#pragma GCC diagnostic ignored \"-Wall\"\nint x;\n"}},
         "check-silenced"},
        {"shellcheck", {{"a.sh", "f $x\n", "# shellcheck disable=SC2086\nf $x\n"}}, "check-silenced"},
        {"changed and silenced",
         {{"a.py", "value = compute(first, second)\n", "value = compute(first, third)  # type: ignore\n"}},
         "check-silenced"},
        // Thresholds.
        {"coverage",
         {{"pyproject.toml", "[tool.coverage.report]\nfail_under = 90\n", "[tool.coverage.report]\nfail_under = 50\n"}},
         "threshold-lowered"},
        {"coverage gone",
         {{".coveragerc", "[report]\nfail_under = 90\nshow_missing = true\n", "[report]\nshow_missing = true\n"}},
         "threshold-lowered"},
        {"coverage in setup.cfg",
         {{"setup.cfg", "[coverage:report]\nfail_under = 90\n", "[coverage:report]\nfail_under = 9\n"}},
         "threshold-lowered"},
        {"jest",
         {{"package.json", "{\"jest\":{\"coverageThreshold\":{\"global\":{\"branches\":80}}}}",
           "{\"jest\":{\"coverageThreshold\":{\"global\":{\"branches\":10}}}}"}},
         "threshold-lowered"},
        {"jest config",
         {{"jest.config.js", "module.exports = { coverageThreshold: { global: { lines: 80 } } };\n",
           "module.exports = { coverageThreshold: { global: { lines: 40 } } };\n"}},
         "threshold-lowered"},
        {"codecov",
         {{"codecov.yml", "coverage:\n  status:\n    project:\n      default:\n        target: 80%\n",
           "coverage:\n  status:\n    project:\n      default:\n        target: 20%\n"}},
         "threshold-lowered"},
        {"line length",
         {{".flake8", "[flake8]\nmax-line-length = 88\n", "[flake8]\nmax-line-length = 200\n"}},
         "threshold-lowered"},
        {"complexity",
         {{"setup.cfg", "[flake8]\nmax-complexity = 10\n", "[flake8]\nmax-complexity = 40\n"}},
         "threshold-lowered"},
        {"jacoco",
         {{"pom.xml", "<project><build><rule><limit><minimum>0.80</minimum></limit></rule></build></project>",
           "<project><build><rule><limit><minimum>0.10</minimum></limit></rule></build></project>"}},
         "threshold-lowered"},
        {"gradle", {{"build.gradle", "limit { minimum = 0.8 }\n", "limit { minimum = 0.1 }\n"}}, "threshold-lowered"},
        {"coverage on the command line",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest --cov-fail-under=90\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest --cov-fail-under=10\n"}},
         "threshold-lowered"},
        // Strictness.
        {"mypy strict", {{"mypy.ini", "[mypy]\nstrict = True\n", "[mypy]\nstrict = False\n"}}, "strictness-off"},
        {"mypy strict gone",
         {{"pyproject.toml", "[tool.mypy]\nstrict = true\nfiles = \"src\"\n", "[tool.mypy]\nfiles = \"src\"\n"}},
         "strictness-off"},
        {"mypy ignore_errors",
         {{"setup.cfg", "[mypy]\nstrict = True\n", "[mypy]\nstrict = True\n\n[mypy-a.*]\nignore_errors = True\n"}},
         "strictness-off"},
        {"tsconfig",
         {{"tsconfig.json", "{\n  // strict\n  \"compilerOptions\": { \"strict\": true, },\n}",
           "{\n  // strict\n  \"compilerOptions\": { \"strict\": false, },\n}"}},
         "strictness-off"},
        {"tsconfig unused",
         {{"tsconfig.json", "{\"compilerOptions\":{\"strict\":true,\"noUnusedLocals\":true}}",
           "{\"compilerOptions\":{\"strict\":true}}"}},
         "strictness-off"},
        {"eslint off",
         {{".eslintrc.json", "{\"rules\":{\"no-unused-vars\":\"error\"}}", "{\"rules\":{\"no-unused-vars\":\"off\"}}"}},
         "strictness-off"},
        {"eslint array",
         {{".eslintrc.json", "{\"rules\":{\"no-var\":[\"error\",{}]}}", "{\"rules\":{\"no-var\":[\"warn\",{}]}}"}},
         "strictness-off"},
        {"eslint new off",
         {{".eslintrc.json", "{\"rules\":{\"no-var\":\"error\"}}",
           "{\"rules\":{\"no-var\":\"error\",\"no-undef\":\"off\"}}"}},
         "strictness-off"},
        {"eslint flat",
         {{"eslint.config.js", "export default [{ rules: { 'no-var': 'error' } }];\n",
           "export default [{ rules: { 'no-var': 'off' } }];\n"}},
         "strictness-off"},
        {"cargo lints",
         {{"Cargo.toml", "[lints.rust]\nunused = \"deny\"\n", "[lints.rust]\nunused = \"allow\"\n"}},
         "strictness-off"},
        {"warnings as errors",
         {{"A.csproj",
           "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>",
           "<Project><PropertyGroup><TreatWarningsAsErrors>false</TreatWarningsAsErrors></PropertyGroup></Project>"}},
         "strictness-off"},
        {"-Werror",
         {{"CMakeLists.txt", "add_compile_options(-Wall -Werror)\n", "add_compile_options(-Wall)\n"}},
         "strictness-off"},
        {"-Werror in a makefile", {{"Makefile", "CFLAGS = -O2 -Werror\n", "CFLAGS = -O2\n"}}, "strictness-off"},
        {"editorconfig severity",
         {{".editorconfig", "[*.cs]\ndotnet_diagnostic.CA1822.severity = error\n",
           "[*.cs]\ndotnet_diagnostic.CA1822.severity = none\n"}},
         "strictness-off"},
        {"skipTests",
         {{"pom.xml", "<project><properties><x>1</x></properties></project>",
           "<project><properties><x>1</x><skipTests>true</skipTests></properties></project>"}},
         "strictness-off"},
        {"gradle ignoreFailures",
         {{"build.gradle", "test { useJUnitPlatform() }\n", "test { useJUnitPlatform()\n ignoreFailures = true }\n"}},
         "strictness-off"},
        // What checks see.
        {"ruff ignore",
         {{"pyproject.toml", "[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n",
           "[tool.ruff.lint]\nselect = [\"E\", \"F\"]\nignore = [\"F401\"]\n"}},
         "checks-ignored"},
        {"ruff select",
         {{"ruff.toml", "[lint]\nselect = [\"E\", \"F\"]\n", "[lint]\nselect = [\"E\"]\n"}},
         "checks-ignored"},
        {"ruff per file",
         {{"ruff.toml", "[lint]\nselect = [\"E\"]\n[lint.per-file-ignores]\n\"a.py\" = [\"E1\"]\n",
           "[lint]\nselect = [\"E\"]\n[lint.per-file-ignores]\n\"a.py\" = [\"E1\"]\n\"b.py\" = [\"E1\"]\n"}},
         "checks-ignored"},
        {"flake8 ignore",
         {{".flake8", "[flake8]\nignore = E203\n", "[flake8]\nignore = E203,F401\n"}},
         "checks-ignored"},
        {"flake8 ignore over lines",
         {{".flake8", "[flake8]\nignore =\n    E203\n", "[flake8]\nignore =\n    E203\n    F401\n"}},
         "checks-ignored"},
        {"pylint disable",
         {{".pylintrc", "[MESSAGES CONTROL]\ndisable=C0111\n", "[MESSAGES CONTROL]\ndisable=C0111,W0611\n"}},
         "checks-ignored"},
        {"pytest deselects",
         {{"pytest.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -q --deselect tests/test_a.py::test_one\n"}},
         "checks-ignored"},
        {"pytest ignores",
         {{"pyproject.toml", "[tool.pytest.ini_options]\naddopts = \"-q\"\n",
           "[tool.pytest.ini_options]\naddopts = \"-q --ignore=tests/test_a.py\"\n"}},
         "checks-ignored"},
        {"coverage omit",
         {{".coveragerc", "[run]\nbranch = True\n", "[run]\nbranch = True\nomit = src/a.py\n"}},
         "checks-ignored"},
        {"jest ignores",
         {{"package.json", "{\"jest\":{\"verbose\":true}}",
           "{\"jest\":{\"verbose\":true,\"testPathIgnorePatterns\":[\"a.test.js\"]}}"}},
         "checks-ignored"},
        {"golangci disable",
         {{".golangci.yml", "linters:\n  enable:\n    - errcheck\n    - govet\n",
           "linters:\n  enable:\n    - govet\n"}},
         "checks-ignored"},
        {"golangci exclude",
         {{".golangci.yml", "linters:\n  enable: [errcheck]\n",
           "linters:\n  enable: [errcheck]\nissues:\n  exclude: [\"Error return value\"]\n"}},
         "checks-ignored"},
        {"clang-tidy",
         {{".clang-tidy", "Checks: 'bugprone-*,modernize-*'\n",
           "Checks: 'bugprone-*,modernize-*,-bugprone-branch-clone'\n"}},
         "checks-ignored"},
        {"NoWarn",
         {{"Directory.Build.props", "<Project><PropertyGroup><NoWarn>CS1591</NoWarn></PropertyGroup></Project>",
           "<Project><PropertyGroup><NoWarn>CS1591;CS8600</NoWarn></PropertyGroup></Project>"}},
         "checks-ignored"},
        {"rubocop",
         {{".rubocop.yml", "Metrics/MethodLength:\n  Max: 10\n",
           "Metrics/MethodLength:\n  Max: 10\n  Exclude: [a.rb]\n"}},
         "checks-ignored"},
        {"eslintignore", {{".eslintignore", "dist\n", "dist\nsrc/a.js\n"}}, "checks-ignored"},
        {"npm test runs nothing",
         {{"package.json", "{\"scripts\":{\"test\":\"node --test\"}}", "{\"scripts\":{\"test\":\"exit 0\"}}"}},
         "checks-ignored"},
        {"a configuration that only loosens", {{".flake8", nullptr, "[flake8]\nignore = F401\n"}}, "checks-ignored"},
        // Checks that are not run.
        {"CI step gone",
         {{".github/workflows/ci.yml",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n      - run: ruff check .\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n"}},
         "check-removed"},
        {"CI file gone",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n", nullptr}},
         "check-removed"},
        {"CI step commented out",
         {{".gitlab-ci.yml", "test:\n  script:\n    - go test ./...\n",
           "test:\n  script:\n    # - go test ./...\n    - echo ok\n"}},
         "check-removed"},
        {"CI trigger gone",
         {{".github/workflows/ci.yml", "on: [push, pull_request]\njobs: {}\n", "on: [push]\njobs: {}\n"}},
         "check-removed"},
        {"hook gone",
         {{".pre-commit-config.yaml", "repos:\n  - repo: https://a\n    hooks:\n      - id: x\n      - id: y\n",
           "repos:\n  - repo: https://a\n    hooks:\n      - id: x\n"}},
         "check-removed"},
        {"husky gone", {{".husky/pre-commit", "npm test\n", nullptr}}, "check-removed"},
        {"makefile target", {{"Makefile", "test:\n\tpytest tests\n", "test:\n\t@echo skipped\n"}}, "check-removed"},
        {"cmake test gone",
         {{"CMakeLists.txt", "enable_testing()\nadd_test(NAME a COMMAND a)\n", "enable_testing()\n"}},
         "check-removed"},
        {"CI branches",
         {{".github/workflows/ci.yml", "on:\n  push:\n    branches: [main, dev]\njobs: {}\n",
           "on:\n  push:\n    branches: [dev]\njobs: {}\n"}},
         "check-removed"},
        // Failures that are masked.
        {"|| true",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest || true\n"}},
         "failure-masked"},
        {"continue-on-error",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - name: test\n        run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - name: test\n        run: pytest\n        continue-on-error: "
           "true\n"}},
         "failure-masked"},
        {"if: false",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n",
           "on: push\njobs:\n  t:\n    if: false\n    steps:\n      - run: pytest\n"}},
         "failure-masked"},
        {"if: ${{ false }}",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - name: t\n        run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - name: t\n        if: ${{ false }}\n        run: pytest\n"}},
         "failure-masked"},
        {"allow_failure",
         {{".gitlab-ci.yml", "test:\n  script: [pytest]\n", "test:\n  script: [pytest]\n  allow_failure: true\n"}},
         "failure-masked"},
        {"make test || true", {{"Makefile", "check:\n\tctest\n", "check:\n\tctest || true\n"}}, "failure-masked"},
        {"npm script || true",
         {{"package.json", "{\"scripts\":{\"lint\":\"eslint src\"}}",
           "{\"scripts\":{\"lint\":\"eslint src || true\"}}"}},
         "failure-masked"},
        {"make ignores it", {{"Makefile", "check:\n\tctest\n", "check:\n\t-ctest\n"}}, "failure-masked"},
        // The gate.
        {"check switched off",
         {{".rfsn.yaml", "checks:\n  mypy:\n    required: true\n", "checks:\n  mypy:\n    required: false\n"}},
         "gate-relaxed"},
        {"skip list", {{".rfsn.yaml", "jobs: 1\n", "jobs: 1\nskip: [integrity]\n"}}, "gate-relaxed"},
        {"integrity off",
         {{".rfsn.yaml", "jobs: 1\n", "jobs: 1\nchecks:\n  integrity:\n    enabled: false\n"}},
         "gate-relaxed"},
        {"excluded paths", {{".rfsn.yaml", "exclude: [docs/**]\n", "exclude: [docs/**, src/**]\n"}}, "gate-relaxed"},
        {"approval of its own",
         {{".rfsn.yaml", "jobs: 1\n", "jobs: 1\nintegrity:\n  allow: [test-removed]\n"}},
         "gate-relaxed"},
        {"a gate without this check", {{".rfsn.yaml", nullptr, "skip: [integrity]\n"}}, "gate-relaxed"},
        {"a gate that approves itself",
         {{".rfsn.yaml", nullptr, "jobs: 2\nintegrity:\n  allow: [test-removed]\n"}},
         "gate-relaxed"},
    };
}

TEST(Integrity, SeesEveryBypass) {
    ASSERT_TRUE(check_integrity_rules());
    for (const auto& one : bypasses()) {
        const auto found = weakenings(changes(one.files));
        EXPECT_EQ(rules_of(found).count(one.rule), 1U) << one.name << "\n" << told(found);
    }
}

/// Without a rule the change of its own cases passes, or is at least seen differently: no rule is there for nothing.
TEST(Integrity, NeedsEveryRule) {
    const auto root = rule_document("rules.yaml");
    ASSERT_TRUE(root);
    auto rules = read_rules(*root);
    ASSERT_TRUE(rules);
    for (const auto& id : integrity_rules()) {
        std::size_t passed = 0;
        for (const auto& one : bypasses()) {
            if (one.rule != id) {
                continue;
            }
            rules->disabled = {id};
            passed += weakenings(*rules, *setting_rules(), changes(one.files)).empty() ? 1U : 0U;
            rules->disabled.clear();
        }
        EXPECT_GE(passed, 2U) << id;
    }
}

TEST(Integrity, LetsInnocentsPass) {
    const Case innocents[] = {
        {"test added",
         {{"tests/test_a.py", py, kept(std::string(py) + "\n\ndef test_three():\n    assert a.h() == 2\n")}},
         ""},
        {"test renamed", {edit("tests/test_a.py", py, "def test_one", "def test_first")}, ""},
        {"file renamed", {{"tests/test_b.py", py, py, "tests/test_a.py"}}, ""},
        {"file moved, seen as two", {{"tests/test_a.py", py, nullptr}, {"tests/unit/test_a.py", nullptr, py}}, ""},
        {"tests split over two files",
         {{"tests/test_a.py", py, "import a\n\n\ndef test_one():\n    assert a.f(1) == 2\n    assert a.f(2) == 3\n"},
          {"tests/test_b.py", nullptr, "import a\n\n\ndef test_two():\n    assert a.g() == 1\n"}},
         ""},
        {"expectation changed with the code",
         {edit("tests/test_a.py", py, "== 1", "== 2"),
          {"a.py", "def g():\n    return 1\n", "def g():\n    return 2\n"}},
         ""},
        {"feature removed with its test",
         {{"tests/test_a.py", kept(std::string(py) + "\n\ndef test_total():\n    assert a.total([1]) == 1\n"), py},
          {"a.py", "def f(x):\n    return x + 1\n\n\ndef total(xs):\n    return sum(xs)\n",
           "def f(x):\n    return x + 1\n"}},
         ""},
        {"module removed with its tests",
         {{"tests/test_b.py", "from b import make\n\n\ndef test_make():\n    assert make() == 1\n", nullptr},
          {"b.py", "def make():\n    return 1\n", nullptr}},
         ""},
        {"assertion moved to a helper",
         {edit("tests/test_a.py", py, "def test_one():\n    assert a.f(1) == 2\n    assert a.f(2) == 3\n",
               "def holds(x, y):\n    assert a.f(x) == y\n\n\ndef test_one():\n    holds(1, 2)\n    holds(2, 3)\n    "
               "assert a.f(3) == 4\n")},
         ""},
        {"test split in two",
         {edit("tests/test_a.py", py, "    assert a.f(2) == 3\n",
               "\n\ndef test_one_more():\n    assert a.f(2) == 3\n")},
         ""},
        {"javascript reformatted",
         {edit("a.test.js", js, "it('adds', () => {\n  expect(f(1)).toBe(2);",
               "it(\"adds\", () => {\n    expect(f(1)).toBe(2);")},
         ""},
        {"go table", {edit("a_test.go", go, "\tif f(1) != 2 {", "\tif got := f(1); got != 2 {")}, ""},
        {"skip removed",
         {{"a_test.go", "package a\n\nfunc TestA(t *testing.T) {\n\tt.Skip()\n\tt.Error(1)\n}\n",
           "package a\n\nfunc TestA(t *testing.T) {\n\tt.Error(1)\n}\n"}},
         ""},
        {"new test that is skipped on a platform",
         {{"tests/test_a.py", py,
           kept(std::string(py) + "\n\n@pytest.mark.skipif(sys.platform == 'win32', reason='posix')\ndef test_new():\n "
                                  "   assert a.h() == 2\n")}},
         ""},
        {"skip in a string",
         {edit("tests/test_a.py", py, "    assert a.g() == 1\n",
               "    assert a.g() == 1, 'pytest.skip() would hide this'\n")},
         ""},
        {"suppression removed", {{"a.py", "import os  # noqa\n", "import os\n"}}, ""},
        {"suppression in a string", {{"a.py", "x = 1\n", "x = '# noqa'\n"}}, ""},
        {"suppression moved with its line", {{"a.py", "import os  # noqa\nx = 1\n", "x = 1\nimport os  # noqa\n"}}, ""},
        {"suppression narrowed", {{"a.py", "import os  # noqa\n", "import os  # noqa: F401\n"}}, ""},
        {"the word in prose", {{"a.py", "x = 1\n", "x = 1  # do not ignore the type\n"}}, ""},
        {"coverage raised",
         {{"pyproject.toml", "[tool.coverage.report]\nfail_under = 80\n", "[tool.coverage.report]\nfail_under = 90\n"}},
         ""},
        {"configuration moved",
         {{"setup.cfg", "[coverage:report]\nfail_under = 90\n[flake8]\nmax-line-length = 88\n",
           "[flake8]\nmax-line-length = 88\n"},
          {"pyproject.toml", "[project]\nname = \"x\"\n",
           "[project]\nname = \"x\"\n[tool.coverage.report]\nfail_under = 90\n"}},
         ""},
        {"version bumped",
         {{"pyproject.toml", "[project]\nversion = \"1\"\n[tool.ruff.lint]\nignore = [\"E501\"]\n",
           "[project]\nversion = \"2\"\n[tool.ruff.lint]\nignore = [\"E501\"]\n"}},
         ""},
        {"rules added with an exception",
         {{"ruff.toml", "[lint]\nselect = [\"E\"]\nignore = [\"E501\"]\n",
           "[lint]\nselect = [\"E\", \"D\"]\nignore = [\"E501\", \"D100\"]\n"}},
         ""},
        {"configuration introduced",
         {{".eslintrc.json", nullptr,
           "{\"extends\":\"eslint:recommended\",\"rules\":{\"no-console\":\"off\",\"no-var\":\"error\"}}"}},
         ""},
        {"dependency added",
         {{"package.json", "{\"scripts\":{\"test\":\"jest\"},\"dependencies\":{}}",
           "{\"scripts\":{\"test\":\"jest\"},\"dependencies\":{\"eslint\":\"1\"}}"}},
         ""},
        {"dependency removed",
         {{"package.json", "{\"scripts\":{\"test\":\"jest\"},\"devDependencies\":{\"eslint\":\"1\"}}",
           "{\"scripts\":{\"test\":\"jest\"},\"devDependencies\":{}}"}},
         ""},
        {"action updated",
         {{".github/workflows/ci.yml",
           "on: push\njobs:\n  t:\n    steps:\n      - uses: actions/checkout@v3\n      - run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n      - run: pytest\n"}},
         ""},
        {"job added",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n  nightly:\n    continue-on-error: true\n    "
           "steps:\n      - run: pytest --pre\n"}},
         ""},
        {"clean-up that may fail",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: pytest\n      - run: docker rm -f db || true\n"}},
         ""},
        {"one linter for another",
         {{".github/workflows/ci.yml", "on: push\njobs:\n  t:\n    steps:\n      - run: flake8\n",
           "on: push\njobs:\n  t:\n    steps:\n      - run: ruff check .\n"}},
         ""},
        {"hook for a hook",
         {{".pre-commit-config.yaml", "repos:\n  - repo: https://a\n    rev: v1\n    hooks:\n      - id: flake8\n",
           "repos:\n  - repo: https://b\n    rev: v2\n    hooks:\n      - id: ruff\n"}},
         ""},
        {"tightened",
         {{"tsconfig.json", "{\"compilerOptions\":{\"strict\":false}}", "{\"compilerOptions\":{\"strict\":true}}"}},
         ""},
        {"documentation", {{"README.md", "# noqa is not used\n", "We never use `|| true`.\n"}}, ""},
        {"vendored", {{"vendor/a_test.go", go, nullptr}}, ""},
        {"generated",
         {{"a.go", "// Code generated by x. DO NOT EDIT.\npackage a\n",
           "// Code generated by x. DO NOT EDIT.\npackage a\n\nvar x = f() //nolint\n"}},
         ""},
        {"branch renamed",
         {{".github/workflows/ci.yml", "on:\n  push:\n    branches: [master]\njobs: {}\n",
           "on:\n  push:\n    branches: [main]\njobs: {}\n"}},
         ""},
        {"exit in a program", {{"src/main.py", "import sys\n", "import sys\n\nsys.exit(0)\n"}}, ""},
        {"version check without coverage",
         {{"a.py", "import sys\n",
           "import sys\n\nif sys.version_info >= (3, 11):  # pragma: no cover\n    import tomllib\n"}},
         ""},
        {"gate introduced", {{".rfsn.yaml", nullptr, "exclude: [docs/**]\nskip: [pytest]\n"}}, ""},
        {"gate tightened", {{".rfsn.yaml", "jobs: 1\n", "jobs: 1\nchecks:\n  mypy:\n    required: true\n"}}, ""},
    };
    for (const auto& one : innocents) {
        const auto found = weakenings(changes(one.files));
        EXPECT_TRUE(found.empty()) << one.name << "\n" << told(found);
    }
}

TEST(Integrity, HearsReasons) {
    const std::vector<File> removed{edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n",
                                         "# rfsn-allow: test-removed g is tested end to end now\n")};
    auto found = weakenings(changes(removed));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].allowed, "g is tested end to end now");
    // For a file that is gone, or holds no comments, in another file of the change, with the path.
    found = weakenings(
        changes({{"tests/test_a.py", py, nullptr},
                 {"NOTES.py", "", "# rfsn-allow: test-removed tests/test_a.py moved to the other repository\n"}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].allowed, "moved to the other repository");
    for (const char* line : {"# rfsn-allow: test-removed", "# rfsn-allow: test-removed ..",
                             "# rfsn-allow: test-weakened because", "# rfsn-allow:", "# rfsn-allow: * everything"}) {
        found = weakenings(changes(
            {edit("tests/test_a.py", py, "def test_two():\n    assert a.g() == 1\n", std::string(line) + "\n")}));
        ASSERT_EQ(found.size(), 1U) << line;
        EXPECT_FALSE(found[0].allowed) << line;
    }
    // A line that was there before has done its work.
    const std::string old = "# rfsn-allow: test-removed an earlier one\n" + std::string(py);
    found = weakenings(
        changes({{"tests/test_a.py", kept(old), kept(with(old, "def test_two():\n    assert a.g() == 1\n", ""))}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].allowed);
}

TEST(Integrity, WeighsMarksAgainstTheSizeOfAChange) {
    std::string before, after;
    for (int i = 0; i < 600; ++i) {
        before += "value_" + std::to_string(i) + " = " + std::to_string(i) + "\n";
        after += "value_" + std::to_string(i) + " = " + std::to_string(i + 1) + "\n";
    }
    const std::string marked = with(after, "value_7 = 8\n", "value_7 = 7  # noqa\n");
    auto found = weakenings(changes({{"a.py", kept(before), kept(marked)}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].noted);
    found = weakenings(changes({{"a.py", kept(before), kept(with(before, "value_7 = 7\n", "value_7 = 7  # noqa\n"))}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].noted);
}

}  // namespace
}  // namespace rfsn::policy
