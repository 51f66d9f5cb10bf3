// SPDX-License-Identifier: MIT
#pragma once

#include "net/token_bucket.hpp"

namespace rfsn::net {

/// Keeps a server that is down from being asked by every request of every process: after some failures in a row it
/// opens; when its time is over, one request at a time tries. A plain value, as TokenBucket.
struct CircuitBreaker {
    static constexpr int threshold = 3;
    static constexpr Millis first_pause = 30'000;
    static constexpr Millis longest_pause = Millis{10} * 60'000;
    /// A trial whose process was killed does not block the others for ever.
    static constexpr Millis trial_lease = 60'000;

    int failures = 0;        ///< in a row
    Millis open_until = 0;   ///< 0: closed
    Millis trial_until = 0;  ///< someone tries until then

    /// How long to keep away; 0 = go. Going while it is half open takes the one trial.
    [[nodiscard]] Millis wait(Millis now) const;
    void begin(Millis now);
    void succeeded();
    void failed(Millis now);
    /// A trial that ended without saying anything about the server.
    void released();
};

}  // namespace rfsn::net
