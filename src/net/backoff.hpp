// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// How often and how long a failed request waits before it is sent again.
struct Backoff {
    unsigned attempts = 3;  ///< of one target, the first included
    std::chrono::milliseconds base{500};
    std::chrono::milliseconds base_when_busy{2000};  ///< rate limits and overload
    std::chrono::milliseconds cap{8000};

    /// Full jitter above the server's wish: from `floor` to `floor` + min(cap, base * 2^(attempt-1)), so that clients
    /// that failed together do not return together. `random` is in [0, 1).
    [[nodiscard]] std::chrono::milliseconds wait(unsigned attempt, bool busy, std::chrono::milliseconds floor,
                                                 double random) const;
};

}  // namespace rfsn::net
