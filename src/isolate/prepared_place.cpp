// SPDX-License-Identifier: MIT
#include "isolate/prepared_place.hpp"

namespace rfsn::isolate {

PreparedPlace::PreparedPlace(Scratch scratch, std::string description)
    : scratch_(std::move(scratch)),
      description_(std::move(description)),
      root_(scratch_.tree()),
      cache_(scratch_.path() + "/cache") {}

PreparedPlace::~PreparedPlace() {
    if (freshness_) {
        freshness_->end();
    }
}

std::string PreparedPlace::from_outside(const std::string& path) const {
    if (!overlay_ || path.size() <= root_.size() + 1 || path.compare(0, root_.size(), root_) != 0 ||
        path[root_.size()] != '/') {
        return path;
    }
    const std::string below = path.substr(root_.size() + 1);
    // What is gone has no place outside; in the upper layer it is at least not a file.
    return in_layers(overlay_->upper(), below) == LayerAnswer::lower ? path : overlay_->upper() + "/" + below;
}

base::Result<std::string> PreparedPlace::disturbed() {
    return comparison_ ? comparison_->disturbed() : std::string();
}

Place::Layers PreparedPlace::layers() const {
    Layers layers;
    if (overlay_) {
        layers.upper = overlay_->upper();
        layers.work = overlay_->work();
    } else if (!root_writable_) {
        layers.hidden = root_ + "/.git";
    }
    layers.root_writable = root_writable_;
    layers.own_layers = one_at_a_time_ ? scratch_.path() + "/layers" : "";
    return layers;
}

base::Result<std::vector<model::FileEdit>> PreparedPlace::changes() {
    return read_back_ ? read_back_->changes(scratch_.path() + "/objects") : std::vector<model::FileEdit>{};
}

void PreparedPlace::stand_in(ShadowSlot slot, std::shared_ptr<int> held) {
    root_ = slot.tree;
    slot_.emplace(std::move(slot));
    held_ = std::move(held);
}

void PreparedPlace::lay_over(git::WorkTreeComparison comparison, OverlayTree overlay) {
    comparison_.emplace(std::move(comparison));
    root_ = overlay.root();
    overlay_.emplace(std::move(overlay));
}

void PreparedPlace::stay_in(git::WorkTreeComparison comparison, std::string work_tree) {
    comparison_.emplace(std::move(comparison));
    root_ = std::move(work_tree);
    root_writable_ = false;
}

void PreparedPlace::use(BuildCaches::Lease lease) {
    cache_ = lease.path;
    lease_.emplace(std::move(lease));
}

void PreparedPlace::forget_cache() {
    if (freshness_) {
        freshness_->end();
        freshness_.reset();
    }
    lease_.reset();
    cache_ = scratch_.path() + "/cache";
}

}  // namespace rfsn::isolate
