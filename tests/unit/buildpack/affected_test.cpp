// SPDX-License-Identifier: MIT
#include "buildpack/tests_there.hpp"
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

Affected reach(StagedRepo& staged) {
    auto found = detect_for_change(staged.look(), staged.registry);
    EXPECT_TRUE(found.has_value());
    const auto pack = staged.registry.get(found->projects.at(0).pack);
    EXPECT_TRUE(pack.has_value());
    return affected(**pack, found->projects.at(0), staged.look());
}

void npm_workspace(StagedRepo& staged) {
    staged.stage(
        {{"package.json", R"({"name":"root","private":true,"workspaces":["packages/*"],"scripts":{"test":"vitest"}})"},
         {"packages/core/package.json", R"({"name":"@x/core","main":"i.js"})"},
         {"packages/core/src/sum.ts", "1\n"},
         {"packages/core/src/sum.test.ts", "1\n"},
         {"packages/core/src/lonely.ts", "1\n"},
         {"packages/core/src/other.test.ts", "1\n"},
         {"packages/web/package.json", R"({"name":"web","dependencies":{"@x/core":"workspace:*"}})"},
         {"packages/web/src/page.ts", "1\n"},
         {"packages/web/src/page.test.ts", "1\n"},
         {"packages/app/package.json", R"({"name":"app","dependencies":{"alias":"npm:web@1"}})"},
         {"packages/app/a.spec.ts", "1\n"},
         {"packages/apart/package.json", R"({"name":"apart"})"},
         {"packages/apart/b.test.ts", "1\n"},
         {"script.js", "1\n"}});
    staged.repo.commit();
}

TEST(Affected, AWorkspacesDependentsAreTestedToo) {
    StagedRepo staged;
    npm_workspace(staged);
    staged.stage({{"packages/core/src/sum.ts", "2\n"}});
    auto found = reach(staged);
    EXPECT_EQ(found.tests,
              (Strings{"packages/app/a.spec.ts", "packages/core/src/sum.test.ts", "packages/web/src/page.test.ts"}));
    EXPECT_EQ(found.packages, (Strings{"@x/core", "app", "web"}));
    EXPECT_NE(found.reason.find("web depends on @x/core"), std::string::npos) << found.reason;
    staged.repo.commit();
    staged.stage({{"packages/core/src/lonely.ts", "2\n"}});
    found = reach(staged);
    EXPECT_EQ(found.tests, (Strings{"packages/app/a.spec.ts", "packages/core/src/other.test.ts",
                                    "packages/core/src/sum.test.ts", "packages/web/src/page.test.ts"}));
}

TEST(Affected, AWorkspaceIsWidenedByManifestsLocksAndWhatIsInNoMember) {
    for (const char* path : {"packages/web/package.json", "package-lock.json", "tsconfig.base.json", "script.js"}) {
        StagedRepo staged;
        npm_workspace(staged);
        staged.stage({{"packages/apart/b.test.ts", "2\n"}, {path, "{\"name\": \"web\"}\n"}});
        const auto found = reach(staged);
        EXPECT_EQ(found.tests, Strings{}) << path;
        EXPECT_EQ(found.packages, Strings{}) << path;
        EXPECT_NE(found.reason.find(path), std::string::npos) << found.reason;
    }
}

TEST(Affected, BesideTheMembersATestByNameIsEnough) {
    StagedRepo staged;
    npm_workspace(staged);
    staged.stage({{"src/root.js", "1\n"}, {"src/root.test.js", "1\n"}});
    staged.repo.commit();
    staged.stage({{"src/root.js", "2\n"}});
    EXPECT_EQ(reach(staged).tests, Strings{"src/root.test.js"});
    staged.stage({{"packages/web/src/page.ts", "2\n"}});
    EXPECT_EQ(reach(staged).tests,
              (Strings{"packages/app/a.spec.ts", "packages/web/src/page.test.ts", "src/root.test.js"}));
}

void gradle_build(StagedRepo& staged, const std::string& settings) {
    staged.stage({{"settings.gradle.kts", settings},
                  {"build.gradle.kts", "plugins { java }\n"},
                  {"core-api/build.gradle.kts", "dependencies { /* project(\":web\") */ }\n"},
                  {"core-api/src/main/java/A.java", "class A {}\n"},
                  {"web/build.gradle.kts", "dependencies {\n  implementation(projects.coreApi)\n}\n"},
                  {"web/src/main/java/W.java", "class W {}\n"},
                  {"tools/lint/build.gradle", "dependencies { testImplementation project(path: ':web') }\n"},
                  {"tools/lint/src/main/java/L.java", "class L {}\n"},
                  {"src/main/java/R.java", "class R {}\n"}});
    staged.repo.commit();
}

