// SPDX-License-Identifier: MIT
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "llm/llm.hpp"

namespace rfsn::llm {
namespace {

using Json = nlohmann::json;
using base::ErrorCode;

constexpr const char* request_id = "1";
/// What rfsn-net may take beyond the time that it was told: it ends by itself unless something is wrong.
constexpr std::chrono::milliseconds grace{5000};
constexpr std::size_t output_cap = std::size_t{64} << 20;

std::string request_line(const Prompt& prompt, const config::LlmSettings& settings) {
    const Json target{{"name", settings.model},
                      {"provider", "openai"},
                      {"base_url", settings.base_url},
                      {"model", settings.model},
                      {"key", {{"sources", {"env"}}, {"env", settings.key_env}}}};
    const Json request{{"verb", "llm"},
                       {"id", request_id},
                       {"targets", Json::array({target})},
                       {"messages",
                        {{{"role", "system"}, {"content", prompt.system.text()}},
                         {{"role", "user"}, {"content", prompt.user.text()}}}},
                       {"max_tokens", settings.max_tokens},
                       {"temperature", settings.temperature},
                       {"timeout_ms", settings.timeout.count()}};
    return request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Nothing but what finding the way to the server needs, and the one variable that holds the key.
std::vector<std::string> environment_for(const base::Environment& env, const std::string& key_env) {
    base::Environment small;
    for (const char* name : {"PATH", "HOME", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"}) {
        if (auto value = env.get(name)) {
            small.set(name, std::move(*value));
        }
    }
    if (!key_env.empty()) {
        if (auto value = env.get(key_env)) {
            small.set(key_env, std::move(*value));
        }
    }
    return small.block();
}

struct Kind {
    ErrorCode code;
    const char* next;
};
/// What an error of rfsn-net is for us, and what to do about it.
Kind kind_of(const std::string& code) {
    if (code == "not_configured") {
        return {ErrorCode::unavailable,
                "set llm.base_url, llm.model and the key's variable in your user configuration (git rfsn config)"};
    }
    if (code == "auth") {
        return {ErrorCode::denied, "check the key in the variable that llm.key_env names"};
    }
    if (code == "quota") {
        return {ErrorCode::limit, "the account's quota or credit is used up; see the provider's billing page"};
    }
    if (code == "rate") {
        return {ErrorCode::limit, "try again later"};
    }
    if (code == "timeout") {
        return {ErrorCode::timeout, "try again, or raise llm.timeout"};
    }
    if (code == "network") {
        return {ErrorCode::unavailable, "check that the server of llm.base_url runs and can be reached"};
    }
    if (code == "server") {
        return {ErrorCode::external, "try again later, or use another llm.base_url or llm.model"};
    }
    if (code == "truncated") {
        return {ErrorCode::invalid, "raise llm.max_tokens"};
    }
    if (code == "too_large") {
        return {ErrorCode::limit, "use a model with a larger context, or stage fewer files"};
    }
    if (code == "refused" || code == "malformed") {
        return {ErrorCode::invalid, "try again, or use another llm.model"};
    }
    return {ErrorCode::external, "rfsn-net and git-rfsn may be of different versions; install them together"};
}

class Transport final : public NetTransport {
   public:
    Transport(std::string program, base::Environment env, base::ProcessRunner& runner)
        : program_(std::move(program)), env_(std::move(env)), runner_(runner) {}

    base::Result<Reply> ask(const Prompt& prompt, const config::LlmSettings& settings) override {
        if (!settings.enabled || settings.base_url.empty() || settings.model.empty()) {
            const char* what = !settings.enabled           ? "asking a model is not enabled (llm.enabled)"
                               : settings.base_url.empty() ? "no server is set (llm.base_url)"
                                                           : "no model is set (llm.model)";
            return base::fail(
                ErrorCode::unavailable,
                std::string(what) + "; set llm.enabled, llm.base_url and llm.model in your user configuration");
        }
        base::ProcessSpec spec;
        spec.argv = {program_};
        spec.cwd = "/";
        spec.env = environment_for(env_, settings.key_env);
        spec.input = request_line(prompt, settings);
        spec.timeout = settings.timeout + grace;
        spec.output_cap = output_cap;
        const base::ProcessResult result = runner_.run_one(std::move(spec));
        RFSN_TRY(check_end(result));
        return read_answer(result, settings);
    }

   private:
    [[nodiscard]] base::Result<void> check_end(const base::ProcessResult& result) const {
        switch (result.end) {
            case base::ProcessEnd::not_found:
                return base::fail(ErrorCode::unavailable, "rfsn-net is not at " + base::printable(program_) +
                                                              "; install it beside git-rfsn (./dev install)");
            case base::ProcessEnd::not_started:
                return base::fail(ErrorCode::unavailable,
                                  "rfsn-net cannot be started: " + base::printable(result.start_error));
            case base::ProcessEnd::timed_out:
            case base::ProcessEnd::stopped:
            case base::ProcessEnd::deadline:
                return base::fail(ErrorCode::timeout,
                                  "rfsn-net did not answer in time and was stopped; try again, or raise llm.timeout");
            case base::ProcessEnd::interrupted:
                return base::fail(ErrorCode::interrupted, "interrupted while waiting for the model");
            case base::ProcessEnd::signaled:
            case base::ProcessEnd::exited:
                break;
        }
        if (!result.ok()) {
            std::string words = secrets::mask(base::trim(result.err).substr(0, 500));
            words = base::printable(words);
            return base::fail(ErrorCode::external,
                              "rfsn-net failed: " + result.describe() + (words.empty() ? "" : ": " + words));
        }
        return {};
    }

    /// Exactly one line, a JSON object with our id.
    static base::Result<Reply> read_answer(const base::ProcessResult& result, const config::LlmSettings& settings) {
        const auto unintelligible = [](const char* why) {
            return base::fail(ErrorCode::external, std::string("rfsn-net gave no usable answer: ") + why +
                                                       "; rfsn-net and git-rfsn may be of different versions");
        };
        const std::string_view out = base::trim(result.out);
        if (result.out_truncated || out.find('\n') != std::string_view::npos) {
            return unintelligible("more than the one line that was asked for");
        }
        const Json answer = Json::parse(out.begin(), out.end(), nullptr, false);
        if (!answer.is_object() || !answer.contains("ok") || !answer["ok"].is_boolean()) {
            return unintelligible(out.empty() ? "nothing" : "no JSON object");
        }
        if (text(answer, "id") != request_id) {
            return unintelligible("an answer to another question");
        }
        if (!answer["ok"].get<bool>()) {
            return failed(answer.contains("error") ? answer["error"] : Json());
        }
        Reply reply;
        reply.content = text(answer, "content");
        if (base::trim(reply.content).empty()) {
            return unintelligible("an empty text");
        }
        const Json usage = answer.contains("usage") ? answer["usage"] : Json();
        reply.cost.requests = std::max<std::uint64_t>(number(answer, "attempts"), 1);
        reply.cost.input_tokens = number(usage, "input_tokens");
        reply.cost.output_tokens = number(usage, "output_tokens");
        reply.cost.model = text(answer, "model");
        if (reply.cost.model.empty()) {
            reply.cost.model = settings.model;
        }
        return reply;
    }

    static tl::unexpected<base::Error> failed(const Json& error) {
        const Kind kind = kind_of(text(error, "code"));
        std::string message = base::printable(secrets::mask(text(error, "message")));
        if (const std::uint64_t wait = number(error, "retry_after_ms"); wait > 0) {
            message += " (the server asks to wait " + std::to_string((wait + 999) / 1000) + " s)";
        }
        return base::fail(kind.code, (message.empty() ? "the request failed" : message) + "; " + kind.next);
    }

    static std::string text(const Json& object, const char* key) {
        const auto found = object.is_object() ? object.find(key) : object.end();
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    }
    static std::uint64_t number(const Json& object, const char* key) {
        const auto found = object.is_object() ? object.find(key) : object.end();
        return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    }

    std::string program_;
    base::Environment env_;
    base::ProcessRunner& runner_;
};

}  // namespace

std::unique_ptr<NetTransport> net_transport(const std::string& net_program, const base::Environment& env,
                                            base::ProcessRunner& runner) {
    return std::make_unique<Transport>(net_program, env, runner);
}

}  // namespace rfsn::llm
