// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "buildpack/buildpack.hpp"
#include "config/config.hpp"

namespace rfsn::gate {

/// A setting of a check that nothing has would never apply, and a `required` that never applies is a hole. Errors:
/// config, with the place of the setting and the nearest check. Loads packs only if a name is no built-in's.
[[nodiscard]] base::Result<void> validate_check_names(const config::Loaded& loaded, buildpack::Registry& registry);

}  // namespace rfsn::gate
