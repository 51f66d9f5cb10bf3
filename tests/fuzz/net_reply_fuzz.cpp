// folder: net
// SPDX-License-Identifier: MIT
// The first byte picks a provider, a status and a form, the rest is a server's body, in two pieces, and also a request
// line and header values: never a crash, never an empty answer, never an answer from an error.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/limits.hpp"
#include "net/protocol.hpp"
#include "net/reply_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rfsn::net;
    if (size == 0) {
        return 0;
    }
    constexpr std::array<long, 8> statuses{200, 400, 401, 429, 500, 302, 404, 200};
    constexpr std::array<ProviderKind, 4> kinds{ProviderKind::openai, ProviderKind::anthropic, ProviderKind::gemini,
                                                ProviderKind::ollama};
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const long status = statuses[data[0] % statuses.size()];
    const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
    ReplyReader reader(provider(kinds[(data[0] >> 3U) % kinds.size()]), (data[0] & 0x40U) != 0);
    reader.begin(status, (data[0] & 0x80U) != 0 ? "text/event-stream" : "application/json");
    reader.feed(body.substr(0, body.size() / 2));
    reader.feed(body.substr(body.size() / 2));
    const HeaderFields fields{{"retry-after", std::string(body.substr(0, 60))},
                              {"x-ratelimit-remaining-requests", "0"},
                              {"x-ratelimit-reset-requests", std::string(body.substr(0, 60))}};
    Outcome outcome;
    outcome.answer = reader.finish(status, fields, now);
    if (outcome.answer ? outcome.answer->content.empty() || status != 200
                       : outcome.answer.error().code.empty() || outcome.answer.error().message.empty()) {
        std::abort();
    }
    Dialect dialect;
    static_cast<void>(adapt(400, body, dialect));
    static_cast<void>(parse_command(body));
    static_cast<void>(answer_line(request_id(body), outcome));
    const auto wait = wanted_wait(fields, body, now);
    if (wait.count() < 0 || wait > std::chrono::hours(24)) {
        std::abort();
    }
    static_cast<void>(rfc3339(body.substr(0, 60)));
    return 0;
}
