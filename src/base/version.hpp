// SPDX-License-Identifier: MIT
#pragma once

namespace rfsn::base {

/// "0.1.0"
[[nodiscard]] const char* version();

}  // namespace rfsn::base
