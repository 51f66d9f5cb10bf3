// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "isolate/cache_root.hpp"
#include "isolate/isolate.hpp"
#include "support/temp_repo.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

using model::FileMode;
using model::Tier;
using Values = std::map<std::string, std::string, std::less<>>;

/// A real repository, and isolation over what is staged in it.
class Isolated : public testing::Test {
   protected:
    Isolated() : cache_(*base::TempDir::make(fs::temp_directory_path().string(), "cache-")) {
        values_ = {{"PATH", "/usr/bin:/bin"}, {"HOME", cache_.path()}, {"XDG_CACHE_HOME", cache_.path() + "/xdg"}};
        for (const char* name : {"GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL"}) {
            values_[name] = std::string(name) == "GIT_CONFIG_GLOBAL" ? "/dev/null" : "1";
        }
    }

    void open() {
        env_ = base::Environment(values_);
        auto repository = git::Repository::open(repo_.path(), env_, runner_);
        ASSERT_TRUE(repository) << repository.error().describe();
        repository_.emplace(std::move(*repository));
        auto source = git::staged_source(*repository_);
        ASSERT_TRUE(source);
        source_ = std::move(*source);
        auto snapshot = source_->snapshot({});
        ASSERT_TRUE(snapshot) << snapshot.error().describe();
        snapshot_ = std::move(*snapshot);
        isolation_ = isolation(*repository_, env_, exec());
    }

    static std::string exec() { return std::string(RFSN_BIN_DIR) + "/rfsn-exec"; }
    [[nodiscard]] git::TreeView view() const { return git::TreeView(*source_, snapshot_); }
    std::unique_ptr<Place> prepare(const Request& request) { return prepare(view(), request); }
    std::unique_ptr<Place> prepare(const git::TreeView& view, const Request& request) {
        auto place = isolation_->prepare(view, request);
        EXPECT_TRUE(place) << place.error().describe();
        return place ? std::move(*place) : nullptr;
    }
    base::ProcessResult run(const Place& place, std::vector<std::string> argv, const Limits& limits = {},
                            const std::vector<std::string>& extra = {}) {
        return runner_.run_one(isolation_->wrap(place, std::move(argv), place.root(), extra, limits));
    }
    base::ProcessResult shell(const Place& place, const std::string& script) {
        return run(place, {"sh", "-c", script});
    }
    static std::string read(const std::string& path) { return base::read_file(path).value_or("(unreadable)"); }

    test::TempRepo repo_;
    base::TempDir cache_;
    Values values_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    std::optional<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    model::Snapshot snapshot_;
    std::unique_ptr<Isolation> isolation_;
};

Request request(Tier tier, std::vector<std::string> files, std::vector<std::string> context = {}) {
    Request result;
    result.tier = tier;
    result.seen_from_outside = true;  // the other ways to a whole tree: tiers_test.cpp
    result.files = std::move(files);
    result.context = std::move(context);
    result.label = "check";
    return result;
}

TEST_F(Isolated, ScratchHoldsTheStagedBytesAndNotTheWorkTrees) {
    repo_.stage("pyproject.toml", "[tool]\n");
    repo_.stage("other.txt", "not asked for\n");
    repo_.stage("src/a b.py", "staged\n");
    repo_.write("src/a b.py", "unstaged work\n");
    open();
    std::string root;
    {
        const auto place = prepare(request(Tier::scratch, {"src/a b.py"}, {"pyproject.toml"}));
        ASSERT_NE(place, nullptr);
        root = place->root();
        EXPECT_EQ(read(root + "/src/a b.py"), "staged\n");
        EXPECT_EQ(read(root + "/pyproject.toml"), "[tool]\n");
        EXPECT_FALSE(fs::exists(root + "/other.txt"));
        EXPECT_TRUE(fs::is_directory(place->out_dir()));
        EXPECT_TRUE(fs::is_directory(place->cache_dir()));
        EXPECT_EQ(place->describe(), "scratch");
        EXPECT_EQ(fs::canonical(root), root);
        EXPECT_TRUE(place->changes().value().empty());
    }
    EXPECT_FALSE(fs::exists(root));
    EXPECT_EQ(repo_.read("src/a b.py"), "unstaged work\n");
}

