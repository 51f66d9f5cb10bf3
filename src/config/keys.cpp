// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/key_table.hpp"

namespace rfsn::config {
namespace {

constexpr double day_ms = 24.0 * 60 * 60 * 1000;

/// A member of Config, or of the LlmSettings or CheckSettings in it, as a slot.
template <class T>
auto in(T Config::*member) {
    return [member](Config& config, const std::string&) -> Slot { return &(config.*member); };
}
template <class T>
auto in_llm(T LlmSettings::*member) {
    return [member](Config& config, const std::string&) -> Slot { return &(config.llm.*member); };
}
template <class T>
auto in_check(T CheckSettings::*member) {
    return [member](Config& config, const std::string& id) -> Slot { return &(config.checks[id].*member); };
}
/// Of llm.* itself, and of llm.providers.ID.*.
template <class T>
auto in_main(T ProviderSettings::*member) {
    return [member](Config& config, const std::string&) -> Slot {
        ProviderSettings& main = config.llm;
        return &(main.*member);
    };
}
template <class T>
auto in_provider(T ProviderSettings::*member) {
    return [member](Config& config, const std::string& id) -> Slot { return &(config.llm.providers[id].*member); };
}
auto deadline_of(model::Stage stage) {
    return [stage](Config& config, const std::string&) -> Slot { return &config.deadline[name(stage)]; };
}

constexpr std::array all_stages{model::Stage::pre_commit, model::Stage::pre_merge_commit, model::Stage::pre_push,
                                model::Stage::ci};
constexpr std::array all_kinds{model::CheckKind::format, model::CheckKind::lint,   model::CheckKind::typecheck,
                               model::CheckKind::build,  model::CheckKind::test,   model::CheckKind::security,
                               model::CheckKind::policy, model::CheckKind::hygiene};

template <class Values>
std::vector<std::string> names_of(const Values& values) {
    std::vector<std::string> names;
    for (const auto value : values) {
        names.emplace_back(name(value));
    }
    return names;
}

std::string refuses_variable(const Value& value) {
    const auto& text = std::get<std::string>(value);
    const bool good = !text.empty() && text.size() <= 100 && (text[0] < '0' || text[0] > '9') &&
                      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
    return good ? "" : "takes the NAME of an environment variable (capitals, digits and '_'), not the key itself";
}

std::string refuses_variable_if_set(const Value& value) {
    return std::get<std::string>(value).empty() ? "" : refuses_variable(value);
}

std::string refuses_url(const Value& value) {
    const auto& text = std::get<std::string>(value);
    if (text.empty()) {
        return {};
    }
    const std::size_t scheme = text.rfind("https://", 0) == 0 ? 8 : text.rfind("http://", 0) == 0 ? 7 : 0;
    if (scheme == 0 || scheme == text.size()) {
        return "takes a URL that starts with https:// or http://";
    }
    const bool odd = std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= 0x7F; });
    if (odd || text.find_first_of("?#\\\"") != std::string::npos) {
        return "takes a base URL without spaces, query and fragment";
    }
    if (text.find('@') != std::string::npos) {
        return "takes a URL without user name and password; the key belongs in the variable that llm.key_env names";
    }
    return {};
}

/// Lets a row of the table name what is special about it.
class Row {
   public:
    explicit Row(Key& key) : key_(key) {}
    Row& range(double min, double max) {
        key_.min = min;
        key_.max = max;
        return *this;
    }
    Row& choices(std::vector<std::string> choices) {
        key_.choices = std::move(choices);
        return *this;
    }
    Row& repository(RepositoryRule rule) {
        key_.repository = rule;
        return *this;
    }
    Row& adds_up() {
        key_.adds_up = true;
        return *this;
    }
    Row& alias(std::string variable) {
        key_.alias = std::move(variable);
        return *this;
    }
    Row& secretive(std::string (*refuses)(const Value&)) {
        key_.is_private = true;
        key_.refuses = refuses;
        return *this;
    }

   private:
    Key& key_;
};

