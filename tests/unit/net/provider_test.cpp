// SPDX-License-Identifier: MIT
// Each wire format by replies as the providers really send them.
#include "net/provider.hpp"

#include <gtest/gtest.h>

#include "net/failure.hpp"
#include "net/reply_reader.hpp"

namespace rfsn::net {
namespace {

using json = nlohmann::json;

LlmRequest question(bool stream = false) {
    LlmRequest request;
    request.messages = {{"system", "s"}, {"user", "u \"q\" \n \xff"}};
    request.max_tokens = 99;
    request.stream = stream;
    return request;
}
Target target(ProviderKind kind, const std::string& base_url, const std::string& model = "m") {
    Target one;
    one.kind = kind;
    one.base_url = base_url;
    one.model = model;
    return one;
}
struct Sent {
    std::string url;
    json body;
    std::vector<std::string> headers;
};
Sent sent(ProviderKind kind, const std::string& base_url, const LlmRequest& request = question(),
          const Dialect& dialect = {}) {
    const auto wire = provider(kind).request(request, target(kind, base_url), dialect);
    return {wire.url, json::parse(wire.body), wire.headers};
}

Answer<LlmAnswer> read(ProviderKind kind, long status, const std::string& body, const std::string& type = "",
                       std::size_t piece = std::string::npos) {
    ReplyReader reader(provider(kind), kind == ProviderKind::ollama && type == "lines");
    reader.begin(status, type == "lines" ? "" : type);
    for (std::size_t at = 0; at < body.size(); at += std::min(piece, body.size())) {
        reader.feed(std::string_view(body).substr(at, piece));
    }
    return reader.finish(status, {}, {});
}
std::string code(const Answer<LlmAnswer>& answer) {
    return answer ? "ok" : answer.error().code + (answer.error().retryable ? " retry" : "");
}

TEST(Request, OpenAi) {
    const auto plain = sent(ProviderKind::openai, "https://h/v1/");
    EXPECT_EQ(plain.url, "https://h/v1/chat/completions");
    EXPECT_EQ(sent(ProviderKind::openai, "https://h/v1/chat/completions").url, "https://h/v1/chat/completions");
    EXPECT_EQ(plain.body["max_tokens"], 99);
    EXPECT_EQ(plain.body["temperature"], 0.0);
    EXPECT_EQ(plain.body["stream"], false);
    EXPECT_EQ(plain.body["messages"][1]["content"], "u \"q\" \n \xef\xbf\xbd");
    EXPECT_FALSE(plain.body.contains("prompt_cache_key"));
    EXPECT_TRUE(sent(ProviderKind::openai, "https://api.openai.com/v1").body.contains("prompt_cache_key"));
    const auto other = sent(ProviderKind::openai, "https://h/v1", question(true), {true, true, true});
    EXPECT_EQ(other.body["max_completion_tokens"], 99);
    EXPECT_FALSE(other.body.contains("max_tokens"));
    EXPECT_FALSE(other.body.contains("temperature"));
    EXPECT_FALSE(other.body.contains("stream_options"));
    EXPECT_EQ(sent(ProviderKind::openai, "https://h", question(true)).body["stream_options"]["include_usage"], true);
    EXPECT_EQ(provider(ProviderKind::openai).key_header(), "Authorization: Bearer ");
}

TEST(Request, AzureAndDeepSeek) {
    const auto azure =
        provider(ProviderKind::azure)
            .request(question(), target(ProviderKind::azure, "https://r.openai.azure.com", "my gpt"), {});
    EXPECT_EQ(azure.url,
              "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
    EXPECT_EQ(provider(ProviderKind::azure).key_header(), "api-key: ");
    const auto deepseek = sent(ProviderKind::deepseek, "https://api.deepseek.com");
    EXPECT_EQ(deepseek.url, "https://api.deepseek.com/chat/completions");
    EXPECT_EQ(deepseek.body["thinking"]["type"], "disabled");
}

TEST(Request, Anthropic) {
    const auto one = sent(ProviderKind::anthropic, "https://api.anthropic.com");
    EXPECT_EQ(one.url, "https://api.anthropic.com/v1/messages");
    EXPECT_EQ(sent(ProviderKind::anthropic, "https://h/v1/").url, "https://h/v1/messages");
    EXPECT_EQ(one.headers, std::vector<std::string>{"anthropic-version: 2023-06-01"});
    EXPECT_EQ(one.body["max_tokens"], 99);
    EXPECT_EQ(one.body["system"][0]["text"], "s");
    EXPECT_EQ(one.body["system"][0]["cache_control"]["type"], "ephemeral");
    EXPECT_EQ(one.body["messages"].size(), 1U);
    EXPECT_FALSE(one.body["messages"][0]["content"][0].contains("cache_control"));
    auto longer = question();
    longer.messages.push_back({"assistant", "a"});
    longer.messages.push_back({"user", "again"});
    const auto conversation = sent(ProviderKind::anthropic, "https://h", longer);
    EXPECT_TRUE(conversation.body["messages"][0]["content"][0].contains("cache_control"));
    EXPECT_FALSE(conversation.body["messages"][2]["content"][0].contains("cache_control"));
}

TEST(Request, GeminiAndOllama) {
    const auto gemini = sent(ProviderKind::gemini, "https://generativelanguage.googleapis.com");
    EXPECT_EQ(gemini.url, "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent");
    EXPECT_EQ(sent(ProviderKind::gemini, "https://h/v1beta", question(true)).url,
              "https://h/v1beta/models/m:streamGenerateContent?alt=sse");
    EXPECT_EQ(gemini.body["systemInstruction"]["parts"][0]["text"], "s");
    EXPECT_EQ(gemini.body["contents"][0]["role"], "user");
    EXPECT_EQ(gemini.body["generationConfig"]["maxOutputTokens"], 99);
    const auto ollama = sent(ProviderKind::ollama, "http://127.0.0.1:11434");
    EXPECT_EQ(ollama.url, "http://127.0.0.1:11434/api/chat");
    EXPECT_EQ(ollama.body["stream"], false);
    EXPECT_EQ(ollama.body["options"]["num_predict"], 99);
    EXPECT_EQ(ollama.body["options"]["num_ctx"], 4096);
    auto large = question();
    large.messages[1].content = std::string(60000, 'x');
    EXPECT_GE(sent(ProviderKind::ollama, "http://127.0.0.1:1", large).body["options"]["num_ctx"], 20099);
}

const char* const anthropic_reply = R"({"id":"msg_01","type":"message","role":"assistant","model":"claude-x",
 "content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Hel"},{"type":"text","text":"lo"}],
 "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":5,
 "cache_read_input_tokens":100,"output_tokens":7,"service_tier":"standard"}})";
