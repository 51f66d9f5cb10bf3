// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::system_clock::time_point;

TEST(Clock, PrintsRfc3339InUtc) {
    EXPECT_EQ(rfc3339_utc(Time(milliseconds(0))), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339_utc(Time(milliseconds(1'795'503'046'123))), "2026-11-24T06:50:46.123Z");
    EXPECT_EQ(rfc3339_utc(Time(milliseconds(951'782'399'999))), "2000-02-28T23:59:59.999Z");
    EXPECT_EQ(rfc3339_utc(Time(milliseconds(951'782'400'007))), "2000-02-29T00:00:00.007Z");
    EXPECT_EQ(rfc3339_utc(Time(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, SystemClockGoesForward) {
    const SystemClock clock;
    const auto before = clock.steady_now();
    EXPECT_LE(before, clock.steady_now());
    EXPECT_GT(clock.system_now(), Time(std::chrono::hours(24 * 365 * 50)));
}

}  // namespace
}  // namespace rfsn::base