class Table {
   public:
    template <class Access>
    Row add(std::string key_name, KeyType type, Access slot, std::string help) {
        Key key;
        key.name = std::move(key_name);
        key.type = type;
        key.slot = std::move(slot);
        key.help = std::move(help);
        keys_.push_back(std::move(key));
        return Row(keys_.back());
    }
    std::vector<Key> take() {
        std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.name < b.name; });
        return std::move(keys_);
    }

   private:
    std::vector<Key> keys_;
};

void add_general(Table& table) {
    using T = KeyType;
    table
        .add("skip", T::strings, in(&Config::skip),
             "Checks that do not run: ids, kinds, or builtin; all layers add up.")
        .adds_up();
    table.add("exclude", T::strings, in(&Config::exclude), "Globs of paths that no check sees; all layers add up.")
        .adds_up();
    table.add("jobs", T::integer, in(&Config::jobs), "Checks that run at once; 0 = one a processor.").range(0, 1024);
    table.add("changed_lines_only", T::boolean, in(&Config::changed_lines_only),
              "Only findings on changed lines block; the others are shown.");
    table
        .add("remember_results", T::boolean, in(&Config::remember_results),
             "Whether a check that was just run on the same files, tools and settings is not run again.")
        .repository(RepositoryRule::may_not);
    table.add("max_file_kb", T::integer, in(&Config::max_file_kb), "Size in kB above which an added file is too large.")
        .range(1, 1 << 20)
        .repository(RepositoryRule::may_lower);
    table.add("color", T::choice, in(&Config::color), "Colour in the terminal.").choices({"auto", "always", "never"});
    table.add("format", T::choice, in(&Config::format), "Form of the report.")
        .choices({"terminal", "json", "sarif", "junit", "github", "gitlab", "rdjson"});
    for (const auto stage : all_stages) {
        table
            .add(fmt::format("deadline.{}", name(stage)), T::duration, deadline_of(stage),
                 fmt::format("Time that all checks of {} have together.", name(stage)))
            .range(100, day_ms)
            .repository(RepositoryRule::may_lower);
    }
    table.add("integrity.allow", T::strings, in(&Config::integrity_allow),
              "Rules, or RULE:GLOB, that a line rfsn-allow may except in CI, where this is read from the base.");
    table
        .add("patch.max_lines", T::integer, in(&Config::patch_max_lines),
             "Changed lines a proposed patch may have; unset: 40, growing to 80, 120 and 200 as rounds of a search "
             "fail.")
        .range(0, 10000)
        .repository(RepositoryRule::may_lower);
    table
        .add("patch.max_files", T::integer, in(&Config::patch_max_files),
             "Files a proposed patch may touch; unset: 3, growing to 4 and 5 as rounds of a search fail.")
        .range(0, 1000)
        .repository(RepositoryRule::may_lower);
    table
        .add("patch.max_hunks", T::integer, in(&Config::patch_max_hunks),
             "Hunks a proposed patch may have; unset: 6, growing to 9, 12 and 15 as rounds of a search fail.")
        .range(0, 1000)
        .repository(RepositoryRule::may_lower);
}

