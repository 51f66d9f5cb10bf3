// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "model/patch.hpp"
#include "model/snapshot.hpp"

namespace rfsn::policy {

/// One path of a tree diff with both contents.
struct Change {
    model::FileEdit edit;
    std::string before;  ///< content of old_blob; empty for a creation
    model::FileMode old_mode = model::FileMode::none;
};
struct Limits {
    std::size_t lines = 40;
    std::size_t files = 3;
    std::size_t hunks = 6;
};
/// Every rule that had something to say, refusals first; a proposal passes if all are allowed. Fixers get the path and mode rules only;
/// `offered` are the paths a model was shown (empty: not restricted).
[[nodiscard]] std::vector<model::PolicyVerdict> judge(const std::vector<Change>& changes, model::ProposalSource source,
                                                      const Limits& limits, const std::vector<std::string>& offered);

}  // namespace rfsn::policy
