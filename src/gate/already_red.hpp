// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "gate/judge.hpp"

namespace rfsn::gate {

/// Asks the blocked checks that are not about single lines (formatters, type checks of a whole project, builds, tests)
/// again on the tree before the change; what is red there in the same way does not block. Costs nothing when all is
/// green.
[[nodiscard]] base::Result<void> forgive_already_red(Session& session, Judged& judged);

}  // namespace rfsn::gate
