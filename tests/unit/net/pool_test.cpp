// SPDX-License-Identifier: MIT
// The pool against a real HTTP/2 server on loopback that misbehaves on command.
#include "net/pool.hpp"

#include <atomic>
#include <map>

#include "base/atomic_file.hpp"
#include "pool_fixture.hpp"

namespace rfsn::net {
namespace {

TEST(Pool, AsksOverHttp2AndSendsWhatItShould) {
    const test::H2Server server(steps({good("hi there")}));
    setenv("RFSN_TEST_KEY", "sk-very-secret-123", 1);
    auto target = target_at(server.url("/v1"));
    target.key.sources = {"env"};
    target.key.env = "RFSN_TEST_KEY";
    const auto outcome = ask_one(server, request_to({target}));
    unsetenv("RFSN_TEST_KEY");
    ASSERT_TRUE(outcome.answer) << words_of(outcome);
    EXPECT_EQ(outcome.answer->content, "hi there");
    EXPECT_EQ(outcome.answer->model, "scripted-1");
    EXPECT_EQ(outcome.usage.input, 11U);
    EXPECT_EQ(outcome.usage.output, 7U);
    EXPECT_EQ(outcome.attempts, 1U);
    EXPECT_EQ(outcome.http_version, 20);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0]["path"], "/v1/chat/completions");
    EXPECT_EQ(requests[0]["method"], "POST");
    EXPECT_EQ(requests[0]["headers"]["authorization"], "Bearer sk-very-secret-123");
    EXPECT_EQ(requests[0]["headers"]["content-type"], "application/json");
    EXPECT_FALSE(requests[0]["headers"].contains("expect"));
    EXPECT_EQ(requests[0]["json"]["messages"][1]["content"], "hello");
}

TEST(Pool, KeepsTheOrderAndUsesOneConnection) {
    // Later requests are answered sooner.
    std::vector<json> script;
    constexpr std::size_t count = 40;
    for (std::size_t i = 0; i < count; ++i) {
        script.push_back(good(std::to_string(i), 150 - 3 * static_cast<int>(i)));
    }
    const test::H2Server server(script);
    std::vector<LlmRequest> requests;
    for (std::size_t i = 0; i < count; ++i) {
        requests.push_back(request_to({target_at(server.url("/v1"))}));
        requests.back().messages.back().content = "question " + std::to_string(i);
    }
    const auto outcomes = ask_all(options_for(server.cert()), requests);
    ASSERT_EQ(outcomes.size(), requests.size());
    std::map<std::string, std::string> sent;
    for (const auto& request : server.requests()) {
        sent[std::to_string(request["n"].get<int>())] = request["json"]["messages"][1]["content"];
    }
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(outcomes[i].answer) << words_of(outcomes[i]);
        EXPECT_EQ(sent[outcomes[i].answer->content], "question " + std::to_string(i));
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Pool, OpensFewConnectionsWhereStreamsAreFew) {
    const test::H2Server server(steps({good("x", 20)}), {"--streams", "5"});
    const std::vector<LlmRequest> requests(60, request_to({target_at(server.url("/v1"))}));
    for (const auto& outcome : ask_all(options_for(server.cert()), requests)) {
        EXPECT_TRUE(outcome.answer) << words_of(outcome);
    }
    // Six, and those that libcurl has given up because they refused a stream, until the server sees that they are
    // closed.
    for (const auto& request : server.requests()) {
        EXPECT_LE(request["alive"].get<int>(), 12) << request["n"];
    }
}

TEST(Pool, SpeaksHttp11WhereThereIsNothingElse) {
    const test::H2Server server(steps({good("x", 5)}), {"--h1"});
    const std::vector<LlmRequest> requests(20, request_to({target_at(server.url("/v1"))}));
    for (const auto& outcome : ask_all(options_for(server.cert()), requests)) {
        ASSERT_TRUE(outcome.answer) << words_of(outcome);
        EXPECT_EQ(outcome.http_version, 11);
    }
    EXPECT_LE(server.connections(), 6U);
}

