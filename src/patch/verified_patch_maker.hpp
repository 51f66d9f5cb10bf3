// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "patch/patch.hpp"

namespace rfsn::patch {

/// The one way to a VerifiedPatch: verify() calls it with a proof in hand, the store with a row whose checksum held.
struct VerifiedPatchMaker {
    [[nodiscard]] static VerifiedPatch make(model::FixProposal proposal, model::Snapshot snapshot,
                                            std::string base_tree, std::string result_tree, std::string diff,
                                            model::Evidence evidence, model::Cost cost, std::string kept_id = "") {
        VerifiedPatch patch;
        patch.proposal_ = std::move(proposal);
        patch.snapshot_ = std::move(snapshot);
        patch.base_tree_ = std::move(base_tree);
        patch.result_tree_ = std::move(result_tree);
        patch.diff_ = std::move(diff);
        patch.evidence_ = std::move(evidence);
        patch.cost_ = std::move(cost);
        patch.kept_id_ = std::move(kept_id);
        return patch;
    }
};

}  // namespace rfsn::patch
