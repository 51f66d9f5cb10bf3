// SPDX-License-Identifier: MIT
#include "git/materialize.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sys/stat.h>

#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using model::FileEdit;
using model::FileMode;
using test::must;
using test::open_repository;
using test::TempRepo;

std::string slurp(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

/// Every file below `root`, as "path" -> what it is and holds.
std::map<std::string, std::string> contents(const std::string& root) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const std::string name = entry.path().string().substr(root.size() + 1);
        if (entry.is_symlink()) {
            files[name] = "-> " + fs::read_symlink(entry.path()).string();
        } else if (entry.is_regular_file()) {
            const bool exec = (fs::status(entry.path()).permissions() & fs::perms::owner_exec) != fs::perms::none;
            files[name] = (exec ? "x:" : "") + slurp(entry.path());
        }
    }
    return files;
}

/// A repository with a staged change of every kind, unstaged work beside it, and places of our own outside it.
struct Fixture {
    TempRepo repo;
    TempRepo outside;
    std::string shadow = outside.file("shadow/wt");
    std::string state = outside.file("shadow/state");

    Fixture() {
        repo.write("a.txt", "one\n");
        repo.write("b.txt", "b\n");
        repo.write("dir/c.txt", "c\n");
        repo.write("run.sh", "#!/bin/sh\n", true);
        fs::create_symlink("a.txt", repo.file("link"));
        repo.git({"add", "."});
        repo.commit();
        repo.stage("a.txt", "staged\n");
        repo.write("a.txt", "unstaged\n");
        repo.git({"rm", "-q", "b.txt"});
        repo.stage("new/deep/n.txt", "n\n");
        repo.write("untracked", "u\n");
        repo.write("ita", "i\n");
        repo.git({"add", "-N", "ita"});
    }
    std::map<std::string, std::string> expected() const {
        return {{"a.txt", "staged\n"},
                {"dir/c.txt", "c\n"},
                {"run.sh", "x:#!/bin/sh\n"},
                {"link", "-> a.txt"},
                {"new/deep/n.txt", "n\n"}};
    }
};

struct View {
    git::Repository repository;
    std::unique_ptr<git::StagedSource> source;
    model::Snapshot snapshot;
    git::TreeView view;

    explicit View(const std::string& path, const git::Selection& selection = {})
        : repository(open_repository(path)),
          source(must(git::staged_source(repository))),
          snapshot(must(source->snapshot(selection))),
          view(*source, snapshot) {}
};

std::size_t objects_in(const TempRepo& repo) {
    return contents(repo.file(".git/objects")).size();
}

TEST(MaterializeTree, IsExactlyWhatWouldBeCommittedAndWritesNothingIntoTheRepository) {
    const Fixture f;
    const View v(f.repo.path());
    const auto objects = objects_in(f.repo);
    const auto index = f.repo.read(".git/index");
    const auto tree = must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    EXPECT_EQ(contents(f.shadow), f.expected());
    EXPECT_EQ(objects_in(f.repo), objects);
    EXPECT_EQ(f.repo.read(".git/index"), index);
    EXPECT_EQ(f.repo.read("a.txt"), "unstaged\n");
    EXPECT_EQ(tree + "\n", f.repo.git({"write-tree"}));
}

TEST(MaterializeTree, AWarmTreeFollowsAndOnlyChangedFilesAreWritten) {
    const Fixture f;
    const View first(f.repo.path());
    must(git::materialize_tree(first.repository, first.view, f.shadow, f.state, {}));
    const auto untouched = fs::last_write_time(f.shadow + "/dir/c.txt");
    f.repo.stage("run.sh", "#!/bin/sh\nexit\n");
    f.repo.git({"rm", "-q", "--cached", "new/deep/n.txt"});
    const View second(f.repo.path());
    must(git::materialize_tree(second.repository, second.view, f.shadow, f.state, {}));
    auto expected = f.expected();
    expected["run.sh"] = "x:#!/bin/sh\nexit\n";
    expected.erase("new/deep/n.txt");
    EXPECT_EQ(contents(f.shadow), expected);
    EXPECT_FALSE(fs::exists(f.shadow + "/new"));
    EXPECT_EQ(fs::last_write_time(f.shadow + "/dir/c.txt"), untouched);
}

