// SPDX-License-Identifier: MIT
#include <algorithm>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "git/materialize.hpp"
#include "git/submodules.hpp"
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

base::Result<void> clean(const ScratchGit& git, const std::vector<std::string>& keep) {
    std::vector<std::string> args{"-c", "clean.requireForce=true", "clean", "-q", "-ffdx"};
    for (const auto& pattern : keep) {
        args.push_back("--exclude=" + pattern);
    }
    RFSN_TRY(git.run(std::move(args)));
    return {};
}

base::Result<void> fill(const ScratchGit& git, const std::string& tree, const std::vector<std::string>& keep) {
    // First what is not tracked: an attribute file that a check left would decide how others are written.
    RFSN_TRY(clean(git, keep));
    // --reset compares every file with the index by stat and rewrites what a check has changed.
    return git.run({"read-tree", "--reset", "-u", "--no-sparse-checkout", tree}).map([](const std::string&) {});
}

/// Makes `directory` hold a tree of the repository's, and of those within it.
class Materializer {
   public:
    explicit Materializer(const std::vector<std::string>& keep) : keep_(keep) {}

    /// `modules`: there may be submodules.
    [[nodiscard]] base::Result<void> tree(const Repository& repository, const std::string& tree,
                                          const std::string& directory, const std::string& state_dir, bool modules,
                                          int depth = 0) const {
        const std::string index = state_dir + "/index";
        const std::string stamp = state_dir + "/tree";
        const ScratchGit shadow(repository, index, state_dir + "/objects", directory);
        const std::string rules = conversion(repository);
        const std::string before = base::read_file(stamp, max_state_bytes).value_or("");
        const auto space = before.find(' ');
        const std::string old_tree = before.substr(0, space);
        const bool warm = space != std::string::npos && before.substr(space + 1) == rules;
        RFSN_TRY(base::remove_tree(stamp));  // until it is right again
        if (!warm || (old_tree != tree && attributes_differ(shadow, old_tree, tree))) {
            RFSN_TRY(base::remove_tree(index));
        }
        if (auto filled = fill(shadow, tree, keep_); !filled) {
            if (filled.error().code != ErrorCode::external) {
                return tl::make_unexpected(std::move(filled.error()));
            }
            // A damaged index or something git will not replace: once more from nothing.
            RFSN_TRY(base::remove_tree(index));
            RFSN_TRY(base::remove_tree(index + ".lock"));
            RFSN_TRY(base::remove_tree(directory));
            RFSN_TRY(base::make_directories(directory, 0755));
            RFSN_TRY(fill(shadow, tree, keep_));
        }
        const std::string filled_modules = state_dir + "/modules";
        if (old_tree != tree && ::access(filled_modules.c_str(), F_OK) == 0) {
            // Git leaves the files of a submodule that is gone, and does not look into one that is there.
            RFSN_TRY(clean(shadow, keep_));
            RFSN_TRY(base::remove_tree(filled_modules));
        }
        if (modules) {
            RFSN_TRY(submodules(repository, shadow, directory, state_dir, depth));
        }
        return base::write_atomically(stamp, tree + " " + rules, 0600);
    }

   private:
    /// One that is not at hand is an empty directory, as in a clone; nothing that a check left there may stay.
    [[nodiscard]] base::Result<void> submodules(const Repository& repository, const ScratchGit& git,
                                                const std::string& directory, const std::string& state_dir,
                                                int depth) const {
        RFSN_ASSIGN(const auto found, submodules_of(git));
        for (const auto& submodule : found) {
            const std::string path = directory + "/" + submodule.path;
            const auto opened = depth < max_submodule_depth ? open_submodule(repository, submodule) : std::nullopt;
            const std::string state = submodule_state(state_dir, submodule.path);
            if (!opened) {
                RFSN_TRY(base::remove_tree(state));
                RFSN_TRY(base::remove_tree(path));
                RFSN_TRY(base::make_directories(path, 0755));
                continue;
            }
            RFSN_TRY(base::write_atomically(state_dir + "/modules", "", 0600));
            RFSN_TRY(base::make_directories(state, 0700));
            RFSN_TRY(base::make_directories(path, 0755));
            RFSN_TRY(base::remove_tree(state + "/index.lock"));
            if (auto done = tree(*opened->repository, opened->tree, path, state, true, depth + 1); !done) {
                return tl::make_unexpected(
                    std::move(done.error()).with("in the submodule " + base::printable(submodule.path)));
            }
        }
        return {};
    }

    const std::vector<std::string>& keep_;
};

}  // namespace

base::Result<std::string> materialize_tree(const Repository& repository, const TreeView& view,
                                           const std::string& directory, const std::string& state_dir,
                                           const std::vector<std::string>& keep) {
    RFSN_TRY(base::make_directories(state_dir, 0700));
    RFSN_TRY(base::make_directories(directory, 0755));
    const std::string objects = state_dir + "/objects";
    const std::string index = state_dir + "/index";
    RFSN_TRY(limit_objects(objects));
    // The caller holds the shadow tree: a lock is left over from a killed run.
    RFSN_TRY(base::remove_tree(index + ".lock"));
    RFSN_TRY(base::remove_tree(state_dir + "/build-index.lock"));

    const ScratchGit builder(repository, state_dir + "/build-index", objects, "");
    RFSN_ASSIGN(const std::string tree, build_view_tree(repository, view, builder, state_dir));

    RFSN_ASSIGN(const auto modules, view.find(".gitmodules"));
    RFSN_TRY(Materializer(keep).tree(repository, tree, directory, state_dir, modules.has_value()));
    return tree;
}

}  // namespace rfsn::git
