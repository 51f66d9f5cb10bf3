// SPDX-License-Identifier: MIT
// Anthropic's Messages.
#include "net/failure.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

Json text_block(const std::string& text, bool cached) {
    Json block{{"type", "text"}, {"text", text}};
    if (cached) {
        block["cache_control"] = {{"type", "ephemeral"}};
    }
    return block;
}

/// The stream repeats some of the counters, cumulated: the last word wins.
void read_usage(const Json& usage, Usage& into) {
    const auto take = [&](const char* key, std::uint64_t& value) {
        if (member(usage, key).is_number()) {
            value = number_at(usage, key);
        }
    };
    take("input_tokens", into.input);
    take("cache_read_input_tokens", into.cached_input);
    take("cache_creation_input_tokens", into.cache_write);
    take("output_tokens", into.output);
}

class Anthropic final : public Provider {
   public:
    [[nodiscard]] WireRequest request(const LlmRequest& request, const Target& target,
                                      const Dialect& dialect) const override {
        Json body{{"model", target.model},
                  {"max_tokens", request.max_tokens},
                  {"messages", Json::array()},
                  {"stream", request.stream}};
        if (!dialect.no_temperature) {
            // Its scale ends at 1.
            body["temperature"] = std::min(request.temperature, 1.0);
        }
        Json system = Json::array();
        // Cached are what comes again: the system prompt, and in a conversation the first question.
        const bool conversation = request.messages.size() > 2;
        bool first_question = true;
        for (const auto& message : request.messages) {
            if (message.role == "system") {
                system.push_back(text_block(message.content, false));
                continue;
            }
            const bool cached = conversation && first_question && message.role == "user";
            first_question = first_question && message.role != "user";
            body["messages"].push_back(
                {{"role", message.role}, {"content", Json::array({text_block(message.content, cached)})}});
        }
        if (!system.empty()) {
            system.back()["cache_control"] = {{"type", "ephemeral"}};
            body["system"] = std::move(system);
        }
        const std::string base = joined_url(target.base_url, "");
        const bool has_version = base.size() > 3 && base.compare(base.size() - 3, 3, "/v1") == 0;
        return {joined_url(base, has_version ? "/messages" : "/v1/messages"),
                {"anthropic-version: 2023-06-01"},
                dump(body)};
    }

    [[nodiscard]] std::string_view key_header() const override { return "x-api-key: "; }

    void read_whole(const Json& body, Gathered& into) const override {
        const Json& content = member(body, "content");
        if (!content.is_array()) {
            into.error = LlmError{"malformed", "the server's answer has no content", false, {}, {}};
            return;
        }
        for (const auto& block : content) {
            if (string_at(block, "type") == "text") {
                into.content += string_at(block, "text");
            }
        }
        into.model = string_at(body, "model");
        into.finish = string_at(body, "stop_reason");
        read_usage(member(body, "usage"), into.usage);
    }

    /// Pings and events of a later version are passed over.
    void read_event(std::string_view /*event*/, const Json& data, Gathered& into) const override {
        const std::string type = string_at(data, "type");
        if (type == "message_start") {
            const Json& message = member(data, "message");
            into.model = string_at(message, "model");
            read_usage(member(message, "usage"), into.usage);
        } else if (type == "content_block_delta") {
            const Json& delta = member(data, "delta");
            if (string_at(delta, "type") == "text_delta") {
                into.content += string_at(delta, "text");
            }
        } else if (type == "content_block_start") {
            into.content += string_at(member(data, "content_block"), "text");
        } else if (type == "message_delta") {
            pending(string_at(member(data, "delta"), "stop_reason"), into);
            read_usage(member(data, "usage"), into.usage);
        }
    }

    [[nodiscard]] bool is_natural_end(std::string_view finish) const override { return finish == "end_turn"; }

   private:
    static void pending(std::string reason, Gathered& into) {
        if (!reason.empty()) {
            into.finish = std::move(reason);
        }
    }
};

}  // namespace

const Provider& anthropic_provider() {
    static const Anthropic anthropic;
    return anthropic;
}

}  // namespace rfsn::net
