// SPDX-License-Identifier: MIT
#include "git/work_tree_comparison.hpp"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "git/checkout_conversion.hpp"
#include "git/raw_diff.hpp"
#include "git/tree_reader.hpp"
#include "git/view_tree.hpp"

namespace rfsn::git {
namespace {

constexpr std::size_t most_differing = 2000;
constexpr std::uint64_t max_index_bytes = std::uint64_t{2} << 30;

/// The work tree as it is on disk, whatever the user has told git to believe of it.
std::vector<std::string> believing_nothing(std::vector<std::string> command) {
    for (const char* setting : {"core.ignoreStat=false", "core.checkStat=default", "core.trustctime=true",
                                "core.symlinks=true", "core.fileMode=true"}) {
        command.insert(command.begin(), {"-c", setting});
    }
    return command;
}

/// With the time of the original: git tells by it which entries may have been changed in the same instant.
base::Result<void> copy_index(const std::string& from, const std::string& to) {
    RFSN_TRY(base::remove_tree(to));
    struct stat info {};
    if (::stat(from.c_str(), &info) != 0) {
        return {};  // nothing was ever staged
    }
    RFSN_ASSIGN(const std::string bytes, base::read_file(from, max_index_bytes));
    const base::Fd file(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const timespec times[] = {info.st_mtim, info.st_mtim};
    if (!file || !base::write_all(file.get(), bytes) || ::futimens(file.get(), times) != 0) {
        return base::fail(base::ErrorCode::io, "cannot copy the index to '" + base::printable(to) + "'");
    }
    return {};
}

std::vector<std::string> texts(const std::vector<std::string_view>& views) {
    std::vector<std::string> list;
    for (const auto view : views) {
        if (!view.empty()) {
            list.emplace_back(view);
        }
    }
    return list;
}

}  // namespace

struct WorkTreeComparison::Part {
    std::string path;
    std::unique_ptr<Repository> repository;
    std::unique_ptr<WorkTreeComparison> comparison;
};

WorkTreeComparison::WorkTreeComparison(const Repository& repository, std::string state_dir)
    : repository_(&repository), state_dir_(std::move(state_dir)) {}
WorkTreeComparison::WorkTreeComparison(WorkTreeComparison&&) noexcept = default;
WorkTreeComparison& WorkTreeComparison::operator=(WorkTreeComparison&&) noexcept = default;
WorkTreeComparison::~WorkTreeComparison() = default;

base::Result<WorkTreeComparison> WorkTreeComparison::make(const Repository& repository, const TreeView& view,
                                                          std::string state_dir) {
    RFSN_TRY(base::make_directories(state_dir, 0700));
    RFSN_TRY(base::remove_tree(state_dir + "/build-index.lock"));  // what a killed run left
    RFSN_TRY(limit_objects(state_dir + "/objects"));
    const ScratchGit builder(repository, state_dir + "/build-index", state_dir + "/objects", "");
    RFSN_ASSIGN(std::string tree, build_view_tree(repository, view, builder, state_dir));
    return with_tree(repository, std::move(tree), std::move(state_dir), 0);
}

base::Result<WorkTreeComparison> WorkTreeComparison::with_tree(const Repository& repository, std::string tree,
                                                               std::string state_dir, int depth) {
    WorkTreeComparison result(repository, std::move(state_dir));
    result.tree_ = std::move(tree);
    const std::string& state = result.state_dir_;
    RFSN_TRY(base::make_directories(state, 0700));
    RFSN_TRY(base::remove_tree(state + "/index.lock"));
    RFSN_TRY(copy_index(repository.index_path(), state + "/index"));
    const ScratchGit git(repository, state + "/index", state + "/objects", "");
    // What is the same in the index and the tree keeps what git knows of the file on disk.
    RFSN_TRY(git.run(believing_nothing({"read-tree", "--reset", "--no-sparse-checkout", result.tree_})));
    RFSN_TRY(result.read_index());
    RFSN_ASSIGN(const auto changed, result.by_stat());
    std::set<std::string, std::less<>> differing(result.differing_.begin(), result.differing_.end());
    differing.insert(changed.begin(), changed.end());
    if (differing.size() <= most_differing) {
        RFSN_ASSIGN(auto risk, conversion_risk(repository, git, result.entries_, differing));
        result.obstacle_ = std::move(risk.obstacle);
        differing.insert(risk.paths.begin(), risk.paths.end());
    }
    if (differing.size() > most_differing) {
        result.obstacle_ =
            std::to_string(differing.size()) + " files of the work tree are not as they would be committed";
    }
    result.entries_ = {};
    result.differing_.assign(differing.begin(), differing.end());
    if (result.obstacle_.empty()) {
        RFSN_ASSIGN(result.foreign_, result.not_in_index());
    }
    for (const auto& submodule : std::exchange(result.submodules_, {})) {
        if (!result.obstacle_.empty()) {
            break;
        }
        RFSN_TRY(result.look_into(submodule, depth));
    }
    return result;
}

base::Result<void> WorkTreeComparison::look_into(const Submodule& submodule, int depth) {
    auto opened = depth < max_submodule_depth ? open_submodule(*repository_, submodule) : std::nullopt;
    if (!opened) {
        absent_submodules_.push_back(submodule.path);
        return {};
    }
    auto made = with_tree(*opened->repository, opened->tree, submodule_state(state_dir_, submodule.path), depth + 1);
    if (!made) {
        return tl::make_unexpected(std::move(made.error()).with("in the submodule " + base::printable(submodule.path)));
    }
    auto inner = std::make_unique<WorkTreeComparison>(std::move(*made));
    if (!inner->obstacle().empty() || !inner->differing().empty()) {
        // Laid over it, its files would be shown with times at which a warm build calls them unchanged.
        obstacle_ = "the submodule " + base::printable(submodule.path) + " is not as it is recorded";
        return {};
    }
    const std::string lead = submodule.path + "/";
    foreign_.push_back(lead + ".git");
    for (const auto& path : inner->foreign()) {
        foreign_.push_back(lead + path);
    }
    for (const auto& path : inner->absent_submodules()) {
        absent_submodules_.push_back(lead + path);
    }
    parts_.push_back({submodule.path, std::move(opened->repository), std::move(inner)});
    return {};
}

/// Entries, submodules, and the files that git has been told not to look at.
base::Result<void> WorkTreeComparison::read_index() {
    const ScratchGit git(*repository_, state_dir_ + "/index", state_dir_ + "/objects", "");
    RFSN_ASSIGN(const std::string output, git.run({"ls-files", "-v", "-s", "-z"}));
    for (const std::string_view record : base::split(output, '\0')) {
        // "H 100644 <id> 0\t<path>"
        const std::size_t tab = record.find('\t');
        const auto fields = base::split(record.substr(0, tab), ' ');
        if (tab == std::string_view::npos || fields.size() != 4) {
            if (record.empty()) {
                continue;
            }
            return base::fail(base::ErrorCode::external, "git ls-files answered in an unknown form");
        }
        TreeEntry entry;
        entry.name = record.substr(tab + 1);
        entry.object = fields[2];
        entry.mode = fields[1] == "160000"   ? model::FileMode::gitlink
                     : fields[1] == "120000" ? model::FileMode::symlink
                     : fields[1] == "100755" ? model::FileMode::executable
                                             : model::FileMode::regular;
        if (entry.mode == model::FileMode::gitlink) {
            submodules_.push_back({entry.name, entry.object});
        } else if (fields[0] != "H") {
            differing_.push_back(entry.name);
        }
        entries_.push_back(std::move(entry));
    }
    return {};
}

base::Result<std::vector<std::string>> WorkTreeComparison::by_stat() const {
    const ScratchGit git(*repository_, state_dir_ + "/index", state_dir_ + "/objects", "");
    RFSN_ASSIGN(
        const std::string output,
        git.run(believing_nothing({"diff-files", "--name-only", "-z", "--no-renames", "--ignore-submodules=all"})));
    return texts(base::split(output, '\0'));
}

base::Result<std::vector<std::string>> WorkTreeComparison::not_in_index() const {
    const ScratchGit git(*repository_, state_dir_ + "/index", state_dir_ + "/objects", "");
    RFSN_ASSIGN(const std::string output, git.run({"ls-files", "--others", "--directory", "-z"}));
    return texts(base::split(output, '\0'));
}

base::Result<void> WorkTreeComparison::write(const std::vector<std::string>& paths,
                                             const std::string& directory) const {
    if (paths.empty()) {
        return {};
    }
    std::string wanted;
    for (const auto& path : paths) {
        wanted += path;
        wanted += '\0';
    }
    const ScratchGit git(*repository_, state_dir_ + "/index", state_dir_ + "/objects", directory);
    RFSN_TRY(git.run({"-c", "core.symlinks=true", "-c", "core.fileMode=true", "checkout-index",
                      "--ignore-skip-worktree-bits", "-f", "-z", "--stdin"},
                     wanted));
    return {};
}

base::Result<std::string> WorkTreeComparison::disturbed() const {
    const std::set<std::string_view> differing(differing_.begin(), differing_.end());
    RFSN_ASSIGN(const auto changed, by_stat());
    for (const auto& path : changed) {
        if (differing.count(path) == 0) {
            return path;
        }
    }
    const std::set<std::string_view> foreign(foreign_.begin(), foreign_.end());
    RFSN_ASSIGN(const auto others, not_in_index());
    for (const auto& path : others) {
        if (foreign.count(path) == 0) {
            return path;
        }
    }
    for (const auto& part : parts_) {
        RFSN_ASSIGN(const std::string inside, part.comparison->disturbed());
        if (!inside.empty()) {
            return part.path + "/" + inside;
        }
    }
    return std::string();
}

base::Result<std::vector<WorkTreeComparison::Change>> WorkTreeComparison::changed_since(const std::string& tree) const {
    std::vector<Change> changes;
    if (tree == tree_) {
        return changes;
    }
    const ScratchGit git(*repository_, state_dir_ + "/index", state_dir_ + "/objects", "");
    RFSN_ASSIGN(const std::string output,
                git.run({"diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", tree, tree_}));
    RFSN_ASSIGN(const auto diff, parse_raw_diff(output));
    for (const auto& file : diff.files) {
        changes.push_back({file.path, file.mode == model::FileMode::none ? "" : file.blob});
    }
    return changes;
}

}  // namespace rfsn::git
