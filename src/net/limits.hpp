// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// What servers say about waiting and about their limits. Pure functions.
namespace rfsn::net {

/// A reply's header fields, names in lower case.
using HeaderFields = std::map<std::string, std::string, std::less<>>;
using SystemTime = std::chrono::system_clock::time_point;

/// What a server asks us to wait, from the values of its Retry-After (seconds or an HTTP date) and retry-after-ms
/// headers; 0 = nothing.
[[nodiscard]] std::chrono::milliseconds retry_after(std::string_view retry_after, std::string_view retry_after_ms,
                                                    SystemTime now);
/// "120ms", "6m0s", "1h2m3.5s", "31s", "38.5s"; nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> go_duration(std::string_view text);
/// RFC 3339, such as 2026-11-24T06:50:46Z; nullopt for anything else.
[[nodiscard]] std::optional<SystemTime> rfc3339(std::string_view text);

/// One limit as the server counts it. `reset` is the time until it is whole again.
struct Limit {
    double limit = -1;
    double remaining = -1;
    std::optional<std::chrono::milliseconds> reset;

    [[nodiscard]] bool known() const { return remaining >= 0; }
};
struct ServerLimits {
    Limit requests;
    Limit tokens;
    /// "59 of 60 requests, 149000 of 150000 tokens left"; "" if nothing is known.
    [[nodiscard]] std::string text() const;
};
/// From anthropic-ratelimit-*, x-ratelimit-* and ratelimit-* fields.
[[nodiscard]] ServerLimits server_limits(const HeaderFields& headers, SystemTime now);

/// The floor below which a retry is a waste, from every form: retry-after, retry-after-ms, the resets of limits that
/// are used up, google.rpc.RetryInfo, and words in the message ("try again in 1.5s").
[[nodiscard]] std::chrono::milliseconds wanted_wait(const HeaderFields& headers, std::string_view body, SystemTime now);

}  // namespace rfsn::net
