// SPDX-License-Identifier: MIT
#include "git/hooks.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "opened.hpp"
#include "shim_1.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using test::must;
using test::open_repository;
using test::TempRepo;

/// A stand-in for git-rfsn that writes down how it was called.
std::string program(const TempRepo& repo, const std::string& name = "bin/git-rfsn", int exit_code = 0) {
    repo.write(name,
               "#!/bin/sh\n{ printf '[%s]' \"$@\"; cat; } >> '" + repo.path() + "/called'\nexit " +
                   std::to_string(exit_code) + "\n",
               true);
    return repo.file(name);
}

std::string hook(const TempRepo& repo, const std::string& name) {
    return repo.file(".git/hooks/" + name);
}

int commit(const TempRepo& repo) {
    int status = 0;
    test::run({"git", "commit", "-q", "--allow-empty", "-m", "x"}, repo.path(), status);
    return status;
}

void write_hook(const TempRepo& repo, const std::string& name, const std::string& bytes, mode_t mode) {
    repo.write(".git/hooks/" + name, bytes);
    chmod(hook(repo, name).c_str(), mode);
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(lstat(path.c_str(), &info), 0) << path;
    return info.st_mode;
}

TEST(Hooks, CommitRunsTheProgramAndItsRefusalStopsTheCommit) {
    const TempRepo repo;
    const auto opened = open_repository(repo.path());
    const auto state = must(git::install_hook(opened, "pre-commit", program(repo), false));
    EXPECT_TRUE(state.ours);
    EXPECT_FALSE(state.chained);
    EXPECT_EQ(state.program, repo.file("bin/git-rfsn"));
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    program(repo, "bin/git-rfsn", 1);
    EXPECT_NE(commit(repo), 0);
}

TEST(Hooks, AnEarlierHookRunsFirstAndComesBackByteForByte) {
    const TempRepo repo;
    const std::string earlier = "#!/bin/sh\necho earlier >> '" + repo.path() + "/called'\n# \xff\r\n";
    write_hook(repo, "pre-commit", earlier, 0751);
    const auto opened = open_repository(repo.path());
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo), false)).chained);
    EXPECT_EQ(mode_of(hook(repo, "pre-commit.rfsn-chained")) & 07777U, 0751U);
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "earlier\n[hook][pre-commit]");
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo, "bin/other"), false)).chained);
    const auto after = must(git::uninstall_hook(opened, "pre-commit"));
    EXPECT_FALSE(after.ours);
    EXPECT_FALSE(after.chained);
    EXPECT_TRUE(after.foreign);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), earlier);
    EXPECT_EQ(mode_of(hook(repo, "pre-commit")) & 07777U, 0751U);
    EXPECT_FALSE(fs::exists(hook(repo, "pre-commit.rfsn-chained")));
}

TEST(Hooks, AnEarlierHookThatFailsStopsTheCommitBeforeTheGate) {
    const TempRepo repo;
    write_hook(repo, "pre-commit", "#!/bin/sh\nexit 7\n", 0755);
    must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), false));
    EXPECT_NE(commit(repo), 0);
    EXPECT_FALSE(fs::exists(repo.file("called")));
}

TEST(Hooks, ASymlinkAndAHookThatIsNotExecutableKeepWhatTheyAre) {
    const TempRepo repo;
    repo.write("scripts/check.sh", "#!/bin/sh\nexit 0\n", true);
    fs::create_directories(repo.file(".git/hooks"));
    fs::create_symlink("../../scripts/check.sh", hook(repo, "pre-commit"));
    write_hook(repo, "pre-push", "not a program\n", 0640);
    const auto opened = open_repository(repo.path());
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo), false)).chained);
    const auto push = must(git::install_hook(opened, "pre-push", program(repo), false));
    EXPECT_FALSE(push.chained) << "it does not run";
    EXPECT_TRUE(push.kept);
    EXPECT_EQ(repo.read("scripts/check.sh"), "#!/bin/sh\nexit 0\n");
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    for (const char* name : {"pre-commit", "pre-push"}) {
        must(git::uninstall_hook(opened, name));
    }
    EXPECT_EQ(fs::read_symlink(hook(repo, "pre-commit")).string(), "../../scripts/check.sh");
    EXPECT_EQ(repo.read(".git/hooks/pre-push"), "not a program\n");
    EXPECT_EQ(mode_of(hook(repo, "pre-push")) & 07777U, 0640U);
}

