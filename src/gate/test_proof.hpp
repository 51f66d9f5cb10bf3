// SPDX-License-Identifier: MIT
#pragma once

#include "gate/judge.hpp"

namespace rfsn::gate {

/// At the stage "ci", where a change brings code and tests: runs the new tests on the old code. A new or changed test
/// that passes there too says nothing about the change; it gets a finding that does not block. What does not even build
/// there is proof enough.
[[nodiscard]] base::Result<void> name_tests_that_prove_nothing(Session& session, Judged& judged);

}  // namespace rfsn::gate
