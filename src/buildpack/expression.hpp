// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rfsn::buildpack {

/// Checks an expression and lists the names it asks for. Errors: config, with the offset.
[[nodiscard]] base::Result<std::vector<std::string>> names_in(std::string_view expression);

}  // namespace rfsn::buildpack