TEST_F(Isolated, ScratchTakesDeletedFilesSymlinksAndOddNames) {
    repo_.stage("gone", "x");
    repo_.commit();
    repo_.git({"rm", "-q", "gone"});
    repo_.stage("new\nline\xff", "odd\n");
    fs::create_symlink("/etc/passwd", repo_.file("link"));
    repo_.git({"add", "link"});
    repo_.write("run.sh", "#!/bin/sh\n", true);
    repo_.git({"add", "run.sh"});
    open();
    const auto place = prepare(request(Tier::scratch, {"gone", "new\nline\xff", "link", "run.sh"}));
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(read(place->root() + "/new\nline\xff"), "odd\n");
    EXPECT_TRUE(fs::is_symlink(place->root() + "/link"));
    EXPECT_EQ(::access((place->root() + "/run.sh").c_str(), X_OK), 0);
    EXPECT_TRUE(place->changes().value().empty());
}

TEST_F(Isolated, ChangesAreWhatAToolWroteInBlobForm) {
    for (const char* name : {"a", "b", "c", "d", "same"}) {
        repo_.stage(name, std::string(name) + "\n");
    }
    open();
    const auto place = prepare(request(Tier::scratch, {"d", "same", "c", "b", "a", "a"}));
    ASSERT_NE(place, nullptr);
    ASSERT_TRUE(
        shell(*place, "printf 'fixed\\n' >a; rm b; chmod +x c; printf 'd\\n' >d.new; mv d.new d; : >extra").ok());
    const auto changes = place->changes();
    ASSERT_TRUE(changes) << changes.error().describe();
    ASSERT_EQ(changes->size(), 3U);
    EXPECT_EQ((*changes)[0].path, "a");
    EXPECT_EQ((*changes)[0].content, "fixed\n");
    EXPECT_EQ((*changes)[0].mode, FileMode::regular);
    EXPECT_EQ((*changes)[0].old_blob, repo_.git({"rev-parse", ":a"}).substr(0, 40));
    EXPECT_EQ((*changes)[1].path, "b");
    EXPECT_TRUE((*changes)[1].deletes);
    EXPECT_EQ((*changes)[2].path, "c");
    EXPECT_EQ((*changes)[2].mode, FileMode::executable);
    EXPECT_EQ((*changes)[2].content, "c\n");
}

TEST_F(Isolated, ChangesFollowLineEndingAttributesAsGitAddWould) {
    repo_.stage(".gitattributes", "*.bat text eol=crlf\n");
    repo_.write("a.bat", "one\r\ntwo\r\n");
    repo_.git({"add", "a.bat"});
    repo_.stage("b.bat", "same\n");
    open();
    const auto place = prepare(request(Tier::scratch, {"a.bat", "b.bat"}));
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(read(place->root() + "/a.bat"), "one\r\ntwo\r\n");
    EXPECT_TRUE(place->changes().value().empty());
    ASSERT_TRUE(shell(*place, "printf 'one\\r\\n2\\r\\n' >a.bat; printf 'same\\n' >b.bat").ok());
    const auto before = repo_.git({"count-objects", "-v"});
    const auto changes = place->changes();
    ASSERT_TRUE(changes) << changes.error().describe();
    ASSERT_EQ(changes->size(), 1U);
    EXPECT_EQ((*changes)[0].content, "one\n2\n");
    // No object was written into the repository for it.
    EXPECT_EQ(repo_.git({"count-objects", "-v"}), before);
}

TEST_F(Isolated, ChangesNeverFollowSymlinks) {
    repo_.stage("dir/file", "text\n");
    repo_.stage("plain", "text\n");
    repo_.write("secret", "precious\n");
    open();
    {
        const auto place = prepare(request(Tier::scratch, {"plain"}));
        ASSERT_TRUE(shell(*place, "ln -sf " + repo_.file("secret") + " plain").ok());
        const auto changes = place->changes();
        ASSERT_FALSE(changes);
        EXPECT_EQ(changes.error().code, base::ErrorCode::denied);
        EXPECT_NE(changes.error().message.find("plain"), std::string::npos);
    }
    {
        const auto place = prepare(request(Tier::scratch, {"dir/file"}));
        ASSERT_TRUE(shell(*place, "mv dir elsewhere && ln -s elsewhere dir").ok());
        const auto changes = place->changes();
        ASSERT_TRUE(changes);
        ASSERT_EQ(changes->size(), 1U);
        EXPECT_TRUE((*changes)[0].deletes);
    }
    {
        const auto place = prepare(request(Tier::scratch, {"plain"}));
        ASSERT_TRUE(shell(*place, "rm plain; mkfifo plain").ok());
        EXPECT_FALSE(place->changes());
    }
}