/// The keys of one provider: those of llm.* itself and of each of llm.providers.
template <class Slots>
void add_provider(Table& table, const std::string& prefix, Slots slot) {
    using T = KeyType;
    using P = ProviderSettings;
    const auto add = [&](const char* field, KeyType type, auto member, std::string help) {
        Row row = table.add(prefix + field, type, slot(member), std::move(help));
        return row.repository(RepositoryRule::may_not);
    };
    add("provider", T::choice, &P::provider, "Wire format; openai is every OpenAI-compatible server.")
        .choices({"openai", "azure", "deepseek", "anthropic", "gemini", "ollama", "command"});
    add("base_url", T::string, &P::base_url, "Endpoint, such as http://127.0.0.1:8080/v1; empty = the provider's.")
        .secretive(refuses_url);
    add("model", T::string, &P::model, "Model name, as the endpoint knows it; empty = the provider's default.");
    add("key_sources", T::choices, &P::key_sources, "Where the key is looked for, in this order.")
        .choices({"env", "file", "command", "git", "vault"});
    add("key_env", T::string, &P::key_env, "NAME of the environment variable that holds the key.")
        .secretive(refuses_variable);
    add("key_file", T::string, &P::key_file, "File with the key, readable by its owner alone.");
    add("key_command", T::argv, &P::key_command, "Program whose first line of output is the key.");
    add("vault_address", T::string, &P::vault_address, "HashiCorp Vault with the key (KV version 2).")
        .secretive(refuses_url);
    add("vault_namespace", T::string, &P::vault_namespace, "Vault's namespace.");
    add("vault_mount", T::string, &P::vault_mount, "Mount of Vault's KV engine; empty = secret.");
    add("vault_path", T::string, &P::vault_path, "Path of the secret below the mount.");
    add("vault_field", T::string, &P::vault_field, "Field of the secret; empty = key.");
    add("vault_token_env", T::string, &P::vault_token_env, "NAME of the variable with Vault's token (VAULT_TOKEN).")
        .secretive(refuses_variable_if_set);
    add("vault_role_id", T::string, &P::vault_role_id, "Role id of an AppRole, used where there is no token.");
    add("vault_secret_id_env", T::string, &P::vault_secret_id_env, "NAME of the variable with the AppRole's secret id.")
        .secretive(refuses_variable_if_set);
    add("vault_secret_id_file", T::string, &P::vault_secret_id_file, "File with the AppRole's secret id.");
    add("command", T::argv, &P::command, "Program that takes the prompt on stdin and prints the answer.");
    add("api_version", T::string, &P::api_version, "Azure's api-version.");
    add("organization", T::string, &P::organization, "OpenAI's organization.");
    add("thinking", T::boolean, &P::thinking, "DeepSeek: leave its thinking on.");
    add("context_tokens", T::integer, &P::context_tokens, "Ollama's num_ctx; 0 = what the request needs.")
        .range(0, 1e8);
    add("requests_per_minute", T::integer, &P::requests_per_minute, "Rate limit; 0 = what the server says.")
        .range(0, 1e9);
    add("tokens_per_minute", T::integer, &P::tokens_per_minute, "Rate limit; 0 = what the server says.").range(0, 1e12);
    const auto price = [&](const char* field, auto member, const char* of) {
        add(field, T::number, member, std::string("US dollars a million ") + of + "; negative = unknown.")
            .range(-1, 1e6);
    };
    price("price_input", &P::price_input, "tokens sent");
    price("price_output", &P::price_output, "tokens received");
    price("price_cached_input", &P::price_cached_input, "tokens read from the provider's cache");
    price("price_cache_write", &P::price_cache_write, "tokens written to the provider's cache");
}

