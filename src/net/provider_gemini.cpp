// SPDX-License-Identifier: MIT
// Gemini's generateContent.
#include "net/failure.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

void read_usage(const Json& usage, Usage& into) {
    if (!usage.is_object()) {
        return;
    }
    const std::uint64_t prompt = number_at(usage, "promptTokenCount") + number_at(usage, "toolUsePromptTokenCount");
    into.cached_input = std::min(number_at(usage, "cachedContentTokenCount"), prompt);
    into.input = prompt - into.cached_input;
    into.reasoning = number_at(usage, "thoughtsTokenCount");
    into.output = number_at(usage, "candidatesTokenCount") + into.reasoning;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class Gemini final : public Provider {
   public:
    [[nodiscard]] WireRequest request(const LlmRequest& request, const Target& target,
                                      const Dialect& dialect) const override {
        Json body{{"contents", Json::array()}, {"generationConfig", {{"maxOutputTokens", request.max_tokens}}}};
        Json system = Json::array();
        for (const auto& message : request.messages) {
            if (message.role == "system") {
                system.push_back({{"text", message.content}});
            } else {
                body["contents"].push_back({{"role", message.role == "assistant" ? "model" : "user"},
                                            {"parts", Json::array({{{"text", message.content}}})}});
            }
        }
        if (!system.empty()) {
            body["systemInstruction"] = {{"parts", std::move(system)}};
        }
        if (!dialect.no_temperature) {
            body["generationConfig"]["temperature"] = request.temperature;
        }
        std::string base = joined_url(target.base_url, "");
        if (!ends_with(base, "/v1beta") && !ends_with(base, "/v1")) {
            base += "/v1beta";
        }
        std::string_view model = target.model;
        if (model.substr(0, 7) == "models/") {
            model.remove_prefix(7);
        }
        return {base + "/models/" + path_escaped(model) +
                    (request.stream ? ":streamGenerateContent?alt=sse" : ":generateContent"),
                {},
                dump(body)};
    }

    // Not ?key=: URLs end up in logs.
    [[nodiscard]] std::string_view key_header() const override { return "x-goog-api-key: "; }

    void read_whole(const Json& body, Gathered& into) const override {
        // Without alt=sse a stream is an array of the same pieces.
        if (body.is_array()) {
            for (const auto& piece : body) {
                read_event("", piece, into);
            }
        } else {
            read_event("", body, into);
        }
        if (!into.error && into.finish.empty() && into.content.empty()) {
            into.error = LlmError{"malformed", "the server's answer has no candidates", false, {}, {}};
        }
    }

    void read_event(std::string_view /*event*/, const Json& data, Gathered& into) const override {
        if (const std::string blocked = string_at(member(data, "promptFeedback"), "blockReason"); !blocked.empty()) {
            into.error = stopped_by("SAFETY", into.usage);
            into.error->message = "the server refused the prompt (" + blocked.substr(0, 40) + ")";
            return;
        }
        if (auto model = string_at(data, "modelVersion"); !model.empty()) {
            into.model = std::move(model);
        }
        read_usage(member(data, "usageMetadata"), into.usage);
        const Json& candidates = member(data, "candidates");
        if (!candidates.is_array() || candidates.empty()) {
            return;
        }
        const Json& parts = member(member(candidates[0], "content"), "parts");
        if (parts.is_array()) {
            for (const auto& part : parts) {
                const Json& thought = member(part, "thought");
                if (!thought.is_boolean() || !thought.get<bool>()) {
                    into.content += string_at(part, "text");
                }
            }
        }
        if (auto finish = string_at(candidates[0], "finishReason"); !finish.empty()) {
            into.finish = std::move(finish);
        }
    }

    [[nodiscard]] bool is_natural_end(std::string_view finish) const override { return finish == "STOP"; }
};

}  // namespace

const Provider& gemini_provider() {
    static const Gemini gemini;
    return gemini;
}

}  // namespace rfsn::net