TEST_F(Isolated, ChangesSeeARewriteOfTheSameSizeAndTime) {
    repo_.stage("f", "aaaa\n");
    open();
    const auto place = prepare(request(Tier::scratch, {"f"}));
    ASSERT_TRUE(shell(*place, "t=$(stat -c %y f); printf 'bbbb\\n' >f; touch -d \"$t\" f").ok());
    EXPECT_EQ(place->changes().value().at(0).content, "bbbb\n");
}

TEST_F(Isolated, EditsOfAProposalAreInThePlaceAndKeepTheirBlob) {
    repo_.stage("f", "old\n");
    open();
    const std::string blob = snapshot_.files.at(0).blob;
    const auto proposed = view().with_edits({{"f", blob, FileMode::regular, "proposed\n", false}});
    for (const Tier tier : {Tier::scratch, Tier::shadow}) {
        const auto place = prepare(proposed, request(tier, {"f"}));
        ASSERT_NE(place, nullptr);
        EXPECT_EQ(read(place->root() + "/f"), "proposed\n");
        EXPECT_TRUE(place->changes().value().empty());
        ASSERT_TRUE(shell(*place, "echo more >>f").ok());
        EXPECT_EQ(place->changes().value().at(0).old_blob, blob);
        EXPECT_EQ(place->changes().value().at(0).content, "proposed\nmore\n");
    }
}

TEST_F(Isolated, StdioPlaceHoldsConfigurationAndDirectoriesOnly) {
    repo_.stage(".style", "rules\n");
    repo_.stage("deep/er/f.py", "x\n");
    open();
    const auto place = prepare(request(Tier::stdio, {"deep/er/f.py"}, {".style"}));
    ASSERT_NE(place, nullptr);
    EXPECT_EQ(read(place->root() + "/.style"), "rules\n");
    EXPECT_TRUE(fs::is_directory(place->root() + "/deep/er"));
    EXPECT_FALSE(fs::exists(place->root() + "/deep/er/f.py"));
    EXPECT_TRUE(place->changes().value().empty());
}

TEST_F(Isolated, ShadowHoldsTheWholeStagedTreeAndStaysWarm) {
    repo_.stage("a", "1\n");
    repo_.stage("b/c", "2\n");
    repo_.write("untracked", "mine\n");
    repo_.write("a", "unstaged\n");
    open();
    std::string root;
    {
        const auto place = prepare(request(Tier::shadow, {"a"}));
        ASSERT_NE(place, nullptr);
        root = place->root();
        EXPECT_EQ(place->describe().rfind("shadow", 0), 0U);
        EXPECT_EQ(read(root + "/a"), "1\n");
        EXPECT_EQ(read(root + "/b/c"), "2\n");
        EXPECT_FALSE(fs::exists(root + "/untracked"));
        ASSERT_TRUE(shell(*place, "echo dirt >b/c; echo dirt >left; echo fixed >a").ok());
        const auto changes = place->changes();
        ASSERT_TRUE(changes) << changes.error().describe();
        ASSERT_EQ(changes->size(), 1U);
        EXPECT_EQ((*changes)[0].content, "fixed\n");
    }
    EXPECT_TRUE(fs::exists(root));
    const auto again = prepare(request(Tier::shadow, {"a"}));
    EXPECT_EQ(again->root(), root);
    EXPECT_EQ(read(root + "/a"), "1\n");
    EXPECT_EQ(read(root + "/b/c"), "2\n");
    EXPECT_FALSE(fs::exists(root + "/left"));
    EXPECT_EQ(repo_.read("a"), "unstaged\n");
}

TEST_F(Isolated, ConcurrentShadowsAreDifferentTreesAndNeverRunOut) {
    repo_.stage("a", "1\n");
    open();
    std::vector<std::unique_ptr<Place>> places;
    std::set<std::string> roots;
    std::set<std::string> caches;
    for (int i = 0; i < 6; ++i) {
        places.push_back(prepare(request(Tier::shadow, {"a"})));
        ASSERT_NE(places.back(), nullptr);
        EXPECT_EQ(read(places.back()->root() + "/a"), "1\n");
        roots.insert(places.back()->root());
        caches.insert(places.back()->cache_dir());
    }
    EXPECT_EQ(roots.size(), 6U);
    EXPECT_EQ(caches.size(), 6U);
}

