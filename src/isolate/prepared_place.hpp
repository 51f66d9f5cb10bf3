// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "git/work_tree_comparison.hpp"
#include "isolate/build_cache.hpp"
#include "isolate/freshness.hpp"
#include "isolate/isolate.hpp"
#include "isolate/overlay_tree.hpp"
#include "isolate/read_back.hpp"
#include "isolate/scratch.hpp"
#include "isolate/shadow.hpp"

namespace rfsn::isolate {

/// A place of any tier: a scratch directory, and what stands in for its tree.
class PreparedPlace final : public Place {
   public:
    PreparedPlace(Scratch scratch, std::string description);
    PreparedPlace(const PreparedPlace&) = delete;
    PreparedPlace& operator=(const PreparedPlace&) = delete;
    ~PreparedPlace() override;

    [[nodiscard]] const std::string& root() const override { return root_; }
    [[nodiscard]] const std::string& out_dir() const override { return scratch_.out(); }
    [[nodiscard]] const std::string& tmp_dir() const override { return scratch_.tmp(); }
    [[nodiscard]] const std::string& cache_dir() const override { return cache_; }
    [[nodiscard]] std::string describe() const override { return description_; }
    [[nodiscard]] std::string from_outside(const std::string& path) const override;
    [[nodiscard]] base::Result<std::string> disturbed() override;
    [[nodiscard]] Layers layers() const override;
    [[nodiscard]] base::Result<std::vector<model::FileEdit>> changes() override;

    [[nodiscard]] const Scratch& scratch() const { return scratch_; }
    void describe_as(std::string description) { description_ = std::move(description); }
    /// `held` is shared by all places that stand in a slot.
    void stand_in(ShadowSlot slot, std::shared_ptr<int> held);
    /// Over the work tree that was compared.
    void lay_over(git::WorkTreeComparison comparison, OverlayTree overlay);
    /// In the work tree itself, which nothing can write then.
    void stay_in(git::WorkTreeComparison comparison, std::string work_tree);
    void use(BuildCaches::Lease lease);
    void keep_fresh(Freshness freshness) { freshness_.emplace(std::move(freshness)); }
    void forget_cache();
    void watch(ReadBack read_back) { read_back_.emplace(std::move(read_back)); }
    /// Commands run one after the other, so that layers that only one of them may have at a time can be used.
    void one_at_a_time() { one_at_a_time_ = true; }

   private:
    // Locks are let go of last.
    std::shared_ptr<int> held_;
    std::optional<ShadowSlot> slot_;
    std::optional<BuildCaches::Lease> lease_;
    Scratch scratch_;
    std::string description_;
    std::string root_;
    std::string cache_;
    std::optional<git::WorkTreeComparison> comparison_;
    std::optional<OverlayTree> overlay_;
    std::optional<Freshness> freshness_;
    std::optional<ReadBack> read_back_;
    bool root_writable_ = true;
    bool one_at_a_time_ = false;
};

}  // namespace rfsn::isolate
