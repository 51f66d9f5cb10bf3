// SPDX-License-Identifier: MIT
// What weakens nothing passes, with a reason what does may pass, and what a large change may carry.
#include <tuple>

#include "integrity_fixture.hpp"

namespace rfsn::policy {
namespace {

using namespace test;

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

/// A change of a thousand different lines of source, with one more file in it.
std::vector<Weakening> in_a_large_change(const char* path, const std::string& before, const std::string& after,
                                         const char* padding_path = "big.py", bool different = true) {
    std::string padding;
    for (int i = 0; i < 1000; ++i) {
        padding += different ? "value_" + std::to_string(i) + " = " + std::to_string(i) + "\n" : "value = 1\n";
    }
    return weakenings(changes({{padding_path, nullptr, kept(padding)}, {path, kept(before), kept(after)}}));
}

TEST(Integrity, TellsNarrowMarksOfALargeChange) {
    const std::string code = "def f(a, b):\n    return compute(a, b)\n";
    const auto marked = [&](const std::string& mark) { return with(code, "compute(a, b)", "compute(a, b)" + mark); };
    auto found = in_a_large_change("a.py", code, marked("  # type: ignore[no-any-return]"));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].noted);
    // Not those of a small one, those that silence everything, and those of security tools.
    found = weakenings(changes({{"a.py", kept(code), kept(marked("  # type: ignore[no-any-return]"))}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].noted);
    for (const char* mark :
         {"  # noqa", "  # type: ignore", "  # nosec B603", "  # noqa: S603", "  # pylint: disable=all  # nosemgrep"}) {
        found = in_a_large_change("a.py", code, marked(mark));
        ASSERT_EQ(found.size(), 1U) << mark;
        EXPECT_FALSE(found[0].noted) << mark;
    }
    // Not what holds for a file, or a region without an end.
    for (const auto& [path, old, now] : std::vector<std::tuple<const char*, std::string, std::string>>{
             {"a.py", code, "# mypy: ignore-errors\n" + code},
             {"a.py", code, "# ruff: noqa: E501\n" + code},
             {"a.ts", "let a = f(1);\n", "/* eslint-disable no-undef */\nlet a = f(1);\n"},
             {"a.rs", "fn f() -> u8 { 1 }\n", "#![allow(clippy::all)]\nfn f() -> u8 { 1 }\n"},
             {"a.c", "int f(void);\n", "#pragma GCC diagnostic ignored \"-Wall\"\nint f(void);\n"}}) {
        found = in_a_large_change(path, old, now);
        ASSERT_EQ(found.size(), 1U) << now;
        EXPECT_FALSE(found[0].noted) << now;
    }
    // More of them than one for 60 lines: all of them count.
    std::string many, many_marked;
    for (int i = 0; i < 30; ++i) {
        const std::string line = "    total_" + std::to_string(i) + " = compute(first, second)";
        many += line + "\n";
        many_marked += line + "  # type: ignore[assignment]\n";
    }
    found = in_a_large_change("a.py", many, many_marked);
    ASSERT_EQ(found.size(), 30U);
    EXPECT_FALSE(found[0].noted);
}

TEST(Integrity, NoPaddingMakesAChangeLarge) {
    const std::string code = "def f(a, b):\n    return compute(a, b)\n";
    const std::string marked = with(code, "compute(a, b)", "compute(a, b)  # type: ignore[no-any-return]");
    EXPECT_FALSE(in_a_large_change("a.py", code, marked, "data.json").at(0).noted);
    EXPECT_FALSE(in_a_large_change("a.py", code, marked, "data.txt").at(0).noted);
    EXPECT_FALSE(in_a_large_change("a.py", code, marked, "vendor/big.py").at(0).noted);
    EXPECT_FALSE(in_a_large_change("a.py", code, marked, "big.py", false).at(0).noted);
}

TEST(Integrity, NoSizeExcusesTestsAndSettings) {
    for (const auto& [path, old, now] : std::vector<std::tuple<const char*, std::string, std::string>>{
             {"tests/test_a.py", py,
              with(py, "def test_two():\n", "def test_two():\n    if not online():\n        pytest.skip('x')\n")},
             {"a_test.go", go,
              with(go, "func TestOne(t *testing.T) {\n",
                   "func TestOne(t *testing.T) {\n\tif err := dial(); err != nil {\n\t\tt.Skip(err)\n\t}\n")},
             {"tests/test_a.py", py, with(py, "    assert a.f(2) == 3\n", "")},
             {"src/a.test.ts", js, with(js, "it('subtracts'", "it.skip('subtracts'")},
             {"pyproject.toml", "[tool.coverage.report]\nfail_under = 90\n",
              "[tool.coverage.report]\nfail_under = 10\n"},
             {".github/workflows/ci.yml", "jobs:\n  t:\n    steps:\n      - run: pytest\n",
              "jobs:\n  t:\n    steps:\n      - run: pytest || true\n"}}) {
        const auto found = in_a_large_change(path, old, now);
        ASSERT_FALSE(found.empty()) << path;
        for (const auto& one : found) {
            EXPECT_FALSE(one.noted) << one.message;
        }
    }
}

}  // namespace
}  // namespace rfsn::policy
