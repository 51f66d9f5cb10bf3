// SPDX-License-Identifier: MIT
#include "net/protocol.hpp"

#include <cmath>
#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

namespace rfsn::net {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_line = std::size_t{64} << 20;

Json parse(std::string_view line) {
    return Json::parse(line.begin(), line.end(), nullptr, false);
}

/// A string field; nullopt if it is of another type. Absent: `fallback`.
bool read_string(const Json& object, const char* key, std::string& value) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return true;
    }
    if (!found->is_string()) {
        return false;
    }
    value = found->get<std::string>();
    return true;
}

bool read_integer(const Json& object, const char* key, std::int64_t& value, std::int64_t least, std::int64_t most) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return true;
    }
    if (!found->is_number_integer() ||
        (found->is_number_unsigned() && found->get<std::uint64_t>() > (std::uint64_t{1} << 62))) {
        return false;
    }
    value = found->get<std::int64_t>();
    return value >= least && value <= most;
}

bool read_messages(const Json& object, std::vector<Message>& messages) {
    const auto found = object.find("messages");
    if (found == object.end() || !found->is_array() || found->empty()) {
        return false;
    }
    for (const auto& item : *found) {
        Message message;
        if (!item.is_object() || !read_string(item, "role", message.role) ||
            !read_string(item, "content", message.content)) {
            return false;
        }
        if (message.content.empty() ||
            (message.role != "system" && message.role != "user" && message.role != "assistant")) {
            return false;
        }
        messages.push_back(std::move(message));
    }
    return true;
}

}  // namespace

Answer<LlmRequest> parse_request(std::string_view line) {
    const Json object = parse(line);
    if (!object.is_object()) {
        return llm_error("malformed", "the request is no JSON object");
    }
    std::string verb;
    std::string provider = "openai";
    LlmRequest request;
    std::int64_t timeout_ms = request.timeout.count();
    const auto wrong = [](const char* what) {
        return llm_error("malformed", std::string("the request's ") + what + " is missing or wrong");
    };
    if (!read_string(object, "verb", verb) || verb != "llm") {
        return wrong("verb (only \"llm\" is known)");
    }
    if (!read_string(object, "id", request.id) || request.id.empty()) {
        return wrong("id");
    }
    if (!read_string(object, "provider", provider)) {
        return wrong("provider");
    }
    if (provider != "openai") {
        return llm_error("not_configured", "unknown provider; only \"openai\" (any OpenAI-compatible server) is known");
    }
    if (!read_string(object, "base_url", request.base_url)) {
        return wrong("base_url");
    }
    if (!read_string(object, "model", request.model)) {
        return wrong("model");
    }
    if (request.base_url.empty() || request.model.empty()) {
        return llm_error("not_configured", request.base_url.empty() ? "no base URL is set" : "no model is set");
    }
    if (!read_string(object, "key_env", request.key_env)) {
        return wrong("key_env");
    }
    if (!read_messages(object, request.messages)) {
        return wrong("messages");
    }
    if (!read_integer(object, "max_tokens", request.max_tokens, 1, 10'000'000)) {
        return wrong("max_tokens");
    }
    if (const auto found = object.find("temperature"); found != object.end()) {
        if (!found->is_number() || !std::isfinite(found->get<double>()) || found->get<double>() < 0 ||
            found->get<double>() > 2) {
            return wrong("temperature");
        }
        request.temperature = found->get<double>();
    }
    if (!read_integer(object, "timeout_ms", timeout_ms, 1, 24LL * 3600 * 1000)) {
        return wrong("timeout_ms");
    }
    request.timeout = std::chrono::milliseconds(timeout_ms);
    return request;
}

std::string request_id(std::string_view line) {
    const Json object = parse(line);
    std::string id;
    return object.is_object() && read_string(object, "id", id) ? id : std::string();
}

std::string answer_line(const std::string& id, const Outcome& outcome) {
    Json json{{"id", id},
              {"ok", outcome.answer.has_value()},
              {"duration_ms", outcome.duration.count()},
              {"attempts", outcome.attempts}};
    if (outcome.answer) {
        json["content"] = outcome.answer->content;
        json["model"] = outcome.answer->model;
        json["finish"] = outcome.answer->finish;
        json["usage"] = {{"input_tokens", outcome.answer->input_tokens},
                         {"output_tokens", outcome.answer->output_tokens}};
    } else {
        const LlmError& error = outcome.answer.error();
        json["error"] = {{"code", error.code},
                         {"message", error.message},
                         {"retryable", error.retryable},
                         {"retry_after_ms", error.retry_after.count()}};
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int serve(std::istream& in, std::ostream& out, const Handler& handler) {
    std::string line;
    while (std::getline(in, line)) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            continue;
        }
        Outcome outcome{llm_error("malformed", "the request is larger than 64 MB"), std::chrono::milliseconds(0), 0};
        std::string id;
        if (line.size() <= max_line) {
            id = request_id(line);
            auto request = parse_request(line);
            outcome = request ? handler(*request)
                              : Outcome{tl::make_unexpected(request.error()), std::chrono::milliseconds(0), 0};
        }
        out << answer_line(id, outcome) << '\n' << std::flush;
        if (!out) {
            return 1;
        }
    }
    return 0;
}

}  // namespace rfsn::net