TEST_F(Isolated, ShadowKeepsWhatTheCheckAsksToKeep) {
    repo_.stage("a", "1\n");
    open();
    auto asked = request(Tier::shadow, {"a"});
    asked.keep = {"target/"};
    {
        const auto place = prepare(asked);
        ASSERT_TRUE(shell(*place, "mkdir target other; echo warm >target/x; echo cold >other/x").ok());
    }
    const auto place = prepare(asked);
    EXPECT_EQ(read(place->root() + "/target/x"), "warm\n");
    EXPECT_FALSE(fs::exists(place->root() + "/other"));
}

TEST_F(Isolated, BuildCacheStaysWarmAndIsNotShared) {
    repo_.stage("a", "1\n");
    open();
    std::string cache;
    {
        const auto first = prepare(request(Tier::scratch, {"a"}));
        const auto second = prepare(request(Tier::scratch, {"a"}));
        cache = first->cache_dir();
        EXPECT_NE(second->cache_dir(), cache);
        EXPECT_TRUE(fs::is_directory(second->cache_dir()));
        ASSERT_TRUE(base::write_atomically(cache + "/x", "warm", 0644));
    }
    const auto third = prepare(request(Tier::scratch, {"a"}));
    EXPECT_EQ(third->cache_dir(), cache);
    EXPECT_EQ(read(cache + "/x"), "warm");
}

TEST_F(Isolated, CommandsGetAScrubbedEnvironmentAndAPrivateTmp) {
    values_["API_TOKEN"] = "secret";
    values_["RFSN_LOG_CONTEXT"] = "run=1";
    values_["GIT_AUTHOR_NAME"] = "x";
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare(request(Tier::scratch, {"a"}));
    const auto result = run(*place, {"env"}, {}, {"EXTRA=1 2"});
    ASSERT_TRUE(result.ok()) << result.describe() << result.err;
    EXPECT_EQ(result.out.find("secret"), std::string::npos);
    EXPECT_EQ(result.out.find("RFSN_"), std::string::npos);
    EXPECT_EQ(result.out.find("GIT_AUTHOR"), std::string::npos);
    EXPECT_NE(result.out.find("EXTRA=1 2\n"), std::string::npos);
    EXPECT_NE(result.out.find("LC_ALL=C.UTF-8\n"), std::string::npos);
    EXPECT_NE(result.out.find("TMPDIR=" + place->tmp_dir() + "\n"), std::string::npos);
    const auto made = shell(*place, "mktemp -d");
    EXPECT_EQ(made.out.rfind(place->tmp_dir() + "/", 0), 0U);
}

TEST_F(Isolated, ToolsFindNoRepositoryAboveThePlace) {
    repo_.stage("a", "1\n");
    open();
    ASSERT_EQ(test::run({"git", "init", "-q", cache_.path()}, "/", *std::make_unique<int>(0)), "");
    const auto place = prepare(request(Tier::scratch, {"a"}));
    EXPECT_NE(run(*place, {"git", "rev-parse", "--git-dir"}).exit_code, 0);
}

TEST_F(Isolated, MissingProgramsAreToldApartFromFailingOnes) {
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare(request(Tier::scratch, {"a"}));
    EXPECT_EQ(run(*place, {"no-such-tool"}).end, base::ProcessEnd::not_found);
    EXPECT_EQ(run(*place, {"./no-such-tool"}).end, base::ProcessEnd::not_found);
    const auto failed = shell(*place, "exit 127");
    EXPECT_EQ(failed.end, base::ProcessEnd::exited);
    EXPECT_EQ(failed.exit_code, 127);
    EXPECT_EQ(shell(*place, "kill -ABRT $$").end, base::ProcessEnd::signaled);
}

