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

/// A wire format. `openai` is every server that speaks Chat Completions; `command` is a program of the user's.
enum class ProviderKind { openai, azure, deepseek, anthropic, gemini, ollama, command };
[[nodiscard]] const char* name(ProviderKind kind);

/// US dollars a million tokens; negative: unknown.
struct Prices {
    double input = -1;
    double output = -1;
    double cached_input = -1;  ///< negative: as input
    double cache_write = -1;   ///< negative: as input
};

/// HashiCorp Vault, KV version 2.
struct VaultConfig {
    std::string address;    ///< "https://vault.example:8200"
    std::string space;      ///< namespace; may be empty
    std::string mount;      ///< of the KV engine: "secret"
    std::string path;       ///< below it: "git-rfsn/openai"
    std::string field;      ///< of the secret: "api_key"
    std::string token_env;  ///< NAME of the variable with a token
    std::string role_id;    ///< of AppRole; then secret_id_env or secret_id_file, and no token
    std::string secret_id_env;
    std::string secret_id_file;
    std::string login_mount;  ///< of AppRole: "approle"
};

/// Where a key may be found, in the order of `sources`: "env", "file", "command", "git", "vault".
struct KeyConfig {
    std::vector<std::string> sources;
    std::string env;                   ///< NAME of the variable
    std::string file;                  ///< absolute; mode 0600
    std::vector<std::string> command;  ///< its first line of output is the key
    VaultConfig vault;
};

/// One model of one provider.
struct Target {
    std::string name;  ///< as the user calls it
    ProviderKind kind = ProviderKind::openai;
    std::string base_url;  ///< "https://host/v1"; unused by `command`
    std::string model;
    KeyConfig key;
    std::vector<std::string> command;
    std::string api_version;               ///< Azure
    std::string organization;              ///< OpenAI
    bool thinking = false;                 ///< DeepSeek: leave its thoughts on
    std::int64_t context_tokens = 0;       ///< Ollama's num_ctx; 0: what the request needs
    std::int64_t requests_per_minute = 0;  ///< 0: what the server says
    std::int64_t tokens_per_minute = 0;    ///< 0: what the server says
    Prices prices;
};

struct LlmRequest {
    std::string id;
    std::vector<Target> targets;  ///< asked in this order, the next when one fails
    std::vector<Message> messages;
    std::int64_t max_tokens = 4096;
    double temperature = 0;
    bool stream = false;
    std::chrono::milliseconds timeout{60000};      ///< of one HTTP request, from its dispatch
    std::chrono::milliseconds first_token{60000};  ///< streams: until the first piece of text, and between pieces
    std::chrono::milliseconds deadline{0};         ///< of everything, waits and other targets included; 0: timeout
};

/// Tokens, counted the same way for all providers: the five do not overlap but reasoning, which is part of output.
struct Usage {
    std::uint64_t input = 0;  ///< at the full price
    std::uint64_t cached_input = 0;
    std::uint64_t cache_write = 0;
    std::uint64_t output = 0;
    std::uint64_t reasoning = 0;

    [[nodiscard]] std::uint64_t all_input() const { return input + cached_input + cache_write; }
};

struct LlmAnswer {
    std::string content;
    std::string model;
    std::string finish;
    Usage usage;
};

struct LlmError {
    /// not_configured, auth, quota, rate, timeout, network, server, refused, truncated, stopped, malformed, too_large,
    /// budget, cancelled
    std::string code;
    std::string message;  ///< one printable line; never holds the key
    bool retryable = false;
    std::chrono::milliseconds retry_after{0};  ///< what the server asked for; 0 = nothing
    Usage usage;                               ///< what was charged although there is no answer
};

template <class T>
using Answer = tl::expected<T, LlmError>;

[[nodiscard]] inline tl::unexpected<LlmError> llm_error(std::string code, std::string message, bool retryable = false) {
    return tl::make_unexpected(LlmError{std::move(code), std::move(message), retryable, {}, {}});
}

/// What came of one request, with all its retries.
struct Outcome {
    Answer<LlmAnswer> answer = llm_error("cancelled", "not asked");
    std::string target;  ///< whose answer it is, or who was asked last
    std::chrono::milliseconds duration{0};
    std::chrono::milliseconds waited{0};  ///< for a rate limit or before a retry
    unsigned attempts = 0;                ///< HTTP requests made
    Usage usage;                          ///< of all attempts
    std::int64_t micro_usd = -1;          ///< of all attempts; negative: a price is unknown
    int http_version = 0;                 ///< 11, 20; 0: none
    std::string limits;                   ///< what the server says about its limits, for people
};

}  // namespace rfsn::net