TEST(Hooks, PrePushFeedsWhatGitSaysToBoth) {
    const TempRepo repo;
    const TempRepo remote({"--bare"});
    repo.stage("a", "a");
    repo.commit();
    write_hook(repo, "pre-push", "#!/bin/sh\ncat > '" + repo.path() + "/earlier'\n", 0755);
    must(git::install_hook(open_repository(repo.path()), "pre-push", program(repo), false));
    repo.git({"push", "-q", remote.path(), "main"});
    const std::string said = repo.read("earlier");
    EXPECT_EQ(said.find("refs/heads/main "), 0U) << said;
    EXPECT_EQ(repo.read("called"), "[hook][pre-push][" + remote.path() + "][" + remote.path() + "]" + said);
    program(repo, "bin/git-rfsn", 1);
    repo.git({"commit", "-q", "--allow-empty", "-m", "more"});
    int status = 0;
    test::run({"git", "push", "-q", remote.path(), "main"}, repo.path(), status);
    EXPECT_NE(status, 0);
    repo.write("bin/git-rfsn", "");
    fs::remove(repo.file("called"));
    repo.git({"push", "-q", "--no-verify", remote.path(), "main"});
}

TEST(Hooks, AMissingProgramFailsClosedAndSaysHowToRepair) {
    const TempRepo repo;
    must(git::install_hook(open_repository(repo.path()), "pre-commit", repo.file("gone/git-rfsn"), false));
    int status = 0;
    const std::string said =
        test::run({"sh", "-c", "PATH=/usr/bin:/bin git commit --allow-empty -m x 2>&1"}, repo.path(), status);
    EXPECT_NE(status, 0);
    EXPECT_NE(said.find(repo.file("gone/git-rfsn")), std::string::npos) << said;
    EXPECT_NE(said.find("git rfsn init"), std::string::npos) << said;
    EXPECT_NE(said.find(".git/hooks/pre-commit"), std::string::npos) << said;
}

TEST(Hooks, AProgramThatMovedIsFoundInPath) {
    const TempRepo repo;
    program(repo);
    must(git::install_hook(open_repository(repo.path()), "pre-commit", repo.file("gone/git-rfsn"), false));
    int status = 0;
    test::run({"sh", "-c", "PATH=" + repo.path() + "/bin:$PATH git commit -q --allow-empty -m x"}, repo.path(), status);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
}

TEST(Hooks, OddProgramPathsSurviveTheShell) {
    const TempRepo repo;
    const std::string odd = "a b/it's $HOME `id` \"x\" \\ @NAME@/git-rfsn";
    const auto state = must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo, odd), false));
    EXPECT_EQ(state.program, repo.file(odd));
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    for (const char* bad : {"", "git-rfsn", "/a\nb"}) {
        EXPECT_FALSE(git::install_hook(open_repository(repo.path()), "pre-commit", bad, false)) << bad;
    }
}

TEST(Hooks, InstallingTwiceChangesNothing) {
    const TempRepo repo;
    write_hook(repo, "pre-commit", "#!/bin/sh\n", 0755);
    const auto opened = open_repository(repo.path());
    must(git::install_hook(opened, "pre-commit", program(repo), false));
    const auto before = fs::last_write_time(hook(repo, "pre-commit"));
    must(git::install_hook(opened, "pre-commit", program(repo), false));
    EXPECT_EQ(fs::last_write_time(hook(repo, "pre-commit")), before);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit.rfsn-chained"), "#!/bin/sh\n");
    must(git::uninstall_hook(opened, "pre-commit"));
    must(git::uninstall_hook(opened, "pre-commit"));
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), "#!/bin/sh\n");
}

TEST(Hooks, AnotherToolsHookOverOursIsNotMixedUpWithTheEarlierOne) {
    const TempRepo repo;
    write_hook(repo, "pre-commit", "#!/bin/sh\n# first\n", 0755);
    const auto opened = open_repository(repo.path());
    must(git::install_hook(opened, "pre-commit", program(repo), false));
    write_hook(repo, "pre-commit", "#!/bin/sh\n# second\n", 0755);
    const auto refused = git::install_hook(opened, "pre-commit", program(repo), false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), "#!/bin/sh\n# second\n");
    EXPECT_EQ(repo.read(".git/hooks/pre-commit.rfsn-chained"), "#!/bin/sh\n# first\n");
    EXPECT_TRUE(must(git::uninstall_hook(opened, "pre-commit")).foreign);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), "#!/bin/sh\n# second\n");
    write_hook(repo, "pre-commit", "#!/bin/sh\n# first\n", 0755);  // the same one again is no conflict
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo), false)).ours);
}

