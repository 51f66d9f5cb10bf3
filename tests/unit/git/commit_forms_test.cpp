// SPDX-License-Identifier: MIT
// Every form of `git commit`, stopped in its own hook: what both readers see is what git goes on to commit.
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

#include "source_contract.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using namespace test;

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

}  // namespace
}  // namespace rfsn