const char* const openai_reply =
    R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-x","choices":[
 {"index":0,"message":{"role":"assistant","content":"Hello","refusal":null,"annotations":[]},"logprobs":null,
 "finish_reason":"stop"}],"usage":{"prompt_tokens":117,"completion_tokens":7,"total_tokens":124,"prompt_tokens_details":
 {"cached_tokens":100,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}},"service_tier":"default"})";
const char* const deepseek_reply = R"({"id":"1","object":"chat.completion","model":"deepseek-x","choices":[{"index":0,
 "message":{"role":"assistant","content":"Hello","reasoning_content":"<<<<<<< SEARCH"},"finish_reason":"stop"}],"usage":
 {"prompt_tokens":117,"completion_tokens":7,"total_tokens":124,"prompt_cache_hit_tokens":100,"prompt_cache_miss_tokens":17}})";
const char* const gemini_reply =
    R"({"candidates":[{"content":{"parts":[{"text":"thinking","thought":true},{"text":"Hello"}],
 "role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":117,"cachedContentTokenCount":100,
 "candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":124},"modelVersion":"gemini-x","responseId":"r"})";
const char* const ollama_reply =
    R"({"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant",
 "content":"Hello"},"done_reason":"stop","done":true,"total_duration":1,"prompt_eval_count":117,"eval_count":7})";

