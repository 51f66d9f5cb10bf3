// SPDX-License-Identifier: MIT
// Repositories of a kind of their own: what libgit2 refuses, what git alone can serve, and what nobody may serve.
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "source_contract.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using namespace test;

TEST(StagedSource, ALinkedWorktreeHasItsOwnStage) {
    TempRepo repo;
    start(repo);
    const TempRepo outer;
    repo.git({"worktree", "add", "-q", "-b", "side", outer.file("linked")});
    repo.stage("a.txt", "main's\n");
    int status = 0;
    test::run({"sh", "-c", "echo linked > dir/b.txt; git add dir/b.txt"}, outer.file("linked"), status);
    expect_contract(outer.file("linked"), base::Environment::of_process(), {}, {"M dir/b.txt"}, true);
    expect_contract(repo.path(), base::Environment::of_process(), {}, {"M a.txt"}, true);
    auto env = base::Environment::of_process();  // as a hook in it has them
    env.set("GIT_DIR", repo.file(".git/worktrees/linked"));
    env.set("GIT_INDEX_FILE", repo.file(".git/worktrees/linked/index"));
    expect_contract(outer.file("linked"), env, {}, {"M dir/b.txt"}, std::nullopt);
}

TEST(StagedSource, ASubmoduleIsARepositoryOfItsOwn) {
    TempRepo inner;
    start(inner);
    TempRepo repo;
    start(repo);
    repo.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path(), "sub"});
    repo.commit();
    repo.write("sub/a.txt", "z\n");
    int status = 0;
    test::run({"git", "add", "a.txt"}, repo.file("sub"), status);
    expect_contract(repo.file("sub"), base::Environment::of_process(), {}, {"M a.txt"}, true);
    expect_contract(repo.path(), base::Environment::of_process(), {}, {}, true);
}

TEST(StagedSource, ARepositoryOfSomebodyElseIsServedIfGitServesIt) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give a repository away";
    }
    TempRepo repo;
    start(repo);
    repo.stage("a.txt", "z\n");
    for (const char* path : {"", ".git", ".git/index", ".git/config", ".git/HEAD"}) {
        ASSERT_EQ(lchown(repo.file(path).c_str(), 65534, 65534), 0);
    }
    base::PosixProcessRunner runner;
    const auto refused = git::Repository::open(repo.path(), base::Environment::of_process(), runner);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
    for (const std::string& trusted : {std::string("*"), repo.path()}) {
        auto env = base::Environment::of_process();  // libgit2 knows neither this variable nor '*'
        env.set("GIT_CONFIG_COUNT", "1");
        env.set("GIT_CONFIG_KEY_0", "safe.directory");
        env.set("GIT_CONFIG_VALUE_0", trusted);
        expect_contract(repo.path(), env, {}, {"M a.txt"}, false);
    }
}

TEST(StagedSource, PartialCloneServesWhatIsStaged) {
    TempRepo origin;
    origin.git({"config", "uploadpack.allowFilter", "true"});
    origin.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
    start(origin);
    const TempRepo outer;
    const std::string clone = outer.file("clone");
    outer.git({"clone", "-q", "--no-checkout", "--filter=blob:none", "file://" + origin.path(), clone});
    int status = 0;
    test::run({"sh", "-c",
               "git read-tree HEAD; echo z > z.txt; git add z.txt; git mv -k nothing there; git rm -q --cached a.txt"},
              clone, status);
    ASSERT_EQ(status, 0);
    expect_contract(clone, base::Environment::of_process(), {}, {"D a.txt", "A z.txt"}, std::nullopt);
}

TEST(StagedSource, AnIndexThatCannotBeReadIsAnErrorAndNeverAnEmptyStage) {
    TempRepo repo;
    start(repo);
    repo.stage("a.txt", "z\n");
    const auto whole = repo.read(".git/index");
    const auto repository = open_repository(repo.path());
    for (const auto& bytes : {std::string("DIRC"), std::string("rubbish"), whole.substr(0, whole.size() / 2)}) {
        repo.write(".git/index", bytes);
        EXPECT_FALSE(must(git::staged_source(repository))->snapshot({})) << bytes.size();
    }
    // What git itself puts up with is read as git reads it.
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 0x40);
    for (const auto& bytes : {std::string(), whole.substr(0, whole.size() - 1), flipped}) {
        repo.write(".git/index", bytes);
        const auto by_git = git::plumbing_source(repository)->snapshot({});
        const auto chosen = must(git::staged_source(repository))->snapshot({});
        ASSERT_EQ(chosen.has_value(), by_git.has_value()) << bytes.size();
        if (chosen) {
            expect_equal(*chosen, *by_git);
        }
    }
}

