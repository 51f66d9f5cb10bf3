// SPDX-License-Identifier: MIT
#include "git/repository.hpp"

#include <filesystem>

#include "git/repository_impl.hpp"
#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using model::IndexOrigin;
using test::open_repository;
using test::TempRepo;
using test::with;

base::Error refused(const std::string& directory, const base::Environment& env = base::Environment::of_process()) {
    base::PosixProcessRunner runner;
    auto repository = git::Repository::open(directory, env, runner);
    EXPECT_FALSE(repository);
    return repository ? base::Error{} : repository.error();
}

TEST(Repository, IsFoundFromASubdirectoryWithoutAProcess) {
    const TempRepo repo;
    repo.stage("a/b/c.txt", "x\n");
    const auto opened = open_repository(repo.file("a/b"));
    EXPECT_EQ(opened.work_tree(), repo.path());
    EXPECT_EQ(opened.git_dir(), repo.path() + "/.git");
    EXPECT_EQ(opened.common_dir(), repo.path() + "/.git");
    EXPECT_EQ(opened.index_path(), repo.path() + "/.git/index");
    EXPECT_EQ(opened.prefix(), "a/b/");
    EXPECT_EQ(opened.index_origin(), IndexOrigin::normal);
    EXPECT_FALSE(opened.is_linked_worktree());
    EXPECT_NE(opened.impl().handle, nullptr) << opened.impl().refusal;
}

TEST(Repository, GitAndLibgit2AgreeOnWhereItIs) {
    const TempRepo repo;
    repo.stage("d/x", "x");
    const auto plain = open_repository(repo.file("d"));
    const auto asked = open_repository(repo.file("d"), with("GIT_CONFIG_PARAMETERS", "'core.x'='y'"));
    ASSERT_EQ(asked.impl().handle, nullptr);
    EXPECT_EQ(plain.git_dir(), asked.git_dir());
    EXPECT_EQ(plain.common_dir(), asked.common_dir());
    EXPECT_EQ(plain.work_tree(), asked.work_tree());
    EXPECT_EQ(plain.index_path(), asked.index_path());
    EXPECT_EQ(plain.prefix(), asked.prefix());
}

TEST(Repository, LinkedWorktreeAlsoAsAHookSeesIt) {
    const TempRepo repo;
    repo.stage("x", "x");
    repo.commit();
    const std::string linked = repo.path() + "-linked";
    repo.git({"worktree", "add", "-q", linked});
    const std::string git_dir = repo.path() + "/.git/worktrees/" + fs::path(linked).filename().string();
    for (const auto& env : {base::Environment::of_process(), with("GIT_DIR", git_dir)}) {
        const auto opened = open_repository(linked, env);
        EXPECT_TRUE(opened.is_linked_worktree());
        EXPECT_EQ(opened.git_dir(), git_dir);
        EXPECT_EQ(opened.common_dir(), repo.path() + "/.git");
        EXPECT_EQ(opened.work_tree(), linked);
        EXPECT_EQ(opened.hooks_dir().value_or("?"), repo.path() + "/.git/hooks");
    }
    fs::remove_all(linked);
}

TEST(Repository, IndexOriginComesFromTheNameGitGaveTheFile) {
    const TempRepo repo;
    repo.stage("x", "x");
    const std::string dir = repo.path() + "/.git/";
    const auto origin = [&](const std::string& value) {
        return open_repository(repo.path(), with("GIT_INDEX_FILE", value)).index_origin();
    };
    EXPECT_EQ(origin(".git/index"), IndexOrigin::normal);
    EXPECT_EQ(origin(dir + "index"), IndexOrigin::normal);
    EXPECT_EQ(origin(dir + "index.lock"), IndexOrigin::commit_all);
    EXPECT_EQ(origin(dir + "next-index-123.lock"), IndexOrigin::commit_paths);
    EXPECT_EQ(origin(dir + "next-index-123"), IndexOrigin::foreign);
    EXPECT_EQ(origin("/tmp/index.lock"), IndexOrigin::foreign);
    EXPECT_EQ(open_repository(repo.path(), with("GIT_INDEX_FILE", "other")).index_path(), repo.path() + "/other");
}

