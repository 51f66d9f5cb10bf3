// SPDX-License-Identifier: MIT
// Both readers of the stage, and git's cat-file besides libgit2's odb, on the same repositories: equal snapshots, equal
// trees.
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "git/source_base.hpp"
#include "opened.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using git::Selection;
using model::ChangeKind;
using model::FileMode;
using model::IndexOrigin;
using model::SnapshotSource;
using test::must;
using test::open_repository;
using test::TempRepo;

struct Case {
    const char* name;
    std::function<void(TempRepo&)> build;
    std::vector<std::string> expected;  ///< "A path", sorted by path
    bool libgit2_serves = true;
    Selection selection = {};
    std::function<void(base::Environment&, const TempRepo&)> env = nullptr;
};

void start(TempRepo& repo) {
    repo.write("a.txt", "one\ntwo\nthree\n");
    repo.write("dir/b.txt", "b\n");
    repo.write("dir/deep/c.txt", "c\n");
    repo.write("run.sh", "#!/bin/sh\n", true);
    repo.git({"add", "."});
    repo.commit();
}

std::string letter(const model::StagedFile& file) {
    switch (file.kind) {
        case ChangeKind::added:
            return "A";
        case ChangeKind::modified:
            return "M";
        case ChangeKind::deleted:
            return "D";
        case ChangeKind::renamed:
            return "R";
        case ChangeKind::type_changed:
            return "T";
        case ChangeKind::unchanged:
            break;
    }
    return "=";
}

std::vector<std::string> describe(const model::Snapshot& snapshot) {
    std::vector<std::string> lines;
    for (const auto& file : snapshot.files) {
        lines.push_back(letter(file) + " " + (file.old_path.empty() ? "" : file.old_path + " -> ") + file.path);
    }
    return lines;
}

void expect_equal(const model::Snapshot& a, const model::Snapshot& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.base_tree, b.base_tree);
    EXPECT_EQ(a.result_tree, b.result_tree);
    EXPECT_EQ(a.origin, b.origin);
    EXPECT_EQ(a.merging, b.merging);
    ASSERT_EQ(describe(a), describe(b));
    for (std::size_t i = 0; i < a.files.size(); ++i) {
        EXPECT_EQ(a.files[i].mode, b.files[i].mode) << a.files[i].path;
        EXPECT_EQ(a.files[i].old_mode, b.files[i].old_mode) << a.files[i].path;
        EXPECT_EQ(a.files[i].blob, b.files[i].blob) << a.files[i].path;
        EXPECT_EQ(a.files[i].old_blob, b.files[i].old_blob) << a.files[i].path;
    }
}

std::vector<std::string> names(const std::vector<git::TreeEntry>& entries) {
    std::vector<std::string> result;
    for (const auto& entry : entries) {
        result.push_back(entry.name + " " + std::to_string(static_cast<unsigned>(entry.mode)) + " " + entry.object +
                         (entry.is_tree ? "/" : ""));
    }
    return result;
}

/// What would be committed, from git itself.
std::vector<std::string> committed_paths(const std::string& directory, const base::Environment& env) {
    auto opened = open_repository(directory, env);
    const std::string tree = must(opened.git({"write-tree"}));
    const std::string listing =
        must(opened.git({"ls-tree", "-r", "-z", "--name-only", tree.substr(0, tree.size() - 1)}));
    std::vector<std::string> paths;
    for (std::size_t at = 0; at < listing.size();) {
        const auto end = listing.find('\0', at);
        paths.push_back(listing.substr(at, end - at));
        at = end + 1;
    }
    return paths;
}

std::string blob_of(const TempRepo& repo, const std::string& bytes) {
    auto id = repo.git({"hash-object", "-w", "--stdin"}, bytes);
    id.pop_back();
    return id;
}

