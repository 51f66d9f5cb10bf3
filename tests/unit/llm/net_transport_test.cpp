// SPDX-License-Identifier: MIT
#include <fstream>

#include <gtest/gtest.h>

#include "llm/llm.hpp"
#include "support/llm_server.hpp"

namespace rfsn::llm {
namespace {

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

Prompt prompt() {
    PromptInput input;
    input.files = {{"a.py", "x = 1\n"}};
    auto built = build_prompt(input);
    EXPECT_TRUE(built);
    return std::move(*built);
}

config::LlmSettings settings(const std::string& base_url) {
    config::LlmSettings one;
    one.enabled = true;
    one.base_url = base_url;
    one.model = "m";
    one.key_env = "MY_KEY";
    one.timeout = std::chrono::milliseconds(20000);
    return one;
}

const std::string real_net = std::string(RFSN_BIN_DIR) + "/rfsn-net";

struct Asked {
    std::string content;
    model::Cost cost;
    base::ErrorCode code = base::ErrorCode::internal;
    std::string message;
};
Asked ask(const std::string& program, const config::LlmSettings& how,
          const base::Environment& env = base::Environment::of_process()) {
    base::PosixProcessRunner runner;
    const auto reply = net_transport(program, env, runner)->ask(prompt(), how);
    return reply ? Asked{reply->content, reply->cost, base::ErrorCode::internal, ""}
                 : Asked{"", {}, reply.error().code, reply.error().message};
}

/// A stand-in for rfsn-net that misbehaves.
std::string script(const std::string& body) {
    const std::string path = test::LlmServer::file("#!/bin/sh\n" + body + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

TEST(NetTransport, AsksThroughTheRealProgram) {
    const test::LlmServer server({"text:the answer"});
    auto env = base::Environment::of_process();
    env.set("MY_KEY", "sk-abcdefghijklmnop");
    const auto asked = ask(real_net, settings(server.base_url()), env);
    EXPECT_EQ(asked.message, "");
    EXPECT_EQ(asked.content, "the answer");
    EXPECT_EQ(asked.cost.requests, 1U);
    EXPECT_EQ(asked.cost.input_tokens, 11U);
    EXPECT_EQ(asked.cost.output_tokens, 7U);
    EXPECT_EQ(asked.cost.model, "scripted-1");
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0]["headers"]["authorization"], "Bearer sk-abcdefghijklmnop");
    EXPECT_EQ(requests[0]["json"]["max_tokens"], 4096);
    EXPECT_EQ(requests[0]["json"]["messages"][0]["role"], "system");
    EXPECT_HAS(requests[0]["json"]["messages"][1]["content"].get<std::string>(), "a.py (whole, 1 lines)");
}

TEST(NetTransport, MapsEveryFailureWithANextStep) {
    struct Case {
        const char* behaviour;
        base::ErrorCode code;
        const char* part;
    };
    const Case cases[] = {
        {"status:401", base::ErrorCode::denied, "llm.key_env"},
        {"status:402", base::ErrorCode::limit, "quota"},
        {"retry-after:3600", base::ErrorCode::limit, "wait 3600 s"},
        {"status:404", base::ErrorCode::unavailable, "llm.model"},
        {"status:501", base::ErrorCode::external, "HTTP 501"},
        {"truncated", base::ErrorCode::invalid, "llm.max_tokens"},
        {"refused", base::ErrorCode::invalid, "refused"},
        {"empty", base::ErrorCode::invalid, "empty"},
        {"not-json", base::ErrorCode::invalid, "no JSON object"},
        {"huge", base::ErrorCode::limit, "larger than 8 MB"},
    };
    for (const auto& one : cases) {
        const test::LlmServer server({one.behaviour});
        const auto asked = ask(real_net, settings(server.base_url()));
        EXPECT_EQ(asked.code, one.code) << one.behaviour << ": " << asked.message;
        EXPECT_HAS(asked.message, one.part);
    }
    const auto nobody = ask(real_net, settings("http://127.0.0.1:1/v1"));
    EXPECT_EQ(nobody.code, base::ErrorCode::unavailable);
    EXPECT_HAS(nobody.message, "llm.base_url");
}

TEST(NetTransport, SaysWhatIsNotConfigured) {
    auto off = settings("http://127.0.0.1:1/v1");
    off.enabled = false;
    EXPECT_EQ(ask(real_net, off).code, base::ErrorCode::unavailable);
    EXPECT_HAS(ask(real_net, off).message, "llm.enabled");
    EXPECT_HAS(ask(real_net, settings("")).message, "llm.base_url");
    auto nameless = settings("http://127.0.0.1:1/v1");
    nameless.model.clear();
    EXPECT_HAS(ask(real_net, nameless).message, "llm.model");
}

TEST(NetTransport, SurvivesABrokenProgram) {
    const auto how = [] {
        auto one = settings("http://127.0.0.1:1/v1");
        one.timeout = std::chrono::milliseconds(1);
        one.deadline = std::chrono::milliseconds(1);
        return one;
    }();
    const auto missing = ask("/nonexistent/rfsn-net", how);
    EXPECT_EQ(missing.code, base::ErrorCode::unavailable);
    EXPECT_HAS(missing.message, "rfsn-net is not at /nonexistent/rfsn-net");
    const auto crashed = ask(script("kill -SEGV $$"), how);
    EXPECT_EQ(crashed.code, base::ErrorCode::external);
    EXPECT_HAS(crashed.message, "rfsn-net failed");
    const auto failed = ask(script("echo some words >&2; exit 3"), how);
    EXPECT_HAS(failed.message, "some words");
    for (const std::string body :
         {"exit 0", "echo hello", "echo '{}'", "echo '[]'", "echo '{\"ok\":true,\"id\":\"2\",\"content\":\"x\"}'",
          "echo '{\"ok\":true,\"id\":\"0\"}'", "echo '{\"ok\":true,\"id\":\"0\",\"content\":\"x\"}'; echo more",
          "echo '{\"ok\":\"yes\"}'", "echo '{\"ok\":false,\"id\":\"0\"}'"}) {
        const auto asked = ask(script(body), how);
        EXPECT_EQ(asked.content, "") << body;
        EXPECT_EQ(asked.code, base::ErrorCode::external) << body << ": " << asked.message;
    }
    const auto hangs = ask(script("exec sleep 60"), how);
    EXPECT_EQ(hangs.code, base::ErrorCode::timeout);
}

TEST(NetTransport, HandsOnOnlyTheOneKey) {
    const std::string seen = test::LlmServer::file("");
    auto env = base::Environment::of_process();
    env.set("MY_KEY", "the-key");
    env.set("OTHER_API_KEY", "another-key");
    env.set("GIT_DIR", "/somewhere");
    env.set("https_proxy", "http://proxy:1");
    (void)ask(script("env > " + seen + "; cat >> " + seen + "; exit 1"), settings("http://127.0.0.1:1/v1"), env);
    std::ostringstream all;
    all << std::ifstream(seen).rdbuf();
    const std::string text = all.str();
    EXPECT_HAS(text, "MY_KEY=the-key");
    EXPECT_HAS(text, "https_proxy=http://proxy:1");
    EXPECT_HAS(text, "\"env\":\"MY_KEY\"");
    EXPECT_EQ(text.find("another-key"), std::string::npos);
    EXPECT_EQ(text.find("GIT_DIR"), std::string::npos);
    EXPECT_EQ(text.find("the-key", text.find("the-key") + 1), std::string::npos);
}

TEST(NetTransport, MasksSecretsInWhatTheServerSays) {
    const std::string secret = std::string("ghp_") + "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5";
    const test::LlmServer server({"status:400:{\"error\":{\"message\":\"odd " + secret + "\"}}"});
    const auto asked = ask(real_net, settings(server.base_url()));
    EXPECT_HAS(asked.message, "HTTP 400: odd");
    EXPECT_EQ(asked.message.find(secret), std::string::npos);
}

}  // namespace
}  // namespace rfsn::llm
