// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/json_reading.hpp"
#include "net/llm_exchange.hpp"

// One adapter a wire format. Pure functions: what is sent, and what a reply's JSON means.
namespace rfsn::net {

/// What a server has been found not to accept.
struct Dialect {
    bool completion_tokens = false;  ///< wants max_completion_tokens in place of max_tokens
    bool no_temperature = false;     ///< takes only its default temperature
    bool no_extras = false;          ///< takes no hints that only some servers know
};

struct WireRequest {
    std::string url;
    std::vector<std::string> headers;  ///< without the key's
    std::string body;
};

/// What was read of a reply so far; a stream fills it piece by piece.
struct Gathered {
    std::string content;
    std::string model;
    std::string finish;  ///< in the provider's own word
    Usage usage;
    std::optional<LlmError> error;
};

class Provider {
   public:
    virtual ~Provider() = default;
    /// Also which of `dialect` counts: a format that knows no dialects has the only one.
    [[nodiscard]] virtual WireRequest request(const LlmRequest& request, const Target& target,
                                              const Dialect& dialect) const = 0;
    /// "Authorization: Bearer "; the key follows.
    [[nodiscard]] virtual std::string_view key_header() const = 0;
    virtual void read_whole(const Json& body, Gathered& into) const = 0;
    /// One event of a stream: its SSE name ("" for most) and its data.
    virtual void read_event(std::string_view event, const Json& data, Gathered& into) const = 0;
    [[nodiscard]] virtual bool is_natural_end(std::string_view finish) const = 0;
};

/// Never for ProviderKind::command, which has no wire.
[[nodiscard]] const Provider& provider(ProviderKind kind);
[[nodiscard]] const Provider& openai_provider(ProviderKind kind);
[[nodiscard]] const Provider& anthropic_provider();
[[nodiscard]] const Provider& gemini_provider();
[[nodiscard]] const Provider& ollama_provider();

/// The answer in what was gathered, or why there is none. Only a reply that ended by itself counts.
[[nodiscard]] Answer<LlmAnswer> conclude(const Provider& provider, Gathered gathered, bool was_stream);
/// Whether a 400 or 422 says that another dialect would do; then `dialect` is changed.
[[nodiscard]] bool adapt(long status, std::string_view body, Dialect& dialect);

/// `base` without slashes at its end, then `path`, unless `base` ends with it already.
[[nodiscard]] std::string joined_url(std::string_view base, std::string_view path);
/// A model's name as a part of a path.
[[nodiscard]] std::string path_escaped(std::string_view text);

}  // namespace rfsn::net