TEST(Repository, RefusalsSayWhatToDo) {
    const TempRepo repo;
    const TempRepo bare({"--bare"});
    const std::string empty = repo.path() + "-empty";
    fs::create_directories(empty);
    const auto nothing = refused(empty);
    EXPECT_EQ(nothing.code, ErrorCode::not_found);
    EXPECT_NE(nothing.message.find(empty), std::string::npos);
    EXPECT_NE(nothing.message.find("git init"), std::string::npos);
    const auto is_bare = refused(bare.path());
    EXPECT_EQ(is_bare.code, ErrorCode::unsupported);
    EXPECT_NE(is_bare.message.find("bare"), std::string::npos);
    EXPECT_EQ(refused(repo.path() + "/.git").code, ErrorCode::unsupported);
    EXPECT_EQ(refused(repo.path() + "/absent").code, ErrorCode::not_found);
    auto no_git = with("PATH", "/nonexistent");
    no_git.set("GIT_CONFIG_PARAMETERS", "'core.x'='y'");
    EXPECT_EQ(refused(repo.path(), no_git).code, ErrorCode::unavailable);
    fs::remove_all(empty);
}

TEST(Repository, DubiousOwnershipIsDeniedWithTheCommandToType) {
    const TempRepo repo;
    auto env = with("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    env.set("GIT_CONFIG_COUNT", "1");  // git is asked, and believes that variable
    env.set("GIT_CONFIG_KEY_0", "core.x");
    env.set("GIT_CONFIG_VALUE_0", "y");
    const auto error = refused(repo.path(), env);
    EXPECT_EQ(error.code, ErrorCode::denied) << error.message;
    EXPECT_NE(error.message.find("safe.directory"), std::string::npos);
}

TEST(Repository, HooksPathIsGitsOwnAnswer) {
    const TempRepo repo;
    repo.git({"config", "core.hooksPath", ".githooks"});
    EXPECT_EQ(open_repository(repo.path()).hooks_dir().value_or("?"), repo.path() + "/.githooks");
    auto env = with("GIT_CONFIG_COUNT", "1");
    env.set("GIT_CONFIG_KEY_0", "core.hooksPath");
    env.set("GIT_CONFIG_VALUE_0", "/elsewhere/");
    EXPECT_EQ(open_repository(repo.path(), env).hooks_dir().value_or("?"), "/elsewhere");
}

TEST(Repository, KnowsThatAMergeIsUnderWay) {
    const TempRepo repo;
    repo.stage("x", "1\n");
    repo.commit();
    repo.git({"checkout", "-q", "-b", "side"});
    repo.stage("y", "1\n");
    repo.commit();
    repo.git({"checkout", "-q", "main"});
    repo.stage("z", "1\n");
    repo.commit();
    EXPECT_FALSE(open_repository(repo.path()).merging());
    repo.git({"merge", "-q", "--no-commit", "--no-ff", "side"});
    EXPECT_TRUE(open_repository(repo.path()).merging());
}

TEST(Repository, APathWithANewlineIsFoundByBoth) {
    const TempRepo repo;
    const std::string odd = repo.path() + "/odd\nname";
    fs::create_directories(odd);
    int status = 0;
    test::run({"git", "init", "-q", odd}, repo.path(), status);
    ASSERT_EQ(status, 0);
    EXPECT_EQ(open_repository(odd).work_tree(), odd);
    EXPECT_EQ(open_repository(odd, with("GIT_CONFIG_PARAMETERS", "'core.x'='y'")).work_tree(), odd);
}

TEST(Repository, GitRunsWithTheEnvironmentItWasGiven) {
    const TempRepo repo;
    repo.stage("x", "x");
    const auto opened = open_repository(repo.path());
    const auto failed = opened.git({"no-such-command"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::external);
    EXPECT_NE(failed.error().message.find("no-such-command"), std::string::npos);
    EXPECT_EQ(opened.git({"hash-object", "--stdin"}, "x").value_or("?"), "c1b0730e0133447badcfd47fd144e254807b06e1\n");
}

}  // namespace
}  // namespace rfsn
