// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "check/plan.hpp"

namespace rfsn::check {

/// The checks that the team or the user wrote themselves (`checks: {ID: {run: [...]}}`), for the snapshot and stage of
/// `input`.
[[nodiscard]] std::vector<Planned> plan_own_checks(const PlanInput& input);

}  // namespace rfsn::check