TEST(Hooks, HooksPathInsideTheWorkTreeIsUsedAndOneOutsideIsRefused) {
    const TempRepo repo;
    const TempRepo shared;
    repo.git({"config", "core.hooksPath", ".githooks"});
    const auto state = must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), false));
    EXPECT_EQ(state.path, repo.file(".githooks/pre-commit"));
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    repo.git({"config", "core.hooksPath", shared.path()});
    const auto refused = git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
    EXPECT_NE(refused.error().message.find(shared.path()), std::string::npos);
    EXPECT_FALSE(fs::exists(shared.file("pre-commit")));
    EXPECT_TRUE(must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), true)).ours);
    repo.git({"config", "core.hooksPath", "/dev/null"});
    EXPECT_FALSE(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), true));
}

TEST(Hooks, ALinkedWorktreeSharesThem) {
    const TempRepo repo;
    repo.stage("a", "a");
    repo.commit();
    const std::string linked = repo.path() + "-linked";
    repo.git({"worktree", "add", "-q", linked});
    must(git::install_hook(open_repository(linked), "pre-commit", program(repo), false));
    EXPECT_TRUE(must(git::hook_states(open_repository(repo.path()))).front().ours);
    int status = 0;
    test::run({"git", "commit", "-q", "--allow-empty", "-m", "x"}, linked, status);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    fs::remove_all(linked);
}

TEST(Hooks, UnknownNamesAreUsageErrors) {
    const TempRepo repo;
    const auto opened = open_repository(repo.path());
    EXPECT_EQ(git::install_hook(opened, "../../evil", program(repo), false).error().code, ErrorCode::usage);
    EXPECT_EQ(git::uninstall_hook(opened, "post-commit").error().code, ErrorCode::usage);
    EXPECT_EQ(must(git::hook_states(opened)).size(), git::known_hooks().size());
}

/// Says on stdout what became of `git commit`, errors included.
std::string commit_output(const TempRepo& repo, int& status) {
    return test::run({"sh", "-c", "git commit -q --allow-empty -m x 2>&1"}, repo.path(), status);
}

TEST(Hooks, AHookManagerThatGoesByTheNameOfTheHookStillDoes) {
    const TempRepo repo;
    // As husky 9 lays it out.
    repo.git({"config", "core.hooksPath", ".husky/_"});
    repo.write(".husky/_/h",
               "#!/usr/bin/env sh\n[ \"$HUSKY\" = 2 ] && set -x\nn=$(basename \"$0\")\n"
               "s=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\nc=$?\n"
               "[ $c != 0 ] && echo \"husky - $n script failed (code $c)\"\nexit $c\n");
    const std::string earlier = "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"";
    repo.write(".husky/_/pre-commit", earlier, true);
    repo.write(".husky/pre-commit", "echo mine >> called\n");
    const auto opened = open_repository(repo.path());
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo), false)).chained);
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "mine\n[hook][pre-commit]");
    repo.write(".husky/pre-commit", "false\necho not reached >> called\n");
    fs::remove(repo.file("called"));
    int status = 0;
    EXPECT_NE(commit_output(repo, status).find("husky - pre-commit script failed (code 1)"), std::string::npos);
    EXPECT_NE(status, 0);
    EXPECT_FALSE(fs::exists(repo.file("called")));
    must(git::uninstall_hook(opened, "pre-commit"));
    EXPECT_EQ(repo.read(".husky/_/pre-commit"), earlier);
}

struct EarlierHook {
    const char* what;
    const char* text;
    const char* called;  ///< what the hook and the gate wrote down
    bool commits;
};

struct Chained : testing::TestWithParam<EarlierHook> {};

TEST_P(Chained, RunsAsItAlwaysDid) {
    const TempRepo repo;
    write_hook(repo, "pre-commit", GetParam().text, 0755);
    EXPECT_EQ(commit(repo) == 0, GetParam().commits) << "without us";
    const std::string alone = fs::exists(repo.file("called")) ? repo.read("called") : "";
    EXPECT_EQ(alone, GetParam().called) << "without us";
    fs::remove(repo.file("called"));
    must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), false));
    EXPECT_EQ(commit(repo) == 0, GetParam().commits);
    const std::string both = fs::exists(repo.file("called")) ? repo.read("called") : "";
    EXPECT_EQ(both, alone + (GetParam().commits ? "[hook][pre-commit]" : ""));
}

