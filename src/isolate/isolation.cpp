// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "git/materialize.hpp"
#include "isolate/cache_root.hpp"
#include "isolate/collect.hpp"
#include "isolate/command.hpp"
#include "isolate/isolate.hpp"
#include "isolate/prepared_place.hpp"
#include "isolate/whole_tree.hpp"

namespace rfsn::isolate {
namespace {

using model::Tier;

/// Those of `paths` that are files of the view; deleted ones and submodules have nothing to write.
base::Result<std::vector<std::string>> present(const git::TreeView& view,
                                               const std::vector<std::vector<std::string>>& paths) {
    std::set<std::string> found;
    for (const auto& list : paths) {
        for (const auto& path : list) {
            RFSN_ASSIGN(const auto entry, view.find(path));
            if (entry && !entry->is_tree && entry->mode != model::FileMode::gitlink) {
                found.insert(path);
            }
        }
    }
    return std::vector<std::string>(found.begin(), found.end());
}

/// Attribute files above the paths, whether they exist or not: without them what a tool wrote could not be turned into
/// the bytes that `git add` would store.
std::vector<std::string> attribute_files(const std::vector<std::string>& paths) {
    std::set<std::string> found;
    for (const auto& path : paths) {
        for (std::size_t end = 0; end != std::string::npos; end = path.find('/', end + 1)) {
            found.insert(end == 0 ? ".gitattributes" : path.substr(0, end) + "/.gitattributes");
        }
    }
    return {found.begin(), found.end()};
}

/// The directories that the files would be in: tools look for their configuration from there.
base::Result<void> make_parents(const std::string& root, const std::vector<std::string>& files) {
    for (const auto& file : files) {
        const auto parent = std::filesystem::path(file).parent_path().lexically_normal();
        if (parent.empty() || parent.is_absolute() || *parent.begin() == "..") {
            continue;
        }
        std::error_code unknown;
        const auto path = std::filesystem::path(root) / parent;
        // Through a symlink that is part of the commit it would be made elsewhere.
        if (std::filesystem::weakly_canonical(path, unknown) == path) {
            RFSN_TRY(base::make_directories(path.string(), 0755));
        }
    }
    return {};
}

class LocalIsolation final : public Isolation {
   public:
    LocalIsolation(const git::Repository& repository, const base::Environment& env, const std::string& exec_program)
        : repository_(&repository),
          root_(cache_root(env)),
          command_(repository, env, exec_program, root_ ? root_->path : "") {
        if (root_) {
            home_ = root_->path + "/" + base::sha256_hex(repository.common_dir()).substr(0, 16);
            caches_.emplace(home_ + "/cache");
            whole_tree_.emplace(repository, command_, home_, root_->path, *caches_);
        }
    }
    LocalIsolation(const LocalIsolation&) = delete;
    LocalIsolation& operator=(const LocalIsolation&) = delete;

    ~LocalIsolation() override {
        if (!collect_at_end_ || base::interrupted()) {
            return;
        }
        if (caches_->used()) {
            caches_->collect(build_cache_cap, std::chrono::hours(24 * 30));
        }
        collect_all(root_->path, false);
    }

    [[nodiscard]] base::Result<std::unique_ptr<Place>> prepare(const git::TreeView& view,
                                                               const Request& request) override {
        if (!root_) {
            return tl::make_unexpected(root_.error());
        }
        if (!collect_at_end_) {
            collect_scratch(home_ + "/scratch", std::chrono::minutes(1));
            collect_at_end_ = true;
        }
        RFSN_ASSIGN(auto scratch, Scratch::make(home_ + "/scratch"));
        auto place = std::make_unique<PreparedPlace>(std::move(scratch), model::name(request.tier));
        if (request.tier == Tier::shadow) {
            RFSN_TRY(whole_tree_->fill(*place, view, request));
        } else {
            RFSN_TRY(fill_scratch(*place, view, request));
        }
        return std::unique_ptr<Place>(std::move(place));
    }

    [[nodiscard]] base::ProcessSpec wrap(const Place& place, std::vector<std::string> argv, const std::string& cwd,
                                         const std::vector<std::string>& extra_env,
                                         const Limits& limits) const override {
        return command_.wrap(place, std::move(argv), cwd, extra_env, limits);
    }

    [[nodiscard]] bool can_confine() const override {
        return command_.powers().read_only_outside() && command_.powers().no_network();
    }

    [[nodiscard]] std::vector<std::string> sandbox_facts(const Limits& limits) const override {
        return command_.facts(limits);
    }

    void forget() override {
        if (root_) {
            forget_answers(root_->path);
        }
    }

    [[nodiscard]] std::vector<std::string> capabilities() const override {
        std::vector<std::string> lines = command_.powers_now().lines;
        if (!root_) {
            lines.push_back("cache directory: no (" + root_.error().message + ")");
            return lines;
        }
        forget_answers(root_->path);
        const std::string why = whole_tree_->why_not_overlay();
        lines.push_back(why.empty()
                            ? "whole-tree checks: overlay over the work tree; in place, read-only, where a check "
                              "writes nothing and the tree is as committed"
                            : "whole-tree checks: shadow tree (no overlay: " + why + ")");
        lines.push_back("cache directory: " + base::printable(root_->path) +
                        (root_->note.empty() ? "" : " (" + root_->note + ")"));
        return lines;
    }

   private:
    base::Result<void> fill_scratch(PreparedPlace& place, const git::TreeView& view, const Request& request) {
        RFSN_ASSIGN(auto lease, caches_->lease(directory_name(request.label)));
        if (lease) {
            place.use(std::move(*lease));
        } else {
            // Another run has the warm one: an empty one that goes with the place.
            RFSN_TRY(base::make_directories(place.cache_dir(), 0700));
        }
        const std::vector<std::string> none;
        const bool with_files = request.tier == Tier::scratch;
        RFSN_ASSIGN(const auto paths, present(view, {with_files ? request.files : none, request.context,
                                                     with_files ? attribute_files(request.files) : none}));
        RFSN_TRY(git::materialize_paths(*repository_, view, paths, place.root()));
        RFSN_TRY(make_parents(place.root(), request.files));
        if (with_files) {
            place.watch(ReadBack(*repository_, view, place.root(), "", request.files));
        }
        return {};
    }

    const git::Repository* repository_;
    base::Result<CacheRoot> root_;
    SandboxCommand command_;
    std::string home_;
    std::optional<BuildCaches> caches_;
    std::optional<WholeTree> whole_tree_;
    bool collect_at_end_ = false;
};

}  // namespace

std::unique_ptr<Isolation> isolation(const git::Repository& repository, const base::Environment& env,
                                     const std::string& exec_program) {
    return std::make_unique<LocalIsolation>(repository, env, exec_program);
}

}  // namespace rfsn::isolate
