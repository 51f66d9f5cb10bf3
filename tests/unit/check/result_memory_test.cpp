// SPDX-License-Identifier: MIT
#include "check/result_memory.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::check {
namespace {

/// One linter of a built-in pack over one file with a configuration file above it.
class Memory : public testing::Test {
   protected:
    Memory() : outside_(*base::TempDir::make(std::filesystem::temp_directory_path().string(), "tools-")) {
        set("PATH", "/usr/bin:/bin");
        pack_.origin = "built-in";
        tool_.id = "linter";
        tool_.programs = {"linter"};
        tool_.probe = {"linter", "--version"};
        tool_.version_regex = "linter (?P<v>[0-9.]+)";
        std::filesystem::create_directories(outside_.path() + "/bin");
        EXPECT_TRUE(base::write_atomically(program(), "#!/bin/sh\n", 0755));
        spec_.id = "lint";
        spec_.command.argv = {"linter", "{files}"};
        spec_.context = {"*.cfg"};
        repo_.stage("src/a.py", "x = 1\n");
        repo_.stage("setup.cfg", "[linter]\n");
        repo_.stage("docs/other.txt", "other\n");
    }

    void set(const std::string& name, const std::string& value) {
        values_[name] = value;
        values_["HOME"] = outside_.path();
        values_["XDG_CACHE_HOME"] = outside_.path() + "/xdg";
        values_["GIT_CONFIG_NOSYSTEM"] = "1";
        values_["GIT_CONFIG_GLOBAL"] = "/dev/null";
        env_ = base::Environment(values_);
    }

    std::string program() const { return outside_.path() + "/bin/linter"; }

    Planned planned() {
        Planned planned;
        planned.plan.id = "lint";
        planned.plan.pack = "python";
        planned.plan.project = ".";
        planned.plan.tier = tier_;
        planned.plan.kind = kind_;
        planned.plan.files = {"src/a.py"};
        planned.spec = std::make_shared<buildpack::CheckSpec>(spec_);
        planned.pack = &pack_;
        planned.tool = &tool_;
        planned.program = program();
        planned.search_path = "/usr/bin:/bin";
        return planned;
    }

    /// Calls `body` with a memory and a view of what is staged now.
    template <class Body>
    auto with_memory(Body body) {
        auto repository = git::Repository::open(repo_.path(), env_, runner_);
        EXPECT_TRUE(repository) << repository.error().describe();
        auto source = git::staged_source(*repository);
        auto snapshot = (*source)->snapshot({});
        EXPECT_TRUE(snapshot) << snapshot.error().describe();
        const git::TreeView view(**source, *snapshot);
        const ToolVersions versions(env_);
        ResultMemory memory(env_, versions, repo_.path());
        return body(memory, view);
    }

    std::string key() {
        return with_memory(
            [&](ResultMemory& memory, const git::TreeView& view) { return memory.key(planned(), view); });
    }

    Outcome outcome(model::RunState state) {
        Outcome outcome;
        outcome.run.plan = planned().plan;
        outcome.run.state = state;
        return outcome;
    }

    /// Whether an outcome is found again, by another process as it were.
    bool keeps(const Outcome& outcome) {
        const std::string name = key() + std::to_string(++kept_);
        with_memory([&](ResultMemory& memory, const git::TreeView&) {
            memory.keep(name, outcome);
            return 0;
        });
        return with_memory([&](ResultMemory& memory, const git::TreeView&) { return memory.find(name).has_value(); });
    }

