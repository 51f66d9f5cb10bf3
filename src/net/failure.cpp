// SPDX-License-Identifier: MIT
#include "net/failure.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/json_reading.hpp"

namespace rfsn::net {
namespace {

struct ServerError {
    std::string message;
    std::string kind;  ///< its type, code and status, as one text
    std::string details;
};

std::string word_at(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number_integer() ? std::to_string(value.get<std::int64_t>()) : string_at(object, key);
}

/// {"error":{"message","type","code","status","details"}}, the same in an array, {"error":"text"}, {"errors":["text"]},
/// {"message"}, {"detail"}: what the providers and the compatible servers send.
ServerError server_error(const Json& body) {
    const Json& top = body.is_array() && !body.empty() ? body[0] : body;
    const Json& error = member(top, "error");
    if (error.is_string()) {
        return {error.get<std::string>(), string_at(top, "type"), ""};
    }
    if (error.is_object()) {
        const Json& details = member(error, "details");
        std::string message = string_at(error, "message");
        // OpenRouter puts the words of the provider behind it there.
        if (const std::string raw = string_at(member(error, "metadata"), "raw"); !raw.empty()) {
            message += ": " + raw;
        }
        return {std::move(message),
                string_at(error, "type") + " " + word_at(error, "code") + " " + string_at(error, "status") + " " +
                    string_at(member(error, "innererror"), "code"),
                details.is_array() ? dump(details) : ""};
    }
    const Json& errors = member(top, "errors");
    if (errors.is_array() && !errors.empty() && errors[0].is_string()) {
        return {errors[0].get<std::string>(), "", ""};
    }
    std::string message = string_at(top, "message");
    return {message.empty() ? string_at(top, "detail") : message, string_at(top, "type") + " " + word_at(top, "code"),
            ""};
}

std::string shown(long status, const ServerError& error) {
    std::string text = status == 200 ? "the server reports an error" : "HTTP " + std::to_string(status);
    if (!error.message.empty()) {
        text += ": " + base::printable(base::trim(error.message).substr(0, 300));
    }
    return text;
}

struct Said {
    const ServerError& error;
    [[nodiscard]] bool operator()(std::string_view word) const {
        return error.kind.find(word) != std::string::npos || error.message.find(word) != std::string::npos;
    }
};

bool is_quota(long status, const ServerError& error) {
    const Said says{error};
    // Gemini says "exceeded your current quota" for a minute's limit too; what counts is whose quota it names.
    return status == 402 || says("insufficient_quota") || says("billing_hard_limit") || says("billing_not_active") ||
           says("billing_error") || says("Insufficient Balance") || says("credit balance is too low") ||
           says("insufficient credit") || says("usage limits") || says("spend limit") || says("spending limit") ||
           says("access_terminated") || error.details.find("PerDay") != std::string::npos;
}

bool is_too_large(long status, const ServerError& error) {
    const Said says{error};
    return status == 413 || says("context_length_exceeded") || says("exceed_context_size") ||
           says("maximum context length") || says("prompt is too long") || says("request_too_large") ||
           says("string_above_max_length") || says("Request too large") || says("input token count") ||
           says("longer than the maximum model length") || says("reduce the length");
}

bool is_refusal(const ServerError& error) {
    const Said says{error};
    return says("content_filter") || says("content_policy_violation") || says("ResponsibleAIPolicyViolation");
}

LlmError made(const char* code, std::string message, bool retryable = false) {
    return {code, std::move(message), retryable, {}, {}};
}

LlmError classified(long status, const ServerError& error) {
    std::string text = shown(status, error);
    const Said says{error};
    if (status >= 300 && status < 400) {
        return made("server", text + ": a redirect, which is never followed; set the base URL to the final address");
    }
    if (is_quota(status, error)) {
        return made("quota", text);
    }
    if (is_too_large(status, error)) {
        return made("too_large", text);
    }
    if (status >= 400 && is_refusal(error)) {
        return made("refused", text);
    }
    if (status == 401 || status == 403 || says("authentication_error") || says("invalid_api_key") ||
        says("API_KEY_INVALID") || says("API key not valid")) {
        return made("auth", text);
    }
    if (status == 404) {
        return made("not_configured", text + "; no such model, or the base URL is not the API's");
    }
    if (status == 429 || says("rate_limit_error") || says("rate_limit_exceeded") || says("RESOURCE_EXHAUSTED")) {
        return made("rate", text, true);
    }
    if (status == 407) {
        return made("network", text + "; the proxy asks for a login: name it in llm.proxy");
    }
    if (status == 408 || status == 504 || says("DEADLINE_EXCEEDED")) {
        return made("timeout", text, true);
    }
    const bool passing = status == 409 || status == 425 || (status >= 500 && status != 501 && status != 505) ||
                         says("overloaded_error") || says("UNAVAILABLE");
    return made("server", text, passing || (status == 200 && says("api_error")));
}

}  // namespace

LlmError failure(long status, std::string_view body, const HeaderFields& headers, SystemTime now) {
    const Json json = parse_json(body);
    LlmError error = classified(status, server_error(json));
    if (error.retryable || error.code == "quota") {
        error.retry_after = wanted_wait(headers, body, now);
    }
    // A server that knows better than its status.
    const auto should = headers.find("x-should-retry");
    if (should != headers.end() && error.code != "quota" && error.code != "auth" && error.code != "too_large") {
        error.retryable = should->second == "true" || (error.retryable && should->second != "false");
    }
    return error;
}

bool holds_error(std::string_view body) {
    const Json json = parse_json(body);
    const Json& top = json.is_array() && !json.empty() ? json[0] : json;
    const Json& error = member(top, "error");
    return error.is_object() || (error.is_string() && !error.get_ref<const std::string&>().empty()) ||
           string_at(top, "object") == "error";
}

LlmError stopped_by(std::string_view reason, const Usage& usage) {
    const auto is_one_of = [&](auto... words) { return ((reason == words) || ...); };
    const std::string shown = base::printable(reason.substr(0, 40));
    LlmError error;
    error.usage = usage;
    if (is_one_of("length", "max_tokens", "MAX_TOKENS", "model_length", "model_context_window_exceeded")) {
        error.code = "truncated";
        error.message = "the answer was cut off at " + std::to_string(usage.output) + " tokens (" + shown +
                        "); half an edit is none";
    } else if (is_one_of("refusal", "content_filter", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST",
                         "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "guardrail_intervened")) {
        error.code = "refused";
        error.message = "the model refused to answer (" + shown + ")";
    } else if (reason == "insufficient_system_resource") {
        error.code = "server";
        error.message = "the server ran out of resources";
        error.retryable = true;
    } else if (reason.empty()) {
        error.code = "malformed";
        error.message = "the answer does not say how it ended, so it may be incomplete";
    } else {
        error.code = "stopped";
        error.message = "the answer ended with '" + shown + "', which is no natural end";
    }
    return error;
}

}  // namespace rfsn::net