TEST(Pool, TypesEveryFailure) {
    const auto code = [](const json& step) { return code_of(ask_script(steps({step}))); };
    EXPECT_EQ(code({{"body", completion("")}}), "malformed");
    EXPECT_EQ(code({{"body", completion("half", "length")}}), "truncated");
    EXPECT_EQ(code({{"body", completion("", "content_filter")}}), "refused");
    EXPECT_EQ(code({{"body", completion("x", "tool_calls")}}), "stopped");
    EXPECT_EQ(code({{"body", "<html>Welcome</html>"}, {"headers", {{"content-type", "text/html"}}}}), "malformed");
    EXPECT_EQ(code({{"body", ""}}), "malformed");
    EXPECT_EQ(code({{"size", 9 << 20}}), "too_large");
    EXPECT_EQ(code({{"size", 64 << 20}, {"gzip", true}}), "too_large");
    EXPECT_EQ(code(error_reply(401)), "auth");
    EXPECT_EQ(code(error_reply(402)), "quota");
    EXPECT_EQ(code(error_reply(400)), "server");
    EXPECT_EQ(code(error_reply(404)), "not_configured");
    EXPECT_EQ(code(error_reply(413)), "too_large");
    EXPECT_EQ(code(error_reply(429, {}, "insufficient_quota")), "quota");
    EXPECT_EQ(code(error_reply(503)), "server");
    EXPECT_EQ(code(error_reply(529)), "server");
    EXPECT_EQ(code({{"body", completion("zipped")}, {"gzip", true}}), "ok");
    EXPECT_EQ(code({{"body", "\n\r\n \n" + completion("late").dump()}}), "ok");
}

TEST(Pool, NeverFollowsARedirect) {
    const test::H2Server server(steps({{{"status", 302}, {"headers", {{"location", "/elsewhere"}}}}, good("stolen")}));
    const auto outcome = ask_one(server, request_to({target_at(server.url("/v1"))}));
    EXPECT_EQ(code_of(outcome), "server");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Pool, RetriesWhatIsWorthIt) {
    const std::vector<json> worth{
        error_reply(429), error_reply(500),    error_reply(503),
        error_reply(529), error_reply(408),    {{"end", "rst"}},
        {{"end", "cut"}}, {{"end", "goaway"}}, error_reply(400, {{"x-should-retry", "true"}})};
    for (const auto& first : worth) {
        const auto outcome = ask_script(steps({first, good("second")}));
        ASSERT_TRUE(outcome.answer) << first.dump() << words_of(outcome);
        EXPECT_EQ(outcome.answer->content, "second");
    }
    for (const auto& first :
         {error_reply(401), error_reply(402), error_reply(403), error_reply(404), error_reply(422), error_reply(501),
          error_reply(429, {}, "insufficient_quota"), error_reply(503, {{"x-should-retry", "false"}})}) {
        const test::H2Server server(steps({first, good("second")}));
        EXPECT_FALSE(ask_one(server, request_to({target_at(server.url("/v1"))})).answer) << first.dump();
        EXPECT_EQ(server.requests().size(), 1U) << first.dump();
    }
    EXPECT_EQ(ask_script(steps({error_reply(500)})).attempts, 3U);
}

TEST(Pool, WaitsAsLongAsItIsTold) {
    for (const auto& headers : {json{{"retry-after-ms", "150"}}, json{{"x-ratelimit-remaining-requests", "0"},
                                                                      {"x-ratelimit-reset-requests", "150ms"}}}) {
        const auto outcome = ask_script(steps({error_reply(429, headers), good("x")}));
        ASSERT_TRUE(outcome.answer) << words_of(outcome);
        EXPECT_GE(outcome.duration, milliseconds(150)) << headers.dump();
    }
    const auto far = ask_script(steps({error_reply(429, {{"retry-after", "3600"}}), good("late")}), 3000);
    EXPECT_EQ(code_of(far), "rate");
    EXPECT_EQ(far.answer.error().retry_after, std::chrono::hours(1));
    EXPECT_EQ(far.attempts, 1U);
    EXPECT_LT(far.duration, milliseconds(2500));
}

TEST(Pool, EndsWhatTakesTooLong) {
    EXPECT_EQ(code_of(ask_script(steps({good("late", 30000)}), 200)), "timeout");
    EXPECT_EQ(code_of(ask_script(steps({{{"end", "hang"}}}), 200)), "timeout");
    // One byte now and then.
    EXPECT_EQ(code_of(ask_script(steps({{{"repeat", {"x", 50, 1000}}}}), 400)), "timeout");
}

