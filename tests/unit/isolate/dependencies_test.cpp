// SPDX-License-Identifier: MIT
#include "isolate/dependencies.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "isolate/isolate.hpp"
#include "support/temp_repo.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

class Dependencies : public testing::Test {
   protected:
    Dependencies() : cache_(*base::TempDir::make(fs::temp_directory_path().string(), "cache-")) {
        env_ = base::Environment(Values{{"PATH", "/usr/bin:/bin"},
                                        {"HOME", cache_.path()},
                                        {"GIT_CONFIG_NOSYSTEM", "1"},
                                        {"GIT_CONFIG_GLOBAL", "/dev/null"}});
    }

    std::unique_ptr<Place> shadow(std::vector<std::string> more = {}) {
        auto repository = git::Repository::open(repo_.path(), env_, runner_);
        EXPECT_TRUE(repository) << repository.error().describe();
        repository_.emplace(std::move(*repository));
        source_ = *git::staged_source(*repository_);
        snapshot_ = *source_->snapshot({});
        isolation_ = isolation(*repository_, env_, std::string(RFSN_BIN_DIR) + "/rfsn-exec");
        Request request;
        request.tier = model::Tier::shadow;
        request.seen_from_outside = true;
        request.label = "check";
        request.dependencies = std::move(more);
        auto place = isolation_->prepare(git::TreeView(*source_, snapshot_), request);
        EXPECT_TRUE(place) << place.error().describe();
        return place ? std::move(*place) : nullptr;
    }
    base::ProcessResult run(const Place& place, std::vector<std::string> argv) {
        return runner_.run_one(isolation_->wrap(place, std::move(argv), place.root(), {}, {}));
    }
    static std::string read(const std::string& path) { return base::read_file(path).value_or("(unreadable)"); }

    test::TempRepo repo_;
    base::TempDir cache_;
    base::Environment env_;
    base::PosixProcessRunner runner_;
    std::optional<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    model::Snapshot snapshot_;
    std::unique_ptr<Isolation> isolation_;
};

TEST_F(Dependencies, NodeModulesAreLentAndWhatToolsWriteStaysOurs) {
    repo_.stage("package.json", "{}\n");
    repo_.write("node_modules/left-pad/index.js", "module.exports = 1\n");
    repo_.write("node_modules/@scope/pkg/index.js", "module.exports = 2\n");
    repo_.write("node_modules/.cache/state", "the user's\n");
    {
        const auto place = shadow();
        ASSERT_NE(place, nullptr);
        const std::string modules = place->root() + "/node_modules";
        EXPECT_EQ(read(modules + "/left-pad/index.js"), "module.exports = 1\n");
        EXPECT_EQ(read(modules + "/@scope/pkg/index.js"), "module.exports = 2\n");
        EXPECT_FALSE(fs::exists(modules + "/.cache"));
        ASSERT_TRUE(
            run(*place, {"sh", "-c", "mkdir node_modules/.cache && echo ours >node_modules/.cache/state"}).ok());
        ASSERT_TRUE(run(*place, {"rm", "-rf", "node_modules"}).ok());
    }
    EXPECT_EQ(repo_.read("node_modules/left-pad/index.js"), "module.exports = 1\n");
    EXPECT_EQ(repo_.read("node_modules/.cache/state"), "the user's\n");
    // The next run cleans the tree without following what is lent, and lends again.
    const auto place = shadow();
    EXPECT_EQ(read(place->root() + "/node_modules/left-pad/index.js"), "module.exports = 1\n");
    EXPECT_EQ(repo_.read("node_modules/@scope/pkg/index.js"), "module.exports = 2\n");
}

TEST_F(Dependencies, WorkspacePackagesLeadIntoTheStagedTree) {
    repo_.stage("package.json", "{}\n");
    repo_.stage("packages/a/package.json", "{}\n");
    repo_.stage("packages/a/index.js", "staged\n");
    repo_.write("packages/a/index.js", "unstaged\n");
    repo_.write("node_modules/.bin/tool-impl", "#!/bin/sh\n", true);
    fs::create_directory(repo_.file("node_modules/@me"));
    fs::create_directory_symlink("../../packages/a", repo_.file("node_modules/@me/a"));
    fs::create_directory_symlink(repo_.file("packages/a"), repo_.file("node_modules/absolute"));
    fs::create_directory_symlink("../../outside", repo_.file("node_modules/outside"));
    fs::create_symlink("../@me/a/index.js", repo_.file("node_modules/.bin/a"));
    const auto place = shadow();
    ASSERT_NE(place, nullptr);
    const std::string modules = place->root() + "/node_modules";
    EXPECT_EQ(read(modules + "/@me/a/index.js"), "staged\n");
    EXPECT_EQ(read(modules + "/absolute/index.js"), "staged\n");
    EXPECT_EQ(read(modules + "/.bin/a"), "staged\n");
    EXPECT_EQ(read(modules + "/.bin/tool-impl"), "#!/bin/sh\n");
    EXPECT_EQ(fs::read_symlink(modules + "/outside"), repo_.file("node_modules/outside"));
}