TEST(Reply, CountsTheSameWayForAll) {
    struct Case {
        ProviderKind kind;
        const char* body;
        Usage usage;
        const char* model;
    };
    const Case cases[] = {
        {ProviderKind::anthropic, anthropic_reply, {12, 100, 5, 7, 0}, "claude-x"},
        {ProviderKind::openai, openai_reply, {17, 100, 0, 7, 3}, "gpt-x"},
        {ProviderKind::deepseek, deepseek_reply, {17, 100, 0, 7, 0}, "deepseek-x"},
        {ProviderKind::gemini, gemini_reply, {17, 100, 0, 7, 3}, "gemini-x"},
        {ProviderKind::ollama, ollama_reply, {117, 0, 0, 7, 0}, "llama-x"},
    };
    for (const auto& one : cases) {
        const auto answer = read(one.kind, 200, one.body);
        ASSERT_TRUE(answer) << name(one.kind) << answer.error().message;
        EXPECT_EQ(answer->content, "Hello") << name(one.kind);
        EXPECT_EQ(answer->model, one.model);
        EXPECT_EQ(answer->usage.input, one.usage.input) << name(one.kind);
        EXPECT_EQ(answer->usage.cached_input, one.usage.cached_input) << name(one.kind);
        EXPECT_EQ(answer->usage.cache_write, one.usage.cache_write) << name(one.kind);
        EXPECT_EQ(answer->usage.output, one.usage.output) << name(one.kind);
        EXPECT_EQ(answer->usage.reasoning, one.usage.reasoning) << name(one.kind);
    }
}

TEST(Reply, StreamsInPiecesOfAnySize) {
    const std::string anthropic =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"usage\":"
        "{\"input_tokens\":12,\"cache_read_input_tokens\":100,\"output_tokens\":1}}}\n\n"
        "event: ping\ndata: {\"type\": \"ping\"}\n\n"
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
        "\"text\",\"text\":\"\"}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\","
        "\"thinking\":\"hm\"}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\","
        "\"text\":\"Hello\"}}\n\n"
        "event: a_later_invention\ndata: {\"type\":\"a_later_invention\"}\n\n"
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
        "{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    const std::string openai =
        ": keep-alive\r\n\r\ndata: "
        "{\"model\":\"gpt-x\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\r\n\r\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":null}]}\r\n\r\n"
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n"
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":7}}\r\n\r\ndata: [DONE]\r\n\r\n";
    const std::string gemini =
        "data: "
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}],\"usageMetadata\":{\"promptTokenCount\":12}}"
        "\n\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}],"
        "\"usageMetadata\":{\"promptTokenCount\":12,\"candidatesTokenCount\":7}}\n\n";
    const std::string ollama =
        "{\"model\":\"l\",\"message\":{\"content\":\"Hel\"},\"done\":false}\n"
        "{\"model\":\"l\",\"message\":{\"content\":\"lo\"},\"done\":false}\n"
        "{\"model\":\"l\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":"
        "12,\"eval_count\":7}\n";
    struct Case {
        ProviderKind kind;
        const std::string& text;
        const char* type;
    };
    for (const auto& one :
         {Case{ProviderKind::anthropic, anthropic, "text/event-stream; charset=utf-8"},
          Case{ProviderKind::openai, openai, "text/event-stream"}, Case{ProviderKind::openai, openai, ""},
          Case{ProviderKind::gemini, gemini, "text/event-stream"},
          Case{ProviderKind::ollama, ollama, "application/x-ndjson"}, Case{ProviderKind::ollama, ollama, "lines"}}) {
        for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::string::npos}) {
            const auto answer = read(one.kind, 200, one.text, one.type, piece);
            ASSERT_TRUE(answer) << name(one.kind) << piece << answer.error().message;
            EXPECT_EQ(answer->content, "Hello") << name(one.kind) << piece;
            EXPECT_EQ(answer->usage.output, 7U) << name(one.kind);
            EXPECT_EQ(answer->usage.input, 12U) << name(one.kind);
        }
        // Cut anywhere before its end, it is never an answer.
        const auto end = one.text.find(one.kind == ProviderKind::anthropic ? "end_turn"
                                       : one.kind == ProviderKind::openai  ? "\"stop\""
                                       : one.kind == ProviderKind::gemini  ? "STOP"
                                                                           : "\"done\":true");
        for (std::size_t cut = 0; cut < end; cut += 5) {
            EXPECT_FALSE(read(one.kind, 200, one.text.substr(0, cut), one.type)) << name(one.kind) << cut;
        }
    }
}