TEST(Pool, KeepAliveLinesAreNoProgress) {
    const json keep_alive{{"headers", {{"content-type", "text/event-stream"}}},
                          {"repeat", {": keep-alive\n\n", 20, 500}}};
    const test::H2Server server(steps({keep_alive}));
    auto request = request_to({target_at(server.url("/v1"))}, 20000);
    request.stream = true;
    request.first_token = milliseconds(200);
    const auto outcome = ask_one(server, request);
    EXPECT_EQ(code_of(outcome), "timeout");
    EXPECT_LT(outcome.duration, milliseconds(8000));
    // But a server may take its time before it begins, if it is allowed to.
    json body = events({R"({"choices":[{"delta":{"content":"hello"}}]})",
                        R"({"choices":[{"delta":{},"finish_reason":"stop"}]})", "[DONE]"});
    body["repeat"] = {": keep-alive\n\n", 20, 10};
    EXPECT_EQ(code_of(ask_script(steps({body}), 20000, true)), "ok");
}

TEST(Pool, AStreamThatBreaksOffIsNoAnswer) {
    const std::string first = R"({"choices":[{"delta":{"content":"half"}}]})";
    for (const char* end : {"cut", "rst", ""}) {
        const json step = events({first}, end);
        const auto outcome = ask_script(steps({step, step, step}), 20000, true);
        EXPECT_EQ(code_of(outcome), "network") << end;
        EXPECT_EQ(outcome.attempts, 3U);
        EXPECT_GT(outcome.usage.output, 0U);
    }
    const json error_later = events({first, R"({"error":{"message":"overloaded","type":"overloaded_error"}})"});
    EXPECT_EQ(code_of(ask_script(steps({error_later}), 20000, true)), "server");
}

TEST(Pool, CancelsInMillisecondsWhenOneIsEnough) {
    const test::H2Server server(steps({good("first", 30), good("slow", 60000)}));
    const std::vector<LlmRequest> requests(10, request_to({target_at(server.url("/v1"))}, 60000));
    BatchOptions batch;
    batch.is_enough = [](std::size_t, const Outcome& outcome) { return outcome.answer.has_value(); };
    const auto begin = std::chrono::steady_clock::now();
    const auto outcomes = ask_all(options_for(server.cert()), requests, batch);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    int answered = 0;
    int cancelled = 0;
    for (const auto& outcome : outcomes) {
        answered += outcome.answer ? 1 : 0;
        cancelled += code_of(outcome) == "cancelled" ? 1 : 0;
    }
    EXPECT_EQ(answered, 1);
    EXPECT_EQ(cancelled, 9);
}

TEST(Pool, TheBatchHasADeadline) {
    const test::H2Server server(steps({good("x", 30000)}));
    const std::vector<LlmRequest> requests(5, request_to({target_at(server.url("/v1"))}, 60000));
    BatchOptions batch;
    batch.deadline = milliseconds(300);
    for (const auto& outcome : ask_all(options_for(server.cert()), requests, batch)) {
        EXPECT_EQ(code_of(outcome), "timeout");
    }
}

TEST(Pool, FailsOverInTheGivenOrder) {
    const test::H2Server broken(steps({error_reply(500)}));
    const test::H2Server poor(steps({error_reply(429, {}, "insufficient_quota")}));
    const test::H2Server sound(steps({good("from the third")}));
    // All three have to be trusted.
    const std::string bundle = sound.directory() + "/bundle.pem";
    std::ofstream(bundle) << *base::read_file(broken.cert()) << *base::read_file(poor.cert())
                          << *base::read_file(sound.cert());
    const auto request =
        request_to({target_at(broken.url("/v1"), "a"), target_at(poor.url("/v1"), "b"),
                    target_at("https://api.example.org/v1", "keyless"), target_at(sound.url("/v1"), "c")});
    const auto outcome = ask_all(options_for(bundle), {request}).front();
    ASSERT_TRUE(outcome.answer) << words_of(outcome);
    EXPECT_EQ(outcome.target, "c");
    EXPECT_EQ(outcome.attempts, 5U);
    const auto failed =
        ask_all(options_for(bundle), {request_to({target_at(broken.url("/v1"), "a"), target_at(poor.url("/v1"), "b")})})
            .front();
    EXPECT_EQ(code_of(failed), "server");
    EXPECT_NE(words_of(failed).find("a: HTTP 500"), std::string::npos) << words_of(failed);
    EXPECT_NE(words_of(failed).find("b: HTTP 429"), std::string::npos) << words_of(failed);
}