TEST_F(Dependencies, OnlyUntrackedOnesBesideTrackedManifests) {
    repo_.stage("go.mod", "module m\n");
    repo_.stage("vendor/tracked.go", "package vendor\n");
    repo_.write("vendor/untracked.go", "package vendor\n");
    repo_.stage("web/package.json", "{}\n");
    repo_.write("web/node_modules/x/i.js", "1\n");
    repo_.write("elsewhere/node_modules/x/i.js", "1\n");
    repo_.write("web/generated/g.js", "1\n");
    const auto place = shadow({"generated", "../../escape", "/etc"});
    ASSERT_NE(place, nullptr);
    EXPECT_FALSE(fs::exists(place->root() + "/vendor/untracked.go"));
    EXPECT_FALSE(fs::is_symlink(place->root() + "/vendor/tracked.go"));
    EXPECT_EQ(read(place->root() + "/web/node_modules/x/i.js"), "1\n");
    EXPECT_EQ(read(place->root() + "/web/generated/g.js"), "1\n");
    EXPECT_FALSE(fs::exists(place->root() + "/elsewhere"));
}

TEST_F(Dependencies, DoNotWriteThroughATrackedSymlink) {
    // The commit turns web/ into a symlink that leads out of the tree, while the work tree still has the directory.
    repo_.stage("package.json", "{}\n");
    const base::TempDir outside = *base::TempDir::make(fs::temp_directory_path().string(), "outside-");
    fs::create_directory_symlink(outside.path(), repo_.file("web"));
    repo_.git({"add", "web"});
    fs::remove(repo_.file("web"));
    repo_.write("web/package.json", "{}\n");
    repo_.write("web/node_modules/x", "1\n");
    const auto place = shadow({"web/node_modules"});
    ASSERT_NE(place, nullptr);
    EXPECT_TRUE(fs::is_symlink(place->root() + "/web"));
    EXPECT_TRUE(fs::is_empty(outside.path()));
}

TEST_F(Dependencies, AnEditableInstallLeadsIntoTheStagedTree) {
    int status = 0;
    test::run({"python3", "-c", "import venv"}, repo_.path(), status);
    if (status != 0) {
        GTEST_SKIP() << "python3 with venv is not installed";
    }
    repo_.stage("pyproject.toml", "[project]\n");
    repo_.stage("src/thing/__init__.py", "WHICH = 'staged'\n");
    repo_.write("src/thing/__init__.py", "WHICH = 'unstaged'\n");
    test::run({"python3", "-m", "venv", "--without-pip", ".venv"}, repo_.path(), status);
    ASSERT_EQ(status, 0);
    std::string site;
    for (const auto& entry : fs::directory_iterator(repo_.file(".venv/lib"))) {
        site = ".venv/lib/" + entry.path().filename().string() + "/site-packages";
    }
    repo_.write(site + "/__editable__.thing-1.pth", repo_.file("src") + "\n");
    repo_.write(site + "/library.py", "VALUE = 1\n");
    repo_.write(
        ".venv/bin/which-thing",
        "#!" + repo_.file(".venv/bin/python") + "\nimport sys, thing, library\nprint(thing.WHICH, sys.prefix)\n", true);
    const auto place = shadow();
    ASSERT_NE(place, nullptr);
    const std::string expected = "staged " + place->root() + "/.venv\n";
    // However the tool is named: by its path in the work tree, in the place, or by an activated environment's PATH.
    EXPECT_EQ(run(*place, {repo_.file(".venv/bin/which-thing")}).out, expected);
    EXPECT_EQ(run(*place, {".venv/bin/which-thing"}).out, expected);
    EXPECT_EQ(run(*place, {".venv/bin/python", "-c", "import sys, thing; print(thing.WHICH, sys.prefix)"}).out,
              expected);
    env_.set("PATH", repo_.file(".venv/bin") + ":/usr/bin:/bin");
    isolation_ = isolation(*repository_, env_, std::string(RFSN_BIN_DIR) + "/rfsn-exec");
    const auto activated = run(*place, {"which-thing"});
    EXPECT_EQ(activated.out, expected) << activated.describe() << activated.err;
    EXPECT_EQ(repo_.read(site + "/__editable__.thing-1.pth"), repo_.file("src") + "\n");
}

TEST_F(Dependencies, AnEnvironmentKeptElsewhereIsLentToo) {
    repo_.stage("pyproject.toml", "[project]\n");
    repo_.stage("src/thing.py", "staged\n");
    const std::string home = cache_.path() + "/environments/thing";
    const std::string site = home + "/lib/python3.99/site-packages";
    ASSERT_TRUE(base::make_directories(home + "/bin"));
    ASSERT_TRUE(base::make_directories(site));
    ASSERT_TRUE(base::write_atomically(home + "/pyvenv.cfg", "home = /usr/bin\n", 0644));
    ASSERT_TRUE(base::write_atomically(home + "/bin/tool", "#!" + home + "/bin/python\n", 0755));
    ASSERT_TRUE(base::write_atomically(home + "/bin/binary",
                                       std::string("\x7f"
                                                   "ELF\0",
                                                   5) +
                                           home,
                                       0755));
    ASSERT_TRUE(
        base::write_atomically(site + "/thing.pth", repo_.file("src") + "\n" + repo_.file("src-other") + "\n", 0644));
    fs::create_directory_symlink(home, repo_.file(".venv"));
    const auto place = shadow();
    ASSERT_NE(place, nullptr);
    const std::string copy = place->root() + "/.venv";
    EXPECT_EQ(read(copy + "/bin/tool"), "#!" + copy + "/bin/python\n");
    EXPECT_TRUE(fs::is_symlink(copy + "/bin/binary"));
    EXPECT_EQ(read(copy + "/lib/python3.99/site-packages/thing.pth"),
              place->root() + "/src\n" + place->root() + "/src-other\n");
    EXPECT_EQ(read(home + "/bin/tool"), "#!" + home + "/bin/python\n");
}

}  // namespace
}  // namespace rfsn::isolate
