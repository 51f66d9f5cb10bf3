// SPDX-License-Identifier: MIT
#include "detection_fixture.hpp"

namespace rfsn::buildpack {
namespace {

Strings tests_for(StagedRepo& staged, std::size_t project = 0) {
    auto found = detect_for_change(staged.look(), staged.registry);
    EXPECT_TRUE(found.has_value());
    const auto pack = staged.registry.get(found->projects.at(project).pack);
    EXPECT_TRUE(pack.has_value());
    return affected(**pack, found->projects.at(project), staged.look()).tests;
}

void base_repo(StagedRepo& staged) {
    staged.stage({{"pyproject.toml", "[project]\nname = \"a\"\n"},
                  {"src/pkg/core.py", "x = 1\n"},
                  {"src/pkg/io.py", "x = 1\n"},
                  {"flat.py", "x = 1\n"},
                  {"lonely.py", "x = 1\n"},
                  {"tests/test_core.py", "\n"},
                  {"tests/unit/test_io.py", "\n"},
                  {"test_flat.py", "\n"},
                  {"tests/conftest.py", "\n"}});
    staged.repo.commit();
}

TEST(Affected, SourcesCallTheirTestsByName) {
    StagedRepo staged;
    base_repo(staged);
    staged.stage({{"src/pkg/core.py", "x = 2\n"}});
    EXPECT_EQ(tests_for(staged), Strings{"tests/test_core.py"});
    staged.stage({{"src/pkg/io.py", "x = 2\n"}, {"flat.py", "x = 2\n"}});
    EXPECT_EQ(tests_for(staged), (Strings{"test_flat.py", "tests/test_core.py", "tests/unit/test_io.py"}));
}

TEST(Affected, AStagedTestIsItsOwn) {
    StagedRepo staged;
    base_repo(staged);
    staged.stage({{"tests/test_core.py", "x = 2\n"}});
    EXPECT_EQ(tests_for(staged), Strings{"tests/test_core.py"});
}

TEST(Affected, WhatNobodyCanTellMeansEverything) {
    StagedRepo staged;
    base_repo(staged);
    staged.stage({{"src/pkg/core.py", "x = 2\n"}, {"lonely.py", "x = 2\n"}});
    EXPECT_EQ(tests_for(staged), Strings{});
}

TEST(Affected, ManifestsAndConftestMeanEverything) {
    for (const char* path : {"pyproject.toml", "tests/conftest.py", "requirements.txt", "src/pkg/__init__.py"}) {
        StagedRepo staged;
        base_repo(staged);
        staged.stage({{"src/pkg/core.py", "x = 2\n"}, {path, "[project]\nname = \"b\"\n"}});
        EXPECT_EQ(tests_for(staged), Strings{}) << path;
    }
}

TEST(Affected, NamesThatLookLikeGlobsAreNames) {
    StagedRepo staged;
    base_repo(staged);
    staged.stage({{"src/pkg/*.py", "x = 2\n"}});
    EXPECT_EQ(tests_for(staged), Strings{});
}

TEST(Affected, APackWithoutRulesRunsEverything) {
    StagedRepo staged;
    staged.stage({{"go.mod", "module a\n"}, {"a.go", "package a\n"}, {"a_test.go", "package a\n"}});
    EXPECT_EQ(tests_for(staged), Strings{});
}

}  // namespace
}  // namespace rfsn::buildpack
