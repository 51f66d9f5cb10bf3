// SPDX-License-Identifier: MIT
#include "git/hooks.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "opened.hpp"

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
    for (const char* name : {"pre-commit", "pre-push"}) {
        must(git::install_hook(opened, name, program(repo), false));
    }
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

}  // namespace
}  // namespace rfsn
