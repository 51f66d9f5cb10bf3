// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "check/plan.hpp"
#include "check/test_report.hpp"
#include "model/check.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

/// What one planned check came to.
struct Outcome {
    model::CheckRun run;
    std::vector<model::Finding> findings;
    std::vector<TestCase> tests;  ///< by name, where the tool reports them
};

/// The outcome of a check that will not run: its preset.
[[nodiscard]] Outcome preset_outcome(const Planned& planned);

}  // namespace rfsn::check
