// SPDX-License-Identifier: MIT
#include "llm/net_protocol.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace rfsn::llm {
namespace {

using Json = nlohmann::json;
using base::ErrorCode;

std::string line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint64_t number(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}
Json member(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? Json() : *found;
}

/// The variable that the user named, or the provider's usual one where the first is not set.
std::string key_variable(const Target& target, const base::Environment& env) {
    const std::string& named = target.settings.key_env;
    const bool is_set = !named.empty() && !env.get_or(named, "").empty();
    return is_set || target.default_key_env.empty() || env.get_or(target.default_key_env, "").empty()
               ? (named.empty() ? target.default_key_env : named)
               : target.default_key_env;
}

Json target_json(const Target& target, const base::Environment& env) {
    const auto& own = target.settings;
    return {{"name", target.name},
            {"provider", own.provider},
            {"base_url", own.base_url},
            {"model", own.model},
            {"command", own.command},
            {"api_version", own.api_version},
            {"organization", own.organization},
            {"thinking", own.thinking},
            {"context_tokens", own.context_tokens},
            {"requests_per_minute", own.requests_per_minute},
            {"tokens_per_minute", own.tokens_per_minute},
            {"prices",
             {{"input", own.price_input},
              {"output", own.price_output},
              {"cached_input", own.price_cached_input},
              {"cache_write", own.price_cache_write}}},
            {"key",
             {{"sources", own.key_sources},
              {"env", key_variable(target, env)},
              {"file", own.key_file},
              {"command", own.key_command},
              {"vault",
               {{"address", own.vault_address},
                {"namespace", own.vault_namespace},
                {"mount", own.vault_mount},
                {"path", own.vault_path},
                {"field", own.vault_field},
                {"token_env", own.vault_token_env},
                {"role_id", own.vault_role_id},
                {"secret_id_env", own.vault_secret_id_env},
                {"secret_id_file", own.vault_secret_id_file}}}}}};
}

struct Meaning {
    ErrorCode code;
    const char* next;
};
/// What an error of rfsn-net is for us, and what to do about it.
Meaning meaning_of(const std::string& code) {
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
    if (code == "budget") {
        return {ErrorCode::limit, "git rfsn llm stats shows what was spent; llm.budget_* are yours to raise"};
    }
    if (code == "timeout") {
        return {ErrorCode::timeout, "try again, or raise llm.timeout and llm.deadline"};
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
    if (code == "refused" || code == "malformed" || code == "stopped") {
        return {ErrorCode::invalid, "try again, or use another llm.model"};
    }
    if (code == "cancelled") {
        return {ErrorCode::interrupted, "it was not waited for"};
    }
    return {ErrorCode::external, "rfsn-net and git-rfsn may be of different versions; install them together"};
}

model::Cost cost_of(const Json& answer) {
    const Json usage = member(answer, "usage");
    model::Cost cost;
    cost.requests = number(answer, "attempts");
    cost.input_tokens = number(usage, "input_tokens");
    cost.cached_tokens = number(usage, "cached_tokens");
    cost.output_tokens = number(usage, "output_tokens");
    cost.priced = member(answer, "micro_usd").is_number_unsigned();
    cost.micro_usd = number(answer, "micro_usd");
    cost.model = text(answer, "model");
    return cost;
}

tl::unexpected<base::Error> failed(const Json& answer) {
    const Json error = member(answer, "error");
    const Meaning meaning = meaning_of(text(error, "code"));
    std::string message = base::printable(secrets::mask(text(error, "message")));
    if (const std::uint64_t wait = number(error, "retry_after_ms"); wait > 0) {
        message += " (the server asks to wait " + std::to_string((wait + 999) / 1000) + " s)";
    }
    if (const model::Cost cost = cost_of(answer); cost.input_tokens + cost.output_tokens > 0) {
        message +=
            fmt::format(" (spent: {} requests, {} tokens{})", cost.requests, cost.input_tokens + cost.output_tokens,
                        cost.priced ? fmt::format(", ${:.4f}", static_cast<double>(cost.micro_usd) * 1e-6) : "");
    }
    return base::fail(meaning.code, (message.empty() ? "the request failed" : message) + "; " + meaning.next);
}

void read_answer(const Json& answer, NetLine& into) {
    into.kind = NetLine::Kind::answer;
    if (!answer["ok"].get<bool>()) {
        into.reply = failed(answer);
        return;
    }
    Reply reply;
    reply.content = text(answer, "content");
    reply.cost = cost_of(answer);
    reply.cost.requests = std::max<std::uint64_t>(reply.cost.requests, 1);
    reply.target = text(answer, "target");
    reply.limits = base::printable(text(answer, "limits"));
    reply.duration = std::chrono::milliseconds(number(answer, "duration_ms"));
    reply.http = number(answer, "http") == 20 ? "HTTP/2" : number(answer, "http") == 11 ? "HTTP/1.1" : "";
    if (base::trim(reply.content).empty()) {
        into.kind = NetLine::Kind::unintelligible;
        return;
    }
    into.reply = std::move(reply);
}

void read_stats(const Json& rows, NetLine& into) {
    into.kind = NetLine::Kind::stats;
    for (const auto& row : rows) {
        Spent one;
        one.target = text(row, "target");
        one.model = text(row, "model");
        one.requests = number(row, "requests");
        one.unsettled = number(row, "unsettled");
        one.input_tokens = number(row, "input_tokens");
        one.cached_tokens = number(row, "cached_tokens");
        one.output_tokens = number(row, "output_tokens");
        one.micro_usd = number(row, "micro_usd");
        one.unpriced = number(row, "unpriced");
        one.duration = std::chrono::milliseconds(number(row, "millis"));
        into.stats.push_back(std::move(one));
    }
}

}  // namespace

std::string setup_line(const config::LlmSettings& settings, const base::Environment& env, bool progress) {
    const std::string state = base::xdg_state_dir(env);
    return line({{"verb", "setup"},
                 {"ledger", state.empty() ? "" : state + "/llm.db"},
                 {"progress", progress},
                 {"ca_file", settings.ca_file},
                 {"proxy", settings.proxy},
                 {"budget",
                  {{"requests", settings.budget_requests},
                   {"tokens", settings.budget_tokens},
                   {"micro_usd", static_cast<std::int64_t>(settings.budget_usd * 1e6)},
                   {"millis", settings.budget_time.count()},
                   {"window_ms", settings.budget_window.count()}}}});
}

std::string question_line(const std::string& id, const Question& question, const std::vector<Target>& targets,
                          const config::LlmSettings& settings, const base::Environment& env, bool stream) {
    Json list = Json::array();
    for (const auto& target : targets) {
        list.push_back(target_json(target, env));
    }
    return line({{"verb", "llm"},
                 {"id", id},
                 {"targets", std::move(list)},
                 {"messages",
                  {{{"role", "system"}, {"content", question.prompt->system.text()}},
                   {{"role", "user"}, {"content", question.prompt->user.text()}}}},
                 {"max_tokens", reply_tokens(settings, targets)},
                 {"temperature", question.temperature.value_or(settings.temperature)},
                 {"stream", stream},
                 {"timeout_ms", settings.timeout.count()},
                 {"first_token_ms", std::min(settings.first_token, settings.timeout).count()},
                 {"deadline_ms", settings.deadline.count()}});
}

std::string stats_line(const std::string& id, std::int64_t since_ms) {
    return line({{"verb", "stats"}, {"id", id}, {"since_ms", since_ms}});
}

std::vector<std::string> environment_for(const base::Environment& env, const std::vector<Target>& targets) {
    bool own_programs = false;
    base::Environment small;
    const auto pass = [&](const std::string& name) {
        if (auto value = env.get(name)) {
            small.set(name, std::move(*value));
        }
    };
    for (const char* name : {"PATH", "HOME", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"}) {
        pass(name);
    }
    for (const auto& target : targets) {
        const auto& own = target.settings;
        const auto looks_in = [&](const char* source) {
            return std::find(own.key_sources.begin(), own.key_sources.end(), source) != own.key_sources.end();
        };
        own_programs = own_programs || own.provider == "command" || looks_in("git") ||
                       (looks_in("command") && !own.key_command.empty());
        if (looks_in("env")) {
            pass(key_variable(target, env));
        }
        if (looks_in("vault") && !own.vault_address.empty()) {
            pass(own.vault_token_env.empty() ? "VAULT_TOKEN" : own.vault_token_env);
            pass(own.vault_secret_id_env);
        }
    }
    if (own_programs) {
        for (const auto& [name, value] : env.values()) {
            if (name.rfind("GIT_", 0) != 0) {
                small.set(name, value);
            }
        }
    }
    return small.block();
}

NetLine read_line(std::string_view line) {
    NetLine read;
    const Json json = Json::parse(line.begin(), line.end(), nullptr, false);
    if (text(json, "event") == "progress") {
        read.kind = NetLine::Kind::progress;
        read.progress = {number(json, "running"), number(json, "waiting"), number(json, "text_bytes") * 2 / 7,
                         std::chrono::milliseconds(number(json, "elapsed_ms"))};
        return read;
    }
    if (!json.is_object() || !json.contains("ok") || !json["ok"].is_boolean()) {
        return read;
    }
    read.id = text(json, "id");
    if (json.contains("rows") && json["rows"].is_array()) {
        read_stats(json["rows"], read);
    } else {
        read_answer(json, read);
    }
    return read;
}

}  // namespace rfsn::llm