    test::TempRepo repo_;
    base::TempDir outside_;
    std::map<std::string, std::string, std::less<>> values_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    buildpack::Pack pack_;
    buildpack::Tool tool_;
    buildpack::CheckSpec spec_;
    model::Tier tier_ = model::Tier::scratch;
    model::CheckKind kind_ = model::CheckKind::lint;
    int kept_ = 0;
};

TEST_F(Memory, KeyStaysWhereNothingThatTheCheckSeesHasChanged) {
    const auto first = key();
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(key(), first);
    repo_.stage("docs/other.txt", "changed\n");
    repo_.write("src/a.py", "unstaged = 1\n");
    EXPECT_EQ(key(), first);
    set("PATH", "/usr/lib/git-core:/usr/bin:/bin");  // as in a hook
    EXPECT_EQ(key(), first);
}

TEST_F(Memory, KeyChangesWithEverythingThatCouldChangeTheAnswer) {
    std::set<std::string> keys{key()};
    const auto changed = [&](const char* what) { EXPECT_TRUE(keys.insert(key()).second) << what; };
    repo_.stage("src/a.py", "x = 2\n");
    changed("the file");
    repo_.stage("setup.cfg", "[linter]\nstrict = true\n");
    changed("the configuration above it");
    repo_.stage("src/new.cfg", "[linter]\n");
    changed("a configuration file nearer to it");
    spec_.command.argv = {"linter", "--fast", "{files}"};
    changed("the command");
    ASSERT_TRUE(base::write_atomically(program(), "#!/bin/sh\n# newer\n", 0755));
    changed("the tool");
    std::filesystem::create_directories(outside_.path() + "/lib/python3.11/site-packages/plugin");
    changed("what is installed beside it");
    std::filesystem::create_directories(repo_.path() + "/node_modules");
    changed("the project's dependencies appear");
    ASSERT_TRUE(base::write_atomically(repo_.path() + "/node_modules/.package-lock.json", "{}", 0644));
    changed("the project's dependencies");
    set("TZ", "Asia/Tokyo");
    changed("the environment");
    std::filesystem::create_directories(outside_.path() + "/.config");
    ASSERT_TRUE(base::write_atomically(outside_.path() + "/.config/black", "[tool.black]\n", 0644));
    changed("the user's settings of a tool");
}

TEST_F(Memory, WhatNobodyCanKnowHasNoKey) {
    const auto none = [&](const char* what) { EXPECT_EQ(key(), "") << what; };
    spec_.network = true;
    none("the network");
    spec_.network = false;
    tier_ = model::Tier::shadow;
    none("the whole tree, and what it leads to");
    tier_ = model::Tier::scratch;
    kind_ = model::CheckKind::test;
    none("tests");
    kind_ = model::CheckKind::lint;
    pack_.origin = "/somewhere/pack.yaml";
    none("another's pack");
    pack_.origin = "built-in";
    tool_.version_regex.clear();
    none("a tool that cannot be told from another version of it");
    tool_.version_regex = "linter (?P<v>[0-9.]+)";
    std::filesystem::remove(program());
    none("a tool that is gone");
}

TEST_F(Memory, KeepsVerdictsOnly) {
    using model::RunState;
    EXPECT_TRUE(keeps(outcome(RunState::passed)));
    EXPECT_TRUE(keeps(outcome(RunState::blocked)));
    EXPECT_FALSE(keeps(outcome(RunState::error)));
    EXPECT_FALSE(keeps(outcome(RunState::skipped)));
    EXPECT_FALSE(keeps(outcome(RunState::unavailable)));
}

TEST_F(Memory, KeepsNothingThatHasJudgedNothing) {
    // Forgiven on HEAD it would be taken for green.
    auto broke = outcome(model::RunState::blocked);
    broke.inconclusive = "the tool itself broke";
    EXPECT_FALSE(keeps(broke));
    auto tests = outcome(model::RunState::passed);
    tests.tests = {{"suite", "case", TestCase::Ending::passed}};
    EXPECT_FALSE(keeps(tests));
}

TEST_F(Memory, KeepsNoSecret) {
    auto red = outcome(model::RunState::blocked);
    red.findings.emplace_back();
    red.findings[0].message = "found " + std::string("ghp_") + "0123456789abcdefghijABCDEFGHIJ012345";
    EXPECT_FALSE(keeps(red));
    red.findings[0].message = "found nothing";
    EXPECT_TRUE(keeps(red));
}

TEST_F(Memory, OutcomesComeBackAsTheyWere) {
    auto red = outcome(model::RunState::blocked);
    red.run.exit_code = 1;
    red.run.output = "not \xff UTF-8\n";
    red.run.argv = {"linter", "a b"};
    red.run.isolation = "scratch";
    model::Finding finding;
    finding.path = "dir/\xff.py";
    finding.line = 3;
    finding.column = 4;
    finding.end_line = 5;
    finding.end_column = 6;
    finding.severity = model::Severity::warning;
    finding.code = "E1";
    finding.message = "message";
    finding.tool = "lint";
    finding.notes = {{"other.py", 7, "note"}};
    finding.blocking = false;
    finding.fixable = true;
    red.findings = {finding};
    const auto bytes = encode(red);
    const auto back = decode_outcome(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_EQ(back->findings[0].path, finding.path);
    EXPECT_EQ(back->findings[0].notes[0].line, 7U);
    EXPECT_EQ(back->run.output, red.run.output);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        EXPECT_FALSE(decode_outcome(bytes.substr(0, cut))) << cut;
    }
}

}  // namespace
}  // namespace rfsn::check
