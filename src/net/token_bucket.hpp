// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "net/limits.hpp"

namespace rfsn::net {

/// Milliseconds since 1970: what processes can share.
using Millis = std::int64_t;

/// Fills at `rate` up to `capacity`. A plain value: time is handed in, and it can be stored.
struct TokenBucket {
    double capacity = 0;  ///< 0: no limit is known
    double rate = 0;      ///< a millisecond
    double level = 0;
    Millis updated = 0;

    /// One that refills in a minute, full.
    [[nodiscard]] static TokenBucket per_minute(double limit, Millis now);
    [[nodiscard]] bool unlimited() const { return capacity <= 0; }
    /// Lets time pass. A clock that was set back adds nothing.
    void advance(Millis now);
    /// How long until `amount` is there; more than the capacity counts as the capacity, or it would never come.
    [[nodiscard]] Millis wait_for(double amount, Millis now);
    void take(double amount);
    void give_back(double amount);
    /// The server's own count wins. It is from `age` ago, and `taken_since` is what we took after it was made.
    void correct(const Limit& limit, double taken_since, Millis age, Millis now);
};

}  // namespace rfsn::net
