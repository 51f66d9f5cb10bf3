// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "net/pool.hpp"
#include "support/h2_server.hpp"
#include "support/llm_server.hpp"

namespace rfsn::net {

using nlohmann::json;
using std::chrono::milliseconds;

/// A script for the server; its own function, because a list of one json is also a json.
inline std::vector<json> steps(std::initializer_list<json> list) {
    return {list.begin(), list.end()};
}
/// A stream of server-sent events, one chunk each, a few milliseconds apart.
inline json events(const std::vector<std::string>& data, const std::string& end = "") {
    json chunks = json::array();
    for (const auto& one : data) {
        chunks.push_back(json::array({"data: " + one + "\n\n", 5}));
    }
    return {{"headers", {{"content-type", "text/event-stream"}}}, {"chunks", chunks}, {"end", end}};
}
inline json completion(const std::string& content, const std::string& finish = "stop") {
    return {{"model", "scripted-1"},
            {"choices", {{{"finish_reason", finish}, {"message", {{"role", "assistant"}, {"content", content}}}}}},
            {"usage", {{"prompt_tokens", 11}, {"completion_tokens", 7}}}};
}
inline json good(const std::string& content, int delay_ms = 0) {
    return {{"body", completion(content)}, {"delay_ms", delay_ms}};
}
inline json error_reply(int status, const json& headers = json::object(), const std::string& code = "x",
                        const std::string& message = "scripted") {
    return {{"status", status},
            {"headers", headers},
            {"body", {{"error", {{"message", message}, {"type", "t"}, {"code", code}}}}}};
}

inline Target target_at(const std::string& base_url, const std::string& name = "main") {
    Target target;
    target.name = name;
    target.base_url = base_url;
    target.model = "m";
    return target;
}
inline LlmRequest request_to(std::vector<Target> targets, int timeout_ms = 20000) {
    LlmRequest request;
    request.targets = std::move(targets);
    request.messages = {{"system", "be brief"}, {"user", "hello"}};
    request.timeout = milliseconds(timeout_ms);
    request.max_tokens = 100;
    return request;
}
inline PoolOptions options_for(const std::string& ca_file = "") {
    PoolOptions options;
    options.network.ca_file = ca_file;
    options.backoff.base = milliseconds(10);
    options.backoff.base_when_busy = milliseconds(10);
    return options;
}
inline std::vector<Outcome> ask_all(PoolOptions options, const std::vector<LlmRequest>& requests,
                                    const BatchOptions& batch = {}) {
    auto pool = Pool::start(std::move(options));
    EXPECT_TRUE(pool) << pool.error().describe();
    return (*pool)->call_batch(requests, batch);
}
inline Outcome ask_one(const test::H2Server& server, LlmRequest request) {
    return ask_all(options_for(server.cert()), {std::move(request)}).front();
}
/// One request to a server that follows `script`, over HTTP/2.
inline Outcome ask_script(const std::vector<json>& script, int timeout_ms = 20000, bool stream = false) {
    const test::H2Server server(script);
    auto request = request_to({target_at(server.url("/v1"))}, timeout_ms);
    request.stream = stream;
    return ask_one(server, std::move(request));
}
inline std::string code_of(const Outcome& outcome) {
    return outcome.answer ? "ok" : outcome.answer.error().code;
}
inline std::string words_of(const Outcome& outcome) {
    return outcome.answer ? "" : outcome.answer.error().message;
}

}  // namespace rfsn::net
