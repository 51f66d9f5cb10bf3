// SPDX-License-Identifier: MIT
// Any sequence of edits, stagings and hunks, any fix: unstaged work survives every apply and every undo. Every line is
// written once in the life of a repository, so that what became of it can be told from the bytes alone.
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sys/stat.h>

#include "base/text.hpp"
#include "workbench.hpp"

namespace rfsn {
namespace {

namespace fs = std::filesystem;
using git::WorkTreeOutcome;
using model::FileMode;
using test::must;

using Lines = std::vector<std::string>;

constexpr int sequences = 30;

std::string join(const Lines& lines) {
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    return text;
}

Lines split(std::string_view text) {
    Lines lines;
    for (const auto line : base::split_lines(text)) {
        lines.emplace_back(line);
    }
    return lines;
}

std::set<std::string> minus(const Lines& a, const Lines& b) {
    std::set<std::string> rest(a.begin(), a.end());
    for (const auto& line : b) {
        rest.erase(line);
    }
    return rest;
}

/// All that an apply may touch, and all that it may not.
struct State {
    std::map<std::string, std::string> files;  ///< mode and bytes by path; "link ..." for a symlink
    std::string index;
    bool operator==(const State& other) const { return files == other.files && index == other.index; }
};

class Properties : public testing::TestWithParam<unsigned> {
   protected:
    void SetUp() override {
        const auto fixed = base::Environment::of_process().get("RFSN_TEST_SEED");
        seed_ = fixed ? static_cast<unsigned>(std::strtoul(fixed->c_str(), nullptr, 10)) : std::random_device{}();
        seed_ += GetParam();
        chance_.seed(seed_);
        RecordProperty("seed", std::to_string(seed_));
        for (const auto& path : paths_) {
            bench_.repo.stage(path, join(fresh(25)));
        }
        bench_.repo.commit();
        bench_.open();
    }

    unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(chance_); }
    std::string line() { return "line " + std::to_string(++written_); }
    Lines fresh(unsigned count) {
        Lines lines;
        for (unsigned i = 0; i < count; ++i) {
            lines.push_back(line());
        }
        return lines;
    }
    /// Some lines written anew, put in or taken out.
    Lines changed(Lines lines) {
        for (unsigned edits = 1 + below(3); edits > 0; --edits) {
            const auto at = lines.begin() + below(static_cast<unsigned>(lines.size() + 1));
            const unsigned kind = below(4);
            if (kind == 0 || at == lines.end()) {
                lines.insert(at, line());
            } else if (kind == 1) {
                lines.erase(at);
            } else {
                *at = line();
            }
        }
        return lines;
    }
    const std::string& some_path() { return paths_[below(static_cast<unsigned>(paths_.size()))]; }
    bool is_file(const std::string& path) const { return fs::is_regular_file(fs::symlink_status(full(path))); }
    std::string full(const std::string& path) const { return bench_.repo.file(path); }
    std::string staged(const std::string& path) const {
        return bench_.blob(path).empty() ? std::string() : bench_.staged(path);
    }

    State state() const {
        State now;
        for (const auto& entry : fs::recursive_directory_iterator(bench_.repo.path())) {
            const auto path = entry.path().lexically_relative(bench_.repo.path()).string();
            if (path.rfind(".git", 0) == 0 || entry.is_directory()) {
                continue;
            }
            struct stat info {};
            lstat(entry.path().c_str(), &info);
            now.files[path] = S_ISLNK(info.st_mode)
                                  ? "link " + fs::read_symlink(entry.path()).string()
                                  : std::to_string(info.st_mode & 0777U) + " " + bench_.repo.read(path);
        }
        now.index = bench_.repo.git({"ls-files", "-s", "-v", "-z"});
        return now;
    }

    /// What a user does between two commits.
    void work() {
        const auto& path = some_path();
        switch (below(9)) {
            case 0:
            case 1:
            case 2:  // an edit in the editor
                if (is_file(path)) {
                    bench_.repo.write(path, join(changed(split(bench_.repo.read(path)))));
                }
                break;
            case 3:
                if (is_file(path)) {
                    bench_.repo.git({"add", path});
                }
                break;
            case 4:  // a hunk: the stage gets a change that the file may or may not have
                if (const auto now = staged(path); !now.empty()) {
                    auto id = bench_.repo.git({"hash-object", "-w", "--stdin"}, join(changed(split(now))));
                    id.pop_back();
                    bench_.repo.git({"update-index", "--cacheinfo", "100644," + id + "," + path});
                }
                break;
            case 5:
                if (is_file(path) && below(3) == 0) {
                    fs::remove(full(path));
                } else if (!fs::exists(fs::symlink_status(full(path)))) {
                    bench_.repo.write(path, join(fresh(10)));
                }
                break;
            case 6:
                if (is_file(path)) {
                    fs::permissions(full(path), fs::perms(below(2) == 0 ? 0755 : 0644));
                }
                break;
            case 7:
                bench_.repo.write("untracked " + std::to_string(below(3)), join(fresh(2)));
                break;
            default:
                if (below(3) == 0) {
                    bench_.repo.commit();
                }
                break;
        }
    }