TEST(StagedSource, AnIndexThatSomebodyHasLockedIsRead) {
    TempRepo repo;
    start(repo);
    repo.stage("a.txt", "z\n");
    repo.write(".git/index.lock", "");
    const auto repository = open_repository(repo.path());
    expect_equal(must(git::libgit2_source(repository)->snapshot({})),
                 must(git::plumbing_source(repository)->snapshot({})));
    EXPECT_EQ(describe(must(must(git::staged_source(repository))->snapshot({}))),
              (std::vector<std::string>{"M a.txt"}));
}

TEST(StagedSource, ReferencesInATableAreRefusedAndNotMisread) {
    TempRepo repo;
    start(repo);
    repo.stage("a.txt", "z\n");
    repo.git({"config", "core.repositoryformatversion", "1"});
    repo.git({"config", "extensions.refStorage", "reftable"});
    repo.write(".git/HEAD", "ref: refs/heads/.invalid\n");
    fs::create_directories(repo.file(".git/reftable"));
    base::PosixProcessRunner runner;
    const auto opened = git::Repository::open(repo.path(), base::Environment::of_process(), runner);
    if (!opened) {  // this git does not know them either
        EXPECT_NE(opened.error().describe().find("refstorage"), std::string::npos) << opened.error().describe();
        return;
    }
    EXPECT_EQ(opened->impl().handle, nullptr);
    EXPECT_FALSE(must(git::staged_source(*opened))->snapshot({}));
}

TEST(StagedSource, SHA256RepositoriesAreServedByGit) {
    TempRepo repo({"--object-format=sha256"});
    repo.stage("a", "1\n");
    repo.commit();
    repo.stage("a", "2\n");
    repo.stage("dir/b", "b\n");
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    EXPECT_STREQ(source->name(), "git");
    const auto snapshot = must(source->snapshot({}));
    EXPECT_EQ(describe(snapshot), (std::vector<std::string>{"M a", "A dir/b"}));
    EXPECT_EQ(snapshot.base_tree.size(), 64U);
    EXPECT_EQ(must(source->read(snapshot.files[0].blob, 100)), "2\n");
    const git::TreeView view(*source, snapshot);
    EXPECT_EQ(must(view.read("dir/b")), "b\n");
    EXPECT_EQ(must(view.walk()).size(), 2U);
}

TEST(StagedSource, WorktreeConfigExtensionIsServedByGitWithObjectsReadDirectly) {
    TempRepo repo;
    start(repo);
    repo.git({"config", "core.repositoryformatversion", "1"});
    repo.git({"config", "extensions.worktreeConfig", "true"});
    repo.stage("a.txt", "x\n");
    const auto repository = open_repository(repo.path());
    EXPECT_EQ(repository.impl().handle, nullptr);
    EXPECT_NE(repository.impl().odb, nullptr);
    const auto source = must(git::staged_source(repository));
    EXPECT_EQ(describe(must(source->snapshot({}))), (std::vector<std::string>{"M a.txt"}));
}

TEST(StagedSource, PartialCloneFetchesWhatIsMissing) {
    TempRepo origin;
    origin.git({"config", "uploadpack.allowFilter", "true"});
    origin.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
    start(origin);
    origin.stage("a.txt", "second\n");
    origin.commit();
    const TempRepo outer;
    const std::string clone = outer.file("clone");
    outer.git({"clone", "-q", "--filter=blob:none", "file://" + origin.path(), clone});
    const auto repository = open_repository(clone);
    const auto source = must(git::staged_source(repository));
    const auto snapshot = must(source->snapshot({SnapshotSource::range, "HEAD~1..HEAD"}));
    ASSERT_EQ(describe(snapshot), (std::vector<std::string>{"M a.txt"}));
    EXPECT_EQ(must(source->read(snapshot.files[0].old_blob, 100)), "one\ntwo\nthree\n");
}

