// SPDX-License-Identifier: MIT
#include "check/tool_versions.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::check {
namespace {

class Versions : public testing::Test {
   protected:
    Versions() : outside_(*base::TempDir::make(std::filesystem::temp_directory_path().string(), "tools-")) {
        env_ = base::Environment({{"PATH", "/usr/bin:/bin"},
                                  {"HOME", outside_.path()},
                                  {"XDG_CACHE_HOME", outside_.path() + "/xdg"},
                                  {"GIT_CONFIG_NOSYSTEM", "1"},
                                  {"GIT_CONFIG_GLOBAL", "/dev/null"}});
        tool_.id = "linter";
        tool_.programs = {"linter"};
        tool_.probe = {"linter", "--version"};
        tool_.version_regex = "linter (?P<v>[0-9.]+)";
    }

    std::string install(const std::string& script) {
        std::filesystem::create_directories(outside_.path() + "/bin");
        EXPECT_TRUE(base::write_atomically(outside_.path() + "/bin/linter", "#!/bin/sh\n" + script, 0755));
        return outside_.path() + "/bin/linter";
    }

    std::string ask(const std::string& project = ".") {
        auto repository = git::Repository::open(repo_.path(), env_, runner_);
        EXPECT_TRUE(repository) << repository.error().describe();
        auto source = git::staged_source(*repository);
        auto snapshot = (*source)->snapshot({});
        EXPECT_TRUE(snapshot) << snapshot.error().describe();
        const git::TreeView view(**source, *snapshot);
        const auto isolation = isolate::isolation(*repository, env_, std::string(RFSN_BIN_DIR) + "/rfsn-exec");
        const ToolVersions memory(env_);
        ToolContext context;
        context.view = &view;
        context.isolation = isolation.get();
        context.runner = &runner_;
        context.versions = &memory;
        VersionProbes probes(context);
        const VersionQuestion question{&tool_, outside_.path() + "/bin/linter", project, "/usr/bin:/bin"};
        probes.ask(question);
        probes.ask(question);
        asked_ = 0;
        runner_.run(
            [&] {
                auto job = probes.next();
                asked_ += job ? 1 : 0;
                return job;
            },
            2, std::nullopt, {});
        return probes.version(question);
    }

    test::TempRepo repo_;
    base::TempDir outside_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    buildpack::Tool tool_;
    int asked_ = 0;
};

TEST_F(Versions, AreAskedOnceAndRememberedByWhatTheProgramIs) {
    install("echo linter 1.2.3.\n");
    EXPECT_EQ(ask(), "1.2.3");
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(ask(), "1.2.3");
    EXPECT_EQ(asked_, 0);
    install("echo linter 2.0.0\n");
    EXPECT_EQ(ask(), "2.0.0");
    EXPECT_EQ(asked_, 1);
}

TEST_F(Versions, AreAskedAnewWhenPackagesBesideTheProgramChange) {
    install("cat \"$(dirname \"$0\")/../lib/python3.11/site-packages/v\"\n");
    const std::string packages = outside_.path() + "/lib/python3.11/site-packages";
    std::filesystem::create_directories(packages);
    ASSERT_TRUE(base::write_atomically(packages + "/v", "linter 3.1\n", 0644));
    EXPECT_EQ(ask(), "3.1");
    ASSERT_TRUE(base::write_atomically(packages + "/v", "linter 3.2\n", 0644));
    EXPECT_EQ(ask(), "3.2");
}

TEST_F(Versions, ALauncherSeesWhatTheStagedProjectPins) {
    install("read -r v < .tool-versions && echo \"$v\"\n");
    repo_.stage("web/.tool-versions", "linter 7.1\n");
    repo_.write("web/.tool-versions", "linter 9.9\n");  // not staged
    EXPECT_EQ(ask("web"), "7.1");
    repo_.stage("web/.tool-versions", "linter 7.2\n");
    EXPECT_EQ(ask("web"), "7.2");
    EXPECT_EQ(asked_, 1);
}

TEST_F(Versions, WhatFailsSaysNothingAndIsNotAskedAgainToday) {
    install("echo linter 1.0; exit 3\n");
    EXPECT_EQ(ask(), "");
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(ask(), "");
    EXPECT_EQ(asked_, 0);
    install("echo usage: linter FILE\n");
    EXPECT_EQ(ask(), "");
}

TEST_F(Versions, AMemoryThatWasTamperedWithIsNoVersion) {
    install("echo linter 1.2\n");
    EXPECT_EQ(ask(), "1.2");
    for (const auto& entry : std::filesystem::directory_iterator(outside_.path() + "/xdg/git-rfsn/tool-versions")) {
        ASSERT_TRUE(base::write_atomically(entry.path().string(), "1\x1b[31m\n", 0600));
    }
    EXPECT_EQ(ask(), "1.2");
    EXPECT_EQ(asked_, 1);
}

TEST_F(Versions, AProbeMayBeAnotherProgramOfTheSameInstallation) {
    install("exit 1\n");
    ASSERT_TRUE(base::write_atomically(outside_.path() + "/bin/suite", "#!/bin/sh\necho suite 5.6 >&2\n", 0755));
    tool_.probe = {"suite", "version"};
    tool_.version_regex = "suite (?P<v>[0-9.]+)";
    EXPECT_EQ(ask(), "5.6");
    tool_.probe = {"no-such-suite", "version"};
    EXPECT_EQ(ask(), "");
    EXPECT_EQ(asked_, 0);
}

TEST(VersionIn, TakesOnlyWhatLooksLikeOne) {
    buildpack::Tool tool;
    tool.version_regex = "v(?P<v>[^\n]*)";
    base::ProcessResult result;
    result.end = base::ProcessEnd::exited;
    result.exit_code = 0;
    result.out = "\x1b[1mv1.2.3-rc.1+b\x1b[0m\n";
    EXPECT_EQ(version_in(tool, result), "1.2.3-rc.1+b");
    result.out = "v1.2 (evil <b>)\n";
    EXPECT_EQ(version_in(tool, result), "");
    result.out = "v" + std::string(500, '1') + "\n";
    EXPECT_EQ(version_in(tool, result), "");
    result.out = "v1.2\n";
    result.exit_code = 1;
    EXPECT_EQ(version_in(tool, result), "");
}

}  // namespace
}  // namespace rfsn::check
