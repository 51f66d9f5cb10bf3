// SPDX-License-Identifier: MIT
#include <algorithm>
#include <dirent.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "git/materialize.hpp"
#include "git/view_tree.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

constexpr std::uint64_t max_state_bytes = 1U << 20;

/// What decides how bytes are converted on the way out, beside the tree itself: a change makes every file stale.
std::string conversion(const Repository& repository) {
    base::Sha256 hash;
    const auto& impl = repository.impl();
    const auto config = impl.attempt(
        {"config", "--null", "--get-regexp", "^(core\\.(autocrlf|eol|symlinks|filemode|attributesfile)|filter\\.)"});
    hash.field(config ? config->out : "");
    hash.field(base::read_file(repository.common_dir() + "/info/attributes", max_state_bytes).value_or(""));
    return hash.hex();
}

/// True if an attribute file differs between the trees: unchanged blobs may then have to be converted otherwise.
bool attributes_differ(const ScratchGit& git, const std::string& from, const std::string& to) {
    const auto output =
        git.run({"--glob-pathspecs", "diff-tree", "-r", "--name-only", "-z", from, to, "--", "**/.gitattributes"});
    return !output || !output->empty();
}

/// Submodules are empty directories here; nothing that a check left in one may stay.
base::Result<void> empty_submodules(const ScratchGit& git, const std::string& directory) {
    RFSN_ASSIGN(const std::string output, git.run({"ls-files", "-s", "-z"}));
    for (const auto record : base::split(output, '\0')) {
        const auto tab = record.find('\t');
        if (record.substr(0, 6) != "160000" || tab == std::string_view::npos) {
            continue;
        }
        const std::string path = directory + "/" + std::string(record.substr(tab + 1));
        RFSN_TRY(base::remove_tree(path));
        RFSN_TRY(base::make_directories(path, 0755));
    }
    return {};
}

base::Result<void> clean(const ScratchGit& git, const std::vector<std::string>& keep) {
    std::vector<std::string> args{"-c", "clean.requireForce=true", "clean", "-q", "-ffdx"};
    for (const auto& pattern : keep) {
        args.push_back("--exclude=" + pattern);
    }
    RFSN_TRY(git.run(std::move(args)));
    return {};
}

base::Result<void> fill(const ScratchGit& git, const std::string& tree, const std::string& directory,
                        const std::vector<std::string>& keep, bool submodules) {
    // First what is not tracked: an attribute file that a check left would decide how others are written.
    RFSN_TRY(clean(git, keep));
    // --reset compares every file with the index by stat and rewrites what a check has changed.
    RFSN_TRY(git.run({"read-tree", "--reset", "-u", "--no-sparse-checkout", tree}));
    return submodules ? empty_submodules(git, directory) : base::Result<void>{};
}

}  // namespace

base::Result<std::string> materialize_tree(const Repository& repository, const TreeView& view,
                                           const std::string& directory, const std::string& state_dir,
                                           const std::vector<std::string>& keep) {
    RFSN_TRY(base::make_directories(state_dir, 0700));
    RFSN_TRY(base::make_directories(directory, 0755));
    const std::string objects = state_dir + "/objects";
    const std::string index = state_dir + "/index";
    const std::string stamp = state_dir + "/tree";
    RFSN_TRY(limit_objects(objects));
    // The caller holds the shadow tree: a lock is left over from a killed run.
    RFSN_TRY(base::remove_tree(index + ".lock"));
    RFSN_TRY(base::remove_tree(state_dir + "/build-index.lock"));

    const ScratchGit builder(repository, state_dir + "/build-index", objects, "");
    RFSN_ASSIGN(const std::string tree, build_view_tree(repository, view, builder, state_dir));

    const ScratchGit shadow(repository, index, objects, directory);
    const std::string rules = conversion(repository);
    const std::string before = base::read_file(stamp, max_state_bytes).value_or("");
    const auto space = before.find(' ');
    const std::string old_tree = before.substr(0, space);
    const bool warm = space != std::string::npos && before.substr(space + 1) == rules;
    RFSN_TRY(base::remove_tree(stamp));  // until it is right again
    if (!warm || (old_tree != tree && attributes_differ(shadow, old_tree, tree))) {
        RFSN_TRY(base::remove_tree(index));
    }
    RFSN_ASSIGN(const auto modules, view.find(".gitmodules"));
    if (auto filled = fill(shadow, tree, directory, keep, modules.has_value()); !filled) {
        if (filled.error().code != ErrorCode::external) {
            return tl::make_unexpected(std::move(filled.error()));
        }
        // A damaged index or something git will not replace: once more from nothing.
        RFSN_TRY(base::remove_tree(index));
        RFSN_TRY(base::remove_tree(index + ".lock"));
        RFSN_TRY(base::remove_tree(directory));
        RFSN_TRY(base::make_directories(directory, 0755));
        RFSN_TRY(fill(shadow, tree, directory, keep, modules.has_value()));
    }
    RFSN_TRY(base::write_atomically(stamp, tree + " " + rules, 0600));
    return tree;
}

}  // namespace rfsn::git
