// SPDX-License-Identifier: MIT
#include "net/openai.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rfsn::net::openai {
namespace {

std::string completion(const std::string& message, const std::string& finish = "\"stop\"") {
    return R"({"model":"m-1","choices":[{"index":0,"message":)" + message + R"(,"finish_reason":)" + finish +
           R"(}],"usage":{"prompt_tokens":12,"completion_tokens":3}})";
}

std::string code(long status, const std::string& body) {
    const auto answer = read_response(status, body);
    return answer ? "ok" : answer.error().code + (answer.error().retryable ? " retry" : "");
}

TEST(RequestBody, HoldsWhatTheServerNeeds) {
    LlmRequest request;
    request.model = "m";
    request.messages = {{"system", "s"}, {"user", "u \"q\" \n \xff"}};
    request.max_tokens = 99;
    const auto body = nlohmann::json::parse(request_body(request, {}));
    EXPECT_EQ(body["model"], "m");
    EXPECT_EQ(body["max_tokens"], 99);
    EXPECT_EQ(body["temperature"], 0.0);
    EXPECT_EQ(body["stream"], false);
    EXPECT_EQ(body["messages"][0]["role"], "system");
    EXPECT_EQ(body["messages"][1]["content"], "u \"q\" \n \xef\xbf\xbd");
    const auto other = nlohmann::json::parse(request_body(request, {true, true}));
    EXPECT_EQ(other["max_completion_tokens"], 99);
    EXPECT_FALSE(other.contains("max_tokens"));
    EXPECT_FALSE(other.contains("temperature"));
}

TEST(RequestUrl, AppendsTheEndpointOnce) {
    EXPECT_EQ(request_url("https://h/v1"), "https://h/v1/chat/completions");
    EXPECT_EQ(request_url("https://h/v1//"), "https://h/v1/chat/completions");
    EXPECT_EQ(request_url("https://h/v1/chat/completions"), "https://h/v1/chat/completions");
}

TEST(ReadResponse, TakesACompleteAnswer) {
    const auto answer = read_response(200, "\n\n \r\n" + completion(R"({"role":"assistant","content":"hi"})"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->content, "hi");
    EXPECT_EQ(answer->model, "m-1");
    EXPECT_EQ(answer->finish, "stop");
    EXPECT_EQ(answer->input_tokens, 12U);
    EXPECT_EQ(answer->output_tokens, 3U);
    EXPECT_EQ(
        read_response(200,
                      completion(R"({"content":[{"type":"text","text":"a"},{"type":"x"},{"type":"text","text":"b"}]})"))
            ->content,
        "ab");
    EXPECT_EQ(read_response(200, completion(R"({"content":"<think>\n<<<<<<< SEARCH\n</think>edit"})"))->content,
              "edit");
}

TEST(ReadResponse, TypesEveryOtherEnd) {
    const std::string hi = R"({"content":"hi"})";
    EXPECT_EQ(code(200, completion(hi, "\"length\"")), "truncated");
    EXPECT_EQ(code(200, completion(hi, "\"content_filter\"")), "refused");
    EXPECT_EQ(code(200, completion(R"({"content":null,"refusal":"no"})")), "refused");
    EXPECT_EQ(code(200, completion(hi, "\"tool_calls\"")), "malformed");
    EXPECT_EQ(code(200, completion(hi, "null")), "malformed");
    EXPECT_EQ(code(200, completion(hi, "7")), "malformed");
    EXPECT_EQ(code(200, completion(hi, "\"insufficient_system_resource\"")), "server retry");
    EXPECT_EQ(code(200, completion(R"({"content":""})")), "malformed");
    EXPECT_EQ(code(200, completion(R"({"content":" \n"})")), "malformed");
    EXPECT_EQ(code(200, completion(R"({"content":null})")), "malformed");
    EXPECT_EQ(code(200, completion(R"({"content":"<think>never ends"})")), "truncated");
    EXPECT_EQ(code(200, completion("null")), "malformed");
    for (const char* body : {"", "   ", "<html>", "[]", "{}", "null", "\"x\"", R"({"choices":[]})",
                             R"({"choices":[null]})", R"({"choices":{}})", "{\"choices\":["}) {
        EXPECT_EQ(code(200, body), "malformed") << body;
    }
}

TEST(ReadResponse, TypesEveryStatus) {
    EXPECT_EQ(code(401, R"({"error":{"message":"bad key"}})"), "auth");
    EXPECT_EQ(code(403, ""), "auth");
    EXPECT_EQ(code(402, R"({"error":{"message":"Insufficient Balance"}})"), "quota");
    EXPECT_EQ(code(429, R"({"error":{"message":"slow","code":"rate_limit_exceeded"}})"), "rate retry");
    EXPECT_EQ(code(429, R"({"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}})"),
              "quota");
    EXPECT_EQ(code(429, "nothing"), "rate retry");
    EXPECT_EQ(code(500, ""), "server retry");
    EXPECT_EQ(code(503, R"({"error":{"message":"Loading model","code":503}})"), "server retry");
    EXPECT_EQ(code(529, "{}"), "server retry");
    EXPECT_EQ(code(501, ""), "server");
    EXPECT_EQ(code(400, R"({"error":{"message":"bad"}})"), "server");
    EXPECT_EQ(code(400, R"({"error":{"message":"too long","code":"context_length_exceeded"}})"), "too_large");
    EXPECT_EQ(code(413, ""), "too_large");
    EXPECT_EQ(code(404, R"({"error":"model 'x' not found"})"), "not_configured");
    EXPECT_EQ(code(302, ""), "server");
    EXPECT_EQ(code(408, ""), "timeout retry");
    EXPECT_EQ(code(204, ""), "server");
    EXPECT_EQ(code(200, R"({"error":{"message":"failed inside"}})"), "server");
    EXPECT_EQ(code(200, R"({"error":"failed inside"})"), "server");
}

TEST(ReadResponse, ShowsTheServersWordsTamed) {
    const auto answer =
        read_response(400, R"({"error":{"message":"no\u001b[31m such\nfield )" + std::string(1000, 'x') + R"("}})");
    ASSERT_FALSE(answer);
    EXPECT_LT(answer.error().message.size(), 400U);
    EXPECT_EQ(answer.error().message.find('\x1b'), std::string::npos);
    EXPECT_EQ(answer.error().message.find('\n'), std::string::npos);
    EXPECT_NE(answer.error().message.find("HTTP 400: no"), std::string::npos);
}

TEST(Adapt, ChangesDialectAtMostOnceEach) {
    Dialect dialect;
    const std::string tokens =
        R"({"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}})";
    const std::string temperature = R"({"error":{"message":"Unsupported value: 'temperature' does not support 0."}})";
    EXPECT_FALSE(adapt(500, tokens, dialect));
    EXPECT_TRUE(adapt(400, tokens, dialect));
    EXPECT_FALSE(adapt(400, tokens, dialect));
    EXPECT_TRUE(adapt(400, temperature, dialect));
    EXPECT_FALSE(adapt(400, temperature, dialect));
    EXPECT_FALSE(adapt(400, "{}", dialect));
}

}  // namespace
}  // namespace rfsn::net::openai
