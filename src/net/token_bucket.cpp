// SPDX-License-Identifier: MIT
#include "net/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace rfsn::net {
namespace {

constexpr double minute_ms = 60'000;

}  // namespace

TokenBucket TokenBucket::per_minute(double limit, Millis now) {
    return {limit, limit / minute_ms, limit, now};
}

void TokenBucket::advance(Millis now) {
    if (now > updated) {
        level = std::min(capacity, level + static_cast<double>(now - updated) * rate);
    }
    updated = now;
}

Millis TokenBucket::wait_for(double amount, Millis now) {
    if (unlimited()) {
        return 0;
    }
    advance(now);
    const double missing = std::min(amount, capacity) - level;
    // What a sum of fractions loses is no reason to wait.
    if (missing <= 1e-6) {
        return 0;
    }
    constexpr double longest = 24 * 60 * minute_ms;
    return static_cast<Millis>(std::ceil(rate > 0 ? std::min(missing / rate, longest) : longest));
}

void TokenBucket::take(double amount) {
    if (!unlimited()) {
        level -= std::min(amount, capacity);
    }
}

void TokenBucket::give_back(double amount) {
    if (!unlimited()) {
        level = std::min(capacity, level + amount);
    }
}

void TokenBucket::correct(const Limit& limit, double taken_since, Millis age, Millis now) {
    if (!limit.known()) {
        return;
    }
    advance(now);
    if (limit.limit > 0) {
        capacity = limit.limit;
        rate = capacity / minute_ms;
        // A day's limit shows in its reset: so much is missing, and so long it takes to come back.
        const double missing = capacity - limit.remaining;
        if (limit.reset && limit.reset->count() > 0 && missing >= 1) {
            const double measured = missing / static_cast<double>(limit.reset->count());
            rate = std::clamp(measured, capacity / (24 * 60 * minute_ms), capacity / 10);
        }
    }
    if (!unlimited()) {
        // A little less than all that came back since: the count was made when the request arrived, not when it left.
        const double returned = rate * 0.9 * static_cast<double>(std::max<Millis>(age, 0));
        level = std::min(capacity, limit.remaining + returned) - taken_since;
    }
}

}  // namespace rfsn::net
