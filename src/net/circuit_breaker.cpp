// SPDX-License-Identifier: MIT
#include "net/circuit_breaker.hpp"

#include <algorithm>

namespace rfsn::net {

Millis CircuitBreaker::wait(Millis now) const {
    if (open_until == 0) {
        return 0;
    }
    // A clock that was set back must not keep it open for longer than it ever is.
    if (open_until - now > longest_pause) {
        return 0;
    }
    return std::max({open_until - now, trial_until - now > trial_lease ? 0 : trial_until - now, Millis{0}});
}

void CircuitBreaker::begin(Millis now) {
    if (open_until != 0) {
        trial_until = now + trial_lease;
    }
}

void CircuitBreaker::succeeded() {
    *this = {};
}

void CircuitBreaker::failed(Millis now) {
    ++failures;
    trial_until = 0;
    if (failures >= threshold) {
        const int doublings = std::min(failures - threshold, 10);
        open_until = now + std::min(longest_pause, first_pause << doublings);
    }
}

void CircuitBreaker::released() {
    trial_until = 0;
}

}  // namespace rfsn::net
