// SPDX-License-Identifier: MIT
#include "net/backoff.hpp"

#include <algorithm>

namespace rfsn::net {

std::chrono::milliseconds Backoff::wait(unsigned attempt, bool busy, std::chrono::milliseconds floor,
                                        double random) const {
    const auto first = busy ? base_when_busy : base;
    const unsigned doublings = std::min(attempt > 0 ? attempt - 1 : 0, 20U);
    const auto span = std::min<std::int64_t>(cap.count(), first.count() << doublings);
    return floor + std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(span) * random));
}

}  // namespace rfsn::net