void add_user_only(Table& table) {
    using T = KeyType;
    const auto add = [&](std::string key, KeyType type, auto slot, std::string help) {
        Row row = table.add(std::move(key), type, slot, std::move(help));
        return row.repository(RepositoryRule::may_not);
    };
    add("llm.enabled", T::boolean, in_llm(&LlmSettings::enabled), "Whether a model may be asked.");
    add_provider(table, "llm.", [](auto member) { return in_main(member); });
    add_provider(table, "llm.providers.ID.", [](auto member) { return in_provider(member); });
    add("llm.order", T::strings, in_llm(&LlmSettings::order),
        "Names of llm.providers, asked in this order, the next when one fails; `main` is llm.* itself.");
    add("llm.deadline", T::duration, in_llm(&LlmSettings::deadline),
        "Limit of one question with all its retries, waits and other providers.")
        .range(100, day_ms);
    add("llm.first_token", T::duration, in_llm(&LlmSettings::first_token),
        "How long a stream may give no text, at its beginning and later.")
        .range(100, day_ms);
    add("llm.stream", T::choice, in_llm(&LlmSettings::stream),
        "Whether answers are streamed; auto = where progress is shown.")
        .choices({"auto", "always", "never"});
    add("llm.ca_file", T::string, in_llm(&LlmSettings::ca_file), "Certificates to trust instead of the system's.");
    add("llm.proxy", T::string, in_llm(&LlmSettings::proxy),
        "Proxy to use instead of the environment's (https_proxy).");
    add("llm.budget_requests", T::integer, in_llm(&LlmSettings::budget_requests),
        "Requests within llm.budget_window, all processes together; 0 = no limit.")
        .range(0, 1e9);
    add("llm.budget_tokens", T::integer, in_llm(&LlmSettings::budget_tokens),
        "Tokens within llm.budget_window; 0 = no limit.")
        .range(0, 1e12);
    add("llm.budget_usd", T::number, in_llm(&LlmSettings::budget_usd),
        "US dollars within llm.budget_window, by the prices set; 0 = no limit.")
        .range(0, 1e6);
    add("llm.budget_time", T::duration, in_llm(&LlmSettings::budget_time),
        "Time spent waiting for models within llm.budget_window; 0s = no limit.")
        .range(0, 30 * day_ms);
    add("llm.budget_window", T::duration, in_llm(&LlmSettings::budget_window), "What the budgets are for.")
        .range(1000, 366 * day_ms);
    add("llm.cache", T::boolean, in_llm(&LlmSettings::cache), "Whether proven answers are kept and used again.");
    add("llm.cache_ttl", T::duration, in_llm(&LlmSettings::cache_ttl), "How long an answer is kept.")
        .range(1000, 366 * day_ms);
    add("llm.cache_entries", T::integer, in_llm(&LlmSettings::cache_entries), "Answers kept on disk.").range(1, 1e7);
    add("llm.cache_mb", T::integer, in_llm(&LlmSettings::cache_mb), "Megabytes kept on disk.").range(1, 1e6);
    add("llm.cache_memory_entries", T::integer, in_llm(&LlmSettings::cache_memory_entries), "Answers kept in memory.")
        .range(1, 1e6);
    add("llm.max_tokens", T::integer, in_llm(&LlmSettings::max_tokens),
        "Tokens in a reply at most, its thoughts included; 0: 16,000 where a provider's own service is asked, else "
        "4,096.")
        .range(0, 1000000);
    add("llm.prompt_tokens", T::integer, in_llm(&LlmSettings::prompt_tokens),
        "Tokens in a question at most, reckoned at 3.5 bytes each; what does not fit is left out and named.")
        .range(2000, 1e6);
    add("llm.temperature", T::number, in_llm(&LlmSettings::temperature), "Sampling temperature.").range(0, 2);
    add("llm.timeout", T::duration, in_llm(&LlmSettings::timeout), "Limit of one request.").range(100, 3600000);
    add("llm.attempts", T::integer, in_llm(&LlmSettings::attempts),
        "Requests for one proposal at most, the repair round included.")
        .range(1, 20);
    add("llm.candidates", T::integer, in_llm(&LlmSettings::candidates),
        "Answers asked for at once, at different temperatures, before a repair round.")
        .range(1, 8);
    add("commit.try", T::choice, in(&Config::commit_try),
        "What a red commit tries for a patch: the fixers, or then also what is remembered and a model.")
        .choices({"nothing", "fixers", "model"});
    add("commit.apply", T::choice, in(&Config::commit_apply),
        "What a red commit applies without asking: nothing, what the tools' fixers made, or any proven patch.")
        .choices({"ask", "fixers", "all"});
    add("commit.answer_within", T::duration, in(&Config::commit_answer_within),
        "How long a red commit waits for an answer at the terminal.")
        .range(1000, 600000);
    add("log.level", T::choice, in(&Config::log_level), "What is logged.")
        .choices({"off", "error", "warn", "info", "debug"})
        .alias("RFSN_LOG");
    add("log.file", T::string, in(&Config::log_file), "The log file; empty = log.jsonl in the state directory.");
    add("log.max_kb", T::integer, in(&Config::log_max_kb), "Size in kB at which the log is rotated.")
        .range(16, 1 << 20);
}

