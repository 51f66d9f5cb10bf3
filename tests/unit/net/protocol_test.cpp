// SPDX-License-Identifier: MIT
#include "net/protocol.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "net/key.hpp"
#include "net/retry_after.hpp"

namespace rfsn::net {
namespace {

nlohmann::json good() {
    return {{"verb", "llm"},
            {"id", "7"},
            {"base_url", "http://127.0.0.1:1/v1"},
            {"model", "m"},
            {"messages", {{{"role", "user"}, {"content", "x"}}}},
            {"max_tokens", 5},
            {"timeout_ms", 250},
            {"temperature", 0.5},
            {"key_env", "K"}};
}

TEST(ParseRequest, TakesAFullOne) {
    const auto request = parse_request(good().dump());
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->id, "7");
    EXPECT_EQ(request->max_tokens, 5);
    EXPECT_EQ(request->timeout.count(), 250);
    EXPECT_EQ(request->temperature, 0.5);
    EXPECT_EQ(request->key_env, "K");
}

TEST(ParseRequest, RefusesWhatIsWrong) {
    const auto code = [](const char* key, const nlohmann::json& value) {
        auto json = good();
        json[key] = value;
        const auto request = parse_request(json.dump());
        return request ? std::string("ok") : request.error().code;
    };
    EXPECT_EQ(code("verb", "shell"), "malformed");
    EXPECT_EQ(code("id", 7), "malformed");
    EXPECT_EQ(code("id", ""), "malformed");
    EXPECT_EQ(code("provider", "other"), "not_configured");
    EXPECT_EQ(code("base_url", ""), "not_configured");
    EXPECT_EQ(code("model", ""), "not_configured");
    EXPECT_EQ(code("model", nullptr), "malformed");
    EXPECT_EQ(code("messages", nlohmann::json::array()), "malformed");
    EXPECT_EQ(code("messages", {{{"role", "tool"}, {"content", "x"}}}), "malformed");
    EXPECT_EQ(code("messages", {{{"role", "user"}, {"content", ""}}}), "malformed");
    EXPECT_EQ(code("messages", {1}), "malformed");
    EXPECT_EQ(code("max_tokens", 0), "malformed");
    EXPECT_EQ(code("max_tokens", 18446744073709551615U), "malformed");
    EXPECT_EQ(code("max_tokens", 1.5), "malformed");
    EXPECT_EQ(code("temperature", 3), "malformed");
    EXPECT_EQ(code("temperature", "0"), "malformed");
    EXPECT_EQ(code("timeout_ms", 0), "malformed");
    EXPECT_EQ(code("timeout_ms", -1), "malformed");
    for (const char* line : {"", "x", "[]", "null", "{", "{\"verb\":\"llm\"}"}) {
        EXPECT_FALSE(parse_request(line)) << line;
    }
}

TEST(Serve, AnswersEveryLineInOrderAndSurvivesBadOnes) {
    std::istringstream in("rubbish\n\n" + good().dump() + "\n{\"id\":\"9\",\"verb\":\"x\"}\n" + good().dump());
    std::ostringstream out;
    const int code = serve(in, out, [](const LlmRequest& request) {
        return Outcome{LlmAnswer{"got \xff" + request.model, "m", "stop", 1, 2}, std::chrono::milliseconds(3), 1};
    });
    EXPECT_EQ(code, 0);
    std::istringstream lines(out.str());
    std::vector<nlohmann::json> answers;
    for (std::string line; std::getline(lines, line);) {
        answers.push_back(nlohmann::json::parse(line));
    }
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[0]["id"], "");
    EXPECT_EQ(answers[0]["error"]["code"], "malformed");
    EXPECT_EQ(answers[1]["id"], "7");
    EXPECT_EQ(answers[1]["content"], "got \xef\xbf\xbdm");
    EXPECT_EQ(answers[1]["usage"]["output_tokens"], 2);
    EXPECT_EQ(answers[2]["id"], "9");
    EXPECT_EQ(answers[2]["ok"], false);
    EXPECT_EQ(answers[3]["ok"], true);
}

TEST(RetryAfter, ReadsSecondsMillisecondsAndDates) {
    const auto now = std::chrono::system_clock::from_time_t(1445412480 - 60);  // a minute before the date below
    using std::chrono::milliseconds;
    EXPECT_EQ(retry_after("7", "", now), milliseconds(7000));
    EXPECT_EQ(retry_after("0.5", "", now), milliseconds(500));
    EXPECT_EQ(retry_after("7", "250", now), milliseconds(250));
    EXPECT_EQ(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", "", now), milliseconds(60000));
    EXPECT_EQ(retry_after("Wed, 21 Oct 2015 07:26:00 GMT", "", now), milliseconds(0));
    EXPECT_EQ(retry_after("", "", now), milliseconds(0));
    EXPECT_EQ(retry_after("soon", "x", now), milliseconds(0));
    EXPECT_EQ(retry_after("-5", "", now), milliseconds(0));
    EXPECT_EQ(retry_after("99999999999", "", now), milliseconds(24 * 3600 * 1000));
}

TEST(Key, IsMaskedInWholeAndInPart) {
    setenv("RFSN_TEST_KEY", " sk-abcdefgh12345678 \n", 1);
    const auto key = Key::from_environment("RFSN_TEST_KEY");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->header(), "Authorization: Bearer sk-abcdefgh12345678");
    EXPECT_EQ(key->masked("bad key sk-abcdefgh12345678!"), "bad key [key]!");
    EXPECT_EQ(key->masked("bad key sk-abcdefgh*** and 12345678"), "bad key [key]*** and [key]");
    EXPECT_EQ(key->masked("nothing"), "nothing");
    setenv("RFSN_TEST_KEY", "a\r\nX-Evil: 1", 1);
    EXPECT_FALSE(Key::from_environment("RFSN_TEST_KEY"));
    setenv("RFSN_TEST_KEY", "", 1);
    EXPECT_TRUE(Key::from_environment("RFSN_TEST_KEY")->empty());
    unsetenv("RFSN_TEST_KEY");
    EXPECT_TRUE(Key::from_environment("RFSN_TEST_KEY")->empty());
    EXPECT_TRUE(Key::from_environment("")->empty());
    EXPECT_FALSE(Key::from_environment("A=B"));
}

}  // namespace
}  // namespace rfsn::net
