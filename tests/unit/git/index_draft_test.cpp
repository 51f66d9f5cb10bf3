// SPDX-License-Identifier: MIT
// The index is replaced whole, by git's own hand, with all that it holds beside the entries, and only if it is the one
// that was looked at.
#include "git/index_draft.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "git/write.hpp"
#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using model::FileMode;
using test::must;
using test::open_repository;
using test::TempRepo;

struct Draft : testing::Test {
    TempRepo repo;
    void SetUp() override {
        repo.write("a", "1\n");
        repo.write("dir/b", "b\n");
        repo.write("dir/c", "c\n");
        repo.write("top", "t\n");
        repo.git({"add", "."});
        repo.commit();
    }
    [[nodiscard]] std::string blob(const std::string& path) const {
        return must(git::index_blobs(open_repository(repo.path()), {path}))[0];
    }
    /// Sets `path` to other content through the product.
    void change(const std::string& path, const std::string& bytes) const {
        const auto opened = open_repository(repo.path());
        const auto id = must(git::write_blob(opened, bytes));
        must(git::update_index(opened, {{path, FileMode::regular, id, blob(path)}}));
    }
    /// Nothing of a moment is left beside the index.
    void expect_tidy() const {
        EXPECT_FALSE(fs::exists(repo.file(".git/index.lock")));
        if (fs::exists(repo.file(".git/rfsn"))) {
            for (const auto& entry : fs::directory_iterator(repo.file(".git/rfsn"))) {
                ADD_FAILURE() << entry.path();
            }
        }
    }
};

TEST_F(Draft, KeepsTheBitsThatHideAFileFromGit) {
    repo.git({"update-index", "--skip-worktree", "dir/b"});
    repo.git({"update-index", "--assume-unchanged", "a"});
    repo.git({"update-index", "--skip-worktree", "top"});
    repo.git({"update-index", "--assume-unchanged", "top"});
    fs::remove(repo.file("dir/b"));
    for (const char* path : {"a", "dir/b", "dir/c", "top"}) {
        change(path, std::string("new ") + path + "\n");
    }
    EXPECT_EQ(repo.git({"ls-files", "-v"}), "h a\nS dir/b\nH dir/c\ns top\n");
    EXPECT_EQ(repo.git({"show", ":dir/b"}), "new dir/b\n");
    EXPECT_EQ(repo.git({"diff-files", "--name-only"}), "dir/c\n") << "dir/b is no deletion";
    expect_tidy();
}

TEST_F(Draft, KeepsASparseASplitAndAFourthVersionIndexWhatTheyAre) {
    repo.git({"update-index", "--index-version", "4"});
    change("a", "four\n");
    EXPECT_EQ(repo.read(".git/index").substr(0, 8), std::string("DIRC\0\0\0\4", 8));

    repo.git({"config", "core.splitIndex", "true"});
    repo.git({"update-index", "--split-index"});
    change("a", "split\n");
    EXPECT_NE(repo.read(".git/index").find("link"), std::string::npos);
    EXPECT_EQ(repo.git({"show", ":a"}), "split\n");
    EXPECT_EQ(repo.git({"ls-files"}), "a\ndir/b\ndir/c\ntop\n");
    repo.git({"config", "core.splitIndex", "false"});
    repo.git({"update-index", "--no-split-index"});

    repo.git({"commit", "-qm", "c"});
    repo.git({"sparse-checkout", "set", "--cone", "--sparse-index", "other"});
    EXPECT_EQ(repo.git({"ls-files", "--sparse"}), "a\ndir/\ntop\n");
    change("top", "sparse\n");
    EXPECT_EQ(repo.git({"ls-files", "--sparse"}), "a\ndir/\ntop\n");
    change("dir/b", "inside\n");
    EXPECT_EQ(repo.git({"show", ":dir/b"}), "inside\n");
    EXPECT_EQ(repo.git({"diff-files", "--name-only"}).find("dir/b"), std::string::npos);
    EXPECT_FALSE(fs::exists(repo.file("dir/b")));
    expect_tidy();
}

TEST_F(Draft, KeepsIntentToAddAndResolvedConflicts) {
    repo.write("later", "l\n");
    repo.git({"add", "-N", "later"});
    change("a", "2\n");
    EXPECT_EQ(repo.git({"diff", "--cached", "--name-only"}), "a\n");
    EXPECT_EQ(repo.git({"status", "--porcelain", "--", "later"}), " A later\n");
    repo.git({"commit", "-qm", "c"});
    repo.git({"checkout", "-q", "-f", "-b", "side", "HEAD~1"});
    repo.stage("a", "side\n");
    repo.commit();
    int status = 0;
    test::run({"git", "merge", "-q", "main"}, repo.path(), status);
    repo.stage("a", "both\n");
    change("top", "x\n");
    EXPECT_NE(repo.git({"ls-files", "--resolve-undo"}), "") << "`git checkout -m` still brings the conflict back";
}

TEST_F(Draft, ARacilyCleanFileIsStillSeenAsChanged) {
    // Same size, same second: only the time of the index says that git has to read the file again.
    for (int i = 0; i < 20; ++i) {
        repo.stage("a", "x" + std::to_string(i % 10) + "\n");
        repo.write("a", "y" + std::to_string(i % 10) + "\n");
        change("top", "t" + std::to_string(i) + "\n");
        ASSERT_NE(repo.git({"diff-files", "--name-only"}).find("a\n"), std::string::npos) << i;
    }
}

