// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "net/llm_exchange.hpp"

// JSON lines: one request a line on stdin, one answer a line on stdout, in the same order.
namespace rfsn::net {

/// Errors: malformed (no JSON object, unknown verb, a field missing or out of range), not_configured (unknown
/// provider).
[[nodiscard]] Answer<LlmRequest> parse_request(std::string_view line);
/// The id of a request line, also of one that is otherwise wrong; "" if it has none.
[[nodiscard]] std::string request_id(std::string_view line);

struct Outcome {
    Answer<LlmAnswer> answer;
    std::chrono::milliseconds duration{0};
    unsigned attempts = 0;  ///< HTTP requests made
};
/// One line without its newline.
[[nodiscard]] std::string answer_line(const std::string& id, const Outcome& outcome);

using Handler = std::function<Outcome(const LlmRequest&)>;
/// Answers every line of `in` until it ends. Returns the exit code: 1 if `out` cannot be written.
[[nodiscard]] int serve(std::istream& in, std::ostream& out, const Handler& handler);

}  // namespace rfsn::net
