// SPDX-License-Identifier: MIT
// Ollama's own /api/chat: its OpenAI-compatible one cannot set the context's size, and cuts prompts silently.
#include <algorithm>

#include "net/failure.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

/// Rather too many than a prompt cut at its beginning: code has about three bytes a token.
std::int64_t context_for(const LlmRequest& request, const Target& target) {
    if (target.context_tokens > 0) {
        return target.context_tokens;
    }
    std::size_t bytes = 0;
    for (const auto& message : request.messages) {
        bytes += message.content.size() + 32;
    }
    constexpr std::int64_t step = 2048;
    const std::int64_t needed = static_cast<std::int64_t>(bytes / 3) + request.max_tokens + 256;
    return std::max<std::int64_t>((needed + step - 1) / step * step, 4096);
}

class Ollama final : public Provider {
   public:
    [[nodiscard]] WireRequest request(const LlmRequest& request, const Target& target,
                                      const Dialect& /*dialect*/) const override {
        // Streaming is its default: say which in either case.
        Json body{{"model", target.model},
                  {"messages", Json::array()},
                  {"stream", request.stream},
                  {"options",
                   {{"num_predict", request.max_tokens},
                    {"temperature", request.temperature},
                    {"num_ctx", context_for(request, target)}}}};
        for (const auto& message : request.messages) {
            body["messages"].push_back({{"role", message.role}, {"content", message.content}});
        }
        const std::string base = joined_url(target.base_url, "");
        const bool has_api = base.size() > 4 && base.compare(base.size() - 4, 4, "/api") == 0;
        return {joined_url(base, has_api ? "/chat" : "/api/chat"), {}, dump(body)};
    }

    [[nodiscard]] std::string_view key_header() const override { return "Authorization: Bearer "; }

    void read_whole(const Json& body, Gathered& into) const override {
        if (!member(body, "message").is_object()) {
            into.error = LlmError{"malformed", "the server's answer has no message", false, {}, {}};
            return;
        }
        read_event("", body, into);
        if (const Json& done = member(body, "done"); done.is_boolean() && !done.get<bool>()) {
            into.finish.clear();
        }
    }

    void read_event(std::string_view /*event*/, const Json& data, Gathered& into) const override {
        into.content += string_at(member(data, "message"), "content");
        if (auto model = string_at(data, "model"); !model.empty()) {
            into.model = std::move(model);
        }
        const Json& done = member(data, "done");
        if (done.is_boolean() && done.get<bool>()) {
            into.finish = string_at(data, "done_reason");
            if (into.finish.empty()) {
                into.finish = "stop";  // before 0.1.45 it gave no reason
            }
            into.usage.input = number_at(data, "prompt_eval_count");
            into.usage.output = number_at(data, "eval_count");
        }
    }

    [[nodiscard]] bool is_natural_end(std::string_view finish) const override { return finish == "stop"; }
};

}  // namespace

const Provider& ollama_provider() {
    static const Ollama ollama;
    return ollama;
}

}  // namespace rfsn::net
