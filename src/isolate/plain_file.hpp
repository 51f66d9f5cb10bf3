// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rfsn::isolate {

/// For what may be lost with the power: no fsync, which costs more than all the rest of preparing a place. Never
/// follows a symlink at `path`. Errors: io.
[[nodiscard]] base::Result<void> write_plain(const std::string& path, std::string_view bytes, std::uint32_t mode);

}  // namespace rfsn::isolate
