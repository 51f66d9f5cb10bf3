// SPDX-License-Identifier: MIT
// Both readers of the stage, and git's cat-file besides libgit2's odb, on the same repositories: equal snapshots, equal
// trees.
#include "source_contract.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using namespace test;

struct Case {
    const char* name;
    std::function<void(TempRepo&)> build;
    std::vector<std::string> expected;  ///< "A path", sorted by path
    bool libgit2_serves = true;
    Selection selection = {};
    std::function<void(base::Environment&, const TempRepo&)> env = nullptr;
};

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

}  // namespace
}  // namespace rfsn
