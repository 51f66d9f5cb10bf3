// SPDX-License-Identifier: MIT
#include "net/openai.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace rfsn::net::openai {
namespace {

using Json = nlohmann::json;

/// Servers under load send empty lines for minutes before the body.
Json parse(std::string_view body) {
    const auto start = body.find_first_not_of(" \t\r\n");
    body.remove_prefix(start == std::string_view::npos ? body.size() : start);
    return Json::parse(body.begin(), body.end(), nullptr, false);
}

std::string string_at(const Json& object, const char* key) {
    if (!object.is_object()) {
        return {};
    }
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_at(const Json& object, const char* key) {
    if (!object.is_object()) {
        return 0;
    }
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

const Json& member(const Json& object, const char* key) {
    static const Json none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

struct ServerError {
    std::string message, kind;
};
/// {"error":{"message","type","code"}}, {"error":"text"}, {"message"}, {"detail"}: what the compatible servers send.
ServerError server_error(const Json& body) {
    const Json& error = member(body, "error");
    if (error.is_string()) {
        return {error.get<std::string>(), ""};
    }
    if (error.is_object()) {
        return {string_at(error, "message"), string_at(error, "type") + " " + string_at(error, "code")};
    }
    std::string message = string_at(body, "message");
    return {message.empty() ? string_at(body, "detail") : message,
            string_at(body, "type") + " " + string_at(body, "code")};
}

std::string shown(long status, const ServerError& error) {
    std::string text = status == 200 ? "the server reports an error" : "HTTP " + std::to_string(status);
    if (!error.message.empty()) {
        text += ": " + base::printable(base::trim(error.message).substr(0, 300));
    }
    return text;
}

Answer<LlmAnswer> failure(long status, const ServerError& error) {
    const auto says = [&](std::string_view word) {
        return error.kind.find(word) != std::string::npos || error.message.find(word) != std::string::npos;
    };
    const std::string text = shown(status, error);
    if (status == 402 || says("insufficient_quota") || says("billing_hard_limit") || says("Insufficient Balance")) {
        return llm_error("quota", text);
    }
    if (says("context_length_exceeded") || says("exceed_context_size") || says("maximum context length") ||
        status == 413) {
        return llm_error("too_large", text);
    }
    if (status == 401 || status == 403) {
        return llm_error("auth", text);
    }
    if (status == 404) {
        return llm_error("not_configured", text + "; no such model, or the base URL is not the API's");
    }
    if (status == 429) {
        return llm_error("rate", text, true);
    }
    if (status == 408) {
        return llm_error("timeout", text, true);
    }
    if (status >= 300 && status < 400) {
        return llm_error("server",
                         text + ": a redirect, which is never followed; set the base URL to the final address");
    }
    return llm_error("server", text, status >= 500 && status != 501);
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

/// Takes off the thoughts that some local models put before their answer: edits that they considered there are none.
bool drop_thoughts(std::string& content) {
    const auto start = content.find_first_not_of(" \t\r\n");
    if (start == std::string::npos || content.compare(start, 7, "<think>") != 0) {
        return true;
    }
    const auto end = content.find("</think>", start);
    if (end == std::string::npos) {
        return false;
    }
    content.erase(0, end + 8);
    return true;
}

Answer<LlmAnswer> completion(const Json& body) {
    const Json& choices = member(body, "choices");
    if (!choices.is_array() || choices.empty() || !choices[0].is_object()) {
        return llm_error("malformed", "the server's answer has no choices");
    }
    const Json& message = member(choices[0], "message");
    LlmAnswer answer;
    answer.finish = string_at(choices[0], "finish_reason");
    answer.model = base::printable(string_at(body, "model"));
    answer.input_tokens = number_at(member(body, "usage"), "prompt_tokens");
    answer.output_tokens = number_at(member(body, "usage"), "completion_tokens");
    const std::string finish = base::printable(answer.finish.substr(0, 40));
    if (!string_at(message, "refusal").empty() || answer.finish == "content_filter") {
        return llm_error("refused", "the model refused to answer");
    }
    if (answer.finish == "length") {
        return llm_error("truncated", "the answer was cut off at " + std::to_string(answer.output_tokens) +
                                          " tokens (finish_reason length); half an edit is none");
    }
    if (answer.finish == "insufficient_system_resource") {
        return llm_error("server", "the server ran out of resources", true);
    }
    if (answer.finish != "stop") {
        return llm_error("malformed", finish.empty()
                                          ? "the answer has no finish_reason, so it may be incomplete"
                                          : "the answer ended with finish_reason '" + finish + "' instead of 'stop'");
    }
    answer.content = content_of(message);
    if (!drop_thoughts(answer.content)) {
        return llm_error("truncated", "the answer ends within the model's thoughts");
    }
    if (base::trim(answer.content).empty()) {
        return llm_error("malformed", "the answer is empty");
    }
    return answer;
}

}  // namespace

std::string request_url(std::string_view base_url) {
    constexpr std::string_view endpoint = "/chat/completions";
    while (!base_url.empty() && base_url.back() == '/') {
        base_url.remove_suffix(1);
    }
    std::string url(base_url);
    if (url.size() < endpoint.size() || url.compare(url.size() - endpoint.size(), endpoint.size(), endpoint) != 0) {
        url += endpoint;
    }
    return url;
}

std::string request_body(const LlmRequest& request, const Dialect& dialect) {
    Json body{{"model", request.model}, {"messages", Json::array()}, {"stream", false}};
    for (const auto& message : request.messages) {
        body["messages"].push_back({{"role", message.role}, {"content", message.content}});
    }
    body[dialect.completion_tokens ? "max_completion_tokens" : "max_tokens"] = request.max_tokens;
    if (!dialect.no_temperature) {
        body["temperature"] = request.temperature;
    }
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Answer<LlmAnswer> read_response(long status, std::string_view body) {
    const Json json = parse(body);
    const bool is_error = json.is_object() && (member(json, "error").is_object() || member(json, "error").is_string());
    if (status != 200 || is_error) {
        return failure(status, server_error(json));
    }
    if (!json.is_object()) {
        return llm_error("malformed",
                         body.empty() ? "the server's answer is empty" : "the server's answer is no JSON object");
    }
    return completion(json);
}

bool adapt(long status, std::string_view body, Dialect& dialect) {
    if (status != 400) {
        return false;
    }
    const std::string message = server_error(parse(body)).message;
    const bool unsupported =
        message.find("nsupported") != std::string::npos || message.find("not support") != std::string::npos;
    if (!dialect.completion_tokens && message.find("max_completion_tokens") != std::string::npos) {
        dialect.completion_tokens = true;
        return true;
    }
    if (!dialect.no_temperature && unsupported && message.find("temperature") != std::string::npos) {
        dialect.no_temperature = true;
        return true;
    }
    return false;
}

}  // namespace rfsn::net::openai
