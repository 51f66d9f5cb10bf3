// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

/// A detection without its projects' files, as bytes for a cache.
[[nodiscard]] std::string to_bytes(const Detection& detection);
/// Errors: invalid (not what to_bytes makes).
[[nodiscard]] base::Result<Detection> detection_from_bytes(std::string_view bytes);

}  // namespace rfsn::buildpack
