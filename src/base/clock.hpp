// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

namespace rfsn::base {

/// Time, as a seam: limits, expiry and backoff are tested on a virtual one.
class Clock {
   public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
    [[nodiscard]] virtual std::chrono::system_clock::time_point system_now() const = 0;
};

class SystemClock final : public Clock {
   public:
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] std::chrono::system_clock::time_point system_now() const override {
        return std::chrono::system_clock::now();
    }
};

/// RFC 3339 in UTC with milliseconds: 2026-11-24T06:50:46.123Z.
[[nodiscard]] std::string rfc3339_utc(std::chrono::system_clock::time_point time);

}  // namespace rfsn::base