TEST(Pool, AnAnswerThatEndedWrongIsNotPaidForTwice) {
    const test::H2Server one(steps({{{"body", completion("half", "length")}}}));
    const test::H2Server two(steps({good("other")}));
    const std::string bundle = one.directory() + "/bundle.pem";
    std::ofstream(bundle) << *base::read_file(one.cert()) << *base::read_file(two.cert());
    const auto outcome =
        ask_all(options_for(bundle), {request_to({target_at(one.url("/v1")), target_at(two.url("/v1"))})}).front();
    EXPECT_EQ(code_of(outcome), "truncated");
    EXPECT_TRUE(two.requests().empty());
}

TEST(Pool, LearnsTheDialectOnceForAll) {
    const json other = error_reply(400, {}, "unsupported_parameter",
                                   "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
    const test::H2Server server(steps({other, good("ok")}));
    auto pool = Pool::start(options_for(server.cert()));
    ASSERT_TRUE(pool) << pool.error().message;
    const LlmRequest request = request_to({target_at(server.url("/v1"))});
    for (const std::size_t many : {std::size_t{1}, std::size_t{3}}) {
        for (const auto& outcome : (*pool)->call_batch(std::vector<LlmRequest>(many, request), {})) {
            EXPECT_TRUE(outcome.answer) << words_of(outcome);
        }
    }
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 5U);  // one is refused and asked again; the others are asked right at once
    EXPECT_FALSE(requests.front()["json"].contains("max_completion_tokens"));
    for (std::size_t i = 1; i < requests.size(); ++i) {
        EXPECT_TRUE(requests[i]["json"].contains("max_completion_tokens")) << i;
    }
}

TEST(Pool, NeverShowsTheKey) {
    setenv("RFSN_TEST_KEY", "sk-very-secret-123", 1);
    for (const auto& step : {error_reply(401, {}, "invalid_api_key", "Incorrect API key: Bearer sk-very-secret-123"),
                             json{{"body", completion("your key is sk-very-secret-123, is it not")}}}) {
        const test::H2Server server(steps({step}));
        auto target = target_at(server.url("/v1"));
        target.key.sources = {"env"};
        target.key.env = "RFSN_TEST_KEY";
        const auto outcome = ask_one(server, request_to({target}));
        const std::string said = outcome.answer ? outcome.answer->content : words_of(outcome);
        EXPECT_NE(said.find("[key]"), std::string::npos) << said;
        EXPECT_EQ(said.find("very-secret"), std::string::npos) << said;
    }
    unsetenv("RFSN_TEST_KEY");
}

TEST(Pool, GoesOnlyWhereItMay) {
    for (const std::string url :
         {"http://example.org/v1", "ftp://127.0.0.1/v1", "file:///etc/passwd", "http://u:p@127.0.0.1/v1",
          "https://h/v1?key=1", "not a url", "http://127.0.0.1.evil.example/v1", "http://localhost.evil.example/v1",
          "http://0x7f.1.evil.example/", "//x", "http://[::2]/v1", "gopher://127.0.0.1/",
          "https://api.example.org/v1"}) {
        const auto outcome = ask_all(options_for(), {request_to({target_at(url)})}).front();
        EXPECT_EQ(code_of(outcome), "not_configured") << url;
        EXPECT_EQ(outcome.attempts, 0U) << url;
    }
}

TEST(Pool, ChecksTheCertificate) {
    const test::H2Server server(steps({good("x")}));
    const auto outcome = ask_all(options_for(), {request_to({target_at(server.url("/v1"))})}).front();
    EXPECT_EQ(code_of(outcome), "network");
    EXPECT_NE(words_of(outcome).find("llm.ca_file"), std::string::npos);
    EXPECT_TRUE(server.requests().empty());
}

TEST(Pool, TalksPlainHttpToThisMachine) {
    const test::LlmServer server({"text:hi"});
    const auto outcome = ask_all(options_for(), {request_to({target_at(server.base_url())})}).front();
    ASSERT_TRUE(outcome.answer) << words_of(outcome);
    EXPECT_EQ(outcome.http_version, 11);
    EXPECT_EQ(outcome.micro_usd, 0);
    EXPECT_EQ(code_of(ask_all(options_for(), {request_to({target_at("http://127.0.0.1:1/v1")})}).front()), "network");
}

