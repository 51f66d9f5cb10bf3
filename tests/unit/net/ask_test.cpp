// SPDX-License-Identifier: MIT
#include "net/ask.hpp"

#include <gtest/gtest.h>

#include "support/llm_server.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::net {
namespace {

LlmRequest request_to(const std::string& base_url, int timeout_ms = 20000) {
    LlmRequest request;
    request.id = "1";
    request.base_url = base_url;
    request.model = "m";
    request.messages = {{"system", "be brief"}, {"user", "hello"}};
    request.timeout = std::chrono::milliseconds(timeout_ms);
    return request;
}

Outcome ask_of(const std::vector<std::string>& behaviours, int timeout_ms = 20000) {
    const test::LlmServer server(behaviours);
    HttpClient client;
    return ask(request_to(server.base_url(), timeout_ms), client);
}

std::string code_of(const std::vector<std::string>& behaviours, int timeout_ms = 20000) {
    const auto outcome = ask_of(behaviours, timeout_ms);
    return outcome.answer ? "ok" : outcome.answer.error().code;
}

TEST(Ask, GetsAnAnswerAndSendsWhatItShould) {
    const test::LlmServer server({"text:hi there"});
    setenv("RFSN_TEST_KEY", "sk-very-secret-123", 1);
    HttpClient client;
    auto request = request_to(server.base_url());
    request.key_env = "RFSN_TEST_KEY";
    const auto outcome = ask(request, client);
    unsetenv("RFSN_TEST_KEY");
    ASSERT_TRUE(outcome.answer) << outcome.answer.error().message;
    EXPECT_EQ(outcome.answer->content, "hi there");
    EXPECT_EQ(outcome.answer->model, "scripted-1");
    EXPECT_EQ(outcome.answer->input_tokens, 11U);
    EXPECT_EQ(outcome.attempts, 1U);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0]["path"], "/v1/chat/completions");
    EXPECT_EQ(requests[0]["method"], "POST");
    EXPECT_EQ(requests[0]["headers"]["authorization"], "Bearer sk-very-secret-123");
    EXPECT_EQ(requests[0]["headers"]["content-type"], "application/json");
    EXPECT_FALSE(requests[0]["headers"].contains("expect"));
    EXPECT_EQ(requests[0]["json"]["messages"][1]["content"], "hello");
}

TEST(Ask, NeedsNoKeyOnLoopback) {
    const test::LlmServer server({"text:x"});
    HttpClient client;
    auto request = request_to(server.base_url());
    request.key_env = "RFSN_TEST_NOT_SET";
    EXPECT_TRUE(ask(request, client).answer);
    EXPECT_FALSE(server.requests().at(0)["headers"].contains("authorization"));
}

TEST(Ask, TypesEveryFailure) {
    EXPECT_EQ(code_of({"empty"}), "malformed");
    EXPECT_EQ(code_of({"truncated"}), "truncated");
    EXPECT_EQ(code_of({"refused"}), "refused");
    EXPECT_EQ(code_of({"finish:tool_calls"}), "malformed");
    EXPECT_EQ(code_of({"not-json"}), "malformed");
    EXPECT_EQ(code_of({"huge"}), "too_large");
    EXPECT_EQ(code_of({"bomb"}), "too_large");
    EXPECT_EQ(code_of({"redirect"}), "server");
    EXPECT_EQ(code_of({"status:401"}), "auth");
    EXPECT_EQ(code_of({"status:402"}), "quota");
    EXPECT_EQ(code_of({"status:400"}), "server");
    EXPECT_EQ(code_of({"raw:this is not http\n\n"}), "malformed");
}

TEST(Ask, NeverFollowsARedirect) {
    const test::LlmServer server({"redirect", "text:stolen"});
    HttpClient client;
    EXPECT_FALSE(ask(request_to(server.base_url()), client).answer);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Ask, RetriesOnceWhatIsWorthIt) {
    for (const std::string first : {"status:503", "drop", "cut", "retry-after:0", "retry-after-ms:20"}) {
        const auto outcome = ask_of({first, "text:second"});
        ASSERT_TRUE(outcome.answer) << first << ": " << outcome.answer.error().message;
        EXPECT_EQ(outcome.answer->content, "second");
        EXPECT_EQ(outcome.attempts, 2U);
    }
    const auto twice = ask_of({"status:500", "status:502", "text:third"});
    ASSERT_FALSE(twice.answer);
    EXPECT_EQ(twice.answer.error().code, "server");
    EXPECT_EQ(twice.attempts, 2U);
    const auto never = ask_of({"status:401", "text:second"});
    EXPECT_EQ(never.attempts, 1U);
}

