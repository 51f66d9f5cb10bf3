// SPDX-License-Identifier: MIT
// Both readers of the stage, and git's cat-file besides libgit2's odb, on the same repositories: equal snapshots, equal
// trees.
#include <filesystem>
#include <functional>
#include <sys/stat.h>
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
std::vector<std::string> committed_paths(const TempRepo& repo, const base::Environment& env) {
    auto opened = open_repository(repo.path(), env);
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
    const auto repository = open_repository(repo.path(), env);
    const auto by_git = git::plumbing_source(repository);
    const auto by_git_alone = git::plumbing_source(repository, git::cat_file_reader(repository));
    const auto by_libgit2 = git::libgit2_source(repository);
    const auto chosen = must(git::staged_source(repository));

    const auto snapshot = must(by_git->snapshot(wanted.selection));
    EXPECT_EQ(describe(snapshot), wanted.expected);
    expect_equal(must(chosen->snapshot(wanted.selection)), snapshot);
    expect_equal(must(by_git_alone->snapshot(wanted.selection)), snapshot);
    const auto other = by_libgit2->snapshot(wanted.selection);
    ASSERT_EQ(other.has_value(), wanted.libgit2_serves) << (other ? "served" : other.error().describe());
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
        ASSERT_TRUE(found) << entry.name;
        EXPECT_EQ(found->object, entry.object);
        EXPECT_EQ(found->mode, entry.mode);
    }
    if (wanted.selection.source != SnapshotSource::range) {
        EXPECT_EQ(seen, committed_paths(repo, env));
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
}

INSTANTIATE_TEST_SUITE_P(Repositories, Contract, testing::ValuesIn(cases()), [](const auto& param) {
    std::string name = param.param.name;
    for (char& c : name) {
        c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return name;
});

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