TEST(Reply, OnlyANaturalEndCounts) {
    const auto anthropic = [](const std::string& reason) {
        return code(read(ProviderKind::anthropic, 200,
                         R"({"content":[{"type":"text","text":"x"}],"stop_reason":")" + reason + "\"}"));
    };
    EXPECT_EQ(anthropic("end_turn"), "ok");
    EXPECT_EQ(anthropic("max_tokens"), "truncated");
    EXPECT_EQ(anthropic("model_context_window_exceeded"), "truncated");
    EXPECT_EQ(anthropic("refusal"), "refused");
    EXPECT_EQ(anthropic("tool_use"), "stopped");
    EXPECT_EQ(anthropic("pause_turn"), "stopped");
    EXPECT_EQ(anthropic("stop_sequence"), "stopped");
    EXPECT_EQ(anthropic(""), "malformed");
    const auto gemini = [](const std::string& reason) {
        return code(read(ProviderKind::gemini, 200,
                         R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":")" + reason + "\"}]}"));
    };
    EXPECT_EQ(gemini("STOP"), "ok");
    EXPECT_EQ(gemini("MAX_TOKENS"), "truncated");
    for (const char* reason : {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"}) {
        EXPECT_EQ(gemini(reason), "refused") << reason;
    }
    EXPECT_EQ(gemini("OTHER"), "stopped");
    EXPECT_EQ(gemini("MALFORMED_FUNCTION_CALL"), "stopped");
    EXPECT_EQ(code(read(ProviderKind::gemini, 200, R"({"promptFeedback":{"blockReason":"SAFETY"}})")), "refused");
    EXPECT_EQ(code(read(ProviderKind::gemini, 200, "{}")), "malformed");
    const auto ollama = [](const std::string& reason) {
        return code(read(ProviderKind::ollama, 200,
                         R"({"message":{"content":"x"},"done":true,"done_reason":")" + reason + "\"}"));
    };
    EXPECT_EQ(ollama("stop"), "ok");
    EXPECT_EQ(ollama("length"), "truncated");
    EXPECT_EQ(ollama("load"), "stopped");
    const auto openai = [](const std::string& message, const std::string& reason) {
        return code(read(ProviderKind::openai, 200,
                         R"({"choices":[{"message":)" + message + R"(,"finish_reason":)" + reason + "}]}"));
    };
    EXPECT_EQ(openai(R"({"content":"x"})", R"("stop")"), "ok");
    EXPECT_EQ(openai(R"({"content":[{"type":"text","text":"a"},{"type":"x"}]})", R"("stop")"), "ok");
    EXPECT_EQ(openai(R"({"content":"x"})", R"("length")"), "truncated");
    EXPECT_EQ(openai(R"({"content":"x","refusal":"no"})", R"("stop")"), "refused");
    EXPECT_EQ(openai(R"({"content":"x"})", "null"), "malformed");
    EXPECT_EQ(openai(R"({"content":""})", R"("stop")"), "malformed");
    EXPECT_EQ(openai(R"({"content":"<think>half"})", R"("stop")"), "truncated");
    EXPECT_EQ(openai(R"({"content":"x"})", R"("insufficient_system_resource")"), "server retry");
    EXPECT_EQ(read(ProviderKind::openai, 200,
                   R"({"choices":[{"message":{"content":"<think>\nno</think>edit"},"finish_reason":"stop"}]})")
                  ->content,
              "edit");
}

