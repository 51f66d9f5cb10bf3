// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "gate/judge.hpp"
#include "model/patch.hpp"

namespace rfsn::gate {

/// The largest file that a reply may edit, in bytes.
inline constexpr std::uint64_t max_offered = std::uint64_t{1} << 20;

/// Reply -> edits against the staged blobs. Errors: invalid, in words that can be sent back.
[[nodiscard]] base::Result<model::FixProposal> proposal_from(const Judged& judged, const std::string& reply,
                                                             const std::vector<std::string>& offered,
                                                             model::ProposalSource source, const std::string& strategy);

}  // namespace rfsn::gate
