// SPDX-License-Identifier: MIT
#include "net/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <time.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/json_reading.hpp"

namespace rfsn::net {
namespace {

using std::chrono::milliseconds;

/// A plain decimal number; -1 for anything else.
double number(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const bool plain = text.find_first_not_of("0123456789.") == std::string_view::npos &&
                       text.find_first_of(digits) != std::string_view::npos && text.find('.') == text.rfind('.');
    if (!plain || text.size() > 15) {
        return -1;
    }
    return std::strtod(std::string(text).c_str(), nullptr);
}

/// At most a day, so that no sum of waits overflows.
milliseconds clamped(double ms) {
    constexpr double day = 24.0 * 3600 * 1000;
    return milliseconds(static_cast<std::int64_t>(ms < 0 ? 0 : ms > day ? day : ms));
}

std::optional<SystemTime> http_date(const std::string& text) {
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        struct tm parts {};
        const char* end = strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') {
            return std::chrono::system_clock::from_time_t(timegm(&parts));
        }
    }
    return std::nullopt;
}

double until(SystemTime at, SystemTime now) {
    return std::chrono::duration<double, std::milli>(at - now).count();
}

/// A reset in any of the forms that are about: a duration, a moment, seconds, seconds or milliseconds since 1970.
std::optional<milliseconds> reset_time(std::string_view text, SystemTime now) {
    text = base::trim(text);
    if (const double value = number(text); value >= 0) {
        const double now_ms = std::chrono::duration<double, std::milli>(now.time_since_epoch()).count();
        return clamped(value > 1e11 ? value - now_ms : value > 1e9 ? value * 1000 - now_ms : value * 1000);
    }
    if (const auto duration = go_duration(text)) {
        return duration;
    }
    if (const auto at = rfc3339(text)) {
        return clamped(until(*at, now));
    }
    return std::nullopt;
}

const std::string* field(const HeaderFields& headers, const std::string& name) {
    const auto found = headers.find(name);
    return found == headers.end() ? nullptr : &found->second;
}

/// `form` has one {} for limit, remaining and reset.
Limit limit_of(const HeaderFields& headers, const char* form, SystemTime now) {
    Limit limit;
    const auto text = [&](const char* part) { return field(headers, fmt::format(fmt::runtime(form), part)); };
    if (const auto* value = text("limit")) {
        limit.limit = number(base::trim(*value));
    }
    if (const auto* value = text("remaining")) {
        limit.remaining = number(base::trim(*value));
    }
    if (const auto* value = text("reset")) {
        limit.reset = reset_time(*value, now);
    }
    return limit;
}

Limit first_known(const HeaderFields& headers, std::initializer_list<const char*> forms, SystemTime now) {
    for (const char* form : forms) {
        if (auto limit = limit_of(headers, form, now); limit.known()) {
            return limit;
        }
    }
    return {};
}

/// google.rpc.RetryInfo in a Gemini error's details.
milliseconds retry_info(const Json& body) {
    const Json& top = body.is_array() && !body.empty() ? body[0] : body;
    const Json& details = member(member(top, "error"), "details");
    if (details.is_array()) {
        for (const auto& detail : details) {
            if (const auto delay = go_duration(string_at(detail, "retryDelay"))) {
                return *delay;
            }
        }
    }
    return milliseconds(0);
}

/// "Please try again in 6m0s.", "Please retry in 38.5s."
milliseconds words_about_waiting(std::string_view body) {
    for (const std::string_view words : {"try again in ", "retry in ", "retry after "}) {
        const auto at = body.find(words);
        if (at == std::string_view::npos) {
            continue;
        }
        std::string_view rest = body.substr(at + words.size(), 24);
        rest = rest.substr(0, rest.find_first_not_of("0123456789.hmsun"));
        while (!rest.empty() && rest.back() == '.') {
            rest.remove_suffix(1);
        }
        if (const auto duration = go_duration(rest)) {
            return *duration;
        }
        // "Please retry after 20 seconds."
        const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
        const auto unit = body.substr(at + words.size() + digits.size(), 8);
        if (!digits.empty() && unit.substr(0, 4) == " sec") {
            return clamped(number(digits) * 1000);
        }
    }
    return milliseconds(0);
}

}  // namespace

std::chrono::milliseconds retry_after(std::string_view retry_after, std::string_view retry_after_ms, SystemTime now) {
    if (const double ms = number(base::trim(retry_after_ms)); ms >= 0) {
        return clamped(ms);
    }
    const std::string text(base::trim(retry_after));
    if (const double seconds = number(text); seconds >= 0) {
        return clamped(seconds * 1000);
    }
    const auto at = http_date(text);
    return at ? clamped(until(*at, now)) : milliseconds(0);
}