TEST(Failure, TellsQuotaFromRate) {
    const auto of = [](long status, const std::string& body) {
        const auto error = failure(status, body, {}, {});
        return error.code + (error.retryable ? " retry" : "");
    };
    const auto openai = [](const char* type, const char* kind, const char* message = "m") {
        return std::string(R"({"error":{"message":")") + message + R"(","type":")" + type +
               R"(","param":null,"code":")" + kind + "\"}}";
    };
    EXPECT_EQ(of(429, openai("insufficient_quota", "insufficient_quota")), "quota");
    EXPECT_EQ(of(429, openai("requests", "rate_limit_exceeded")), "rate retry");
    EXPECT_EQ(of(429, openai("tokens", "rate_limit_exceeded", "Request too large for gpt-x on tokens per min")),
              "too_large");
    EXPECT_EQ(of(400, openai("invalid_request_error", "context_length_exceeded")), "too_large");
    EXPECT_EQ(of(401, openai("invalid_request_error", "invalid_api_key")), "auth");
    EXPECT_EQ(of(404, openai("invalid_request_error", "model_not_found")), "not_configured");
    EXPECT_EQ(of(400, openai("", "content_filter")), "refused");
    const auto anthropic = [](const char* type, const char* message = "m") {
        return std::string(R"({"type":"error","error":{"type":")") + type + R"(","message":")" + message +
               R"("},"request_id":"req_1"})";
    };
    EXPECT_EQ(of(529, anthropic("overloaded_error")), "server retry");
    EXPECT_EQ(of(200, anthropic("overloaded_error")), "server retry");
    EXPECT_EQ(of(429, anthropic("rate_limit_error")), "rate retry");
    EXPECT_EQ(of(400, anthropic("invalid_request_error", "Your credit balance is too low to access the API")), "quota");
    EXPECT_EQ(of(400, anthropic("invalid_request_error", "You have reached your specified API usage limits")), "quota");
    EXPECT_EQ(of(402, anthropic("billing_error")), "quota");
    EXPECT_EQ(of(413, anthropic("request_too_large")), "too_large");
    EXPECT_EQ(of(504, anthropic("timeout_error")), "timeout retry");
    EXPECT_EQ(of(402, openai("unknown_error", "invalid_request_error", "Insufficient Balance")), "quota");
    const auto gemini = [](const char* quota) {
        return std::string(
                   R"({"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[)"
                   R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")") +
               quota + R"("}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"31s"}]}})";
    };
    EXPECT_EQ(of(429, gemini("GenerateRequestsPerMinutePerProject")), "rate retry");
    EXPECT_EQ(of(429, gemini("GenerateRequestsPerDayPerProject")), "quota");
    EXPECT_EQ(failure(429, "[" + gemini("x") + "]", {}, {}).retry_after, std::chrono::seconds(31));
    EXPECT_EQ(of(400, R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}})"), "auth");
    EXPECT_EQ(of(503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})"),
              "server retry");
    EXPECT_EQ(of(404, R"({"error":"model 'x' not found"})"), "not_configured");
    EXPECT_EQ(of(500, "<html>"), "server retry");
    EXPECT_EQ(of(302, ""), "server");
    EXPECT_EQ(of(407, ""), "network");
    EXPECT_EQ(of(422, R"({"detail":"wrong"})"), "server");
    EXPECT_EQ(code(read(ProviderKind::openai, 200, R"({"object":"error","message":"old vLLM","code":400})")), "server");
    EXPECT_EQ(
        code(read(ProviderKind::ollama, 200,
                  "{\"message\":{\"content\":\"x\"},\"done\":false}\n{\"error\":\"crash\"}\n", "application/x-ndjson")),
        "server");
}

TEST(Adapt, OnceForEachThing) {
    Dialect dialect;
    EXPECT_FALSE(adapt(500, "max_completion_tokens", dialect));
    EXPECT_TRUE(adapt(400, "Unsupported parameter: use max_completion_tokens", dialect));
    EXPECT_FALSE(adapt(400, "Unsupported parameter: use max_completion_tokens", dialect));
    EXPECT_TRUE(adapt(400, "'temperature' is not supported with this model", dialect));
    EXPECT_TRUE(adapt(422, "Extra inputs are not permitted: thinking", dialect));
    EXPECT_FALSE(adapt(400, "messages: wrong", dialect));
}

}  // namespace
}  // namespace rfsn::net
