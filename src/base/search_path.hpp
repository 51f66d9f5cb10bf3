// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/env.hpp"

namespace rfsn::base {

/// PATH, as tools are looked for: its absolute entries, without what git puts before it for its hooks, so that a hook
/// finds what the same user finds by hand. A usual one if there is none.
[[nodiscard]] std::string search_path(const Environment& env);

}  // namespace rfsn::base
