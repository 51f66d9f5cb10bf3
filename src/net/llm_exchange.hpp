// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

// What goes between git-rfsn and rfsn-net about one question to a model.
namespace rfsn::net {

struct Message {
    std::string role;  ///< "system", "user" or "assistant"
    std::string content;
};

struct LlmRequest {
    std::string id;
    std::string base_url;  ///< "https://host/v1"
    std::string model;
    std::string key_env;  ///< name of the variable that holds the key; empty: none
    std::vector<Message> messages;
    std::int64_t max_tokens = 4096;
    double temperature = 0;
    std::chrono::milliseconds timeout{60000};
};

struct LlmAnswer {
    std::string content;
    std::string model;
    std::string finish;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

struct LlmError {
    /// not_configured, auth, quota, rate, timeout, network, server, refused, truncated, malformed, too_large
    std::string code;
    std::string message;  ///< one printable line; never holds the key
    bool retryable = false;
    std::chrono::milliseconds retry_after{0};  ///< what the server asked for; 0 = nothing
};

template <class T>
using Answer = tl::expected<T, LlmError>;

[[nodiscard]] inline tl::unexpected<LlmError> llm_error(std::string code, std::string message, bool retryable = false) {
    return tl::make_unexpected(LlmError{std::move(code), std::move(message), retryable, std::chrono::milliseconds(0)});
}

}  // namespace rfsn::net