std::optional<milliseconds> go_duration(std::string_view text) {
    if (text.empty() || text.size() > 40) {
        return std::nullopt;
    }
    double total = 0;
    while (!text.empty()) {
        const auto digits = text.substr(0, text.find_first_not_of("0123456789."));
        const double value = number(digits);
        if (value < 0) {
            return std::nullopt;
        }
        text.remove_prefix(digits.size());
        struct Unit {
            std::string_view name;
            double ms;
        };
        static constexpr std::array<Unit, 6> units{
            {{"ms", 1}, {"us", 1e-3}, {"ns", 1e-6}, {"h", 3600e3}, {"m", 60e3}, {"s", 1e3}}};
        const auto* const unit = std::find_if(
            units.begin(), units.end(), [&](const Unit& one) { return text.substr(0, one.name.size()) == one.name; });
        if (unit == units.end()) {
            return std::nullopt;
        }
        total += value * unit->ms;
        text.remove_prefix(unit->name.size());
    }
    return clamped(total);
}

std::optional<SystemTime> rfc3339(std::string_view text) {
    const std::string copy(text.substr(0, 40));
    struct tm parts {};
    const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) {
        return std::nullopt;
    }
    auto time = std::chrono::system_clock::from_time_t(timegm(&parts));
    if (*rest == '.') {
        char* end = nullptr;
        time += std::chrono::milliseconds(static_cast<std::int64_t>(std::strtod(rest, &end) * 1000));
        rest = end;
    }
    if (*rest == 'Z' && rest[1] == '\0') {
        return time;
    }
    int hours = 0;
    int minutes = 0;
    const std::string_view zone(rest);
    const auto digits = [&](std::size_t at) {
        return zone[at] >= '0' && zone[at] <= '9' && zone[at + 1] >= '0' && zone[at + 1] <= '9';
    };
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !digits(1) || !digits(4)) {
        return std::nullopt;
    }
    hours = (zone[1] - '0') * 10 + (zone[2] - '0');
    minutes = (zone[4] - '0') * 10 + (zone[5] - '0');
    const auto offset = std::chrono::minutes(hours * 60 + minutes);
    return zone[0] == '+' ? time - offset : time + offset;
}

std::string ServerLimits::text() const {
    std::string out;
    const auto add = [&](const Limit& limit, const char* what) {
        if (limit.known()) {
            out += out.empty() ? "" : ", ";
            out += limit.limit >= 0 ? fmt::format("{:.0f} of {:.0f} {}", limit.remaining, limit.limit, what)
                                    : fmt::format("{:.0f} {}", limit.remaining, what);
        }
    };
    add(requests, "requests");
    add(tokens, "tokens");
    return out.empty() ? out : out + " left";
}

ServerLimits server_limits(const HeaderFields& headers, SystemTime now) {
    ServerLimits limits;
    limits.requests = first_known(
        headers, {"anthropic-ratelimit-requests-{}", "x-ratelimit-{}-requests", "x-ratelimit-{}", "ratelimit-{}"}, now);
    limits.tokens = first_known(
        headers, {"anthropic-ratelimit-tokens-{}", "anthropic-ratelimit-input-tokens-{}", "x-ratelimit-{}-tokens"},
        now);
    return limits;
}

milliseconds wanted_wait(const HeaderFields& headers, std::string_view body, SystemTime now) {
    const auto text = [&](const char* name) {
        const auto* value = field(headers, name);
        return value == nullptr ? std::string_view() : std::string_view(*value);
    };
    milliseconds wait = retry_after(text("retry-after"), text("retry-after-ms"), now);
    if (wait.count() > 0) {
        return wait;
    }
    // Resets tell when all of a limit is back; only one that is used up says how long to wait.
    for (const char* form : {"anthropic-ratelimit-requests-{}", "anthropic-ratelimit-tokens-{}",
                             "anthropic-ratelimit-input-tokens-{}", "anthropic-ratelimit-output-tokens-{}",
                             "x-ratelimit-{}-requests", "x-ratelimit-{}-tokens", "x-ratelimit-{}", "ratelimit-{}"}) {
        const Limit limit = limit_of(headers, form, now);
        if (limit.remaining == 0 && limit.reset) {
            wait = std::max(wait, *limit.reset);
        }
    }
    constexpr std::size_t enough = 65536;
    body = body.substr(0, enough);
    wait = std::max(wait, retry_info(parse_json(body)));
    return wait.count() > 0 ? wait : words_about_waiting(body);
}

}  // namespace rfsn::net
