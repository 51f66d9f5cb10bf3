// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "builtin_file.hpp"

namespace rfsn::check {
namespace {

using test::OneFile;

std::size_t problems(const char* id, const std::string& path, const std::string& content,
                     const std::vector<std::string>& extra = {}) {
    BuiltinOptions options;
    options.extra = extra;
    return OneFile(path, content).run(id, options).findings.size();
}

TEST(Documents, TypesAreThoseOfIdentify) {
    for (const char* path : {"a.yaml", "d/a.YML", ".clang-format", "x/.clang-tidy"}) {
        EXPECT_TRUE(OneFile(path, "").applies("check-yaml")) << path;
    }
    for (const char* path : {"a.json", "a.ipynb", "a.geojson", "Pipfile.lock", ".babelrc"}) {
        EXPECT_TRUE(OneFile(path, "").applies("check-json")) << path;
    }
    for (const char* path : {"a.toml", "Cargo.lock", "uv.lock", "d/Pipfile", "Pipfile.dev"}) {
        EXPECT_TRUE(OneFile(path, "").applies("check-toml")) << path;
    }
    for (const char* path : {"yaml", ".json", "a.yaml.txt", "json/a", "a.toml/x"}) {
        for (const char* id : {"check-yaml", "check-json", "check-toml"}) {
            EXPECT_FALSE(OneFile(path, "").applies(id)) << path;
        }
    }
}

// Verdicts of pre-commit-hooks 6.0.0.
TEST(CheckYaml, JudgesAsTheOriginalDoes) {
    for (const char* good : {"", "a: 1\n", "---\na: [1, 2]\n", "a: &x 1\nb: *x\n", "a: !!str 1\n", "<<: {a: 1}\n",
                             "<<: [{a: 1}]\n", "\"<<\": 1\n", "? [a]\n: b\n", "# only\n"}) {
        EXPECT_EQ(problems("check-yaml", "a.yaml", good), 0U) << good;
    }
    for (const char* bad :
         {"a: [\n", "a: 1\na: 2\n", "a: b: c\n", "a: \"x\n", "\ta: 1\n", "a: *x\n", "a: 1\n---\nb: 2\n",
          "a: !vault x\n", "!Ref x\n", "a: &y !Sub x\n", "{a: !x 1}\n", "a: {{ x }}\n", "{{ x }}\n", "a: \xFF\n",
          "<<: 1\n", "<<: [{a: 1}, 2]\n", "a: !!python/name:os.x\n"}) {
        EXPECT_EQ(problems("check-yaml", "a.yaml", bad), 1U) << bad;
    }
    EXPECT_EQ(problems("check-yaml", "a.yaml", "a: 1\n---\nb: 2\n", {"--multi"}), 0U);
    EXPECT_EQ(problems("check-yaml", "a.yaml", "a: 1\n---\nb: [\n", {"-m"}), 1U);
    EXPECT_EQ(problems("check-yaml", "a.yaml", "a: !vault x\n---\nb: {{ x }}\nb: 1\n", {"--unsafe"}), 0U);
    EXPECT_EQ(problems("check-yaml", "a.yaml", "[\n", {"--unsafe"}), 1U);
}

TEST(CheckYaml, EveryLineEndOfYamlCounts) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const std::string good = "a: 1" + end + "b: '!x'" + end + "c: {d: 1}" + end;
        EXPECT_EQ(problems("check-yaml", "a.yaml", good), 0U) << testing::PrintToString(end);
        EXPECT_EQ(problems("check-yaml", "a.yaml", good + "e: !x 1" + end), 1U) << testing::PrintToString(end);
    }
}

TEST(CheckYaml, SaysWhere) {
    const auto outcome = OneFile("a.yaml", "ok: 1\n\xC3\xA9: \"!\"\nb: !no x\n").run("check-yaml");
    ASSERT_EQ(outcome.findings.size(), 1U);
    EXPECT_EQ(outcome.findings[0].line, 3U);
    EXPECT_EQ(outcome.findings[0].column, 4U);
    EXPECT_EQ(outcome.findings[0].code, "YAML");
    EXPECT_NE(outcome.findings[0].message.find("'!no'"), std::string::npos);
}

TEST(CheckJson, JudgesAsTheOriginalDoes) {
    for (const char* good : {"{}", "[NaN, -Infinity, Infinity]", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\xEF\xBB\xBF{}",
                             "null", "[\"NaN\"]"}) {
        EXPECT_EQ(problems("check-json", "a.json", good), 0U) << good;
    }
    for (const char* bad : {"", "{\"a\":1,\"a\":2}", "[1,]", "// c\n{}", "{'a':1}", "01", "\"\xFF\"", "[1] x",
                            "[Infinit]", "\"a\tb\"", "[nan]"}) {
        EXPECT_EQ(problems("check-json", "a.json", bad), 1U) << bad;
    }
}

TEST(CheckJson, FilesWhoseReadersTakeCommentsMayHaveThem) {
    const std::string content = "// c\n{ /* \" */ \"a\": \"// no\", \"b\": [1, 2,], }\n";
    for (const char* path : {"tsconfig.json", "x/tsconfig.build.json", ".vscode/settings.json",
                             ".devcontainer/devcontainer.json", ".eslintrc.json"}) {
        EXPECT_EQ(problems("check-json", path, content), 0U) << path;
    }
    EXPECT_EQ(problems("check-json", "package.json", content), 1U);
    EXPECT_EQ(problems("check-json", "tsconfig.json", "{ // c\n \"a\": }\n"), 1U);
    EXPECT_EQ(problems("check-json", "tsconfig.json", "{} /* open"), 1U);
    const auto outcome = OneFile("tsconfig.json", "{ // c\n \"a\": }\n").run("check-json");
    EXPECT_EQ(outcome.findings[0].line, 2U);
}

TEST(CheckToml, JudgesAsTheOriginalDoes) {
    for (const char* good : {"", "a = 1\n[b]\nc = '''x'''\n", "d = 1979-05-27\n"}) {
        EXPECT_EQ(problems("check-toml", "a.toml", good), 0U) << good;
    }
    for (const char* bad : {"a = \n", "a = 1\na = 2\n", "[a\n", "a = 01\n", "= 1\n", "[@a]\n", "[\x03"}) {
        EXPECT_EQ(problems("check-toml", "a.toml", bad), 1U) << bad;
    }
}

}  // namespace
}  // namespace rfsn::check