INSTANTIATE_TEST_SUITE_P(
    Hooks, Chained,
    testing::Values(
        EarlierHook{"its own name", "#!/bin/sh\necho \"$0 $#\" >> called\n", ".git/hooks/pre-commit 0\n", true},
        EarlierHook{"exit inside", "#!/bin/sh\necho a >> called\nexit 3\necho b >> called\n", "a\n", false},
        EarlierHook{"the last status", "#!/usr/bin/sh\necho a >> called\nfalse\n", "a\n", false},
        EarlierHook{"set -e", "#!/bin/sh\nset -e\nfalse\necho b >> called\n", "", false},
        EarlierHook{"-e", "#! /bin/sh -e\nfalse\necho b >> called\n", "", false},
        EarlierHook{"-eu of bash", "#!/bin/bash -eu\n[[ a = a ]]\necho \"${0##*/}\" >> called\n", "pre-commit\n", true},
        EarlierHook{"env bash", "#!/usr/bin/env bash\na=(x y)\necho \"${a[1]} ${0##*/}\" >> called\n", "y pre-commit\n",
                    true},
        EarlierHook{"env -S", "#!/usr/bin/env -S bash -e\nfalse\necho b >> called\n", "", false},
        EarlierHook{"a syntax error", "#!/bin/sh\nif\n", "", false},
        EarlierHook{"a syntax error of bash", "#!/bin/bash\nif\n", "", false},
        EarlierHook{"a bash that asks whether it is sourced",
                    "#!/bin/bash\nif [ \"${BASH_SOURCE[0]}\" = \"$0\" ]; then echo main >> called; fi\n", "main\n",
                    true},
        EarlierHook{"a bash that tries to return", "#!/bin/bash\n(return 0 2>/dev/null) || echo main >> called\n",
                    "main\n", true},
        EarlierHook{"exec", "#!/bin/sh\nexec sh -c 'echo x >> called; exit 1'\n", "x\n", false},
        EarlierHook{"a trap", "#!/bin/sh\ntrap 'echo bye >> called' EXIT\nexit 0\n", "bye\n", true},
        EarlierHook{"no shebang", "echo plain >> called\n", "plain\n", true},
        EarlierHook{"awk", "#!/usr/bin/awk -f\nBEGIN { print \"awk\" >> \"called\" }\n", "awk\n", true},
        EarlierHook{"a lost interpreter", "#!/nowhere/bash\necho x >> called\n", "", false},
        EarlierHook{"a shebang with CR", "#!/bin/sh\r\necho x >> called\n", "", false},
        EarlierHook{"empty", "", "", true}),
    [](const auto& earlier) {
        std::string name = earlier.param.what;
        std::replace_if(
            name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
        return name;
    });

TEST(Hooks, ABinaryAndAScriptOfAnotherLanguageRunDirectly) {
    const TempRepo repo;
    fs::create_directories(repo.file(".git/hooks"));
    fs::copy_file("/bin/false", hook(repo, "pre-commit"));
    must(git::install_hook(open_repository(repo.path()), "pre-commit", program(repo), false));
    int status = 0;
    EXPECT_EQ(commit_output(repo, status), "");
    EXPECT_NE(status, 0);
    fs::copy_file("/bin/true", hook(repo, "pre-commit.rfsn-chained"), fs::copy_options::overwrite_existing);
    EXPECT_EQ(commit_output(repo, status), "");
    EXPECT_EQ(status, 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
}

TEST(Hooks, AChainedPrePushSeesItsNameArgumentsAndInput) {
    const TempRepo repo;
    const TempRepo remote({"--bare"});
    repo.stage("a", "a");
    repo.commit();
    write_hook(repo, "pre-push",
               "#!/bin/sh -e\nread -r local rest\necho \"${0##*/} $# $2 $local\" >> called\n"
               "[ ! -e stop ] || exit 5\n",
               0755);
    must(git::install_hook(open_repository(repo.path()), "pre-push", program(repo), false));
    repo.write("stop", "");
    int status = 0;
    test::run({"git", "push", "-q", remote.path(), "main"}, repo.path(), status);
    EXPECT_NE(status, 0);
    const std::string line = "pre-push 2 " + remote.path() + " refs/heads/main\n";
    EXPECT_EQ(repo.read("called"), line);
    fs::remove(repo.file("stop"));
    repo.git({"push", "-q", remote.path(), "main"});
    EXPECT_EQ(repo.read("called").find(line + line + "[hook][pre-push]"), 0U) << repo.read("called");
}

TEST(Hooks, AHooksPathWhereGitFindsNoHookIsRefused) {
    const TempRepo repo;
    repo.git({"config", "core.hooksPath", ""});
    const auto opened = open_repository(repo.path());
    for (const bool shared : {false, true}) {
        const auto refused = git::install_hook(opened, "pre-commit", program(repo), shared);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::denied);
        EXPECT_NE(refused.error().message.find("git config --unset core.hooksPath"), std::string::npos);
    }
    EXPECT_FALSE(fs::exists(repo.file("pre-commit")));
    EXPECT_EQ(must(git::hook_states(opened)).front().path, "/pre-commit");
    for (const char* top : {".", "./", "./."}) {  // git would look for "pre-commit" in PATH
        repo.git({"config", "core.hooksPath", top});
        const auto refused = git::install_hook(opened, "pre-commit", program(repo), false);
        ASSERT_FALSE(refused) << top;
        EXPECT_EQ(refused.error().code, ErrorCode::denied);
    }
    repo.git({"config", "core.hooksPath", repo.path()});
    EXPECT_TRUE(must(git::install_hook(opened, "pre-commit", program(repo), false)).ours);
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
}

TEST(Hooks, ASymlinkToNothingIsKeptAndComesBack) {
    const TempRepo repo;
    fs::create_directories(repo.file(".git/hooks"));
    fs::create_symlink("gone", hook(repo, "pre-commit"));
    const auto opened = open_repository(repo.path());
    const auto state = must(git::install_hook(opened, "pre-commit", program(repo), false));
    EXPECT_TRUE(state.ours);
    EXPECT_TRUE(state.kept);
    EXPECT_FALSE(state.chained);
    EXPECT_EQ(commit(repo), 0);
    const auto after = must(git::uninstall_hook(opened, "pre-commit"));
    EXPECT_FALSE(after.kept);
    EXPECT_EQ(fs::read_symlink(hook(repo, "pre-commit")).string(), "gone");
}

TEST(Hooks, AnEditedShimIsKeptBesideAndSaid) {
    const TempRepo repo;
    write_hook(repo, "pre-commit", "#!/bin/sh\n# earlier\n", 0755);
    const auto opened = open_repository(repo.path());
    must(git::install_hook(opened, "pre-commit", program(repo), false));
    const std::string edited = repo.read(".git/hooks/pre-commit") + "# my own line\n";
    write_hook(repo, "pre-commit", edited, 0755);
    const auto after = must(git::uninstall_hook(opened, "pre-commit"));
    EXPECT_EQ(after.edited_copy, hook(repo, "pre-commit.rfsn-edited"));
    EXPECT_EQ(repo.read(".git/hooks/pre-commit.rfsn-edited"), edited);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), "#!/bin/sh\n# earlier\n");
    // A second one does not overwrite the first, and installing anew keeps it as well.
    must(git::install_hook(opened, "pre-commit", program(repo), false));
    write_hook(repo, "pre-commit", edited + "# more\n", 0755);
    EXPECT_EQ(must(git::install_hook(opened, "pre-commit", program(repo), false)).edited_copy,
              hook(repo, "pre-commit.rfsn-edited-2"));
    EXPECT_EQ(repo.read(".git/hooks/pre-commit.rfsn-edited"), edited);
    EXPECT_EQ(repo.read(".git/hooks/pre-commit.rfsn-edited-2"), edited + "# more\n");
    // Another program is no edit.
    must(git::install_hook(opened, "pre-commit", program(repo, "it's/other"), false));
    EXPECT_EQ(must(git::uninstall_hook(opened, "pre-commit")).edited_copy, "");
    EXPECT_EQ(repo.read(".git/hooks/pre-commit"), "#!/bin/sh\n# earlier\n");
}

