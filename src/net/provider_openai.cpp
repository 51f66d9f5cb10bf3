// SPDX-License-Identifier: MIT
// Chat Completions: OpenAI, Azure, DeepSeek, and every compatible server.
#include "base/hash.hpp"
#include "net/failure.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

Usage usage_of(const Json& usage) {
    Usage out;
    const std::uint64_t prompt = number_at(usage, "prompt_tokens");
    const Json& details = member(usage, "prompt_tokens_details");
    out.cached_input = std::max(number_at(details, "cached_tokens"), number_at(usage, "prompt_cache_hit_tokens"));
    out.cached_input = std::min(out.cached_input, prompt);
    out.cache_write = std::min(number_at(details, "cache_write_tokens"), prompt - out.cached_input);
    out.input = prompt - out.cached_input - out.cache_write;
    out.output = number_at(usage, "completion_tokens");
    out.reasoning = number_at(member(usage, "completion_tokens_details"), "reasoning_tokens");
    return out;
}

/// The text of a message: a string, or a list of text parts.
std::string content_of(const Json& message) {
    const Json& content = member(message, "content");
    if (content.is_string()) {
        return content.get<std::string>();
    }
    std::string text;
    if (content.is_array()) {
        for (const auto& part : content) {
            if (string_at(part, "type") == "text") {
                text += string_at(part, "text");
            }
        }
    }
    return text;
}

class OpenAi final : public Provider {
   public:
    explicit OpenAi(ProviderKind kind) : kind_(kind) {}

    [[nodiscard]] WireRequest request(const LlmRequest& request, const Target& target,
                                      const Dialect& dialect) const override {
        Json body{{"model", target.model}, {"messages", Json::array()}, {"stream", request.stream}};
        for (const auto& message : request.messages) {
            body["messages"].push_back({{"role", message.role}, {"content", message.content}});
        }
        body[dialect.completion_tokens ? "max_completion_tokens" : "max_tokens"] = request.max_tokens;
        if (!dialect.no_temperature) {
            body["temperature"] = request.temperature;
        }
        if (!dialect.no_extras) {
            add_extras(request, target, body);
        }
        WireRequest wire{url(target), {}, dump(body)};
        if (!target.organization.empty()) {
            wire.headers.push_back("OpenAI-Organization: " + target.organization);
        }
        return wire;
    }

    [[nodiscard]] std::string_view key_header() const override {
        return kind_ == ProviderKind::azure ? "api-key: " : "Authorization: Bearer ";
    }

    void read_whole(const Json& body, Gathered& into) const override {
        const Json& choices = member(body, "choices");
        if (!choices.is_array() || choices.empty() || !choices[0].is_object()) {
            into.error = LlmError{"malformed", "the server's answer has no choices", false, {}, {}};
            return;
        }
        read_common(body, into);
        read_choice(choices[0], member(choices[0], "message"), into);
    }

    void read_event(std::string_view /*event*/, const Json& data, Gathered& into) const override {
        read_common(data, into);
        const Json& choices = member(data, "choices");
        // The last piece has the usage and no choice.
        if (choices.is_array() && !choices.empty()) {
            read_choice(choices[0], member(choices[0], "delta"), into);
        }
    }

    // TGI and a few others name the token that ended the answer.
    [[nodiscard]] bool is_natural_end(std::string_view finish) const override {
        return finish == "stop" || finish == "eos" || finish == "eos_token" || finish == "end_turn";
    }

   private:
    void add_extras(const LlmRequest& request, const Target& target, Json& body) const {
        if (request.stream) {
            body["stream_options"] = {{"include_usage", true}};
        }
        if (kind_ == ProviderKind::deepseek && !target.thinking) {
            body["thinking"] = {{"type", "disabled"}};
        }
        // Requests that begin alike go where that beginning is cached. Only OpenAI itself is known to take it.
        if (kind_ == ProviderKind::openai && target.base_url.rfind("https://api.openai.com/", 0) == 0 &&
            request.messages.front().role == "system") {
            body["prompt_cache_key"] = "git-rfsn-" + base::sha256_hex(request.messages.front().content).substr(0, 16);
        }
    }

    [[nodiscard]] std::string url(const Target& target) const {
        if (kind_ != ProviderKind::azure) {
            return joined_url(target.base_url, "/chat/completions");
        }
        const std::string version = target.api_version.empty() ? "2024-10-21" : target.api_version;
        return joined_url(target.base_url, "/openai/deployments/" + path_escaped(target.model) + "/chat/completions") +
               "?api-version=" + path_escaped(version);
    }

    static void read_common(const Json& body, Gathered& into) {
        if (auto model = string_at(body, "model"); !model.empty()) {
            into.model = std::move(model);
        }
        if (const Json& usage = member(body, "usage"); usage.is_object()) {
            into.usage = usage_of(usage);
        }
    }

    static void read_choice(const Json& choice, const Json& message, Gathered& into) {
        into.content += content_of(message);
        if (!string_at(message, "refusal").empty()) {
            into.error = LlmError{"refused", "the model refused to answer", false, {}, {}};
        }
        if (auto finish = string_at(choice, "finish_reason"); !finish.empty()) {
            into.finish = std::move(finish);
        }
    }

    ProviderKind kind_;
};

}  // namespace

const Provider& openai_provider(ProviderKind kind) {
    static const OpenAi openai(ProviderKind::openai);
    static const OpenAi azure(ProviderKind::azure);
    static const OpenAi deepseek(ProviderKind::deepseek);
    return kind == ProviderKind::azure ? azure : kind == ProviderKind::deepseek ? deepseek : openai;
}

}  // namespace rfsn::net
