// SPDX-License-Identifier: MIT
#include "net/protocol.hpp"

#include <cmath>

#include <fmt/format.h>

#include "net/json_reading.hpp"
#include "net/provider.hpp"

namespace rfsn::net {
namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

/// Reads an object's fields and remembers the first that is wrong. What is absent keeps its value.
class Fields {
   public:
    Fields(const Json& object, std::string& problem) : object_(object), problem_(problem) {}

    Fields& text(const char* key, std::string& value) {
        if (const Json* found = find(key)) {
            found->is_string() ? static_cast<void>(value = found->get<std::string>()) : wrong(key);
        }
        return *this;
    }
    Fields& texts(const char* key, std::vector<std::string>& value) {
        if (const Json* found = find(key)) {
            if (!found->is_array()) {
                wrong(key);
                return *this;
            }
            for (const auto& item : *found) {
                item.is_string() ? value.push_back(item.get<std::string>()) : wrong(key);
            }
        }
        return *this;
    }
    Fields& integer(const char* key, std::int64_t& value, std::int64_t least, std::int64_t most) {
        if (const Json* found = find(key)) {
            constexpr auto limit = std::uint64_t{1} << 62U;
            if (!found->is_number_integer() || (found->is_number_unsigned() && found->get<std::uint64_t>() > limit)) {
                wrong(key);
                return *this;
            }
            value = found->get<std::int64_t>();
            if (value < least || value > most) {
                wrong(key);
            }
        }
        return *this;
    }
    Fields& millis(const char* key, std::chrono::milliseconds& value) {
        std::int64_t ms = value.count();
        integer(key, ms, 0, day_ms);
        value = std::chrono::milliseconds(ms);
        return *this;
    }
    Fields& number(const char* key, double& value, double least, double most) {
        if (const Json* found = find(key)) {
            value = found->is_number() ? found->get<double>() : NAN;
            if (!std::isfinite(value) || value < least || value > most) {
                wrong(key);
            }
        }
        return *this;
    }
    Fields& boolean(const char* key, bool& value) {
        if (const Json* found = find(key)) {
            found->is_boolean() ? static_cast<void>(value = found->get<bool>()) : wrong(key);
        }
        return *this;
    }
    void wrong(const char* key) {
        if (problem_.empty()) {
            problem_ = fmt::format("the request's {} is missing or wrong", key);
        }
    }