std::vector<Case> cases() {
    const Selection all{SnapshotSource::all, ""};
    return {
        {"unborn", [](TempRepo& r) { r.stage("new.txt", "x\n"); }, {"A new.txt"}},
        {"unborn and empty", [](TempRepo&) {}, {}},
        {"modified and added",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "one\nTWO\nthree\n");
             r.stage("dir/new.txt", "n\n");
             r.write("a.txt", "unstaged\n");
         },
         {"M a.txt", "A dir/new.txt"}},
        {"deleted",
         [](TempRepo& r) {
             start(r);
             r.git({"rm", "-q", "a.txt"});
         },
         {"D a.txt"}},
        {"rm --cached",
         [](TempRepo& r) {
             start(r);
             r.git({"rm", "-q", "--cached", "dir/b.txt"});
         },
         {"D dir/b.txt"}},
        {"renamed",
         [](TempRepo& r) {
             start(r);
             r.git({"mv", "a.txt", "z.txt"});
         },
         {"R a.txt -> z.txt"},
         false},
        {"renamed with changes",
         [](TempRepo& r) {
             std::string text;
             for (int i = 0; i < 40; ++i) {
                 text += "line " + std::to_string(i) + "\n";
             }
             r.stage("long.txt", text);
             r.commit();
             r.git({"mv", "long.txt", "moved.txt"});
             r.stage("moved.txt", text + "more\n");
             r.git({"config", "diff.renames", "false"});
             r.git({"config", "diff.renameLimit", "1"});
         },
         {"R long.txt -> moved.txt"},
         false},
        {"deleted and added, too different for a rename",
         [](TempRepo& r) {
             start(r);
             r.git({"rm", "-q", "a.txt"});
             r.stage("b.txt", "something else entirely\n");
         },
         {"D a.txt", "A b.txt"},
         false},
        {"mode",
         [](TempRepo& r) {
             start(r);
             r.git({"update-index", "--chmod=+x", "a.txt"});
         },
         {"M a.txt"}},
        {"file becomes symlink",
         [](TempRepo& r) {
             start(r);
             fs::remove(r.file("a.txt"));
             fs::create_symlink("dir/b.txt", r.file("a.txt"));
             r.git({"add", "a.txt"});
         },
         {"T a.txt"}},
        {"submodule",
         [](TempRepo& r) {
             start(r);
             r.git({"update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,sub"});
         },
         {"A sub"}},
        {"file becomes directory",
         [](TempRepo& r) {
             start(r);
             fs::remove(r.file("a.txt"));
             r.stage("a.txt/inner", "completely new words here\n");
             r.git({"add", "-A", "."});
         },
         {"D a.txt", "A a.txt/inner"},
         false},
        {"intent to add",
         [](TempRepo& r) {
             start(r);
             r.write("new.txt", "n\n");
             r.git({"add", "-N", "new.txt"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"},
         false},
        {"intent to add over a removed one",
         [](TempRepo& r) {
             start(r);
             r.git({"rm", "-q", "--cached", "a.txt"});
             r.git({"add", "-N", "a.txt"});
         },
         {"D a.txt"},
         false},
        {"index v4",
         [](TempRepo& r) {
             start(r);
             r.git({"update-index", "--index-version", "4"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"split index",
         [](TempRepo& r) {
             start(r);
             r.git({"update-index", "--split-index"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"},
         false},
        {"index without a checksum",
         [](TempRepo& r) {
             start(r);
             r.git({"config", "index.skipHash", "true"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"sparse index",
         [](TempRepo& r) {
             start(r);
             r.git({"sparse-checkout", "set", "--cone", "--sparse-index", "other"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"},
         false},
        {"CRLF",
         [](TempRepo& r) {
             start(r);
             r.git({"config", "core.autocrlf", "true"});
             r.stage("a.txt", "one\r\nTWO\r\nthree\r\n");
         },
         {"M a.txt"}},
        {"odd names",
         [](TempRepo& r) {
             start(r);
             r.stage("new\nline", "x");
             r.stage("bad\xff\xfeutf8", "x");
             r.stage("quote\"and\\", "x");
             r.stage(" space ", "x");
             r.stage("-dash", "x");
             r.stage("tab\there", "x");
         },
         {"A  space ", "A -dash", "A bad\xff\xfeutf8", "A new\nline", "A quote\"and\\", "A tab\there"}},
        {"nothing staged",
         [](TempRepo& r) {
             start(r);
             r.write("a.txt", "unstaged\n");
         },
         {}},
        {"resolved merge",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "-b", "side"});
             r.stage("a.txt", "side\n");
             r.commit();
             r.git({"checkout", "-q", "main"});
             r.stage("a.txt", "main\n");
             r.commit();
             int status = 0;
             test::run({"git", "merge", "-q", "side"}, r.path(), status);
             r.stage("a.txt", "both\n");
         },
         {"M a.txt"}},
        {"empty file",
         [](TempRepo& r) {
             start(r);
             r.stage("empty", "");
         },
         {"A empty"}},
        {"replaced commit",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "second\n");
             r.commit();
             r.git({"replace", "HEAD", "HEAD~1"});
         },
         {"M a.txt"},
         false},
        {"another index file",
         [](TempRepo& r) {
             start(r);
             fs::copy(r.file(".git/index"), r.file("saved"));
             r.git({"update-index", "--add", "--cacheinfo", "100644," + blob_of(r, "q\n") + ",only-real"});
             fs::rename(r.file("saved"), r.file(".git/index.lock"));
         },
         {"A only-in-lock"},
         true,
         {},
         [](base::Environment& env, const TempRepo& r) {
             env.set("GIT_INDEX_FILE", ".git/index.lock");
             must(open_repository(r.path(), env)
                      .git({"update-index", "--add", "--cacheinfo", "100644," + blob_of(r, "l\n") + ",only-in-lock"}));
         }},
        {"files that git is told not to look at",
         [](TempRepo& r) {
             start(r);
             r.git({"update-index", "--skip-worktree", "dir/b.txt"});
             r.git({"update-index", "--assume-unchanged", "run.sh"});
             fs::remove(r.file("dir/b.txt"));
             r.write("run.sh", "changed\n");
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"sparse checkout, full index",
         [](TempRepo& r) {
             start(r);
             r.git({"sparse-checkout", "set", "--cone", "other"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"untracked cache and fsmonitor",
         [](TempRepo& r) {
             start(r);
             r.write(".git/watch", "#!/bin/sh\nprintf 'token\\0/\\0'\n", true);
             r.git({"config", "core.fsmonitor", ".git/watch"});
             r.git({"config", "core.untrackedCache", "true"});
             r.git({"update-index", "--force-untracked-cache", "--fsmonitor"});
             r.git({"status"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"objects in alternates",
         [](TempRepo& r) {
             start(r);
             fs::rename(r.file(".git/objects"), r.file(".git/elsewhere"));
             r.write(".git/objects/info/alternates", r.file(".git/elsewhere") + "\n");
             fs::create_directories(r.file(".git/objects/pack"));
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"all packed, with a multi-pack index and a commit graph",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "y\n");
             r.commit();
             r.git({"gc", "-q"});
             r.git({"multi-pack-index", "write"});
             r.git({"commit-graph", "write", "--reachable"});
             r.git({"pack-refs", "--all"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"ident, an encoding of the work tree, a filter driver and an LFS pointer",
         [](TempRepo& r) {
             start(r);
             r.git({"config", "filter.up.clean", "tr a-z A-Z"});
             r.git({"config", "filter.up.smudge", "tr A-Z a-z"});
             r.git({"config", "filter.lfs.clean", "sed s/x/y/"});
             r.git({"config", "filter.lfs.process", ""});
             r.stage(".gitattributes",
                     "id.txt ident\nwide.txt working-tree-encoding=UTF-16LE\nup.txt filter=up\n*.bin filter=lfs\n");
             r.stage("id.txt", "$Id$\n");
             r.stage("wide.txt", std::string("w\0\n\0", 4));
             r.stage("up.txt", "low\n");
             r.stage("p.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:x\nsize 1\n");
         },
         {"A .gitattributes", "A id.txt", "A p.bin", "A up.txt", "A wide.txt"}},
        {"detached HEAD",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "--detach"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"a branch by another branch's name",
         [](TempRepo& r) {
             start(r);
             r.git({"branch", "real"});
             r.git({"symbolic-ref", "refs/heads/alias", "refs/heads/real"});
             r.git({"symbolic-ref", "HEAD", "refs/heads/alias"});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"orphan branch",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "--orphan", "fresh"});
         },
         {"A a.txt", "A dir/b.txt", "A dir/deep/c.txt", "A run.sh"}},
        {"no index file",
         [](TempRepo& r) {
             start(r);
             fs::remove(r.file(".git/index"));
         },
         {"D a.txt", "D dir/b.txt", "D dir/deep/c.txt", "D run.sh"}},
        {"names that differ by case, where case is said not to count",
         [](TempRepo& r) {
             start(r);
             r.git({"config", "core.ignorecase", "true"});
             r.git({"update-index", "--add", "--cacheinfo", "100644," + blob_of(r, "upper\n") + ",A.txt"});
             r.git({"update-index", "--add", "--cacheinfo", "100644," + blob_of(r, "DIR\n") + ",DIR/b.txt"});
         },
         {"A A.txt", "A DIR/b.txt"}},
        {"a submodule that is to be ignored",
         [](TempRepo& r) {
             start(r);
             r.stage(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n");
             r.git({"update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,sub"});
             r.commit();
             r.git({"config", "diff.ignoreSubmodules", "all"});
             r.git({"update-index", "--cacheinfo", "160000,2234567890123456789012345678901234567890,sub"});
         },
         {"M sub"}},
        {"settings that change what git diff shows",
         [](TempRepo& r) {
             start(r);
             r.write(".git/order", "run.sh\na.txt\n");
             for (const auto& [name, value] :
                  std::map<std::string, std::string>{{"diff.orderFile", r.file(".git/order")},
                                                     {"diff.external", "false"},
                                                     {"diff.relative", "true"},
                                                     {"diff.noprefix", "true"},
                                                     {"diff.renames", "copies"},
                                                     {"diff.submodule", "log"},
                                                     {"diff.wordRegex", "."},
                                                     {"color.ui", "always"},
                                                     {"core.quotePath", "true"},
                                                     {"core.abbrev", "4"},
                                                     {"core.pager", "false"}}) {
                 r.git({"config", name, value});
             }
             r.stage("a.txt", "z\n");
             r.stage("copy.txt", "b\n");
             r.git({"update-index", "--chmod=-x", "run.sh"});
         },
         {"M a.txt", "A copy.txt", "M run.sh"}},
        {"a mode that git no longer writes",
         [](TempRepo& r) {
             start(r);
             std::string id = blob_of(r, "g\n");
             std::string raw = "100664 old.txt";
             raw += '\0';
             for (std::size_t i = 0; i < id.size(); i += 2) {
                 raw += static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16));
             }
             auto tree = r.git({"hash-object", "-t", "tree", "-w", "--literally", "--stdin"}, raw);
             tree.pop_back();
             auto commit = r.git({"commit-tree", "-m", "old", tree});
             commit.pop_back();
             r.git({"update-ref", "refs/heads/main", commit});
             r.git({"read-tree", "HEAD"});
             r.stage("new.txt", "n\n");
         },
         {"A new.txt"}},
        {"a replaced tree is no change",
         [](TempRepo& r) {
             start(r);
             auto was = r.git({"rev-parse", "HEAD^{tree}"});
             was.pop_back();
             r.git({"rm", "-q", "--cached", "dir/b.txt"});
             auto other = r.git({"write-tree"});
             other.pop_back();
             r.git({"read-tree", "HEAD"});
             r.git({"replace", was, other});
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"}},
        {"a range whose history is replaced",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "-b", "side"});
             r.stage("side.txt", "s");
             r.commit();
             r.git({"checkout", "-q", "main"});
             r.stage("main.txt", "m");
             r.commit();
             r.git({"replace", "--graft", "side", "main"});
         },
         {"D main.txt", "A side.txt"},
         false,
         {SnapshotSource::range, "main...side"}},
        {"cherry-pick under way",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "-b", "side"});
             r.stage("a.txt", "side\n");
             r.stage("picked.txt", "p\n");
             r.commit();
             r.git({"checkout", "-q", "main"});
             r.stage("a.txt", "main\n");
             r.commit();
             int status = 0;
             test::run({"git", "cherry-pick", "side"}, r.path(), status);
             r.stage("a.txt", "both\n");
         },
         {"M a.txt", "A picked.txt"}},
        {"rebase under way",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "-b", "side"});
             r.stage("a.txt", "side\n");
             r.stage("picked.txt", "p\n");
             r.commit();
             r.git({"checkout", "-q", "main"});
             r.stage("a.txt", "main\n");
             r.commit();
             r.git({"checkout", "-q", "side"});
             int status = 0;
             test::run({"git", "rebase", "-q", "main"}, r.path(), status);
             r.stage("a.txt", "both\n");
         },
         {"M a.txt", "A picked.txt"}},
        {"GIT_DIR and GIT_WORK_TREE",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "z\n");
             fs::rename(r.file(".git"), r.file("moved"));
         },
         {"M a.txt"},
         false,
         {},
         [](base::Environment& env, const TempRepo& r) {
             env.set("GIT_DIR", r.file("moved"));
             env.set("GIT_WORK_TREE", r.path());
         }},
        {"git -c",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "z\n");
         },
         {"M a.txt"},
         false,
         {},
         [](base::Environment& env, const TempRepo&) {
             env.set("GIT_CONFIG_PARAMETERS", "'core.ignorecase'='true' 'diff.renames'='false'");
         }},
        {"GIT_OBJECT_DIRECTORY and alternates in the environment",
         [](TempRepo& r) {
             start(r);
             fs::create_directories(r.file(".git/fresh"));
         },
         {"A only-there"},
         false,
         {},
         [](base::Environment& env, const TempRepo& r) {
             env.set("GIT_OBJECT_DIRECTORY", r.file(".git/fresh"));
             env.set("GIT_ALTERNATE_OBJECT_DIRECTORIES", r.file(".git/objects"));
             const auto opened = open_repository(r.path(), env);
             auto id = must(opened.git({"hash-object", "-w", "--stdin"}, "there\n"));
             id.pop_back();
             must(opened.git({"update-index", "--add", "--cacheinfo", "100644," + id + ",only-there"}));
         }},
        {"all",
         [](TempRepo& r) {
             start(r);
             r.git({"rm", "-q", "dir/b.txt"});
             r.stage("n", "n");
         },
         {"= a.txt", "= dir/deep/c.txt", "= n", "= run.sh"},
         true,
         all},
        {"all with intent to add",
         [](TempRepo& r) {
             start(r);
             r.write("i", "");
             r.git({"add", "-N", "i"});
         },
         {"= a.txt", "= dir/b.txt", "= dir/deep/c.txt", "= run.sh"},
         false,
         all},
        {"range",
         [](TempRepo& r) {
             start(r);
             r.stage("a.txt", "2\n");
             r.commit();
             r.stage("b", "b");
             r.commit();
             r.stage("c", "c");
         },
         {"M a.txt", "A b"},
         true,
         {SnapshotSource::range, "HEAD~2..HEAD"}},
        {"range from one commit",
         [](TempRepo& r) {
             start(r);
             r.stage("b", "b");
             r.commit();
         },
         {"A b"},
         true,
         {SnapshotSource::range, "HEAD~1"}},
        {"range of two branches",
         [](TempRepo& r) {
             start(r);
             r.git({"checkout", "-q", "-b", "side"});
             r.stage("side.txt", "s");
             r.commit();
             r.git({"checkout", "-q", "main"});
             r.stage("main.txt", "m");
             r.commit();
         },
         {"A side.txt"},
         true,
         {SnapshotSource::range, "main...side"}},
        {"range from nothing",
         [](TempRepo& r) {
             r.stage("b", "b");
             r.commit();
         },
         {"A b"},
         true,
         {SnapshotSource::range, std::string(40, '0') + "..HEAD"}},
    };
}

class Contract : public testing::TestWithParam<Case> {};

/// Every reader on the repository at `directory`: equal snapshots and trees, or a refusal of libgit2's and git's
/// answer.
model::Snapshot expect_contract(const std::string& directory, const base::Environment& env, const Selection& selection,
                                const std::vector<std::string>& expected, std::optional<bool> libgit2_serves) {
    const auto repository = open_repository(directory, env);
    const auto by_git = git::plumbing_source(repository);
    const auto by_git_alone = git::plumbing_source(repository, git::cat_file_reader(repository));
    const auto by_libgit2 = git::libgit2_source(repository);
    const auto chosen = must(git::staged_source(repository));

    const auto snapshot = must(by_git->snapshot(selection));
    EXPECT_EQ(describe(snapshot), expected);
    expect_equal(must(chosen->snapshot(selection)), snapshot);
    expect_equal(must(by_git_alone->snapshot(selection)), snapshot);
    const auto other = by_libgit2->snapshot(selection);
    if (libgit2_serves) {
        EXPECT_EQ(other.has_value(), *libgit2_serves) << (other ? "served" : other.error().describe());
    }
    if (other) {
        expect_equal(*other, snapshot);
    } else {
        EXPECT_EQ(other.error().code, ErrorCode::unsupported);
        EXPECT_STREQ(chosen->name(), "git");
    }
    for (const auto& file : snapshot.files) {
        if (file.has_content()) {
            const auto bytes = must(by_git_alone->read(file.blob, 1 << 20));
            EXPECT_EQ(must(chosen->read(file.blob, 1 << 20)), bytes);
            EXPECT_EQ(must(chosen->size(file.blob)), bytes.size());
            EXPECT_EQ(must(by_git_alone->size(file.blob)), bytes.size());
        }
    }
    EXPECT_EQ(names(must(chosen->walk(std::nullopt))), names(must(by_git_alone->walk(std::nullopt))));
    EXPECT_EQ(names(must(chosen->walk(snapshot.base_tree))), names(must(by_git_alone->walk(snapshot.base_tree))));

    // The view is the tree that would be committed, whatever the source.
    const git::TreeView view(*chosen, snapshot);
    std::vector<std::string> seen;
    for (const auto& entry : must(view.walk())) {
        seen.push_back(entry.name);
        const auto found = must(view.find(entry.name));
        EXPECT_TRUE(found) << entry.name;
        if (found) {
            EXPECT_EQ(found->object, entry.object);
            EXPECT_EQ(found->mode, entry.mode);
        }
    }
    if (selection.source != SnapshotSource::range) {
        EXPECT_EQ(seen, committed_paths(directory, env));
    }
    std::vector<std::string> listed;
    const std::function<void(const std::string&)> descend = [&](const std::string& dir) {
        for (const auto& entry : must(view.list(dir))) {
            entry.is_tree ? descend(entry.name) : listed.push_back(entry.name);
            EXPECT_TRUE(must(view.find(entry.name)));
        }
    };
    descend("");
    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(listed, seen);
    for (const auto& file : snapshot.files) {
        if (file.mode == FileMode::none || !file.old_path.empty()) {
            const auto& gone = file.old_path.empty() ? file.path : file.old_path;
            const auto found = must(view.find(gone));
            EXPECT_TRUE(!found || found->is_tree) << gone;
        }
    }
    return snapshot;
}

TEST_P(Contract, BothReadersAgree) {
    const Case& wanted = GetParam();
    TempRepo repo;
    wanted.build(repo);
    auto env = base::Environment::of_process();
    if (wanted.env) {
        wanted.env(env, repo);
    }
    expect_contract(repo.path(), env, wanted.selection, wanted.expected, wanted.libgit2_serves);
}

INSTANTIATE_TEST_SUITE_P(Repositories, Contract, testing::ValuesIn(cases()), [](const auto& param) {
    std::string name = param.param.name;
    for (char& c : name) {
        c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return name;
});

/// A `git commit` that stands still in its pre-commit hook.
class Held {
   public:
    Held(const TempRepo& repo, const std::vector<std::string>& args) : repo_(repo) {
        repo.write(".git/hooks/pre-commit",
                   "#!/bin/sh\nenv -0 > '" + side_.file("half") + "'; mv '" + side_.file("half") + "' '" +
                       side_.file("env") + "'\nwhile [ ! -e '" + side_.file("go") + "' ]; do sleep 0.01; done\n",
                   true);
        std::vector<std::string> argv{"git"};
        argv.insert(argv.end(), args.begin(), args.end());
        thread_ = std::thread([this, argv] { test::run(argv, repo_.path(), status_, "y\ny\ny\ny\n"); });
        for (int i = 0; i < 3000 && !fs::exists(side_.file("env")); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { end(); }
    /// As the hook has it.
    [[nodiscard]] base::Environment env() const {
        std::map<std::string, std::string, std::less<>> values;
        const std::string block = side_.read("env");
        for (std::size_t at = 0; at < block.size();) {
            const auto stop = block.find('\0', at);
            const auto equals = block.find('=', at);
            values[block.substr(at, equals - at)] = block.substr(equals + 1, stop - equals - 1);
            at = stop + 1;
        }
        return base::Environment(std::move(values));
    }
    int end() {
        if (thread_.joinable()) {
            side_.write("go", "");
            thread_.join();
        }
        return status_;
    }

   private:
    const TempRepo& repo_;
    const TempRepo side_;
    int status_ = -1;
    std::thread thread_;
};

struct Form {
    const char* name;
    std::vector<std::string> args;
    std::vector<std::string> expected;
    IndexOrigin origin = IndexOrigin::normal;
    bool amends = false;
};

class CommitForms : public testing::TestWithParam<Form> {};

TEST_P(CommitForms, AreReadAsGitCommitsThem) {
    const Form& form = GetParam();
    TempRepo repo;
    start(repo);
    repo.stage("dir/b.txt", "second\n");
    repo.commit();
    repo.stage("a.txt", "staged\n");
    repo.write("a.txt", "staged\nnot staged\n");
    repo.write("dir/deep/c.txt", "not staged\n");
    fs::remove(repo.file("run.sh"));
    repo.write("untracked", "u\n");
    Held held(repo, form.args);
    const auto snapshot = expect_contract(repo.path(), held.env(), {}, form.expected, std::nullopt);
    EXPECT_EQ(snapshot.origin, form.origin);
    ASSERT_EQ(held.end(), 0);
    // What git made of it is the last word. An amended commit is judged by what is new since the one it replaces.
    const auto committed = open_repository(repo.path());
    const std::string range = form.amends ? "HEAD@{1}..HEAD" : "HEAD~1..HEAD";
    const auto made = must(git::plumbing_source(committed)->snapshot({SnapshotSource::range, range}));
    EXPECT_EQ(describe(made), describe(snapshot));
    ASSERT_EQ(made.files.size(), snapshot.files.size());
    for (std::size_t i = 0; i < made.files.size(); ++i) {
        EXPECT_EQ(made.files[i].blob, snapshot.files[i].blob);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Of, CommitForms,
    testing::Values(
        Form{"plain", {"commit", "-qm", "c"}, {"M a.txt"}},
        Form{"all", {"commit", "-qam", "c"}, {"M a.txt", "M dir/deep/c.txt", "D run.sh"}, IndexOrigin::commit_all},
        Form{"hunks", {"commit", "-qpm", "c"}, {"M a.txt", "M dir/deep/c.txt", "D run.sh"}, IndexOrigin::commit_all},
        Form{"include",
             {"commit", "-qm", "c", "-i", "dir/deep/c.txt"},
             {"M a.txt", "M dir/deep/c.txt"},
             IndexOrigin::commit_all},
        Form{"paths", {"commit", "-qm", "c", "--", "dir/deep"}, {"M dir/deep/c.txt"}, IndexOrigin::commit_paths},
        Form{"only",
             {"commit", "-qm", "c", "-o", "a.txt", "run.sh"},
             {"M a.txt", "D run.sh"},
             IndexOrigin::commit_paths},
        Form{"amend", {"commit", "-q", "--amend", "--no-edit"}, {"M a.txt"}, IndexOrigin::normal, true},
        Form{"amend_all",
             {"commit", "-qa", "--amend", "--no-edit"},
             {"M a.txt", "M dir/deep/c.txt", "D run.sh"},
             IndexOrigin::commit_all,
             true},
        Form{"settings",
             {"-c", "core.abbrev=5", "-c", "user.name=other", "commit", "-qam", "c"},
             {"M a.txt", "M dir/deep/c.txt", "D run.sh"},
             IndexOrigin::commit_all}),
    [](const auto& param) { return std::string(param.param.name); });

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
