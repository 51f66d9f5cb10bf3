// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <vector>

#include "policy/test_units.hpp"

namespace rfsn::policy {

/// Drops the tests of a Python file that no runner sees since their name, or the name of their class, is given to
/// something else further down: a second definition, an assignment, an import, a deletion. Their places, and those of
/// other functions that nobody can call.
std::vector<std::pair<std::size_t, std::size_t>> drop_overwritten(const SourceViews& views,
                                                                  std::vector<TestUnit>& units);

}  // namespace rfsn::policy