   private:
    [[nodiscard]] const Json* find(const char* key) const {
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }
    const Json& object_;
    std::string& problem_;
};

bool kind_from(const std::string& text, ProviderKind& kind) {
    for (const auto one : {ProviderKind::openai, ProviderKind::azure, ProviderKind::deepseek, ProviderKind::anthropic,
                           ProviderKind::gemini, ProviderKind::ollama, ProviderKind::command}) {
        if (text == name(one)) {
            kind = one;
            return true;
        }
    }
    return false;
}

void read_vault(const Json& object, VaultConfig& vault, std::string& problem) {
    Fields(object, problem)
        .text("address", vault.address)
        .text("namespace", vault.space)
        .text("mount", vault.mount)
        .text("path", vault.path)
        .text("field", vault.field)
        .text("token_env", vault.token_env)
        .text("role_id", vault.role_id)
        .text("secret_id_env", vault.secret_id_env)
        .text("secret_id_file", vault.secret_id_file)
        .text("login_mount", vault.login_mount);
}

Answer<Target> read_target(const Json& object, std::string& problem) {
    Target target;
    std::string provider = "openai";
    Fields fields(object, problem);
    fields.text("name", target.name).text("provider", provider);
    fields.text("base_url", target.base_url).text("model", target.model);
    fields.texts("command", target.command).text("api_version", target.api_version);
    fields.text("organization", target.organization).boolean("thinking", target.thinking);
    fields.integer("context_tokens", target.context_tokens, 0, 100'000'000);
    fields.integer("requests_per_minute", target.requests_per_minute, 0, 1'000'000'000);
    fields.integer("tokens_per_minute", target.tokens_per_minute, 0, 1'000'000'000'000);
    if (const Json& prices = member(object, "prices"); prices.is_object()) {
        Fields(prices, problem)
            .number("input", target.prices.input, -1, 1e6)
            .number("output", target.prices.output, -1, 1e6)
            .number("cached_input", target.prices.cached_input, -1, 1e6)
            .number("cache_write", target.prices.cache_write, -1, 1e6);
    }
    if (const Json& key = member(object, "key"); key.is_object()) {
        Fields(key, problem)
            .texts("sources", target.key.sources)
            .text("env", target.key.env)
            .text("file", target.key.file)
            .texts("command", target.key.command);
        if (const Json& vault = member(key, "vault"); vault.is_object()) {
            read_vault(vault, target.key.vault, problem);
        }
    }
    if (!kind_from(provider, target.kind)) {
        return llm_error("not_configured",
                         "unknown provider; known are openai (and every compatible server), azure, "
                         "deepseek, anthropic, gemini, ollama and command");
    }
    if (target.name.empty()) {
        target.name = provider;
    }
    for (const auto* text : {&target.organization, &target.key.vault.space}) {
        if (text->find_first_of("\r\n") != std::string::npos || text->find('\0') != std::string::npos) {
            problem = "a value for a header holds a line break";
        }
    }
    if (target.kind != ProviderKind::command && (target.base_url.empty() || target.model.empty())) {
        return llm_error("not_configured",
                         (target.base_url.empty() ? "no base URL is set for " : "no model is set for ") + target.name);
    }
    return target;
}

void read_messages(const Json& object, std::vector<Message>& messages, std::string& problem) {
    const Json& list = member(object, "messages");
    if (!list.is_array() || list.empty()) {
        Fields(object, problem).wrong("messages");
        return;
    }
    for (const auto& item : list) {
        Message message;
        if (!item.is_object()) {
            Fields(object, problem).wrong("messages");
            return;
        }
        Fields(item, problem).text("role", message.role).text("content", message.content);
        if (message.content.empty() ||
            (message.role != "system" && message.role != "user" && message.role != "assistant")) {
            Fields(object, problem).wrong("messages");
        }
        messages.push_back(std::move(message));
    }
}

Answer<LlmRequest> read_llm(const Json& object, std::string& problem) {
    LlmRequest request;
    Fields fields(object, problem);
    fields.integer("max_tokens", request.max_tokens, 1, 10'000'000);
    fields.number("temperature", request.temperature, 0, 2).boolean("stream", request.stream);
    fields.millis("timeout_ms", request.timeout).millis("first_token_ms", request.first_token);
    fields.millis("deadline_ms", request.deadline);
    if (request.timeout.count() == 0 || request.first_token.count() == 0) {
        fields.wrong("timeout_ms");
    }
    read_messages(object, request.messages, problem);
    const Json& targets = member(object, "targets");
    if (!targets.is_array() || targets.empty()) {
        return llm_error("not_configured", "no model is set");
    }
    for (const auto& item : targets) {
        if (!item.is_object()) {
            fields.wrong("targets");
            break;
        }
        auto target = read_target(item, problem);
        if (!target) {
            return tl::make_unexpected(std::move(target.error()));
        }
        request.targets.push_back(std::move(*target));
    }
    return request;
}

void read_setup(const Json& object, Setup& setup, std::string& problem) {
    Fields(object, problem).text("ledger", setup.ledger).boolean("progress", setup.progress);
    Fields(object, problem).text("ca_file", setup.network.ca_file).text("proxy", setup.network.proxy);
    if (const Json& budget = member(object, "budget"); budget.is_object()) {
        constexpr std::int64_t most = std::int64_t{1} << 50U;
        Fields(budget, problem)
            .integer("requests", setup.budget.requests, 0, most)
            .integer("tokens", setup.budget.tokens, 0, most)
            .integer("micro_usd", setup.budget.micro_usd, 0, most)
            .integer("millis", setup.budget.millis, 0, most)
            .integer("window_ms", setup.budget.window, 1000, 366 * day_ms);
    }
}

Json usage_json(const Usage& usage) {
    return {{"input_tokens", usage.all_input()},
            {"cached_tokens", usage.cached_input},
            {"cache_write_tokens", usage.cache_write},
            {"output_tokens", usage.output},
            {"reasoning_tokens", usage.reasoning}};
}

}  // namespace

Answer<Command> parse_command(std::string_view line) {
    const Json object = parse_json(line);
    if (!object.is_object()) {
        return llm_error("malformed", "the request is no JSON object");
    }
    Command command;
    std::string verb;
    std::string problem;
    Fields(object, problem).text("verb", verb).text("id", command.id);
    if (verb == "setup") {
        command.verb = Command::Verb::setup;
        read_setup(object, command.setup, problem);
    } else if (verb == "cancel" || verb == "stats") {
        command.verb = verb == "cancel" ? Command::Verb::cancel : Command::Verb::stats;
        Fields(object, problem).integer("since_ms", command.since, 0, std::int64_t{1} << 50U);
    } else if (verb == "llm") {
        auto request = read_llm(object, problem);
        if (!request) {
            return tl::make_unexpected(std::move(request.error()));
        }
        command.llm = std::move(*request);
        command.llm.id = command.id;
    } else {
        return llm_error("malformed", "the request's verb is missing or wrong (setup, llm, cancel, stats)");
    }
    if (command.id.empty() && command.verb != Command::Verb::setup) {
        Fields(object, problem).wrong("id");
    }
    if (!problem.empty()) {
        return llm_error("malformed", problem);
    }
    return command;
}

std::string request_id(std::string_view line) {
    return string_at(parse_json(line), "id");
}

std::string answer_line(const std::string& id, const Outcome& outcome) {
    Json json{{"id", id},
              {"ok", outcome.answer.has_value()},
              {"target", outcome.target},
              {"duration_ms", outcome.duration.count()},
              {"waited_ms", outcome.waited.count()},
              {"attempts", outcome.attempts},
              {"usage", usage_json(outcome.usage)},
              {"http", outcome.http_version}};
    if (outcome.micro_usd >= 0) {
        json["micro_usd"] = outcome.micro_usd;
    }
    if (!outcome.limits.empty()) {
        json["limits"] = outcome.limits;
    }
    if (outcome.answer) {
        json["content"] = outcome.answer->content;
        json["model"] = outcome.answer->model;
        json["finish"] = outcome.answer->finish;
    } else {
        const LlmError& error = outcome.answer.error();
        json["error"] = {{"code", error.code},
                         {"message", error.message},
                         {"retryable", error.retryable},
                         {"retry_after_ms", error.retry_after.count()}};
    }
    return dump(json);
}

std::string progress_line(const Progress& progress) {
    return dump({{"event", "progress"},
                 {"running", progress.running},
                 {"waiting", progress.waiting},
                 {"text_bytes", progress.text_bytes},
                 {"elapsed_ms", progress.elapsed.count()}});
}

std::string stats_line(const std::string& id, const base::Result<std::vector<Spent>>& rows) {
    Json json{{"id", id}, {"ok", rows.has_value()}};
    if (!rows) {
        json["error"] = {{"code", "ledger"}, {"message", rows.error().describe()}};
        return dump(json);
    }
    json["rows"] = Json::array();
    for (const auto& row : *rows) {
        json["rows"].push_back({{"target", row.target},
                                {"model", row.model},
                                {"requests", row.requests},
                                {"unsettled", row.unsettled},
                                {"input_tokens", row.input_tokens},
                                {"cached_tokens", row.cached_tokens},
                                {"output_tokens", row.output_tokens},
                                {"micro_usd", row.micro_usd},
                                {"unpriced", row.unpriced},
                                {"millis", row.millis}});
    }
    return dump(json);
}

}  // namespace rfsn::net