TEST_F(Isolated, LimitsTakeTimeNetworkAndCores) {
    repo_.stage("a", "1\n");
    open();
    const auto place = prepare(request(Tier::scratch, {"a"}));
    Limits limits;
    limits.timeout = std::chrono::milliseconds(300);
    EXPECT_EQ(run(*place, {"sleep", "1000"}, limits).end, base::ProcessEnd::timed_out);
    EXPECT_EQ(shell(*place, "ulimit -c").out, "0\n");
    const auto lines = isolation_->capabilities();
    const bool can = std::find(lines.begin(), lines.end(), "network namespace: yes") != lines.end();
    const std::string interfaces = "sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/self/net/dev";
    if (can) {
        EXPECT_EQ(shell(*place, interfaces).out, "lo\n");
        EXPECT_NE(shell(*place, "readlink /proc/self/ns/net").out,
                  fs::read_symlink("/proc/self/ns/net").string() + "\n");
    }
    limits.timeout = {};
    limits.network = true;
    EXPECT_EQ(run(*place, {"readlink", "/proc/self/ns/net"}, limits).out,
              fs::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_F(Isolated, WorksWithoutTheSandboxProgramAndSaysSo) {
    repo_.stage("a", "1\n");
    open();
    for (const std::string& program : {std::string(), std::string("/no/such/rfsn-exec")}) {
        isolation_ = isolation(*repository_, env_, program);
        const auto place = prepare(request(Tier::scratch, {"a"}));
        EXPECT_EQ(run(*place, {"cat", "a"}).out, "1\n");
        EXPECT_EQ(isolation_->capabilities().at(0).rfind("sandbox: no", 0), 0U);
    }
}

TEST_F(Isolated, FallsBackToTmpWhereNoCacheCanBe) {
    repo_.stage("a", "1\n");
    const base::TempDir tmp = *base::TempDir::make(fs::temp_directory_path().string(), "tmp-");
    values_.erase("XDG_CACHE_HOME");
    values_.erase("HOME");
    values_["TMPDIR"] = tmp.path();
    open();
    {
        const auto place = prepare(request(Tier::scratch, {"a"}));
        ASSERT_NE(place, nullptr);
        EXPECT_EQ(place->root().rfind(fs::canonical(tmp.path()).string() + "/git-rfsn-", 0), 0U);
    }
    EXPECT_NE(isolation_->capabilities().back().find("neither XDG_CACHE_HOME nor HOME"), std::string::npos);

    // A file is in the way of the cache directory.
    ASSERT_TRUE(base::write_atomically(tmp.path() + "/file", "", 0644));
    values_["XDG_CACHE_HOME"] = tmp.path() + "/file/cache";
    open();
    EXPECT_NE(prepare(request(Tier::scratch, {"a"})), nullptr);
}

TEST_F(Isolated, RefusesATemporaryDirectoryThatOthersMayEnter) {
    repo_.stage("a", "1\n");
    const base::TempDir tmp = *base::TempDir::make(fs::temp_directory_path().string(), "tmp-");
    const std::string name = tmp.path() + "/git-rfsn-" + std::to_string(::geteuid());
    ASSERT_EQ(::mkdir(name.c_str(), 0700), 0);
    ASSERT_EQ(::chmod(name.c_str(), 0777), 0);
    values_.erase("XDG_CACHE_HOME");
    values_.erase("HOME");
    values_["TMPDIR"] = tmp.path();
    open();
    const auto place = isolation_->prepare(view(), request(Tier::scratch, {"a"}));
    ASSERT_FALSE(place);
    EXPECT_EQ(place.error().code, base::ErrorCode::denied);
    fs::remove(name);
    fs::create_directory_symlink(cache_.path(), name);
    EXPECT_FALSE(cache_root(env_));
}

TEST_F(Isolated, NothingIsWrittenIntoTheRepository) {
    repo_.stage("a", "1\n");
    repo_.stage("dir/b", "2\n");
    repo_.write("dir/b", "unstaged\n");
    open();
    const std::string listing = "find . -printf '%p %m %s %T@ %i\\n' | sort";
    int status = 0;
    const std::string before = test::run({"sh", "-c", listing}, repo_.path(), status);
    for (const Tier tier : {Tier::blobs, Tier::stdio, Tier::scratch, Tier::shadow}) {
        const auto place = prepare(request(tier, {"a", "dir/b"}));
        ASSERT_NE(place, nullptr);
        ASSERT_TRUE(shell(*place, "find . -type f -exec sh -c 'echo x >>\"$1\"' _ {} \\;").ok());
        ASSERT_TRUE(place->changes());
    }
    EXPECT_EQ(test::run({"sh", "-c", listing}, repo_.path(), status), before);
}

TEST_F(Isolated, NamesAreHarmlessAndDistinct) {
    EXPECT_EQ(directory_name("mypy"), "mypy");
    EXPECT_EQ(directory_name("../../etc").find('/'), std::string::npos);
    EXPECT_NE(directory_name("a/b"), directory_name("a_b"));
    EXPECT_NE(directory_name("a/b"), directory_name("a:b"));
    EXPECT_NE(directory_name(""), "");
    EXPECT_NE(directory_name("..").front(), '.');
    EXPECT_LE(directory_name(std::string(1000, 'x')).size(), 64U);
}

}  // namespace
}  // namespace rfsn::isolate
