// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "check/plan.hpp"
#include "check/test_report.hpp"
#include "model/check.hpp"
#include "model/finding.hpp"

namespace rfsn::check {

/// Outcome::inconclusive of a command of which we can read nothing but its exit status.
constexpr const char* only_a_status = "it says nothing but its status";

/// What one planned check came to.
struct Outcome {
    model::CheckRun run;
    std::vector<model::Finding> findings;
    std::vector<TestCase> tests;  ///< by name, where the tool reports them
    /// Of a blocked one: why it has not judged the change, whatever it found; "" = it has. Without its findings it is
    /// not green.
    std::string inconclusive;
};

/// The outcome of a check that will not run: its preset.
[[nodiscard]] Outcome preset_outcome(const Planned& planned);

}  // namespace rfsn::check
