// SPDX-License-Identifier: MIT
#include "detection_fixture.hpp"

namespace rfsn::buildpack {
namespace {

using Facts = std::map<std::string, std::string, std::less<>>;

Facts facts_of_first(StagedRepo& staged) {
    const auto found = staged.change();
    EXPECT_FALSE(found.projects.empty()) << notes_of(found);
    return found.projects.empty() ? Facts{} : found.projects[0].facts;
}

std::string fact(const Facts& facts, std::string_view name) {
    const auto found = facts.find(name);
    return found == facts.end() ? "-" : found->second;
}

TEST(Facts, Python) {
    StagedRepo staged;
    staged.stage({{"pyproject.toml",
                   "[project]\nname = \"thing\"\nrequires-python = \">=3.9\"\n[tool.black]\n[tool.mypy]\nplugins = "
                   "[\"x\"]\nfiles = [\"src\"]\n"
                   "[tool.pytest.ini_options]\naddopts = \"-q\"\n"},
                  {"uv.lock", "\n"},
                  {"tox.ini", "[flake8]\nmax-line-length = 88\n"},
                  {".python-version", "3.11.4\n"},
                  {"src/thing/__init__.py", "\n"},
                  {"tests/test_a.py", "def test_a():\n    pass\n"}});
    const auto facts = facts_of_first(staged);
    EXPECT_EQ(fact(facts, "pm"), "uv");
    EXPECT_EQ(fact(facts, "python_version"), "3.11.4");
    EXPECT_EQ(fact(facts, "package"), "thing");
    EXPECT_EQ(fact(facts, "has_black"), "true");
    EXPECT_EQ(fact(facts, "has_flake8"), "true");
    EXPECT_EQ(fact(facts, "has_flake8_plugins"), "-");
    EXPECT_EQ(fact(facts, "has_mypy"), "true");
    EXPECT_EQ(fact(facts, "has_mypy_plugins"), "true");
    EXPECT_EQ(fact(facts, "has_mypy_files"), "true");
    EXPECT_EQ(fact(facts, "has_ruff"), "-");
    EXPECT_EQ(fact(facts, "test_framework"), "pytest");
    EXPECT_EQ(fact(facts, "src_layout"), "true");
}

TEST(Facts, NothingConfiguredMeansNoTool) {
    StagedRepo staged;
    staged.stage({{"setup.py", "from setuptools import setup\n"}, {"a.py", "\n"}});
    const auto facts = facts_of_first(staged);
    for (const char* name : {"has_black", "has_flake8", "has_mypy", "has_ruff", "has_isort", "test_framework"}) {
        EXPECT_EQ(fact(facts, name), "-") << name;
    }
    EXPECT_EQ(fact(facts, "pm"), "pip");
}

TEST(Facts, SetupCfgSectionsAndLocalPlugins) {
    StagedRepo staged;
    staged.stage({{"setup.cfg",
                   "[metadata]\nname = x\n\n[flake8]\nignore =\n    E1\n    E2\n[flake8:local-plugins]\nextension =\n  "
                   "  X = a:B\n[tool:pytest]\naddopts=-q\n[mypy]\n"},
                  {"a.py", "\n"}});
    const auto facts = facts_of_first(staged);
    EXPECT_EQ(fact(facts, "has_flake8"), "true");
    EXPECT_EQ(fact(facts, "has_flake8_plugins"), "true");
    EXPECT_EQ(fact(facts, "test_framework"), "pytest");
    EXPECT_EQ(fact(facts, "has_mypy"), "true");
}

TEST(Facts, UnittestIsToldFromPytest) {
    StagedRepo staged;
    staged.stage(
        {{"setup.py", "\n"}, {"tests/test_a.py", "import unittest\n\nclass T(unittest.TestCase):\n    pass\n"}});
    const auto facts = facts_of_first(staged);
    EXPECT_EQ(fact(facts, "test_framework"), "unittest");
    EXPECT_EQ(fact(facts, "loose_tests"), "true");
    staged.stage({{"requirements-dev.txt", "pytest>=7\n"}});
    EXPECT_EQ(fact(facts_of_first(staged), "test_framework"), "pytest");
}

TEST(Facts, ConfigurationAboveAProjectCounts) {
    StagedRepo staged;
    staged.stage({{"pyproject.toml", "[tool.black]\n"},
                  {"pkgs/a/setup.py", "\n"},
                  {"pkgs/a/x.py", "\n"},
                  {".clang-format", "BasedOnStyle: LLVM\n"},
                  {"native/CMakeLists.txt", "project(n)\nenable_testing()\nset(CMAKE_CXX_STANDARD 20)\n"},
                  {"native/n.cpp", "\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), (Strings{"cpp native", "python pkgs/a"})) << notes_of(found);
    EXPECT_EQ(fact(found.projects[0].facts, "has_clang_format"), "true");
    EXPECT_EQ(fact(found.projects[0].facts, "has_ctest"), "true");
    EXPECT_EQ(fact(found.projects[0].facts, "cpp_standard"), "20");
    EXPECT_EQ(fact(found.projects[1].facts, "has_black"), "true");
}

TEST(Facts, OtherLanguages) {
    StagedRepo staged;
    staged.stage(
        {{"package.json",
          R"({"name": "w", "packageManager": "pnpm@9.1.0", "dependencies": {}, "devDependencies": {"vitest": "1"}, "scripts": {"test": "vitest"}, "engines": {"node": ">=20"}})"},
         {"tsconfig.json", "{}"},
         {"eslint.config.mjs", "export default []\n"},
         {"a.ts", "\n"}});
    auto facts = facts_of_first(staged);
    EXPECT_EQ(fact(facts, "pm"), "pnpm");
    EXPECT_EQ(fact(facts, "node_version"), ">=20");
    EXPECT_EQ(fact(facts, "test_framework"), "vitest");
    EXPECT_EQ(fact(facts, "has_eslint"), "true");
    EXPECT_EQ(fact(facts, "has_test_script"), "true");

    StagedRepo java;
    java.stage(
        {{"pom.xml",
          "<project "
          "xmlns=\"http://maven.apache.org/POM/4.0.0\"><artifactId>thing</"
          "artifactId><properties><maven.compiler.release>17</maven.compiler.release></properties>"
          "<dependencies><dependency><artifactId>junit-jupiter</artifactId></dependency></dependencies></project>"},
         {"A.java", "class A {}\n"}});
    facts = facts_of_first(java);
    EXPECT_EQ(fact(facts, "pm"), "maven");
    EXPECT_EQ(fact(facts, "java_version"), "17");
    EXPECT_EQ(fact(facts, "package"), "thing");
    EXPECT_EQ(fact(facts, "test_framework"), "junit5");

    StagedRepo go;
    go.stage({{"go.mod", "module example.com/m\n\ngo 1.21\n"}, {"a_test.go", "package m\n"}});
    facts = facts_of_first(go);
    EXPECT_EQ(fact(facts, "module"), "example.com/m");
    EXPECT_EQ(fact(facts, "go_version"), "1.21");
    EXPECT_EQ(fact(facts, "test_framework"), "go test");
}

TEST(Facts, TheDefaultNpmTestScriptIsNoTest) {
    StagedRepo staged;
    staged.stage(
        {{"package.json", R"({"main": "a.js", "scripts": {"test": "echo \"Error: no test specified\" && exit 1"}})"},
         {"a.js", "\n"}});
    EXPECT_EQ(fact(facts_of_first(staged), "has_test_script"), "-");
}

}  // namespace
}  // namespace rfsn::buildpack