TEST(MaterializeTree, WhatACheckDidToItIsGoneButForWhatIsKept) {
    const Fixture f;
    const View v(f.repo.path());
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {"cache/"}));
    const auto overwrite = [&](const std::string& name, const std::string& bytes) {
        fs::create_directories(fs::path(f.shadow + "/" + name).parent_path());
        std::ofstream(f.shadow + "/" + name, std::ios::binary) << bytes;
    };
    overwrite("dir/c.txt", "X\n");  // same size
    overwrite("left/over", "x");
    overwrite("cache/warm", "w");
    overwrite("nested/.git/HEAD", "ref: refs/heads/x\n");
    overwrite(".gitignore", "*\n");
    fs::remove_all(f.shadow + "/new");
    std::ofstream(f.shadow + "/new") << "a file where a directory was";
    fs::remove(f.shadow + "/a.txt");
    fs::create_directories(f.shadow + "/a.txt/dir");
    fs::permissions(f.shadow + "/run.sh", fs::perms::owner_read | fs::perms::owner_write);
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {"cache/"}));
    auto expected = f.expected();
    expected["cache/warm"] = "w";
    EXPECT_EQ(contents(f.shadow), expected);
}

TEST(MaterializeTree, SurvivesADamagedIndexAStaleLockAndALostTree) {
    const Fixture f;
    const View v(f.repo.path());
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    std::ofstream(f.state + "/index.lock") << "";
    std::ofstream(f.state + "/index") << "rubbish";
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    EXPECT_EQ(contents(f.shadow), f.expected());
    fs::remove_all(f.shadow);
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    EXPECT_EQ(contents(f.shadow), f.expected());
    fs::remove_all(f.state + "/objects");
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    EXPECT_EQ(contents(f.shadow), f.expected());
}

TEST(MaterializeTree, EditsLieOverItAndGoAway) {
    const Fixture f;
    const View v(f.repo.path());
    const auto base = must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    std::vector<FileEdit> edits(3);
    edits[0] = {"a.txt", must(v.view.find("a.txt"))->object, FileMode::executable, "fixed\n", false};
    edits[1] = {"dir/c.txt", must(v.view.find("dir/c.txt"))->object, FileMode::regular, "", true};
    edits[2] = {"made\nodd", "", FileMode::regular, std::string("\0\xff", 2), false};
    const auto objects = objects_in(f.repo);
    const auto edited = must(git::materialize_tree(v.repository, v.view.with_edits(edits), f.shadow, f.state, {}));
    EXPECT_NE(edited, base);
    auto expected = f.expected();
    expected["a.txt"] = "x:fixed\n";
    expected.erase("dir/c.txt");
    expected["made\nodd"] = std::string("\0\xff", 2);
    EXPECT_EQ(contents(f.shadow), expected);
    EXPECT_EQ(objects_in(f.repo), objects);
    EXPECT_EQ(must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {})), base);
    EXPECT_EQ(contents(f.shadow), f.expected());
}

TEST(MaterializeTree, StaysOnTheSnapshotWhenMoreIsStagedMeanwhile) {
    const Fixture f;
    const View v(f.repo.path());
    f.repo.stage("a.txt", "staged later\n");
    f.repo.stage("later.txt", "l\n");
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    EXPECT_EQ(contents(f.shadow), f.expected());
}

