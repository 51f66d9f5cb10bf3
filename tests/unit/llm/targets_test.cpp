// SPDX-License-Identifier: MIT
#include "llm/targets.hpp"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "llm/reply_cache.hpp"
#include "support/h2_server.hpp"
#include "support/llm_server.hpp"

namespace rfsn::llm {
namespace {

config::ProviderSettings provider(const std::string& kind, const std::string& base_url = "",
                                  const std::string& model = "") {
    config::ProviderSettings one;
    one.provider = kind;
    one.base_url = base_url;
    one.model = model;
    return one;
}

TEST(Targets, DefaultsAreTheProvidersOwn) {
    config::LlmSettings settings;
    EXPECT_TRUE(targets(settings)->empty());
    settings.providers["a"] = provider("anthropic");
    settings.providers["b"] = provider("openai", "https://other.example/v1", "m");
    const auto all = targets(settings);
    ASSERT_TRUE(all) << all.error().describe();
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].settings.base_url, "https://api.anthropic.com");
    EXPECT_NE((*all)[0].settings.model, "");
    EXPECT_EQ((*all)[0].default_key_env, "ANTHROPIC_API_KEY");
    // OpenAI's key is not for whoever speaks its language.
    EXPECT_EQ((*all)[1].default_key_env, "");
    EXPECT_EQ(destinations(*all), "https://api.anthropic.com\nhttps://other.example/v1");
}

TEST(Targets, RepliesHaveRoomForThoughtsWhereTheServiceThinks) {
    config::LlmSettings settings;
    settings.providers["own"] = provider("openai", "http://127.0.0.1:1/v1", "m");
    settings.providers["local"] = provider("ollama");
    EXPECT_EQ(reply_tokens(settings, *targets(settings)), 4096);
    settings.providers["hosted"] = provider("anthropic");
    EXPECT_EQ(reply_tokens(settings, *targets(settings)), 16000);
    settings.max_tokens = 123;
    EXPECT_EQ(reply_tokens(settings, *targets(settings)), 123);
}

TEST(Targets, ComeInTheOrderThatIsSet) {
    config::LlmSettings settings;
    settings.base_url = "http://127.0.0.1:1/v1";
    settings.model = "m";
    settings.providers["a"] = provider("ollama");
    EXPECT_EQ(targets(settings)->size(), 1U);
    EXPECT_EQ(targets(settings)->front().name, "main");
    settings.order = {"a", "main", "a"};
    const auto all = targets(settings);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].name, "a");
    EXPECT_EQ((*all)[1].name, "main");
    settings.order = {"nobody"};
    EXPECT_FALSE(targets(settings));
    settings.order = {"c"};
    settings.providers["c"] = provider("command");
    EXPECT_FALSE(targets(settings));
    settings.providers["c"].command = {"agent", "-p"};
    EXPECT_EQ(destinations(*targets(settings)), "command: agent -p");
    // A server of one's own has no default model.
    settings.providers["d"] = provider("openai", "http://127.0.0.1:1/v1");
    settings.order = {"d"};
    EXPECT_NE(targets(settings).error().message.find("llm.providers.d.model"), std::string::npos);
}

Prompt prompt(const std::string& content = "x = 1\n") {
    PromptInput input;
    input.files = {{"a.py", content}};
    auto built = build_prompt(input);
    EXPECT_TRUE(built);
    return std::move(*built);
}

TEST(ReplyKey, CoversWhatCouldChangeTheAnswer) {
    config::LlmSettings settings;
    settings.base_url = "http://127.0.0.1:1/v1";
    settings.model = "m";
    const auto first = prompt();
    const std::string key = reply_key(first, settings, "r");
    EXPECT_EQ(reply_key(prompt(), settings, "r"), key);
    std::set<std::string> keys{key, reply_key(first, settings, "other"), reply_key(prompt("x = 2\n"), settings, "r")};
    const auto with = [&](const std::function<void(config::LlmSettings&)>& change) {
        auto other = settings;
        change(other);
        keys.insert(reply_key(first, other, "r"));
    };
    with([](auto& other) { other.model = "m2"; });
    with([](auto& other) { other.base_url = "http://127.0.0.1:2/v1"; });
    with([](auto& other) { other.temperature = 0.1; });
    with([](auto& other) { other.max_tokens = 1; });
    with([](auto& other) { other.provider = "ollama"; });
    EXPECT_EQ(keys.size(), 8U);
    auto patient = settings;
    patient.timeout = std::chrono::hours(1);
    EXPECT_EQ(reply_key(first, patient, "r"), key);
}

config::LlmSettings enabled(const std::string& base_url) {
    config::LlmSettings settings;
    settings.enabled = true;
    settings.base_url = base_url;
    settings.model = "m";
    return settings;
}

TEST(AskAll, TheFirstGoodAnswerEndsTheOthers) {
    const nlohmann::json good{
        {"delay_ms", 50}, {"body", {{"choices", {{{"finish_reason", "stop"}, {"message", {{"content", "first"}}}}}}}}};
    const test::H2Server server(std::vector<nlohmann::json>{good, {{"delay_ms", 60000}}});
    auto settings = enabled(server.url("/v1"));
    settings.ca_file = server.cert();
    settings.key_sources = {"env"};
    base::PosixProcessRunner runner;
    const auto transport =
        net_transport(std::string(RFSN_BIN_DIR) + "/rfsn-net", base::Environment::of_process(), runner);
    const auto question = prompt();
    const std::vector<Question> questions{{&question, 0.0}, {&question, 0.7}, {&question, 1.0}};
    const auto replies = transport->ask_all(
        questions, settings, [](std::size_t, const base::Result<Reply>& reply) { return reply.has_value(); });
    int answered = 0;
    for (const auto& reply : replies) {
        answered += reply ? 1 : 0;
        EXPECT_TRUE(reply ? reply->content == "first" : reply.error().code == base::ErrorCode::interrupted)
            << (reply ? reply->content : reply.error().message);
    }
    EXPECT_EQ(answered, 1);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Remembering, StoresWhatWasProvenAndThatNothingWas) {
    const test::LlmServer server({"text:an answer"});
    auto env = base::Environment::of_process();
    const std::string home = std::filesystem::path(test::LlmServer::file("")).string() + ".d";
    env.set("XDG_CACHE_HOME", home);
    const auto settings = enabled(server.base_url());
    base::PosixProcessRunner runner;
    const auto open = [&] {
        return remembering(net_transport(std::string(RFSN_BIN_DIR) + "/rfsn-net", env, runner),
                           reply_cache(settings, env), "r");
    };
    const auto question = prompt();
    auto first = open()->ask(question, settings);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_TRUE(open()->ask(question, settings)) << "nothing was judged yet";
    EXPECT_EQ(server.requests().size(), 2U);
    open()->judged(question, settings, &*first, "");
    const auto again = open()->ask(question, settings);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->remembered);
    EXPECT_EQ(again->content, "an answer");
    EXPECT_EQ(again->cost.requests, 0U);
    EXPECT_EQ(server.requests().size(), 2U);
    open()->judged(question, settings, nullptr, "it did not fit");
    const auto useless = open()->ask(question, settings);
    ASSERT_FALSE(useless);
    EXPECT_EQ(useless.error().code, base::ErrorCode::not_found);
    EXPECT_NE(useless.error().message.find("it did not fit"), std::string::npos);
    auto off = settings;
    off.cache = false;
    EXPECT_TRUE(open()->ask(question, off));
    std::filesystem::remove_all(home);
}

}  // namespace
}  // namespace rfsn::llm
