// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "patch/patch.hpp"

namespace rfsn::patch {

/// A patch as JSON; any bytes survive.
[[nodiscard]] std::string to_json(const VerifiedPatch& patch);
/// Errors: corrupt.
[[nodiscard]] base::Result<VerifiedPatch> patch_from_json(std::string_view text);

}  // namespace rfsn::patch