TEST(MaterializeTree, ServesUnbornBranchesRangesAndAll) {
    const TempRepo repo;
    const TempRepo outside;
    repo.stage("a", "1\n");
    const View unborn(repo.path());
    must(git::materialize_tree(unborn.repository, unborn.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(contents(outside.file("wt")), (std::map<std::string, std::string>{{"a", "1\n"}}));
    repo.commit();
    repo.stage("a", "2\n");
    repo.commit();
    repo.stage("b", "b\n");
    const View range(repo.path(), {model::SnapshotSource::range, "HEAD~1..HEAD"});
    must(git::materialize_tree(range.repository, range.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(contents(outside.file("wt")), (std::map<std::string, std::string>{{"a", "2\n"}}));
    const View all(repo.path(), {model::SnapshotSource::all, ""});
    must(git::materialize_tree(all.repository, all.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(contents(outside.file("wt")), (std::map<std::string, std::string>{{"a", "2\n"}, {"b", "b\n"}}));
}

TEST(MaterializeTree, ConvertsAsACheckoutAndNoticesWhenTheRulesChange) {
    const TempRepo repo;
    const TempRepo outside;
    repo.stage("a.txt", "one\ntwo\n");
    repo.stage(".gitattributes", "*.txt eol=crlf\n");
    const View crlf(repo.path());
    must(git::materialize_tree(crlf.repository, crlf.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(slurp(outside.file("wt/a.txt")), "one\r\ntwo\r\n");
    repo.stage(".gitattributes", "*.txt eol=lf\n");
    const View lf(repo.path());
    must(git::materialize_tree(lf.repository, lf.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(slurp(outside.file("wt/a.txt")), "one\ntwo\n");
    repo.git({"rm", "-q", "--cached", ".gitattributes"});
    repo.git({"config", "core.autocrlf", "true"});
    const View config(repo.path());
    must(git::materialize_tree(config.repository, config.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_EQ(slurp(outside.file("wt/a.txt")), "one\r\ntwo\r\n");
}

TEST(MaterializeTree, RunsNoHooksOfTheRepository) {
    const Fixture f;
    for (const char* name : {"post-checkout", "post-index-change"}) {
        f.repo.write(std::string(".git/hooks/") + name, "#!/bin/sh\ntouch '" + f.repo.path() + "/ran'\n", true);
    }
    const View v(f.repo.path());
    must(git::materialize_tree(v.repository, v.view, f.shadow, f.state, {}));
    must(git::materialize_paths(v.repository, v.view, {"a.txt"}, f.outside.file("paths")));
    EXPECT_FALSE(fs::exists(f.repo.file("ran")));
}

TEST(MaterializeTree, SubmodulesAreEmptyDirectories) {
    const TempRepo repo;
    const TempRepo outside;
    repo.stage("a", "a");
    repo.stage(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ./sub\n");
    repo.git({"update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,sub"});
    const View v(repo.path());
    must(git::materialize_tree(v.repository, v.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_TRUE(fs::is_directory(outside.file("wt/sub")));
    std::ofstream(outside.file("wt/sub/left")) << "x";
    must(git::materialize_tree(v.repository, v.view, outside.file("wt"), outside.file("st"), {}));
    EXPECT_TRUE(fs::is_empty(outside.file("wt/sub")));
}

TEST(MaterializePaths, WritesOnlyWhatWasAskedForAsACheckoutWould) {
    const TempRepo repo;
    const TempRepo outside;
    repo.stage(".gitattributes", "*.txt eol=crlf\n");
    repo.stage("dir/a.txt", "one\n");
    repo.stage("dir/b.txt", "b\n");
    repo.write("run", "#!/bin/sh\n", true);
    fs::create_symlink("dir/a.txt", repo.file("link"));
    repo.git({"add", "run", "link"});
    repo.write(".gitattributes", "");  // unstaged: does not count
    const View v(repo.path());
    const auto edited =
        v.view.with_edits({{"dir/a.txt", must(v.view.find("dir/a.txt"))->object, FileMode::regular, "e\n", false}});
    must(git::materialize_paths(v.repository, edited, {"dir/a.txt", "run", "link"}, outside.file("out")));
    EXPECT_EQ(contents(outside.file("out")),
              (std::map<std::string, std::string>{
                  {"dir/a.txt", "e\r\n"}, {"run", "x:#!/bin/sh\n"}, {"link", "-> dir/a.txt"}}));
    const auto missing = git::materialize_paths(v.repository, v.view, {"nope"}, outside.file("out"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, base::ErrorCode::not_found);
}

TEST(MaterializePaths, TakesOddNamesAndNone) {
    const TempRepo repo;
    const TempRepo outside;
    const std::vector<std::string> names{"new\nline", "bad\xff", "-dash", " space ", "quote\""};
    for (const auto& name : names) {
        repo.stage(name, name);
    }
    const View v(repo.path());
    must(git::materialize_paths(v.repository, v.view, names, outside.file("out")));
    must(git::materialize_paths(v.repository, v.view, {}, outside.file("none")));
    for (const auto& name : names) {
        EXPECT_EQ(slurp(outside.file("out/" + name)), name);
    }
    EXPECT_TRUE(fs::is_empty(outside.file("none")));
}

}  // namespace
}  // namespace rfsn