TEST(Hooks, AShimOfVersion1IsReplacedAndIsNoEditedOne) {
    const TempRepo repo;
    std::string old = test::shim_1;
    old.replace(old.find("@NAME@"), 6, "pre-commit");
    old.replace(old.find("@PROGRAM@"), 9, "'/opt/old/git-rfsn'");
    write_hook(repo, "pre-commit", old, 0755);
    const auto opened = open_repository(repo.path());
    EXPECT_EQ(must(git::hook_states(opened)).front().program, "/opt/old/git-rfsn");
    const auto state = must(git::install_hook(opened, "pre-commit", program(repo), false));
    EXPECT_TRUE(state.ours);
    EXPECT_FALSE(state.chained || state.kept);
    EXPECT_EQ(state.edited_copy, "");
    EXPECT_EQ(commit(repo), 0);
    EXPECT_EQ(repo.read("called"), "[hook][pre-commit]");
    write_hook(repo, "pre-commit", old, 0755);
    EXPECT_EQ(must(git::uninstall_hook(opened, "pre-commit")).edited_copy, "");
    EXPECT_FALSE(fs::exists(hook(repo, "pre-commit")));
    EXPECT_FALSE(fs::exists(hook(repo, "pre-commit.rfsn-edited")));
}

}  // namespace
}  // namespace rfsn
