// folder: net
// SPDX-License-Identifier: MIT
// The first byte picks a status, the rest is a server's body, and also a request line: never a crash, never an empty
// answer.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/openai.hpp"
#include "net/protocol.hpp"
#include "net/retry_after.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    constexpr std::array<long, 8> statuses{200, 400, 401, 429, 500, 302, 404, 0};
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const long status = statuses[data[0] % statuses.size()];
    const auto answer = rfsn::net::openai::read_response(status, body);
    if (answer ? answer->content.empty() || status != 200
               : answer.error().code.empty() || answer.error().message.empty()) {
        std::abort();
    }
    rfsn::net::openai::Dialect dialect;
    (void)rfsn::net::openai::adapt(400, body, dialect);
    (void)rfsn::net::parse_request(body);
    (void)rfsn::net::answer_line(rfsn::net::request_id(body), {answer, std::chrono::milliseconds(1), 1});
    (void)rfsn::net::retry_after(body, "", std::chrono::system_clock::now());
    return 0;
}