TEST(Pool, CountsWhatItCosts) {
    const test::H2Server server(steps({error_reply(500), good("x")}));
    auto target = target_at(server.url("/v1"));
    target.prices = {3, 15, 0.3, -1};
    const auto outcome = ask_one(server, request_to({target}));
    EXPECT_EQ(outcome.micro_usd, 11 * 3 + 7 * 15);
    EXPECT_EQ(outcome.attempts, 2U);
    EXPECT_EQ(cost_of({}, {1, 2, 3, 4, 0}), -1);
    EXPECT_EQ(cost_of({3, 15, 0.3, 3.75}, {1000, 2000, 400, 10, 5}), 3000 + 600 + 1500 + 150);
}

TEST(Pool, ABudgetIsNeverExceeded) {
    const test::H2Server server(steps({good("x", 30)}));
    auto options = options_for(server.cert());
    options.budget.requests = 4;
    const std::vector<LlmRequest> requests(12, request_to({target_at(server.url("/v1"))}));
    int answered = 0;
    for (const auto& outcome : ask_all(std::move(options), requests)) {
        answered += outcome.answer ? 1 : 0;
        if (!outcome.answer) {
            EXPECT_EQ(code_of(outcome), "budget");
        }
    }
    EXPECT_EQ(answered, 4);
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST(Pool, TheBreakerIsRememberedByTheNextProcess) {
    const test::H2Server server(steps({error_reply(503)}));
    const std::string ledger = server.directory() + "/ledger.db";
    auto target = target_at(server.url("/v1"));
    for (int i = 0; i < 3; ++i) {
        auto options = options_for(server.cert());
        options.ledger = ledger;
        options.backoff.attempts = 1;
        EXPECT_EQ(ask_all(std::move(options), {request_to({target})}).front().attempts, 1U);
    }
    auto options = options_for(server.cert());
    options.ledger = ledger;
    const auto outcome = ask_all(std::move(options), {request_to({target})}).front();
    EXPECT_EQ(outcome.attempts, 0U);
    EXPECT_NE(words_of(outcome).find("failed several times in a row"), std::string::npos);
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Pool, ARateLimitOfTheUsersHolds) {
    const test::H2Server server(steps({good("x")}));
    auto target = target_at(server.url("/v1"));
    target.requests_per_minute = 3;
    std::vector<LlmRequest> requests(5, request_to({target}, 2000));
    const auto outcomes = ask_all(options_for(server.cert()), requests);
    int answered = 0;
    for (const auto& outcome : outcomes) {
        answered += outcome.answer ? 1 : 0;
    }
    EXPECT_EQ(answered, 3);
    EXPECT_EQ(code_of(outcomes.back()), "rate");
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Pool, AsksAProgramOfTheUsers) {
    Target target;
    target.name = "mine";
    target.kind = ProviderKind::command;
    target.command = {"sh", "-c", "echo got: $(cat | tr '\\n' ' ') key=$RFSN_TEST_KEY"};
    target.key.env = "RFSN_TEST_KEY";
    setenv("RFSN_TEST_KEY", "sk-very-secret-123", 1);
    const auto outcome = ask_all(options_for(), {request_to({target})}).front();
    unsetenv("RFSN_TEST_KEY");
    ASSERT_TRUE(outcome.answer) << words_of(outcome);
    EXPECT_EQ(outcome.answer->content, "got: be brief hello key=\n");
    EXPECT_EQ(outcome.micro_usd, 0);
    const auto failing = [&](const std::string& script, int timeout_ms = 20000) {
        target.command = {"sh", "-c", script};
        return code_of(ask_all(options_for(), {request_to({target}, timeout_ms)}).front());
    };
    EXPECT_EQ(failing("exit 3"), "server");
    EXPECT_EQ(failing("true"), "malformed");
    EXPECT_EQ(failing("sleep 60", 200), "timeout");
    target.command = {"/nonexistent/agent"};
    EXPECT_EQ(code_of(ask_all(options_for(), {request_to({target})}).front()), "not_configured");
}

TEST(Pool, ClosingItEndsWhatIsUnderWay) {
    const test::H2Server server(steps({good("x", 60000)}));
    auto pool = Pool::start(options_for(server.cert()));
    ASSERT_TRUE(pool);
    std::atomic<int> cancelled{0};
    const auto target = target_at(server.url("/v1"));
    for (int i = 0; i < 5; ++i) {
        (*pool)->submit(request_to({target}, 60000), {make_lane(target, {server.cert(), ""})},
                        [&](const Outcome& outcome) { cancelled += code_of(outcome) == "cancelled" ? 1 : 0; });
    }
    pool->reset();
    EXPECT_EQ(cancelled, 5);
}

}  // namespace
}  // namespace rfsn::net