    /// Any fix of what is staged.
    std::vector<model::FileEdit> fix() {
        std::vector<model::FileEdit> edits;
        for (const auto& path : paths_) {
            const auto blob = bench_.blob(path);
            if (blob.empty() || below(3) == 0) {
                continue;
            }
            model::FileEdit edit = bench_.edit(path, join(changed(split(bench_.staged(path)))));
            const bool executable = bench_.repo.git({"ls-files", "-s", "--", path}).rfind("100755", 0) == 0;
            edit.mode = executable ? FileMode::executable : FileMode::regular;
            edit.deletes = below(12) == 0;
            edits.push_back(std::move(edit));
        }
        if (below(4) == 0) {
            edits.push_back({"made/" + std::to_string(++written_), "", FileMode::regular, join(fresh(3)), false});
        }
        return edits;
    }

    void expect_kept(const State& before, const State& after, const patch::ApplyOutcome& outcome,
                     const std::map<std::string, Lines>& base) {
        std::set<std::string> touched;
        for (const auto& file : outcome.files) {
            touched.insert(file.path);
            const auto was = before.files.find(file.path);
            const auto is = after.files.find(file.path);
            const bool moved = file.work_tree == WorkTreeOutcome::written || file.work_tree == WorkTreeOutcome::merged;
            if (!moved) {
                ASSERT_EQ(was == before.files.end(), is == after.files.end()) << file.path;
                ASSERT_TRUE(was == before.files.end() || was->second == is->second) << file.path;
                continue;
            }
            if (was == before.files.end()) {
                continue;  // it came to be
            }
            const auto known = base.find(file.path);
            const Lines old = known == base.end() ? Lines{} : known->second;
            const Lines mine = split(was->second.substr(was->second.find(' ') + 1));
            const Lines now = is == after.files.end() ? Lines{} : split(is->second.substr(is->second.find(' ') + 1));
            for (const auto& added : minus(mine, old)) {
                ASSERT_NE(std::find(now.begin(), now.end(), added), now.end())
                    << "lost: " << added << " in " << file.path;
            }
            for (const auto& removed : minus(old, mine)) {
                ASSERT_EQ(std::find(now.begin(), now.end(), removed), now.end()) << "back: " << removed;
            }
        }
        for (const auto& [path, bytes] : before.files) {
            if (touched.count(path) == 0) {
                const auto is = after.files.find(path);
                ASSERT_TRUE(is != after.files.end() && is->second == bytes) << path << " was not to be touched";
            }
        }
        for (const auto& [path, bytes] : after.files) {
            ASSERT_TRUE(touched.count(path) != 0 || before.files.count(path) != 0) << path << " was left lying";
        }
    }

    std::map<std::string, Lines> stage_of(const std::vector<model::FileEdit>& edits) const {
        std::map<std::string, Lines> base;
        for (const auto& edit : edits) {
            base[edit.path] = edit.old_blob.empty() ? Lines{} : split(bench_.staged(edit.path));
        }
        return base;
    }

    test::Workbench bench_;
    std::vector<std::string> paths_{"a.txt", "dir/b.txt", "dir/deep/c d.txt"};
    unsigned seed_ = 0;

   private:
    std::mt19937 chance_;
    unsigned written_ = 0;
};

TEST_P(Properties, UnstagedWorkSurvivesEveryApplyAndUndo) {
    for (int sequence = 0; sequence < sequences; ++sequence) {
        SCOPED_TRACE("RFSN_TEST_SEED=" + std::to_string(seed_ - GetParam()) + ", sequence " + std::to_string(sequence));
        for (unsigned steps = 1 + below(5); steps > 0; --steps) {
            work();
        }
        const auto edits = fix();
        if (edits.empty()) {
            continue;
        }
        const auto base = stage_of(edits);
        const auto before = state();
        const auto applied = bench_.apply(bench_.proven(edits));
        const auto after = state();
        ASSERT_NO_FATAL_FAILURE(expect_kept(before, after, applied, base));
        for (const auto& edit : edits) {
            ASSERT_EQ(bench_.blob(edit.path).empty(), edit.deletes);
            ASSERT_TRUE(edit.deletes || bench_.staged(edit.path) == edit.content) << edit.path;
        }
        switch (below(3)) {
            case 0:  // at once: all is exactly as it was
                bench_.undo();
                ASSERT_EQ(state().files, before.files);
                ASSERT_EQ(state().index, before.index);
                break;
            case 1: {  // after more work: that is kept
                for (unsigned steps = 1 + below(4); steps > 0; --steps) {
                    work();
                }
                std::map<std::string, Lines> fixed;
                for (const auto& edit : edits) {
                    fixed[edit.path] = edit.deletes ? Lines{} : split(edit.content);
                }
                const auto later = state();
                const auto undone = bench_.undo();
                // Lines that were unstaged before the apply belong to both sides.
                for (auto& [path, lines] : fixed) {
                    const auto was = after.files.find(path);
                    if (was != after.files.end()) {
                        lines = split(was->second.substr(was->second.find(' ') + 1));
                    }
                }
                ASSERT_NO_FATAL_FAILURE(expect_kept(later, state(), undone, fixed));
                break;
            }
            default:
                break;
        }
        ASSERT_EQ(bench_.repo.git({"fsck", "--no-dangling", "--no-progress", "--connectivity-only"}), "");
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Properties, testing::Range(0U, 10U));

}  // namespace
}  // namespace rfsn
