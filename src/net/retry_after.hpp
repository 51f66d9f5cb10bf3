// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string_view>

namespace rfsn::net {

/// What a server asks us to wait, from the values of its Retry-After (seconds or an HTTP date) and retry-after-ms
/// headers; 0 = nothing.
[[nodiscard]] std::chrono::milliseconds retry_after(std::string_view retry_after, std::string_view retry_after_ms,
                                                    std::chrono::system_clock::time_point now);

}  // namespace rfsn::net
