// SPDX-License-Identifier: MIT
#include "net/protocol.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/llm_server.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::net {
namespace {

using nlohmann::json;

json target() {
    return {
        {"name", "main"},
        {"provider", "anthropic"},
        {"base_url", "https://h"},
        {"model", "m"},
        {"requests_per_minute", 60},
        {"prices", {{"input", 3}, {"output", 15.5}}},
        {"key", {{"sources", {"env", "vault"}}, {"env", "K"}, {"vault", {{"address", "https://v"}, {"path", "p"}}}}}};
}
json good() {
    return {{"verb", "llm"},
            {"id", "7"},
            {"targets", json::array({target()})},
            {"messages", {{{"role", "user"}, {"content", "x"}}}},
            {"max_tokens", 5},
            {"timeout_ms", 250},
            {"temperature", 0.5},
            {"stream", true}};
}

TEST(ParseCommand, TakesAFullOne) {
    const auto command = parse_command(good().dump());
    ASSERT_TRUE(command) << command.error().message;
    EXPECT_EQ(command->verb, Command::Verb::llm);
    const LlmRequest& request = command->llm;
    EXPECT_EQ(request.id, "7");
    EXPECT_EQ(request.max_tokens, 5);
    EXPECT_EQ(request.timeout.count(), 250);
    EXPECT_EQ(request.temperature, 0.5);
    EXPECT_TRUE(request.stream);
    ASSERT_EQ(request.targets.size(), 1U);
    EXPECT_EQ(request.targets[0].kind, ProviderKind::anthropic);
    EXPECT_EQ(request.targets[0].requests_per_minute, 60);
    EXPECT_EQ(request.targets[0].prices.output, 15.5);
    EXPECT_EQ(request.targets[0].prices.cached_input, -1);
    EXPECT_EQ(request.targets[0].key.vault.path, "p");
    const auto setup = parse_command(
        R"({"verb":"setup","ledger":"/x","progress":true,"ca_file":"/ca","budget":{"tokens":9,"window_ms":1000}})");
    ASSERT_TRUE(setup);
    EXPECT_EQ(setup->setup.budget.tokens, 9);
    EXPECT_EQ(setup->setup.network.ca_file, "/ca");
}

TEST(ParseCommand, RefusesWhatIsWrong) {
    const auto code = [](const char* key, const json& value) {
        auto line = good();
        line[key] = value;
        const auto command = parse_command(line.dump());
        return command ? std::string("ok") : command.error().code;
    };
    const auto target_code = [&](const char* key, const json& value) {
        auto changed = target();
        changed[key] = value;
        return code("targets", json::array({changed}));
    };
    EXPECT_EQ(code("verb", "shell"), "malformed");
    EXPECT_EQ(code("id", 7), "malformed");
    EXPECT_EQ(code("id", ""), "malformed");
    EXPECT_EQ(target_code("provider", "other"), "not_configured");
    EXPECT_EQ(target_code("base_url", ""), "not_configured");
    EXPECT_EQ(target_code("model", ""), "not_configured");
    EXPECT_EQ(target_code("organization", "a\r\nx-evil: 1"), "malformed");
    EXPECT_EQ(target_code("command", {1}), "malformed");
    EXPECT_EQ(target_code("requests_per_minute", -1), "malformed");
    EXPECT_EQ(code("targets", json::array()), "not_configured");
    EXPECT_EQ(code("targets", {1}), "malformed");
    EXPECT_EQ(code("messages", json::array()), "malformed");
    EXPECT_EQ(code("messages", {{{"role", "tool"}, {"content", "x"}}}), "malformed");
    EXPECT_EQ(code("messages", {{{"role", "user"}, {"content", ""}}}), "malformed");
    EXPECT_EQ(code("messages", {1}), "malformed");
    EXPECT_EQ(code("max_tokens", 0), "malformed");
    EXPECT_EQ(code("max_tokens", 18446744073709551615U), "malformed");
    EXPECT_EQ(code("max_tokens", 1.5), "malformed");
    EXPECT_EQ(code("temperature", 3), "malformed");
    EXPECT_EQ(code("temperature", "0"), "malformed");
    EXPECT_EQ(code("timeout_ms", 0), "malformed");
    EXPECT_EQ(code("timeout_ms", 86400001), "malformed");
    for (const char* line : {"", "[]", "1", "{", "{}", "\xff"}) {
        const auto command = parse_command(line);
        ASSERT_FALSE(command);
        EXPECT_EQ(command.error().code, "malformed");
    }
    EXPECT_EQ(parse_command(std::string(100000, '[')).error().code, "malformed");
}

TEST(AnswerLine, SaysAllThatIsKnown) {
    Outcome outcome;
    outcome.answer = LlmAnswer{"text \xff", "m-1", "stop", {}};
    outcome.usage = {10, 5, 1, 7, 2};
    outcome.attempts = 2;
    outcome.micro_usd = 42;
    const auto line = json::parse(answer_line("a", outcome));
    EXPECT_EQ(line["ok"], true);
    EXPECT_EQ(line["content"], "text \xef\xbf\xbd");
    EXPECT_EQ(line["usage"]["input_tokens"], 16);
    EXPECT_EQ(line["usage"]["cached_tokens"], 5);
    EXPECT_EQ(line["micro_usd"], 42);
    outcome.answer = llm_error("rate", "slow down", true);
    outcome.micro_usd = -1;
    const auto failed = json::parse(answer_line("a", outcome));
    EXPECT_EQ(failed["error"]["code"], "rate");
    EXPECT_EQ(failed["error"]["retryable"], true);
    EXPECT_FALSE(failed.contains("micro_usd"));
}

/// The lines that rfsn-net prints for these.
std::vector<json> talk(const std::string& lines, int want_status = 0) {
    int status = -1;
    const std::string out = test::run({std::string(RFSN_BIN_DIR) + "/rfsn-net"}, "/", status, lines);
    EXPECT_EQ(status, want_status);
    std::vector<json> answers;
    std::size_t start = 0;
    for (auto end = out.find('\n'); end != std::string::npos; start = end + 1, end = out.find('\n', start)) {
        answers.push_back(json::parse(out.substr(start, end - start)));
    }
    return answers;
}

TEST(Program, TalksInJsonLines) {
    const test::LlmServer server({"text:hello from the program"});
    auto request = good();
    request["targets"] = json::array({{{"base_url", server.base_url()}, {"model", "m"}}});
    request["timeout_ms"] = 20000;
    request["stream"] = false;
    auto second = request;
    second["id"] = "b";
    const auto answers = talk("junk\n\n" + request.dump() + "\n" + second.dump() + "\n");
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0]["ok"], false);
    std::set<std::string> ids;
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_EQ(answers[i]["content"], "hello from the program");
        ids.insert(answers[i]["id"].get<std::string>());
    }
    EXPECT_EQ(ids, (std::set<std::string>{"7", "b"}));
}

TEST(Program, KeepsTheBookForTheNextOne) {
    const test::LlmServer server({"text:x"});
    const std::string directory = std::filesystem::path(test::LlmServer::file("")).string() + ".d";
    const std::string setup =
        json{{"verb", "setup"}, {"ledger", directory + "/llm.db"}, {"budget", {{"requests", 2}}}}.dump();
    auto request = good();
    request["targets"] = json::array({{{"name", "local"}, {"base_url", server.base_url()}, {"model", "m"}}});
    request["timeout_ms"] = 20000;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(talk(setup + "\n" + request.dump() + "\n").at(0)["ok"], true);
    }
    const auto third = talk(setup + "\n" + request.dump() + "\n");
    EXPECT_EQ(third.at(0)["error"]["code"], "budget");
    const auto stats = talk(setup + "\n" + R"({"verb":"stats","id":"s"})" + "\n");
    EXPECT_EQ(stats.at(0)["rows"][0]["requests"], 2);
    EXPECT_EQ(stats.at(0)["rows"][0]["target"], "local");
    EXPECT_EQ(stats.at(0)["rows"][0]["output_tokens"], 14);
    EXPECT_EQ(server.requests().size(), 2U);
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace rfsn::net