TEST(StagedSource, UnmergedPathsAreNamedByBoth) {
    TempRepo repo;
    start(repo);
    repo.git({"checkout", "-q", "-b", "side"});
    repo.stage("a.txt", "side\n");
    repo.commit();
    repo.git({"checkout", "-q", "main"});
    repo.stage("a.txt", "main\n");
    repo.commit();
    int status = 0;
    test::run({"git", "merge", "-q", "side"}, repo.path(), status);
    ASSERT_NE(status, 0);
    const auto repository = open_repository(repo.path());
    for (const auto& source : {git::libgit2_source(repository), git::plumbing_source(repository)}) {
        const auto snapshot = source->snapshot({});
        ASSERT_FALSE(snapshot) << source->name();
        EXPECT_EQ(snapshot.error().code, ErrorCode::conflict);
        EXPECT_NE(snapshot.error().message.find("a.txt"), std::string::npos);
    }
}

TEST(StagedSource, ThreeHundredFilesThroughGitAndLibgit2) {
    TempRepo repo;
    for (int i = 0; i < 300; ++i) {
        repo.write("d" + std::to_string(i % 17) + "/f" + std::to_string(i), "v1 " + std::to_string(i) + "\n");
    }
    repo.git({"add", "."});
    repo.commit();
    for (int i = 0; i < 300; i += 3) {
        repo.write("d" + std::to_string(i % 17) + "/f" + std::to_string(i), "v2 " + std::to_string(i) + "\n");
    }
    repo.git({"add", "."});
    const auto repository = open_repository(repo.path());
    const auto a = must(git::libgit2_source(repository)->snapshot({}));
    const auto b = must(git::plumbing_source(repository)->snapshot({}));
    EXPECT_EQ(a.files.size(), 100U);
    expect_equal(a, b);
}

TEST(StagedSource, LimitsAndMissingObjectsAreErrorsOfTheirOwn) {
    TempRepo repo;
    repo.stage("big", std::string(100000, 'x'));
    const auto repository = open_repository(repo.path());
    for (const auto& source :
         {must(git::staged_source(repository)), git::plumbing_source(repository, git::cat_file_reader(repository))}) {
        const auto snapshot = must(source->snapshot({}));
        const auto cut = source->read(snapshot.files[0].blob, 99999);
        ASSERT_FALSE(cut);
        EXPECT_EQ(cut.error().code, ErrorCode::limit);
        EXPECT_EQ(must(source->read(snapshot.files[0].blob, 100000)).size(),
                  100000U);  // and the stream is still in step
        const auto missing = source->read(std::string(40, '1'), 10);
        ASSERT_FALSE(missing);
        EXPECT_EQ(missing.error().code, ErrorCode::not_found);
        EXPECT_FALSE(source->read("HEAD", 10));
        EXPECT_FALSE(source->read("--batch", 10));
        EXPECT_FALSE(source->size(std::string(39, '1')));
    }
}

TEST(StagedSource, ABrokenHeadIsAnErrorAndNotAnEmptyRepository) {
    TempRepo repo;
    start(repo);
    repo.write(".git/refs/heads/main", std::string(40, '1') + "\n");
    const auto repository = open_repository(repo.path());
    EXPECT_FALSE(must(git::staged_source(repository))->snapshot({}));
    repo.write(".git/refs/heads/main", "rubbish\n");
    EXPECT_FALSE(must(git::staged_source(repository))->snapshot({}));
}

TEST(StagedSource, RangesThatNameNothingAreUsageErrors) {
    TempRepo repo;
    start(repo);
    const auto repository = open_repository(repo.path());
    const auto source = must(git::staged_source(repository));
    for (const char* range :
         {"", "nope..HEAD", "HEAD..nope", "--output=/tmp/x..HEAD", "HEAD..-x", "a..b..c", "nope...HEAD"}) {
        const auto snapshot = source->snapshot({SnapshotSource::range, range});
        ASSERT_FALSE(snapshot) << range;
        EXPECT_EQ(snapshot.error().code, ErrorCode::usage) << range << ": " << snapshot.error().message;
    }
}

}  // namespace
}  // namespace rfsn