TEST(Ask, DoesNotWaitLongerThanItMay) {
    const auto outcome = ask_of({"retry-after:3600", "text:late"}, 5000);
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.answer.error().code, "rate");
    EXPECT_EQ(outcome.answer.error().retry_after, std::chrono::milliseconds(3600000));
    EXPECT_EQ(outcome.attempts, 1U);
    EXPECT_EQ(code_of({"slow:30"}, 300), "timeout");
}

TEST(Ask, ReadsGzipAndEmptyLinesFirst) {
    const std::string path = test::LlmServer::file("zipped");
    EXPECT_EQ(ask_of({"gzip:" + path}).answer->content, "zipped");
    EXPECT_EQ(ask_of({"blank:" + path}).answer->content, "zipped");
}

TEST(Ask, LearnsTheDialect) {
    const auto outcome = ask_of({"dialect"});
    ASSERT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.answer->content, "ok");
    EXPECT_EQ(outcome.attempts, 2U);
}

TEST(Ask, NeverShowsTheKey) {
    const test::LlmServer server({"echo-key"});
    setenv("RFSN_TEST_KEY", "sk-very-secret-123", 1);
    HttpClient client;
    auto request = request_to(server.base_url());
    request.key_env = "RFSN_TEST_KEY";
    const auto outcome = ask(request, client);
    unsetenv("RFSN_TEST_KEY");
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.answer.error().code, "auth");
    EXPECT_NE(outcome.answer.error().message.find("[key]"), std::string::npos);
    EXPECT_EQ(outcome.answer.error().message.find("very-secret"), std::string::npos);
}

TEST(Ask, GoesOnlyWhereItMay) {
    HttpClient client;
    for (const std::string url :
         {"http://example.org/v1", "ftp://127.0.0.1/v1", "file:///etc/passwd", "http://u:p@127.0.0.1/v1",
          "https://h/v1?key=1", "not a url", "http://127.0.0.1.evil.example/v1", "http://localhost.evil.example/v1",
          "http://0x7f.1.evil.example/", "//x", "http://[::2]/v1", "gopher://127.0.0.1/"}) {
        const auto outcome = ask(request_to(url), client);
        ASSERT_FALSE(outcome.answer) << url;
        EXPECT_EQ(outcome.answer.error().code, "not_configured") << url;
        EXPECT_EQ(outcome.attempts, 0U) << url;
    }
    const auto keyless = ask(request_to("https://api.example.org/v1"), client);
    EXPECT_EQ(keyless.answer.error().code, "not_configured");
    EXPECT_EQ(keyless.attempts, 0U);
}

TEST(Ask, SaysWhenNobodyListens) {
    HttpClient client;
    const auto outcome = ask(request_to("http://127.0.0.1:1/v1"), client);
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.answer.error().code, "network");
    EXPECT_EQ(outcome.attempts, 2U);
}

TEST(Program, TalksInJsonLines) {
    const test::LlmServer server({"text:hello from the program"});
    const nlohmann::json request{{"verb", "llm"},
                                 {"id", "a"},
                                 {"base_url", server.base_url()},
                                 {"model", "m"},
                                 {"messages", {{{"role", "user"}, {"content", "x"}}}}};
    int status = -1;
    const std::string out =
        test::run({std::string(RFSN_BIN_DIR) + "/rfsn-net"}, "/", status, "junk\n" + request.dump() + "\n");
    EXPECT_EQ(status, 0);
    const auto newline = out.find('\n');
    ASSERT_NE(newline, std::string::npos) << out;
    EXPECT_EQ(nlohmann::json::parse(out.substr(0, newline))["ok"], false);
    const auto answer = nlohmann::json::parse(out.substr(newline + 1));
    EXPECT_EQ(answer["content"], "hello from the program");
    EXPECT_EQ(answer["id"], "a");
    EXPECT_EQ(answer["attempts"], 1);
}

}  // namespace
}  // namespace rfsn::net
