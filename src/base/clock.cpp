// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <ctime>

#include <fmt/format.h>

namespace rfsn::base {

std::string rfc3339_utc(std::chrono::system_clock::time_point time) {
    // Floor, not truncation: the milliseconds of a time before 1970 count upwards too.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - seconds).count();
    const std::time_t unix_time = std::chrono::system_clock::to_time_t(seconds);
    std::tm parts{};
    gmtime_r(&unix_time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
}

}  // namespace rfsn::base