TEST_F(Draft, ALockOfItsOwnKindThatAKilledOneLeftIsRemovedAndNoOther) {
    const auto opened = open_repository(repo.path());
    repo.write(".git/index.lock", "git-rfsn holds this lock for a moment; what a killed one left, the next removes\n");
    git::remove_stale_index_lock(opened);
    EXPECT_FALSE(fs::exists(repo.file(".git/index.lock")));
    for (const char* bytes : {"", "DIRC", "git-rfsn holds this lock"}) {
        repo.write(".git/index.lock", bytes);
        git::remove_stale_index_lock(opened);
        EXPECT_TRUE(fs::exists(repo.file(".git/index.lock"))) << bytes;
        EXPECT_EQ(git::update_index(opened, {{"a", FileMode::none, "", blob("a")}}).error().code, ErrorCode::conflict);
        EXPECT_TRUE(fs::exists(repo.file(".git/index.lock"))) << "a lock of somebody else's stays";
    }
}

TEST_F(Draft, WhatTheGuardSawIsWhatIsReplaced) {
    const auto opened = open_repository(repo.path());
    const auto id = must(git::write_blob(opened, "2\n"));
    int asked = 0;
    must(git::update_index(opened, {{"a", FileMode::regular, id, blob("a")}}, [&]() -> base::Result<void> {
        if (++asked == 1) {
            repo.stage("other", "staged in between\n");
        }
        return {};
    }));
    EXPECT_EQ(asked, 2) << "the index of the first look was another";
    EXPECT_EQ(repo.git({"diff", "--cached", "--name-only"}), "a\nother\n");

    const auto index = repo.read(".git/index");
    const auto refused = git::update_index(opened, {{"a", FileMode::none, "", id}}, []() -> base::Result<void> {
        return base::fail(ErrorCode::conflict, "moved");
    });
    EXPECT_EQ(refused.error().message, "moved");
    EXPECT_EQ(repo.read(".git/index"), index);
    const auto busy = git::update_index(opened, {{"a", FileMode::none, "", id}}, [&]() -> base::Result<void> {
        repo.stage("other", std::to_string(++asked));
        return {};
    });
    EXPECT_EQ(busy.error().code, ErrorCode::conflict);
    EXPECT_NE(busy.error().message.find("rewriting"), std::string::npos);
    EXPECT_EQ(blob("a"), id);
    expect_tidy();
}

TEST_F(Draft, ASymlinkedIndexAndOneElsewhereStayWhereTheyAre) {
    const TempRepo elsewhere;
    fs::rename(repo.file(".git/index"), elsewhere.file("index"));
    fs::create_symlink(elsewhere.file("index"), repo.file(".git/index"));
    change("a", "2\n");
    EXPECT_TRUE(fs::is_symlink(repo.file(".git/index")));
    EXPECT_EQ(repo.git({"show", ":a"}), "2\n");

    const TempRepo third;
    fs::copy(elsewhere.file("index"), third.file("mine"));
    const auto opened = open_repository(repo.path(), test::with("GIT_INDEX_FILE", third.file("mine")));
    must(git::update_index(opened, {{"a", FileMode::none, "", must(git::index_blobs(opened, {"a"}))[0]}}));
    EXPECT_EQ(must(git::index_blobs(opened, {"a"}))[0], "");
    EXPECT_EQ(repo.git({"show", ":a"}), "2\n");
    std::size_t left = 0;
    for (const auto& entry : fs::directory_iterator(third.path())) {
        left += entry.path().filename() == "mine" || entry.path().filename() == ".git" ? 0U : 1U;
    }
    EXPECT_EQ(left, 0U);
}

TEST(IndexDraft, AnIndexThatIsNotThereYetIsMade) {
    const TempRepo repo;
    const auto opened = open_repository(repo.path());
    const auto id = must(git::write_blob(opened, "n\n"));
    must(git::update_index(opened, {{"new", FileMode::regular, id, ""}}));
    EXPECT_EQ(repo.git({"ls-files", "-s"}), "100644 " + id + " 0\tnew\n");
    struct stat info {};
    ASSERT_EQ(stat(repo.file(".git/index").c_str(), &info), 0);
    const auto mask = umask(0);
    umask(mask);
    EXPECT_EQ(info.st_mode & 0777U, 0666U & ~mask) << "as git makes it";
}

TEST(IndexDraft, ASharedRepositoryStaysShared) {
    const TempRepo repo;
    repo.git({"config", "core.sharedRepository", "0660"});
    repo.stage("a", "1\n");
    const auto opened = open_repository(repo.path());
    const auto id = must(git::write_blob(opened, "2\n"));
    must(git::update_index(opened, {{"a", FileMode::regular, id, must(git::index_blobs(opened, {"a"}))[0]}}));
    struct stat info {};
    ASSERT_EQ(stat(repo.file(".git/index").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0660U);
}

TEST(EnsureBlobs, WritesWhatIsGoneAndOnlyThat) {
    const TempRepo repo;
    const auto opened = open_repository(repo.path());
    const auto id = must(git::write_blob(opened, "soon gone\n"));
    repo.git({"prune", "--expire=now"});
    int status = 0;
    test::run({"git", "cat-file", "-e", id}, repo.path(), status);
    ASSERT_NE(status, 0);
    must(git::ensure_blobs(opened, {{id, "soon gone\n"}}));
    EXPECT_EQ(repo.git({"cat-file", "blob", id}), "soon gone\n");
    must(git::ensure_blobs(opened, {{id, "soon gone\n"}}));
    must(git::ensure_blobs(opened, {}));
}

}  // namespace
}  // namespace rfsn
