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
#include "isolate/build_cache.hpp"
#include "isolate/cache_root.hpp"
#include "isolate/collect.hpp"
#include "isolate/command.hpp"
#include "isolate/dependencies.hpp"
#include "isolate/isolate.hpp"
#include "isolate/read_back.hpp"
#include "isolate/scratch.hpp"
#include "isolate/shadow.hpp"

namespace rfsn::isolate {
namespace {

using model::Tier;

class PreparedPlace final : public Place {
   public:
    PreparedPlace(Scratch scratch, const char* description)
        : scratch_(std::move(scratch)),
          description_(description),
          root_(scratch_.tree()),
          cache_(scratch_.path() + "/cache") {}

    [[nodiscard]] const std::string& root() const override { return root_; }
    [[nodiscard]] const std::string& out_dir() const override { return scratch_.out(); }
    [[nodiscard]] const std::string& tmp_dir() const override { return scratch_.tmp(); }
    [[nodiscard]] const std::string& cache_dir() const override { return cache_; }
    [[nodiscard]] std::string describe() const override { return description_; }
    [[nodiscard]] base::Result<std::vector<model::FileEdit>> changes() override {
        return read_back_ ? read_back_->changes(scratch_.path() + "/objects") : std::vector<model::FileEdit>{};
    }

    [[nodiscard]] const Scratch& scratch() const { return scratch_; }
    /// `held` is shared by all places that stand in a slot.
    void stand_in(ShadowSlot slot, std::shared_ptr<int> held) {
        root_ = slot.tree;
        slot_.emplace(std::move(slot));
        held_ = std::move(held);
    }
    void use(BuildCaches::Lease lease) {
        cache_ = lease.path;
        lease_.emplace(std::move(lease));
    }
    void watch(ReadBack read_back) { read_back_.emplace(std::move(read_back)); }

   private:
    // Locks are let go of last.
    std::shared_ptr<int> held_;
    std::optional<ShadowSlot> slot_;
    std::optional<BuildCaches::Lease> lease_;
    Scratch scratch_;
    std::string description_;
    std::string root_;
    std::string cache_;
    std::optional<ReadBack> read_back_;
};

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
        : repository_(&repository), command_(repository, env, exec_program), root_(cache_root(env)) {
        if (root_) {
            home_ = root_->path + "/" + base::sha256_hex(repository.common_dir()).substr(0, 16);
            caches_.emplace(home_ + "/cache");
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
        const bool shadow = request.tier == Tier::shadow;
        RFSN_ASSIGN(auto scratch, Scratch::make(home_ + "/scratch"));
        auto place = std::make_unique<PreparedPlace>(std::move(scratch), model::name(request.tier));
        RFSN_TRY(shadow ? fill_shadow(*place, view, request) : fill_scratch(*place, view, request));
        if (shadow || request.tier == Tier::scratch) {
            place->watch(ReadBack(*repository_, view, place->root(), request.files));
        }
        return std::unique_ptr<Place>(std::move(place));
    }

    [[nodiscard]] base::ProcessSpec wrap(const Place& place, std::vector<std::string> argv, const std::string& cwd,
                                         const std::vector<std::string>& extra_env,
                                         const Limits& limits) const override {
        return command_.wrap(place, std::move(argv), cwd, extra_env, limits);
    }

    [[nodiscard]] bool can_confine() const override { return command_.can_confine(); }

    [[nodiscard]] std::vector<std::string> capabilities() const override {
        std::vector<std::string> lines = command_.capabilities();
        if (!root_) {
            lines.push_back("cache directory: no (" + root_.error().message + ")");
        } else {
            lines.push_back("cache directory: " + base::printable(root_->path) +
                            (root_->note.empty() ? "" : " (" + root_->note + ")"));
        }
        return lines;
    }

   private:
    base::Result<void> fill_scratch(PreparedPlace& place, const git::TreeView& view, const Request& request) {
        RFSN_TRY(give_cache(place, directory_name(request.label)));
        const std::vector<std::string> none;
        const bool with_files = request.tier == Tier::scratch;
        RFSN_ASSIGN(const auto paths, present(view, {with_files ? request.files : none, request.context,
                                                     with_files ? attribute_files(request.files) : none}));
        RFSN_TRY(git::materialize_paths(*repository_, view, paths, place.root()));
        return make_parents(place.root(), request.files);
    }

    base::Result<void> fill_shadow(PreparedPlace& place, const git::TreeView& view, const Request& request) {
        // While this run holds one itself it must not wait: every gate might wait for every other.
        const auto patience = std::chrono::seconds(slots_held_.use_count() > 1 ? 0 : 20);
        RFSN_ASSIGN(auto slot, take_shadow_slot(home_, patience));
        std::string state = place.scratch().path() + "/state";
        if (slot) {
            state = slot->state;
            // A build cache knows the paths of its sources: each tree has its own.
            RFSN_TRY(give_cache(place, directory_name(request.label) + "-" + std::to_string(slot->number)));
            place.stand_in(std::move(*slot), slots_held_);
        } else {
            // All are taken: a cold tree, only for this check.
            RFSN_TRY(base::make_directories(place.cache_dir(), 0700));
        }
        RFSN_TRY(git::materialize_tree(*repository_, view, place.root(), state, request.keep));
        std::vector<std::string> names{"node_modules", ".venv", "venv", "vendor"};
        names.insert(names.end(), request.dependencies.begin(), request.dependencies.end());
        RFSN_ASSIGN(const auto directories, manifest_directories(*repository_, place.root(), state + "/index"));
        return lend_dependencies(view, repository_->work_tree(), place.root(), directories, names);
    }

    /// The warm one, or while another run has that, an empty one that goes with the place.
    base::Result<void> give_cache(PreparedPlace& place, const std::string& name) {
        RFSN_ASSIGN(auto lease, caches_->lease(name));
        if (lease) {
            place.use(std::move(*lease));
            return {};
        }
        return base::make_directories(place.cache_dir(), 0700);
    }

    const git::Repository* repository_;
    SandboxCommand command_;
    base::Result<CacheRoot> root_;
    std::string home_;
    std::optional<BuildCaches> caches_;
    std::shared_ptr<int> slots_held_ = std::make_shared<int>(0);
    bool collect_at_end_ = false;
};

}  // namespace

std::unique_ptr<Isolation> isolation(const git::Repository& repository, const base::Environment& env,
                                     const std::string& exec_program) {
    return std::make_unique<LocalIsolation>(repository, env, exec_program);
}

}  // namespace rfsn::isolate
