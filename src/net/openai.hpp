// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "net/llm_exchange.hpp"

// The Chat Completions wire format of OpenAI and of every compatible server. Pure functions.
namespace rfsn::net::openai {

/// What a server has been found not to accept.
struct Dialect {
    bool completion_tokens = false;  ///< wants max_completion_tokens in place of max_tokens
    bool no_temperature = false;     ///< takes only its default temperature
};

[[nodiscard]] std::string request_url(std::string_view base_url);
[[nodiscard]] std::string request_body(const LlmRequest& request, const Dialect& dialect);
/// The answer in a response, or why there is none. Only a reply that ended by itself counts.
[[nodiscard]] Answer<LlmAnswer> read_response(long status, std::string_view body);
/// Whether a 400 says that another dialect would do; then `dialect` is changed.
[[nodiscard]] bool adapt(long status, std::string_view body, Dialect& dialect);

}  // namespace rfsn::net::openai
