// SPDX-License-Identifier: MIT
#include "isolate/whole_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "git/materialize.hpp"
#include "isolate/cache_root.hpp"
#include "isolate/overlay_probe.hpp"
#include "isolate/siblings.hpp"

namespace rfsn::isolate {
namespace {

constexpr int caches_of_work_tree = 4;

std::vector<std::string> dependency_names(const Request& request) {
    std::vector<std::string> names{"node_modules", ".venv", "venv", "vendor"};
    names.insert(names.end(), request.dependencies.begin(), request.dependencies.end());
    return names;
}

/// Files that the work tree shows with a time at which a warm cache would call them unchanged.
base::Result<void> show_fresh(const git::WorkTreeComparison& comparison, const OverlayTree& overlay,
                              const Freshness& freshness) {
    std::vector<std::string> missing;
    for (const auto& [path, time] : freshness.shown()) {
        if (in_layers(overlay.upper(), path) == LayerAnswer::lower) {
            missing.push_back(path);
            RFSN_TRY(overlay.make_parents(path));
        }
    }
    RFSN_TRY(comparison.write(missing, overlay.upper()));
    for (const auto& [path, time] : freshness.shown()) {
        const timespec moment{time / 1'000'000'000, time % 1'000'000'000};
        const timespec times[] = {moment, moment};
        const std::string file = overlay.upper() + "/" + path;
        if (::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
            return base::fail(base::ErrorCode::io, "cannot set the time of '" + base::printable(file) +
                                                       "': " + std::generic_category().message(errno));
        }
    }
    return {};
}

}  // namespace

const std::vector<std::string>& WholeTree::siblings() {
    if (!siblings_) {
        siblings_ = sibling_work_trees(*repository_);
        command_->set_siblings(*siblings_);
    }
    return *siblings_;
}

std::string WholeTree::why_not_overlay() const {
    const std::string& root = repository_->work_tree();
    if (!command_->powers().program) {
        return "rfsn-exec cannot be run";
    }
    if (!command_->powers().mounts) {
        return "this machine lets us mount nothing";
    }
    if (is_within(cache_root_, root)) {
        return "the cache directory is inside the work tree";
    }
    struct stat info {};
    if (::stat(root.c_str(), &info) != 0 || (info.st_uid != ::geteuid() && ::geteuid() != 0)) {
        return "the work tree belongs to another user";
    }
    if (const std::string mounted = mounted_below(root, read_mountinfo()); !mounted.empty()) {
        return "something is mounted inside the work tree, at " + base::printable(mounted);
    }
    return why_no_overlay(root, home_ + "/scratch", cache_root_, command_->program(), command_->environment(),
                          repository_->runner());
}

base::Result<void> WholeTree::fill(PreparedPlace& place, const git::TreeView& view, const Request& request) {
    place.one_at_a_time();
    std::string why = request.seen_from_outside ? "a daemon outside looks at the tree" : why_not_overlay();
    if (why.empty()) {
        auto laid = lay_over(place, view, request);
        if (laid && laid->empty()) {
            return {};
        }
        // Whatever it was, there is the other way.
        why = laid ? *laid : laid.error().describe();
        place.forget_cache();
    }
    place.describe_as("shadow (" + why + ")");
    return fill_shadow(place, view, request);
}

/// Returns why it was not done, or an empty string.
base::Result<std::string> WholeTree::lay_over(PreparedPlace& place, const git::TreeView& view, const Request& request) {
    RFSN_ASSIGN(const bool warm, give_cache_of_work_tree(place, request));
    const std::string state = warm ? place.cache_dir() + ".state" : place.scratch().path() + "/state";
    RFSN_ASSIGN(auto comparison, git::WorkTreeComparison::make(*repository_, view, state));
    if (!comparison.obstacle().empty()) {
        return comparison.obstacle();
    }
    std::optional<Freshness> freshness;
    if (warm) {
        RFSN_ASSIGN(auto begun,
                    Freshness::begin(comparison, repository_->work_tree(), place.cache_dir(), state + "/seen"));
        freshness.emplace(std::move(begun));
        place.keep_fresh(*freshness);
    } else {
        RFSN_TRY(base::make_directories(place.cache_dir(), 0700));
    }
    RFSN_ASSIGN(auto overlay, OverlayTree::make(comparison, repository_->work_tree(), place.scratch().path() + "/over",
                                                dependency_names(request)));
    RFSN_ASSIGN(const auto borrowed, lend(view, request, {overlay.upper(), overlay.root(), true}, state + "/index"));
    if (freshness) {
        RFSN_TRY(show_fresh(comparison, overlay, *freshness));
    }
    const bool as_committed =
        overlay.changes_nothing() && borrowed.empty() && (!freshness || freshness->shown().empty());
    if (request.writes_nothing && as_committed) {
        place.describe_as("in place, read-only");
        place.stay_in(std::move(comparison), repository_->work_tree());
        return std::string();
    }
    std::string description = "overlay";
    for (const auto& lender : borrowed) {
        description += ", dependencies borrowed from " + base::printable(lender);
    }
    place.describe_as(std::move(description));
    const std::string upper = overlay.upper();
    place.lay_over(std::move(comparison), std::move(overlay));
    place.watch(ReadBack(*repository_, view, upper, repository_->work_tree(), request.files));
    return std::string();
}

base::Result<bool> WholeTree::give_cache_of_work_tree(PreparedPlace& place, const Request& request) {
    // A build cache knows the paths of its sources.
    const std::string name =
        directory_name(request.label) + "-at-" + base::sha256_hex(repository_->work_tree()).substr(0, 8);
    for (int number = 0; number < caches_of_work_tree; ++number) {
        RFSN_ASSIGN(auto lease, caches_->lease(name + (number == 0 ? "" : "-" + std::to_string(number))));
        if (lease) {
            place.use(std::move(*lease));
            return true;
        }
    }
    return false;
}

base::Result<void> WholeTree::fill_shadow(PreparedPlace& place, const git::TreeView& view, const Request& request) {
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
    RFSN_ASSIGN(const auto borrowed, lend(view, request, {place.root(), place.root(), false}, state + "/index"));
    if (!borrowed.empty()) {
        std::string description = place.describe();
        for (const auto& lender : borrowed) {
            description += ", dependencies borrowed from " + base::printable(lender);
        }
        place.describe_as(std::move(description));
    }
    place.watch(ReadBack(*repository_, view, place.root(), "", request.files));
    return {};
}

base::Result<std::vector<std::string>> WholeTree::lend(const git::TreeView& view, const Request& request,
                                                       const Target& target, const std::string& index) {
    const auto& others = siblings();
    if (target.has_own && others.empty()) {
        return std::vector<std::string>();
    }
    RFSN_ASSIGN(auto directories, manifest_directories(*repository_, target.seen, index));
    return lend_dependencies(
        view, {std::move(directories), dependency_names(request), repository_->work_tree(), others}, target);
}

base::Result<void> WholeTree::give_cache(PreparedPlace& place, const std::string& name) {
    RFSN_ASSIGN(auto lease, caches_->lease(name));
    if (lease) {
        place.use(std::move(*lease));
        return {};
    }
    return base::make_directories(place.cache_dir(), 0700);
}

}  // namespace rfsn::isolate