TEST(Affected, GradleProjectsByPathAndByAccessor) {
    StagedRepo staged;
    gradle_build(staged, "rootProject.name = \"x\"\ninclude(\":core-api\", \"web\")\ninclude(\"tools:lint\")\n");
    staged.stage({{"web/src/main/java/W.java", "class W { }\n"}});
    EXPECT_EQ(reach(staged).packages, (Strings{":tools:lint", ":web"}));
    staged.repo.commit();
    staged.stage({{"core-api/src/main/java/A.java", "class A { }\n"}});
    const auto found = reach(staged);
    EXPECT_EQ(found.packages, (Strings{":core-api", ":tools:lint", ":web"}));
    EXPECT_NE(found.reason.find("3 of 4"), std::string::npos) << found.reason;
    staged.stage({{"src/main/java/R.java", "class R { }\n"}});
    EXPECT_EQ(reach(staged).packages, Strings{});
}

TEST(Affected, WhetherThereIsATestToReachIsSaidByTheTree) {
    StagedRepo staged;
    gradle_build(staged, "include(\":core-api\", \"web\", \"tools:lint\")\n");
    staged.stage({{"core-api/src/test/java/ATest.java", "class ATest {}\n"}});
    staged.repo.commit();
    const auto there = [&](const std::map<std::string, std::string>& change) {
        staged.stage(change);
        auto found = detect_for_change(staged.look(), staged.registry);
        const auto pack = staged.registry.get("java");
        EXPECT_TRUE(found && pack);
        const bool may = may_have_tests(**pack, found->projects.at(0), staged.look());
        staged.repo.git({"reset", "-q", "--hard"});
        return may;
    };
    EXPECT_FALSE(there({{"web/src/main/java/W.java", "class W { }\n"}}));
    EXPECT_TRUE(there({{"core-api/src/main/java/A.java", "class A { }\n"}}));
    EXPECT_TRUE(there({{"src/main/java/R.java", "class R { }\n"}}));
    EXPECT_TRUE(there({{"web/src/integration-test/java/W.java", "class WI { }\n"}}));
}

TEST(Affected, GradleSettingsThatComputeMeanEverything) {
    for (const char* settings :
         {"listOf(\"core-api\", \"web\").forEach { include(it) }\n", "include(\"core-api\")\nfile(\".\").eachDir { }\n",
          "include(\"web\")\nproject(\":web\").projectDir = file(\"x\")\n", "include(\"$prefix-web\")\n"}) {
        StagedRepo staged;
        gradle_build(staged, settings);
        staged.stage({{"web/src/main/java/W.java", "class W { }\n"}});
        EXPECT_EQ(reach(staged).packages, Strings{}) << settings;
    }
}

TEST(Affected, DotnetTestProjectsByTheirReferences) {
    StagedRepo staged;
    const std::string project = "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>";
    const std::string end = "</ItemGroup></Project>\n";
    const std::string test = "<PackageReference Include=\"Microsoft.NET.Test.Sdk\" />";
    const auto refers = [](const std::string& to) { return "<ProjectReference Include=\"" + to + "\" />"; };
    const auto line = [](const std::string& path) {
        return "Project(\"{F}\") = \"x\", \"" + path + "\", \"{A}\"\nEndProject\n";
    };
    staged.stage(
        {{"All.sln", line("src\\Core\\Core.csproj") + line("src\\Web\\Web.csproj") +
                         line("test\\Core.Tests\\Core.Tests.csproj") + line("test\\Web.Tests\\Web.Tests.csproj")},
         {"src/Core/Core.csproj", project + end},
         {"src/Core/C.cs", "class C {}\n"},
         {"src/Web/Web.csproj", project + refers("..\\Core\\Core.csproj") + end},
         {"src/Web/W.cs", "class W {}\n"},
         {"test/Core.Tests/Core.Tests.csproj", project + test + refers("../../src/Core/Core.csproj") + end},
         {"test/Web.Tests/Web.Tests.csproj", project + test + refers("..\\..\\src\\Web\\Web.csproj") + end}});
    staged.repo.commit();
    staged.stage({{"src/Web/W.cs", "class W { }\n"}});
    EXPECT_EQ(reach(staged).packages, Strings{"test/Web.Tests/Web.Tests.csproj"});
    staged.stage({{"src/Core/C.cs", "class C { }\n"}});
    EXPECT_EQ(reach(staged).packages, Strings{});  // each of them
    staged.stage({{"Directory.Packages.props", "<Project/>\n"}});
    EXPECT_NE(reach(staged).reason.find("Directory.Packages.props"), std::string::npos);
}

}  // namespace
}  // namespace rfsn::buildpack