void add_checks(Table& table) {
    using T = KeyType;
    using C = CheckSettings;
    const auto add = [&](std::string_view field, KeyType type, auto slot, std::string help) {
        return table.add("checks.ID." + std::string(field), type, slot, std::move(help));
    };
    add("enabled", T::boolean, in_check(&C::enabled), "Whether the check runs at all.");
    add("required", T::boolean, in_check(&C::required), "Whether it stops the commit if it cannot run.");
    add("stages", T::choices, in_check(&C::stages), "Stages at which it runs, instead of its pack's.")
        .choices(names_of(all_stages));
    add("files", T::strings, in_check(&C::files), "Globs of the files it is about, instead of its pack's.");
    add("exclude", T::strings, in_check(&C::exclude), "Globs of files that it does not see.");
    add("run", T::argv, in_check(&C::run),
        "Program and arguments, without a shell: makes it a check of your own. From a repository only once trusted.");
    add("kind", T::choice, in_check(&C::kind), "Kind of a check of your own.").choices(names_of(all_kinds));
    add("parser", T::string, in_check(&C::parser),
        "Parser for a check of your own; empty = its output is shown as it is.");
    add("args", T::strings, in_check(&C::args), "Arguments of a built-in check, as on its command line.");
    add("timeout", T::duration, in_check(&C::timeout), "Limit of one run.").range(1, day_ms);
}

}  // namespace

std::string_view Key::group() const {
    for (const auto group : id_groups) {
        if (name.size() > group.size() + 4 && name.rfind(group, 0) == 0 && name.compare(group.size(), 4, ".ID.") == 0) {
            return group;
        }
    }
    return {};
}

std::string Key::environment() const {
    std::string variable = "RFSN_";
    for (const char c : name) {
        const bool letter = c >= 'a' && c <= 'z';
        variable += letter ? static_cast<char>(c - 'a' + 'A') : c == '.' || c == '-' ? '_' : c;
    }
    return variable;
}

std::string KeyRef::name() const {
    const std::string group(key->group());
    return group.empty() ? key->name : group + "." + id + key->name.substr(group.size() + 3);
}

const std::vector<Key>& key_table() {
    static const std::vector<Key> table = [] {
        Table rows;
        add_general(rows);
        add_user_only(rows);
        add_checks(rows);
        return rows.take();
    }();
    return table;
}

Config default_config() {
    Config config;
    config.deadline[name(model::Stage::pre_commit)] = std::chrono::seconds(20);
    config.deadline[name(model::Stage::pre_merge_commit)] = std::chrono::seconds(20);
    config.deadline[name(model::Stage::pre_push)] = std::chrono::minutes(10);
    config.deadline[name(model::Stage::ci)] = std::chrono::minutes(60);
    return config;
}

bool is_check_id(std::string_view id) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@+-";
    return !id.empty() && id.size() <= 100 && id.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_id(std::string_view group, std::string_view id) {
    return is_check_id(id) && (group == "checks" || id.find_first_of("/:@+.") == std::string_view::npos);
}

KeyRef find_key(std::string_view dotted) {
    for (const auto group : id_groups) {
        const std::size_t start = group.size() + 1;
        if (dotted.size() <= start || dotted.substr(0, group.size()) != group || dotted[group.size()] != '.') {
            continue;
        }
        const std::size_t dot = dotted.rfind('.');
        if (dot < start) {
            return {};
        }
        const std::string_view id = dotted.substr(start, dot - start);
        for (const auto& key : key_table()) {
            const bool fits = key.group() == group && key.name.substr(group.size() + 4) == dotted.substr(dot + 1);
            if (fits && is_id(group, id)) {
                return {&key, std::string(id)};
            }
        }
        return {};
    }
    for (const auto& key : key_table()) {
        if (key.name == dotted && !key.has_id()) {
            return {&key, {}};
        }
    }
    return {};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string best = base::nearest(word, candidates);
    return best.empty() ? std::string() : fmt::format("; did you mean '{}'?", best);
}

const std::vector<KeyInfo>& keys() {
    static const std::vector<KeyInfo> infos = [] {
        std::vector<KeyInfo> list;
        Config defaults = default_config();
        for (const auto& key : key_table()) {
            KeyInfo info;
            info.key = key.name;
            info.type = type_text(key.type);
            info.range = range_text(key);
            const auto value = read(key.slot(defaults, "ID"));
            info.default_value = value ? to_text(*value) : "";
            info.help = key.help;
            info.environment = key.alias.empty() ? key.environment() : key.environment() + ", " + key.alias;
            info.repository_may_set = key.repository != RepositoryRule::may_not;
            info.repository_may_only_lower = key.repository == RepositoryRule::may_lower;
            list.push_back(std::move(info));
        }
        return list;
    }();
    return infos;
}

}  // namespace rfsn::config
