// SPDX-License-Identifier: MIT
// When a check may run in the work tree itself, when an overlay must not be used, and what is remembered.
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "isolate/isolate.hpp"
#include "isolate/overlay_probe.hpp"
#include "isolate/powers.hpp"
#include "support/temp_repo.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

class InPlace : public testing::Test {
   protected:
    InPlace() : home_(*base::TempDir::make(fs::temp_directory_path().string(), "home-")) {
        values_ = {{"PATH", "/usr/bin:/bin"}, {"HOME", home_.path()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    }
    void SetUp() override {
        env_ = base::Environment(values_);
        if (!powers(exec_, "", env_, runner_, true).mounts) {
            GTEST_SKIP() << "this machine lets us mount nothing";
        }
        repo_.stage("a", "1\n");
        repo_.stage("dir/b", "2\n");
        repo_.commit();
        repo_.stage("a", "staged\n");
    }
    std::unique_ptr<Place> prepare(bool writes_nothing = true, const std::vector<model::FileEdit>& edits = {}) {
        env_ = base::Environment(values_);
        isolation_.reset();
        repository_.emplace(*git::Repository::open(repo_.path(), env_, runner_));
        source_ = *git::staged_source(*repository_);
        snapshot_ = *source_->snapshot({});
        isolation_ = isolation(*repository_, env_, exec_);
        Request request;
        request.tier = model::Tier::shadow;
        request.files = {"a", "dir/b"};
        request.label = "check";
        request.writes_nothing = writes_nothing;
        const git::TreeView view(*source_, snapshot_);
        auto place = isolation_->prepare(edits.empty() ? view : view.with_edits(edits), request);
        EXPECT_TRUE(place) << place.error().describe();
        return place ? std::move(*place) : nullptr;
    }
    base::ProcessResult shell(const Place& place, const std::string& script) {
        return runner_.run_one(isolation_->wrap(place, {"sh", "-c", script}, place.root(), {}, {}));
    }

    const std::string exec_ = std::string(RFSN_BIN_DIR) + "/rfsn-exec";
    test::TempRepo repo_;
    base::TempDir home_;
    Values values_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    std::optional<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    model::Snapshot snapshot_;
    std::unique_ptr<Isolation> isolation_;
};

TEST_F(InPlace, ACleanTreeIsItsOwnPlaceForWhatWritesNothing) {
    repo_.write("node_modules/x", "installed\n");
    const auto place = prepare();
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(place->describe(), "in place, read-only");
    EXPECT_EQ(place->root(), repo_.path());
    const auto seen =
        shell(*place, "cat a dir/b node_modules/x; ls .git; (echo x >a; echo x >new; rm dir/b) 2>/dev/null; true");
    EXPECT_EQ(seen.out, "staged\n2\ninstalled\n") << "and .git is no part of the tree";
    EXPECT_EQ(repo_.read("a"), "staged\n");
    EXPECT_FALSE(fs::exists(repo_.file("new")));
    EXPECT_TRUE(fs::exists(repo_.file("dir/b")));
    EXPECT_TRUE(place->changes().value().empty());
    EXPECT_NE(shell(*place, "echo x >a").exit_code, 0);
}

TEST_F(InPlace, AnyDifferenceMakesItAnOverlay) {
    const auto is_overlay = [&] {
        const auto place = prepare();
        EXPECT_EQ(shell(*place, "cat a; find . -name '[uo]*' -o -name .env").out, "staged\n");
        return place->describe();
    };
    repo_.write("untracked", "x");
    EXPECT_EQ(is_overlay(), "overlay");
    fs::remove(repo_.file("untracked"));
    repo_.write(".git/info/exclude", ".env\n");
    repo_.write(".env", "ignored\n");
    EXPECT_EQ(is_overlay(), "overlay");
    fs::remove(repo_.file(".env"));
    EXPECT_EQ(is_overlay(), "in place, read-only");
    repo_.write("a", "unstaged\n");
    EXPECT_EQ(is_overlay(), "overlay");
    repo_.write("a", "staged\n");
    EXPECT_EQ(prepare(false)->describe(), "overlay") << "the check may write";
    EXPECT_EQ(prepare(true, {{"dir/b", "", model::FileMode::regular, "edited\n", false}})->describe(), "overlay");
}

TEST_F(InPlace, WhatSomebodySavesMeanwhileIsNoticed) {
    for (const bool in_place : {true, false}) {
        const auto place = prepare(in_place);
        EXPECT_EQ(place->disturbed().value(), "");
        repo_.write("dir/b", "saved meanwhile\n");
        EXPECT_EQ(place->disturbed().value(), "dir/b");
        // It is nothing that the check wrote.
        EXPECT_TRUE(place->changes().value().empty());
        repo_.write("dir/b", "2\n");
        repo_.git({"add", "dir/b"});
        const auto another = prepare(in_place);
        repo_.write("new", "");
        EXPECT_EQ(another->disturbed().value(), "new");
        fs::remove(repo_.file("new"));
    }
    // A file that is laid over may be saved as often as one likes.
    repo_.write("a", "unstaged\n");
    const auto place = prepare();
    repo_.write("a", "again\n");
    EXPECT_EQ(place->disturbed().value(), "");
}

TEST_F(InPlace, ACacheInsideTheWorkTreeNeedsATreeOfOurOwn) {
    values_["HOME"] = repo_.path();
    const auto place = prepare();
    EXPECT_EQ(place->describe(), "shadow (the cache directory is inside the work tree)");
    EXPECT_EQ(shell(*place, "cat a").out, "staged\n");
}

TEST_F(InPlace, TooManyDifferencesNeedATreeOfOurOwn) {
    for (int i = 0; i < 2100; ++i) {
        repo_.write("many/" + std::to_string(i), "x\n");
    }
    repo_.git({"add", "."});
    fs::remove_all(repo_.file("many"));
    const auto place = prepare();
    EXPECT_EQ(place->describe().rfind("shadow (2100 files of the work tree are not", 0), 0U) << place->describe();
    EXPECT_EQ(shell(*place, "ls many | wc -l").out, "2100\n");
}

TEST_F(InPlace, AnEmptyMemoryOfABuildCacheEmptiesIt) {
    std::string cache;
    {
        const auto place = prepare();
        cache = place->cache_dir();
        std::ofstream(cache + "/x") << "warm";
    }
    EXPECT_TRUE(fs::exists(cache + "/x"));
    EXPECT_EQ(prepare()->cache_dir(), cache);
    EXPECT_TRUE(fs::exists(cache + "/x"));
    std::ofstream(cache + ".state/seen") << "damaged";
    EXPECT_EQ(prepare()->cache_dir(), cache);
    EXPECT_FALSE(fs::exists(cache + "/x"));
    // Objects of the tree that it was built from are gone: nobody can say what has changed.
    std::ofstream(cache + "/x") << "warm";
    repo_.write("a", "unstaged\n");
    std::ofstream(cache + ".state/seen") << "1111111111111111111111111111111111111111 0 5" << '\0' << "end" << '\0';
    EXPECT_EQ(prepare()->cache_dir(), cache);
    EXPECT_FALSE(fs::exists(cache + "/x"));
}

TEST_F(InPlace, ToolsWriteTheirSharedCachesOnlyForUs) {
    fs::create_directories(home_.path() + "/.cache/go-build");
    std::ofstream(home_.path() + "/.cache/go-build/theirs") << "theirs\n";
    {
        const auto place = prepare();
        const auto tool =
            shell(*place, "cat $HOME/.cache/go-build/theirs && echo ours >$HOME/.cache/go-build/ours; echo $GOCACHE");
        EXPECT_EQ(tool.out, "theirs\n\n") << tool.err;
    }
    EXPECT_FALSE(fs::exists(home_.path() + "/.cache/go-build/ours"));
    const auto place = prepare();
    EXPECT_EQ(shell(*place, "cat $HOME/.cache/go-build/ours").out, "ours\n") << "it stays warm";
    EXPECT_EQ(
        shell(*place, "echo x >$CARGO_HOME/x 2>/dev/null || mkdir -p $CARGO_HOME && echo x >$CARGO_HOME/x && echo ok")
            .out,
        "ok\n")
        << "one that the user has not";
}

TEST_F(InPlace, WhatTheUserOpensCanBeWritten) {
    const base::TempDir shared = *base::TempDir::make(fs::temp_directory_path().string(), "shared-");
    EXPECT_NE(shell(*prepare(), "echo x >" + shared.path() + "/x").exit_code, 0);
    values_["RFSN_SANDBOX_WRITABLE"] = "relative:" + shared.path() + ":/no/such";
    EXPECT_EQ(shell(*prepare(), "echo x >" + shared.path() + "/x").exit_code, 0);
    EXPECT_TRUE(fs::exists(shared.path() + "/x"));
}

TEST_F(InPlace, AnswersAreRememberedForADayAndAskedAnewByDoctor) {
    const std::string memory = home_.path() + "/memory";
    const auto first = powers(exec_, memory, env_, runner_, false);
    ASSERT_TRUE(first.program);
    std::string file;
    for (const auto& entry : fs::directory_iterator(memory)) {
        file = entry.path().string();
    }
    std::ofstream(file) << "network-namespace no (remembered: no)\n";
    EXPECT_FALSE(powers(exec_, memory, env_, runner_, false).network_namespace);
    EXPECT_EQ(powers(exec_, memory, env_, runner_, true).network_namespace, first.network_namespace);
    std::ofstream(file) << "network-namespace no (remembered: no)\n";
    int status = 0;
    test::run({"touch", "-d", "2 days ago", file}, "/", status);
    EXPECT_EQ(powers(exec_, memory, env_, runner_, false).lines, first.lines);
    forget_answers(memory);
    EXPECT_TRUE(fs::is_empty(memory));
    EXPECT_FALSE(powers("", memory, env_, runner_, false).program);
}

TEST(Mounts, AreFoundBelowADirectoryOnly) {
    const std::string info =
        "22 1 8:1 / / rw - ext4 /dev/a rw\n30 22 0:5 / /srv/tree rw - tmpfs t rw\n31 22 0:5 / /srv/tree2/x rw - "
        "tmpfs t rw\n"
        "32 22 0:5 / /srv/a\\040b/c\\012d rw - tmpfs t rw\nbroken\n";
    EXPECT_EQ(mounted_below("/srv/tree", info), "");
    EXPECT_EQ(mounted_below("/srv/tree2", info), "/srv/tree2/x");
    EXPECT_EQ(mounted_below("/srv/a b", info), "/srv/a b/c\nd");
    EXPECT_EQ(mounted_below("/sr", info), "");
}

}  // namespace
}  // namespace rfsn::isolate
