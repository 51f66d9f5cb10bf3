// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>

#include "detection_fixture.hpp"

namespace rfsn::buildpack {
namespace {

const std::string package_json = R"({"name": "a", "dependencies": {"x": "1"}})";
const std::string pyproject = "[project]\nname = \"a\"\n";
const std::string cmake = "cmake_minimum_required(VERSION 3.16)\nproject(a CXX)\n";

/// What a change and the whole tree both must say.
void expect_projects(StagedRepo& staged, const Strings& projects, const Strings& packs) {
    for (const auto& found : {staged.change(), staged.all()}) {
        EXPECT_EQ(projects_of(found), projects) << notes_of(found);
        EXPECT_EQ(found.packs, packs) << notes_of(found);
    }
}

TEST(Detect, AnEmptyChangeHasNoProjects) {
    StagedRepo staged;
    expect_projects(staged, {}, {});
}

TEST(Detect, EveryLanguageByItsManifest) {
    const std::vector<std::pair<std::string, std::map<std::string, std::string>>> cases{
        {"python", {{"pyproject.toml", pyproject}, {"a.py", "x = 1\n"}}},
        {"node", {{"package.json", package_json}, {"a.js", "x\n"}}},
        {"go", {{"go.mod", "module example.com/a\n\ngo 1.20\n"}, {"a.go", "package a\n"}}},
        {"rust", {{"Cargo.toml", "[package]\nname = \"a\"\n"}, {"src/main.rs", "fn main() {}\n"}}},
        {"cpp", {{"CMakeLists.txt", cmake}, {"a.cpp", "int x;\n"}}},
        {"java",
         {{"pom.xml", "<project><artifactId>a</artifactId></project>"}, {"src/main/java/A.java", "class A {}\n"}}},
        {"dotnet", {{"a.csproj", "<Project/>"}, {"A.cs", "class A {}\n"}}},
    };
    for (const auto& [pack, files] : cases) {
        StagedRepo staged;
        staged.stage(files);
        expect_projects(staged, {pack + " ."}, {pack});
        EXPECT_EQ(staged.change().projects[0].files.size(), 2U) << pack;
    }
}

TEST(Detect, FilesWithoutAProjectGetFileChecksOnly) {
    StagedRepo staged;
    staged.stage({{"a.py", "x = 1\n"}, {"deep/b.cpp", "int x;\n"}, {"README.md", "x\n"}});
    expect_projects(staged, {"cpp . (files only)", "python . (files only)"}, {"python", "cpp"});
}

TEST(Detect, TheNearestManifestOwnsAFile) {
    StagedRepo staged;
    staged.stage(
        {{"pyproject.toml", pyproject}, {"a.py", "\n"}, {"lib/pyproject.toml", pyproject}, {"lib/x/b.py", "\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), (Strings{"python .", "python lib"}));
    EXPECT_EQ(found.projects[0].files, (Strings{"a.py", "pyproject.toml"}));
    EXPECT_EQ(found.projects[1].files, (Strings{"lib/pyproject.toml", "lib/x/b.py"}));
    EXPECT_EQ(found.packs, Strings{"python"}) << "one language is no polyrepo";
}

TEST(Detect, RequirementsBelowAProjectMakeNoProjectOfTheirDirectory) {
    StagedRepo staged;
    staged.stage(
        {{"pyproject.toml", pyproject}, {"a.py", "\n"}, {"docs/requirements.txt", "sphinx\n"}, {"docs/conf.py", "\n"}});
    expect_projects(staged, {"python ."}, {"python"});
    StagedRepo alone;
    alone.stage({{"docs/requirements.txt", "sphinx\n"}, {"docs/gen.py", "\n"}});
    expect_projects(alone, {"python docs"}, {"python"});
}

TEST(Detect, DifferentLanguagesAtDifferentRootsAreAPolyrepo) {
    StagedRepo staged;
    staged.stage({{"backend/pyproject.toml", pyproject},
                  {"backend/a.py", "\n"},
                  {"frontend/package.json", package_json},
                  {"frontend/a.js", "\n"},
                  {"frontend/b.js", "\n"}});
    expect_projects(staged, {"python backend", "node frontend"}, {"node", "python", "polyrepo"});
}

TEST(Detect, TwoLanguagesAtOneRootAreBothReported) {
    StagedRepo staged;  // maturin
    staged.stage({{"pyproject.toml", pyproject},
                  {"Cargo.toml", "[package]\nname = \"a\"\n"},
                  {"src/lib.rs", "\n"},
                  {"a.py", "\n"}});
    expect_projects(staged, {"python .", "rust ."}, {"python", "rust"});
}

TEST(Detect, TheShallowestProjectIsTheMainLanguage) {
    StagedRepo staged;
    staged.stage({{"go.mod", "module a\n"},
                  {"a.go", "package a\n"},
                  {"web/app/package.json", package_json},
                  {"web/app/a.js", "\n"},
                  {"web/app/b.js", "\n"}});
    expect_projects(staged, {"go .", "node web/app"}, {"go", "node", "polyrepo"});
}

TEST(Detect, AToolOnlyPackageJsonIsNoNodeProject) {
    StagedRepo staged;
    staged.stage({{"package.json", R"({"devDependencies": {"husky": "9"}, "scripts": {"prepare": "husky"}})"},
                  {"commitlint.config.js", "module.exports = {}\n"},
                  {"pyproject.toml", pyproject},
                  {"a.py", "\n"}});
    const auto found = staged.all();
    EXPECT_EQ(found.packs.front(), "python") << notes_of(found);
    for (const auto& project : found.projects) {
        EXPECT_TRUE(project.pack == "python" || project.fallback) << notes_of(found);
    }
    EXPECT_NE(notes_of(found).find("package.json (weight 20) is too weak"), std::string::npos) << notes_of(found);
    staged.stage({{"src/app.ts", "let x = 1\n"}});
    EXPECT_EQ(projects_of(staged.all()), (Strings{"node .", "python ."})) << "with sources it is one";
}

TEST(Detect, AToolOnlyPyprojectStillConfiguresItsFiles) {
    StagedRepo staged;
    staged.stage({{"pyproject.toml", "[tool.black]\nline-length = 100\n"}, {"sub/a.py", "\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"python ."});
    EXPECT_EQ(found.projects[0].facts.at("has_black"), "true");
    staged.stage({{"pyproject.toml", "[tool.black]\n"}});
    staged.repo.git({"rm", "-q", "-f", "sub/a.py"});
    staged.stage({{"package.json", package_json}, {"a.js", "\n"}});
    EXPECT_EQ(projects_of(staged.all()), Strings{"node ."});
}

TEST(Detect, AMakefileAloneIsNotCpp) {
    StagedRepo staged;
    staged.stage({{"Makefile", "all:\n\techo\n"}, {"pyproject.toml", pyproject}, {"a.py", "\n"}});
    expect_projects(staged, {"python ."}, {"python"});
    staged.stage({{"main.c", "int main(void) { return 0; }\n"}});
    expect_projects(staged, {"cpp .", "python ."}, {"python", "cpp"});
}

TEST(Detect, CMakeListsBelowAProjectBelongToIt) {
    StagedRepo staged;
    staged.stage({{"CMakeLists.txt", cmake + "add_subdirectory(lib)\n"},
                  {"lib/CMakeLists.txt", "project(lib)\nadd_library(l l.cpp)\n"},
                  {"lib/l.cpp", "\n"},
                  {"lib/.clang-format", "BasedOnStyle: Google\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"cpp ."}) << notes_of(found);
    EXPECT_EQ(found.projects[0].members, Strings{"lib"});
    StagedRepo apart;
    apart.stage({{"a/CMakeLists.txt", cmake}, {"a/x.cpp", "\n"}, {"b/CMakeLists.txt", cmake}, {"b/x.cpp", "\n"}});
    expect_projects(apart, {"cpp a", "cpp b"}, {"cpp"});
}

TEST(Detect, WorkspacesAbsorbTheirMembers) {
    const std::vector<std::pair<std::string, std::map<std::string, std::string>>> cases{
        {"node",
         {{"package.json", R"({"private": true, "workspaces": ["packages/*", "!packages/old"]})"},
          {"packages/a/package.json", package_json},
          {"packages/a/x.js", "\n"}}},
        {"node",
         {{"package.json", R"({"workspaces": {"packages": ["./packages/a/"]}})"},
          {"packages/a/package.json", package_json},
          {"packages/a/x.js", "\n"}}},
        {"node",
         {{"pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n"},
          {"packages/a/package.json", package_json},
          {"packages/a/x.ts", "\n"}}},
        {"rust",
         {{"Cargo.toml", "[workspace]\nmembers = [\"packages/*\"]\n"},
          {"packages/a/Cargo.toml", "[package]\nname = \"a\"\n"},
          {"packages/a/src/lib.rs", "\n"}}},
        {"go",
         {{"go.work", "go 1.20\n\nuse (\n\t./packages/a\n\t./packages/b // b\n)\n"},
          {"packages/a/go.mod", "module a\n"},
          {"packages/a/x.go", "package a\n"}}},
        {"go",
         {{"go.work", "go 1.20\nuse ./packages/a\n"},
          {"packages/a/go.mod", "module a\n"},
          {"packages/a/x.go", "package a\n"}}},
        {"java",
         {{"settings.gradle", "rootProject.name = 'x'\ninclude ':packages:a', ':app'\n"},
          {"packages/a/build.gradle", "\n"},
          {"packages/a/X.java", "\n"}}},
        {"java",
         {{"pom.xml", "<project><modules><module>packages/b</module><module>packages/a</module></modules></project>"},
          {"packages/a/pom.xml", "<project/>"},
          {"packages/a/X.java", "\n"}}},
        {"python",
         {{"pyproject.toml",
           "[project]\nname = \"r\"\n[tool.uv.workspace]\nmembers = [\"packages/*\"]\nexclude = [\"packages/old\"]\n"},
          {"packages/a/pyproject.toml", pyproject},
          {"packages/a/x.py", "\n"}}},
        {"dotnet",
         {{"All.sln", "Project(\"{F}\") = \"a\", \"packages\\a\\a.csproj\", \"{G}\"\nEndProject\n"},
          {"packages/a/a.csproj", "<Project/>"},
          {"packages/a/X.cs", "\n"}}},
        {"dotnet",
         {{"All.slnx", "<Solution><Project Path=\"packages/a/a.csproj\" /></Solution>"},
          {"packages/a/a.csproj", "<Project/>"},
          {"packages/a/X.cs", "\n"}}},
    };
    for (const auto& [pack, files] : cases) {
        StagedRepo staged;
        staged.stage(files);
        for (const auto& found : {staged.change(), staged.all()}) {
            ASSERT_EQ(projects_of(found), Strings{pack + " ."}) << notes_of(found);
            EXPECT_EQ(std::count(found.projects[0].members.begin(), found.projects[0].members.end(), "packages/a"), 1)
                << notes_of(found);
        }
    }
}

TEST(Detect, WhatAWorkspaceExcludesStandsAlone) {
    StagedRepo staged;
    staged.stage({{"package.json", R"({"workspaces": ["packages/*", "!packages/old"]})"},
                  {"packages/old/package.json", package_json},
                  {"packages/old/x.js", "\n"},
                  {"tools/package.json", package_json},
                  {"tools/y.js", "\n"}});
    expect_projects(staged, {"node .", "node packages/old", "node tools"}, {"node"});
}

TEST(Detect, VendoredGeneratedAndFixturePathsAreOut) {
    StagedRepo staged;
    staged.stage({{"go.mod", "module a\n"},
                  {"a.go", "package a\n"},
                  {"vendor/x/go.mod", "module x\n"},
                  {"vendor/x/x.go", "package x\n"},
                  {"testdata/go.mod", "module t\n"},
                  {"testdata/t.go", "package t\n"},
                  {"node_modules/y/package.json", package_json},
                  {"node_modules/y/i.js", "\n"},
                  {"a.pb.go", "package a\n"},
                  {"src/test/fixtures/pom.xml", "<project/>"},
                  {"Third_Party/z/Z.java", "\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"go ."}) << notes_of(found);
    EXPECT_EQ(found.projects[0].files, (Strings{"a.go", "go.mod"}));
    EXPECT_EQ(projects_of(staged.all()), Strings{"go ."});
    EXPECT_NE(notes_of(found).find("vendored (vendor/)"), std::string::npos);
}

TEST(Detect, GitattributesHaveTheLastWord) {
    StagedRepo staged;
    staged.stage(
        {{".gitattributes",
          "# c\nlegacy/** linguist-vendored\nvendor/own/** -linguist-vendored\n*.gen.py linguist-generated=true\n"},
         {"legacy/.gitattributes", "keep.py linguist-vendored=false\n"},
         {"legacy/a.py", "\n"},
         {"legacy/keep.py", "\n"},
         {"vendor/own/b.py", "\n"},
         {"x.gen.py", "\n"}});
    const auto found = staged.change();
    ASSERT_EQ(found.projects.size(), 1U) << notes_of(found);
    EXPECT_EQ(found.projects[0].files, (Strings{"legacy/keep.py", "vendor/own/b.py"})) << notes_of(found);
}

TEST(Detect, BuildOutputsHoldNoProjectsButMayHoldSources) {
    StagedRepo staged;
    staged.stage(
        {{"pyproject.toml", pyproject}, {"src/build/__init__.py", "\n"}, {"dist/pkg/pyproject.toml", pyproject}});
    expect_projects(staged, {"python ."}, {"python"});
    const auto files = staged.change().projects[0].files;
    EXPECT_TRUE(std::count(files.begin(), files.end(), "src/build/__init__.py"));
}

TEST(Detect, ScriptsSayTheirLanguageInTheirFirstLine) {
    StagedRepo staged;
    staged.repo.write("bin/tool", "#!/usr/bin/env -S python3 -u\nprint(1)\n", true);
    staged.repo.write("bin/run", "#!/bin/sh\n", true);
    staged.repo.write("bin/blob", std::string("#!\0\xff", 4), true);
    staged.repo.git({"add", "-A"});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"python . (files only)"});
    EXPECT_EQ(found.projects[0].files, Strings{"bin/tool"});
    const auto pack = staged.registry.get("python");
    ASSERT_TRUE(pack.has_value());
    EXPECT_TRUE(is_about((*pack)->checks.front(), found.projects[0], "bin/tool"));
    EXPECT_FALSE(is_about((*pack)->checks.front(), found.projects[0], "bin/run"));
}

TEST(Detect, TheIndexDecidesNotTheWorkTree) {
    StagedRepo staged;
    staged.stage({{"a.py", "\n"}});
    staged.repo.write("pyproject.toml", pyproject);  // not staged
    expect_projects(staged, {"python . (files only)"}, {"python"});
    staged.repo.git({"add", "pyproject.toml"});
    staged.repo.write("pyproject.toml", "broken [");
    expect_projects(staged, {"python ."}, {"python"});
}

TEST(Detect, ManifestsOfEarlierCommitsCount) {
    StagedRepo staged;
    staged.stage({{"svc/pyproject.toml", pyproject + "[tool.black]\n"}, {"svc/a.py", "x = 1\n"}});
    staged.repo.commit();
    staged.stage({{"svc/deep/er/b.py", "y = 1\n"}});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"python svc"});
    EXPECT_EQ(found.projects[0].files, Strings{"svc/deep/er/b.py"});
    EXPECT_EQ(found.projects[0].facts.at("has_black"), "true");
}

TEST(Detect, DeletedFilesBelongToTheirProjectAndDeletedManifestsAreGone) {
    StagedRepo staged;
    staged.stage({{"pyproject.toml", pyproject}, {"a.py", "x\n"}, {"lib/setup.py", "x\n"}, {"lib/b.py", "x\n"}});
    staged.repo.commit();
    staged.repo.git({"rm", "-q", "a.py", "lib/setup.py"});
    const auto found = staged.change();
    ASSERT_EQ(projects_of(found), Strings{"python ."}) << notes_of(found);
    EXPECT_EQ(found.projects[0].files, (Strings{"a.py", "lib/setup.py"}));
}

TEST(Detect, OddManifestsAreSurvived) {
    StagedRepo staged;
    staged.stage({{"package.json", "{\"dependencies\": "},
                  {"a.js", "\n"},
                  {"pyproject.toml", std::string("\xff\0[", 3)},
                  {"a.py", "\n"},
                  {"Cargo.toml", ""},
                  {"b.rs", "\n"},
                  {"pom.xml", "<!DOCTYPE x [<!ENTITY y \"z\">]><project>&y;</project>"},
                  {"J.java", "\n"},
                  {"go.mod", std::string(2'000'000, 'x')},
                  {"c.go", "package c\n"},
                  {"settings.gradle", "include " + std::string(300'000, '\'')},
                  {"x.sln", "Project(\"\") = \"\", \"..\\..\\..\\etc\\x.csproj\"\n"},
                  {"X.cs", "\n"}});
    std::filesystem::create_symlink("/etc/passwd", staged.repo.file("tox.ini"));
    staged.repo.git({"add", "-A"});
    for (const auto& found : {staged.change(), staged.all()}) {
        EXPECT_EQ(projects_of(found), (Strings{"dotnet .", "go .", "java .", "node .", "python .", "rust ."}))
            << notes_of(found);
    }
}

TEST(Detect, OddPathsAreSurvived) {
    StagedRepo staged;
    staged.stage({{"a b/\xC3\xA9/pyproject.toml", pyproject},
                  {"a b/\xC3\xA9/x\ny.py", "\n"},
                  {"a b/\xC3\xA9/-x.py", "\n"},
                  {"[z]/*.py", "\n"}});
    expect_projects(staged, {"python . (files only)", "python a b/\xC3\xA9"}, {"python"});
}

TEST(Detect, ItIsDeterministic) {
    StagedRepo staged;
    staged.stage({{"a/package.json", package_json},
                  {"a/x.js", "\n"},
                  {"b/pyproject.toml", pyproject},
                  {"b/x.py", "\n"},
                  {"c/go.mod", "module c\n"},
                  {"c/x.go", "package c\n"}});
    const auto first = staged.all();
    const auto second = staged.all();
    EXPECT_EQ(projects_of(first), projects_of(second));
    EXPECT_EQ(first.notes, second.notes);
    EXPECT_EQ(first.packs, second.packs);
}

TEST(Detect, AChangeWithoutSourcesAsksNoPack) {
    StagedRepo staged;
    staged.stage({{"pyproject.toml", pyproject}, {"a.py", "\n"}});
    staged.repo.commit();
    staged.stage({{"LICENSE.txt", "x\n"}, {"docs/picture.svg", "x\n"}});
    const auto found = staged.change();
    EXPECT_TRUE(found.projects.empty());
    EXPECT_TRUE(found.packs.empty());
}

}  // namespace
}  // namespace rfsn::buildpack
