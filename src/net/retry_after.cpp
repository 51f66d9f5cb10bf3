// SPDX-License-Identifier: MIT
#include "net/retry_after.hpp"

#include <cstdlib>
#include <string>
#include <time.h>

#include "base/text.hpp"

namespace rfsn::net {
namespace {

/// A plain decimal number, at most a day in milliseconds; -1 for anything else.
double number(std::string_view text) {
    if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789.") != std::string_view::npos) {
        return -1;
    }
    return std::strtod(std::string(text).c_str(), nullptr);
}

std::chrono::milliseconds clamped(double ms) {
    constexpr double day = 24.0 * 3600 * 1000;
    return std::chrono::milliseconds(static_cast<std::int64_t>(ms < 0 ? 0 : ms > day ? day : ms));
}

}  // namespace

std::chrono::milliseconds retry_after(std::string_view retry_after, std::string_view retry_after_ms,
                                      std::chrono::system_clock::time_point now) {
    if (const double ms = number(base::trim(retry_after_ms)); ms >= 0) {
        return clamped(ms);
    }
    const std::string text(base::trim(retry_after));
    if (const double seconds = number(text); seconds >= 0) {
        return clamped(seconds * 1000);
    }
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        struct tm parts {};
        const char* end = strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') {
            const auto at = std::chrono::system_clock::from_time_t(timegm(&parts));
            return clamped(std::chrono::duration<double, std::milli>(at - now).count());
        }
    }
    return std::chrono::milliseconds(0);
}

}  // namespace rfsn::net
