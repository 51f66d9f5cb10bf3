// SPDX-License-Identifier: MIT
// One contract for every way to a whole tree: what a check sees there, what becomes of what it writes, and that nothing
// else changes.
#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "isolate/isolate.hpp"
#include "support/temp_repo.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

using model::FileMode;
using Values = std::map<std::string, std::string, std::less<>>;

/// `shadow_denied`: on a machine that gives no namespaces, as in most containers.
enum class Way { overlay, shadow, shadow_denied };

const char* name_of(const testing::TestParamInfo<Way>& info) {
    return info.param == Way::overlay ? "overlay" : info.param == Way::shadow ? "shadow" : "shadow_denied";
}

class WholeTreeTest : public testing::TestWithParam<Way> {
   protected:
    WholeTreeTest()
        : home_(*base::TempDir::make(fs::temp_directory_path().string(), "home-")),
          outside_(*base::TempDir::make(fs::temp_directory_path().string(), "out-")) {
        values_ = {{"PATH", "/usr/bin:/bin"}, {"HOME", home_.path()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
        for (const char* key : {"PATH"}) {
            // Toolchains that are installed for the user who runs the tests.
            if (const auto given = base::Environment::of_process().get(key)) {
                values_[key] = *given;
            }
        }
    }

    [[nodiscard]] std::string exec_program() const {
        const std::string program = std::string(RFSN_BIN_DIR) + "/rfsn-exec";
        if (GetParam() != Way::shadow_denied) {
            return program;
        }
        // As it answers and acts where unshare(2) is refused.
        const std::string script = home_.path() + "/rfsn-exec-denied";
        std::ofstream(script) << "#!/bin/sh\n# The leak checker of a sanitized build can't work under a "
                                 "tracer.\nexport ASAN_OPTIONS=detect_leaks=0\nexec strace -D -f -qq -o /dev/null -e "
                                 "trace=unshare -e inject=unshare:error=EPERM "
                              << program << " \"$@\"\n";
        fs::permissions(script, fs::perms::owner_all);
        return script;
    }

    void open(const std::string& directory = {}) {
        env_ = base::Environment(values_);
        auto repository = git::Repository::open(directory.empty() ? repo_.path() : directory, env_, runner_);
        ASSERT_TRUE(repository) << repository.error().describe();
        isolation_.reset();
        repository_.emplace(std::move(*repository));
        source_ = *git::staged_source(*repository_);
        auto snapshot = source_->snapshot({});
        ASSERT_TRUE(snapshot) << snapshot.error().describe();
        snapshot_ = std::move(*snapshot);
        isolation_ = isolation(*repository_, env_, exec_program());
    }

    [[nodiscard]] git::TreeView view() const { return git::TreeView(*source_, snapshot_); }
    [[nodiscard]] Request request(std::vector<std::string> files) const {
        Request result;
        result.tier = model::Tier::shadow;
        result.files = std::move(files);
        result.label = "check";
        result.seen_from_outside = GetParam() == Way::shadow;
        return result;
    }
    std::unique_ptr<Place> prepare(std::vector<std::string> files) {
        return prepare(view(), request(std::move(files)));
    }
    std::unique_ptr<Place> prepare(const git::TreeView& view, const Request& request) {
        auto place = isolation_->prepare(view, request);
        EXPECT_TRUE(place) << place.error().describe();
        if (!place) {
            return nullptr;
        }
        const std::string kind = GetParam() == Way::overlay && overlay_fits_ ? "overlay" : "shadow";
        EXPECT_EQ((*place)->describe().rfind(kind, 0), 0U) << (*place)->describe();
        return std::move(*place);
    }
    base::ProcessResult run(const Place& place, std::vector<std::string> argv, const Limits& limits = {},
                            const std::vector<std::string>& env = {}) {
        return runner_.run_one(isolation_->wrap(place, std::move(argv), place.root(), env, limits));
    }
    std::string shell(const Place& place, const std::string& script, const Limits& limits = {}) {
        const auto result = run(place, {"sh", "-c", script}, limits);
        EXPECT_TRUE(result.ok()) << result.describe() << "\n" << result.out << result.err;
        return result.out;
    }
    /// Every file, directory and symlink with mode and content, as a command there sees it.
    std::string seen(const Place& place) { return shell(place, listing); }
    /// What git would check out of what is staged.
    [[nodiscard]] std::string staged() const {
        const base::TempDir tree = *base::TempDir::make(fs::temp_directory_path().string(), "tree-");
        int checked_out = 0;
        // With an index and an object store of its own, so that it leaves no trace.
        test::run({"sh", "-c",
                   "mkdir \"$1/o\" \"$1/t\"; cp -p .git/index \"$1/i\"; export GIT_INDEX_FILE=\"$1/i\" "
                   "GIT_OBJECT_DIRECTORY=\"$1/o\" GIT_ALTERNATE_OBJECT_DIRECTORIES=\"$PWD/.git/objects\"; "
                   "git read-tree $(git write-tree) && git checkout-index -a --prefix=\"$1/t/\"",
                   "sh", tree.path()},
                  repo_.path(), checked_out);
        EXPECT_EQ(checked_out, 0);
        int status = 0;
        return test::run({"sh", "-c", listing}, tree.path() + "/t", status);
    }
    /// Of the work tree and the repository, to be compared before and after.
    [[nodiscard]] std::string traces() const {
        int status = 0;
        return test::run({"sh", "-c", "find . -printf '%p %y %m %s %T@ %i %n %l\\n' | sort"}, repo_.path(), status);
    }

    static constexpr const char* listing =
        "find . -mindepth 1 -name node_modules -prune -o -mindepth 1 ! -type f -printf '%p %y %l\\n' -o -mindepth 1 "
        "-type f "
        "-printf '%p %y %#m ' -exec sha256sum {} \\; | sed 's/ 0...\\([0-7]\\).. / \\1 /' | sort";

    test::TempRepo repo_;
    bool overlay_fits_ = true;  ///< the work tree is such that one can stand for the view
    base::TempDir home_;
    base::TempDir outside_;
    Values values_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    std::optional<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    model::Snapshot snapshot_;
    std::unique_ptr<Isolation> isolation_;
};

INSTANTIATE_TEST_SUITE_P(Ways, WholeTreeTest, testing::Values(Way::overlay, Way::shadow, Way::shadow_denied), name_of);

TEST_P(WholeTreeTest, ShowsExactlyWhatIsStagedWhateverTheWorkTreeLooksLike) {
    for (const char* path : {"same", "dirty", "deleted", "mode", "to-link", "to-dir", "dir/in", "dir/gone",
                             "parent/x/y", "assumed", "skipped", "removed-from-index", "deep/er/file"}) {
        repo_.stage(path, std::string(path) + "\n");
    }
    fs::create_symlink("same", repo_.file("link"));
    repo_.git({"add", "link"});
    repo_.stage(".gitignore", "*.o\nbuild/\n.env\n");
    repo_.commit();
    repo_.stage("new\nline \xff, : \\", "odd\n");
    repo_.stage("partly", "staged\n");
    repo_.write("partly", "unstaged\n");
    repo_.write("dirty", "unstaged, of another size\n");
    fs::remove(repo_.file("deleted"));
    fs::permissions(repo_.file("mode"), fs::perms::owner_exec, fs::perm_options::add);
    fs::remove(repo_.file("to-link"));
    fs::create_symlink("/etc/passwd", repo_.file("to-link"));
    fs::remove(repo_.file("to-dir"));
    repo_.write("to-dir/untracked", "mine\n");
    fs::remove(repo_.file("link"));
    repo_.write("link", "a file now\n");
    fs::remove_all(repo_.file("parent"));
    fs::create_directory_symlink(outside_.path(), repo_.file("parent"));
    fs::remove_all(repo_.file("deep"));
    repo_.write("deep", "a file where a directory was\n");
    repo_.git({"update-index", "--assume-unchanged", "assumed"});
    repo_.write("assumed", "changed in secret\n");
    repo_.git({"update-index", "--skip-worktree", "skipped"});
    fs::remove(repo_.file("skipped"));
    repo_.git({"rm", "-q", "--cached", "removed-from-index"});
    repo_.write("intended", "not yet\n");
    repo_.git({"add", "-N", "intended"});
    repo_.write("untracked", "mine\n");
    repo_.write("dir/untracked", "mine\n");
    repo_.write("whole/untracked/dir", "mine\n");
    repo_.write("x.o", "stale\n");
    repo_.write("build/stale", "stale\n");
    repo_.write(".env", "TOKEN=1\n");
    fs::create_directories(repo_.file("empty/dir"));
    open();
    const std::string wanted = staged();
    const std::string before = traces();
    const auto place = prepare({"same", "dirty"});
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(seen(*place), wanted);
    EXPECT_TRUE(place->changes().value().empty());
    EXPECT_EQ(place->disturbed().value(), "");
    EXPECT_EQ(traces(), before);
}

TEST_P(WholeTreeTest, NothingIsThereThatAnUnbornBranchDoesNotStage) {
    repo_.write("untracked", "mine\n");
    repo_.stage("only", "this\n");
    open();
    EXPECT_EQ(shell(*prepare({"only"}), "ls -A"), "only\n");
}

/// A submodule "sub" at the second of two commits, with one of its own inside.
class SubmoduleTest : public WholeTreeTest {
   protected:
    SubmoduleTest() {
        innermost_.stage("deep", "d\n");
        innermost_.commit();
        other_.stage("inside", "old\n");
        other_.commit();
        first_ = other_.git({"rev-parse", "HEAD"}).substr(0, 40);
        other_.stage("inside", "new\n");
        other_.git({"-c", "protocol.file.allow=always", "submodule", "add", "-q", innermost_.path(), "nested"});
        other_.commit();
        repo_.git({"-c", "protocol.file.allow=always", "submodule", "add", "-q", other_.path(), "sub"});
        repo_.git({"-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init", "--recursive"});
        repo_.commit();
        repo_.stage("a", "1\n");
    }

    test::TempRepo other_;
    test::TempRepo innermost_;
    std::string first_;
};

INSTANTIATE_TEST_SUITE_P(Ways, SubmoduleTest, testing::Values(Way::overlay, Way::shadow, Way::shadow_denied), name_of);

TEST_P(SubmoduleTest, ACheckSeesTheCommitThatIsRecorded) {
    open();
    const auto place = prepare({"a"});
    EXPECT_EQ(shell(*place, "ls -A sub; ls -A sub/nested; cat sub/inside sub/nested/deep; ls -A"),
              ".gitmodules\ninside\nnested\ndeep\nnew\nd\n.gitmodules\na\nsub\n");
    EXPECT_TRUE(place->changes().value().empty());
}

TEST_P(SubmoduleTest, NotWhatIsDoneInIt) {
    overlay_fits_ = false;
    repo_.write("sub/inside", "unstaged\n");
    repo_.write("sub/new", "untracked\n");
    open();
    const std::string before = traces();
    EXPECT_EQ(shell(*prepare({"a"}), "ls -A sub; cat sub/inside; echo x >sub/inside; echo x >sub/left"),
              ".gitmodules\ninside\nnested\nnew\n");
    EXPECT_EQ(traces(), before);
    EXPECT_EQ(shell(*prepare({"a"}), "ls -A sub; cat sub/inside"), ".gitmodules\ninside\nnested\nnew\n");
}

TEST_P(SubmoduleTest, NorACommitThatIsNotStagedYet) {
    repo_.git({"-C", "sub", "checkout", "-q", first_});
    open();
    overlay_fits_ = false;
    EXPECT_EQ(shell(*prepare({"a"}), "cat sub/inside"), "new\n");
    overlay_fits_ = true;
    repo_.git({"add", "sub"});
    open();
    EXPECT_EQ(shell(*prepare({"a"}), "cat sub/inside; ls -A sub"), "old\ninside\n");
}

TEST_P(SubmoduleTest, AndNothingOfOneThatIsGone) {
    open();
    EXPECT_EQ(shell(*prepare({"a"}), "cat sub/inside"), "new\n");
    repo_.git({"rm", "-q", "--cached", "sub"});
    repo_.stage("sub2/x", "x\n");
    open();
    EXPECT_EQ(shell(*prepare({"a"}), "ls -A"), ".gitmodules\na\nsub2\n");
}

TEST_P(SubmoduleTest, OneThatIsNotCheckedOutIsAnEmptyDirectory) {
    repo_.git({"submodule", "--quiet", "deinit", "-f", "sub"});
    open();
    EXPECT_EQ(shell(*prepare({"a"}), "ls -A sub; ls -A"), ".gitmodules\na\nsub\n");
}

TEST_P(WholeTreeTest, LineEndingsAreThoseOfACheckout) {
    repo_.git({"config", "core.autocrlf", "input"});
    repo_.stage(".gitattributes", "*.bat text eol=crlf\n*.txt text\n");
    repo_.write("a.bat", "one\r\ntwo\r\n");
    repo_.write("b.txt", "one\r\ntwo\r\n");
    repo_.write("c.py", "one\r\ntwo\r\n");
    repo_.stage("d.txt", "plain\n");
    repo_.git({"add", "."});
    open();
    const auto place = prepare({"a.bat"});
    EXPECT_EQ(seen(*place), staged());
    EXPECT_EQ(shell(*place, "grep -c \"$(printf '\\r')\" a.bat b.txt c.py || true"), "a.bat:2\nb.txt:0\nc.py:0\n");
    EXPECT_TRUE(place->changes().value().empty());
}

TEST_P(WholeTreeTest, AnEditOfTheSameSizeInTheSameInstantIsSeen) {
    repo_.stage("f", "aaaa\n");
    repo_.write("f", "bbbb\n");
    open();
    EXPECT_EQ(shell(*prepare({"f"}), "cat f"), "aaaa\n");
}

TEST_P(WholeTreeTest, WhatACheckWritesIsItsPatchAndNothingElseChanges) {
    for (const char* path : {"a", "b", "c", "d/e", "d/f", "clean"}) {
        repo_.stage(path, std::string(path) + "\n");
    }
    repo_.write("a", "unstaged\n");
    repo_.write("untracked", "mine\n");
    open();
    const std::string before = traces();
    const auto place = prepare({"a", "b", "c", "d/e", "d/f", "clean"});
    const std::string& out = outside_.path();
    shell(*place,
          "echo fixed >a; rm b; chmod +x c; echo new >d/new; mv d d2; mkdir d; mv d2/e d/e; echo x >untracked; "
          "echo clean >clean; echo report >\"$TMPDIR/r\"; (echo evil >" +
              out + "/evil; echo evil >$HOME/evil; echo evil >" + repo_.file(".git/evil") + "; rm -rf " + out +
              ") 2>/dev/null; true");
    const auto changes = place->changes();
    ASSERT_TRUE(changes) << changes.error().describe();
    ASSERT_EQ(changes->size(), 4U);
    EXPECT_EQ((*changes)[0].content, "fixed\n");
    EXPECT_EQ((*changes)[0].old_blob, repo_.git({"rev-parse", ":a"}).substr(0, 40));
    EXPECT_TRUE((*changes)[1].deletes);
    EXPECT_EQ((*changes)[2].mode, FileMode::executable);
    EXPECT_EQ((*changes)[3].path, "d/f");
    EXPECT_TRUE((*changes)[3].deletes);
    EXPECT_EQ(traces(), before);
    EXPECT_TRUE(fs::is_directory(out));
    EXPECT_FALSE(fs::exists(out + "/evil"));
    EXPECT_FALSE(fs::exists(home_.path() + "/evil"));
    // The next check starts from the beginning.
    place->changes().value();
}

TEST_P(WholeTreeTest, TheNextCheckSeesNothingOfTheLast) {
    repo_.stage("a", "1\n");
    open();
    std::string root;
    {
        const auto place = prepare({"a"});
        root = place->root();
        shell(*place, "echo 2 >a; echo left >over");
        EXPECT_EQ(shell(*place, "cat a over"), "2\nleft\n") << "commands of one check share its tree";
    }
    const auto place = prepare({"a"});
    EXPECT_EQ(place->root(), root) << "the path is stable";
    EXPECT_EQ(shell(*place, "cat a; ls; pwd"), "1\na\n" + root + "\n");
}

TEST_P(WholeTreeTest, EditsOfAProposalAreThereAndKeepTheirBlob) {
    repo_.stage("f", "old\n");
    repo_.stage("g", "goes\n");
    open();
    const std::string blob = snapshot_.files.at(0).blob;
    const std::string gone = snapshot_.files.at(1).blob;
    const auto proposed = view().with_edits({{"f", blob, FileMode::regular, "proposed\n", false},
                                             {"g", gone, FileMode::regular, "", true},
                                             {"n/e/w", "", FileMode::executable, "#!/bin/sh\necho new\n", false}});
    const auto place = prepare(proposed, request({"f", "g", "n/e/w"}));
    EXPECT_EQ(shell(*place, "cat f; ./n/e/w; test ! -e g"), "proposed\nnew\n");
    EXPECT_TRUE(place->changes().value().empty());
    shell(*place, "echo more >>f");
    EXPECT_EQ(place->changes().value().at(0).old_blob, blob);
    EXPECT_EQ(place->changes().value().at(0).content, "proposed\nmore\n");
    EXPECT_EQ(run(*place, {"./n/e/w"}).out, "new\n") << "a program that the work tree has not";
}

TEST_P(WholeTreeTest, DependenciesAreUsableAndWhatToolsWriteThereStaysOurs) {
    repo_.stage("package.json", "{}\n");
    repo_.write("node_modules/left/index.js", "module.exports = 1\n");
    repo_.write("node_modules/.bin/tool", "#!/bin/sh\necho from $(dirname \"$0\")\n", true);
    repo_.write("node_modules/.cache/x", "the user's\n");
    repo_.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    repo_.write(".venv/bin/t", "#!/bin/sh\necho venv\n", true);
    open();
    const std::string before = traces();
    const auto place = prepare({"package.json"});
    EXPECT_EQ(shell(*place, "cat node_modules/left/index.js; ls -A node_modules; .venv/bin/t"),
              "module.exports = 1\n.bin\nleft\nvenv\n");
    EXPECT_EQ(run(*place, {repo_.file("node_modules/.bin/tool")}).out,
              "from " + place->root() + "/node_modules/.bin\n");
    shell(*place,
          "mkdir -p node_modules/.cache; echo x >node_modules/.cache/y; (echo evil >node_modules/left/index.js) "
          "2>/dev/null; true");
    EXPECT_EQ(traces(), before);
}

TEST_P(WholeTreeTest, ANewWorkTreeBorrowsTheDependenciesOfOneWithTheSameLockFile) {
    repo_.stage("package.json", "{}\n");
    repo_.stage("package-lock.json", "{\"v\":1}\n");
    repo_.stage("sub/package.json", "{}\n");
    repo_.stage(".gitignore", "node_modules/\n.venv\n");
    repo_.commit();
    repo_.write("node_modules/left/index.js", "module.exports = 1\n");
    repo_.write("sub/node_modules/right/index.js", "2\n");
    const std::string linked = outside_.path() + "/linked";
    repo_.git({"worktree", "add", "-q", "-b", "other", linked});
    open(linked);
    const std::string before = traces();
    {
        const auto place = prepare({"package.json"});
        EXPECT_EQ(shell(*place, "cat node_modules/left/index.js sub/node_modules/right/index.js"),
                  "module.exports = 1\n2\n");
        EXPECT_NE(place->describe().find("borrowed from " + repo_.path()), std::string::npos) << place->describe();
        shell(*place, "echo mine >node_modules/new; (echo evil >node_modules/left/index.js) 2>/dev/null; true");
        EXPECT_FALSE(fs::exists(linked + "/node_modules"));
    }
    EXPECT_EQ(traces(), before);
    // Another lock file: other dependencies.
    std::ofstream(linked + "/package-lock.json") << "{\"v\":2}\n";
    int status = 0;
    test::run({"git", "add", "package-lock.json"}, linked, status);
    open(linked);
    const auto place = prepare({"package.json"});
    EXPECT_EQ(shell(*place, "ls -d node_modules 2>/dev/null || true"), "");
}

TEST_P(WholeTreeTest, NoRepositoryIsFoundFromInside) {
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare({"a"});
    EXPECT_NE(run(*place, {"git", "rev-parse", "--git-dir"}).exit_code, 0);
}

TEST_P(WholeTreeTest, SecretsOfTheHomeCannotBeReadAndOthersCan) {
    const auto put = [&](const std::string& path) {
        fs::create_directories(fs::path(home_.path() + "/" + path).parent_path());
        std::ofstream(home_.path() + "/" + path) << "content of " << path << "\n";
    };
    for (const char* path :
         {".ssh/id", ".aws/credentials", ".config/gh/hosts.yml", ".gnupg/x", ".netrc", ".config/git-rfsn/config",
          ".local/state/git-rfsn/trust", ".local/share/keyrings/k", ".cargo/credentials.toml", ".plain"}) {
        put(path);
    }
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare({"a"});
    for (const bool confined : {false, true}) {
        Limits limits;
        limits.confined = confined;
        EXPECT_EQ(
            shell(
                *place,
                "cd; cat .ssh/id .aws/credentials .config/gh/hosts.yml .gnupg/x .netrc .config/git-rfsn/config "
                ".local/state/git-rfsn/trust .local/share/keyrings/k .cargo/credentials.toml .plain 2>/dev/null; true",
                limits),
            "content of .plain\n");
    }
}

TEST_P(WholeTreeTest, APatchOnTrialHasNoNetworkAndLeavesNoTraceInTheBuildCache) {
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare({"a"});
    shell(*place, "echo warm >" + place->cache_dir() + "/x");
    Limits confined;
    confined.confined = true;
    confined.network = true;
    const auto tried = run(*place,
                           {"python3", "-c",
                            "import socket\ntry:\n  socket.create_connection(('192.0.2.1', 80), 2); print('out')\n"
                            "except OSError: print('none')"},
                           confined);
    EXPECT_EQ(tried.out, "none\n") << tried.err;
    EXPECT_EQ(shell(*place, "cat " + place->cache_dir() + "/x", confined), "warm\n");
    if (GetParam() != Way::shadow_denied) {
        shell(*place, "echo poison >" + place->cache_dir() + "/x; cat " + place->cache_dir() + "/x", confined);
        EXPECT_EQ(shell(*place, "cat " + place->cache_dir() + "/x"), "warm\n");
        // Its own next step finds what it has made: what was compiled is what is tested.
        EXPECT_EQ(shell(*place, "cat " + place->cache_dir() + "/x", confined), "poison\n");
    }
    const auto facts = isolation_->sandbox_facts(confined);
    const std::string network = GetParam() == Way::shadow_denied ? "network: none (sockets are forbidden)"
                                                                 : "network: none but a loopback of its own";
    EXPECT_NE(std::find(facts.begin(), facts.end(), network), facts.end());
    EXPECT_TRUE(isolation_->can_confine());
}

TEST_P(WholeTreeTest, ADaemonDoesNotOutliveItsCheck) {
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare({"a"});
    const std::string beat = place->out_dir() + "/beat";
    shell(*place, "setsid sh -c 'while :; do date +%N >" + beat +
                      "; sleep 0.01; done' >/dev/null 2>&1 & while ! [ -s " + beat + " ]; do sleep 0.01; done");
    const std::string last = base::read_file(beat).value_or("");
    ::usleep(100'000);
    EXPECT_EQ(base::read_file(beat).value_or(""), last);
}

/// Runs make over objects in the build cache.
class WarmTest : public WholeTreeTest {
   protected:
    std::string make() {
        open();
        const auto place = prepare({"main.c"});
        const std::string objects = place->cache_dir() + "/o";
        const auto built = run(*place, {"make", "-s", "O=" + objects});
        return built.ok() ? run(*place, {objects + "/program"}).out : "does not build\n";
    }
    void sources() const {
        repo_.stage("Makefile", "$(O)/program: main.c part.h\n\t@mkdir -p $(O); echo compiling >&2; cc -o $@ main.c\n");
        repo_.stage("part.h", "#define WORD \"one\"\n");
        repo_.stage("main.c", "#include <stdio.h>\n#include \"part.h\"\nint main(void) { puts(WORD); return 0; }\n");
        repo_.commit();
    }
    void set_old_time(const std::string& path) {
        int status = 0;
        // Another second each time: git looks no closer, and would not add what it takes for unchanged.
        test::run({"touch", "-d", "2001-01-01 + " + std::to_string(++times_set_) + " days", path}, repo_.path(),
                  status);
    }
    int times_set_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Ways, WarmTest, testing::Values(Way::overlay, Way::shadow), name_of);

TEST_P(WarmTest, ABuildCacheNeverCallsFreshWhatWasChanged) {
    sources();
    EXPECT_EQ(make(), "one\n");
    // As `mv`, `cp -p` or an archive leaves it: other content, older than all that was built.
    repo_.write("part.h", "#define WORD \"two\"\n");
    set_old_time("part.h");
    repo_.git({"add", "part.h"});
    EXPECT_EQ(make(), "two\n");
    EXPECT_EQ(make(), "two\n");
    // Broken in the stage only, with the work tree good and old.
    repo_.write("part.h", "#define WORD broken\n");
    repo_.git({"add", "part.h"});
    repo_.write("part.h", "#define WORD \"two\"\n");
    set_old_time("part.h");
    EXPECT_EQ(make(), "does not build\n");
    EXPECT_EQ(make(), "does not build\n");
    // And back.
    repo_.git({"add", "part.h"});
    set_old_time("part.h");
    EXPECT_EQ(make(), "two\n");
    repo_.write("part.h", "#define WORD \"one\"\n");
    set_old_time("part.h");
    repo_.git({"add", "part.h"});
    EXPECT_EQ(make(), "one\n");
}

TEST_P(WarmTest, ABuildCacheNeverCallsStaleWhatWasNot) {
    sources();
    repo_.write("part.h", "#define WORD \"staged\"\n");
    repo_.git({"add", "part.h"});
    repo_.write("part.h", "#define WORD \"unstaged\"\n");
    EXPECT_EQ(make(), "staged\n");
    open();
    const auto place = prepare({"main.c"});
    EXPECT_EQ(run(*place, {"make", "O=" + place->cache_dir() + "/o"}).err, "") << "it compiled again";
}

TEST_P(WarmTest, AKilledRunAndAProposalLeaveNothingThatLooksFresh) {
    sources();
    EXPECT_EQ(make(), "one\n");
    {
        open();
        const auto main_h =
            std::find_if(snapshot_.files.begin(), snapshot_.files.end(), [](const auto&) { return true; });
        EXPECT_EQ(main_h, snapshot_.files.end());
        const auto proposed =
            view().with_edits({{"part.h", "", FileMode::regular, "#define WORD \"proposed\"\n", false}});
        auto place = prepare(proposed, request({"main.c"}));
        const std::string objects = place->cache_dir() + "/o";
        ASSERT_TRUE(run(*place, {"make", "-s", "O=" + objects}).ok());
        EXPECT_EQ(run(*place, {objects + "/program"}).out, "proposed\n");
    }
    EXPECT_EQ(make(), "one\n");
}

TEST_P(WarmTest, CargoToo) {
    if (!base::find_program("cargo", values_["PATH"])) {
        GTEST_SKIP() << "cargo is not installed";
    }
    // A toolchain of the user who runs the tests, who has another home.
    const fs::path rustup = fs::path(*base::find_program("cargo", values_["PATH"])).parent_path() / "../../.rustup";
    if (fs::exists(rustup)) {
        values_["RUSTUP_HOME"] = fs::canonical(rustup).string();
    }
    repo_.stage("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2018\"\n");
    repo_.stage("Cargo.lock", "version = 3\n\n[[package]]\nname = \"p\"\nversion = \"0.1.0\"\n");
    repo_.stage("src/main.rs", "mod word;\nfn main() { println!(\"{}\", word::WORD); }\n");
    repo_.stage("src/word.rs", "pub const WORD: &str = \"one\";\n");
    repo_.commit();
    const auto cargo = [&]() -> std::string {
        open();
        const auto place = prepare({"src/main.rs"});
        const auto built =
            run(*place, {"cargo", "run", "-q", "--offline"}, {}, {"CARGO_TARGET_DIR=" + place->cache_dir() + "/t"});
        return built.ok() ? built.out
                          : "does not build\n" + (built.err.find("WORD") == std::string::npos ? built.err : "");
    };
    const std::string first = cargo();
    if (first.find("rustup") != std::string::npos) {
        GTEST_SKIP() << "no toolchain for a fresh home: " << first;
    }
    EXPECT_EQ(first, "one\n");
    repo_.write("src/word.rs", "pub const WORD: &str = broken;\n");
    repo_.git({"add", "."});
    repo_.write("src/word.rs", "pub const WORD: &str = \"one\";\n");
    set_old_time("src/word.rs");
    EXPECT_EQ(cargo().rfind("does not build", 0), 0U);
    repo_.git({"add", "."});
    set_old_time("src/word.rs");
    EXPECT_EQ(cargo(), "one\n");
}

}  // namespace
}  // namespace rfsn::isolate
