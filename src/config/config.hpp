// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/result.hpp"
#include "model/check.hpp"

namespace rfsn::config {

/// Settings of one check, built-in, from a pack, or the team's own (then `run` is set).
struct CheckSettings {
    std::optional<bool> enabled;
    std::optional<bool> required;
    std::vector<model::Stage> stages;  ///< empty: as its pack says
    std::vector<std::string> files;    ///< globs; empty: as its pack says
    std::vector<std::string> exclude;  ///< globs
    std::vector<std::string> run;      ///< argv; makes it an own check. From the repository only when trusted
    std::string kind = "lint";         ///< of an own check
    std::string parser;                ///< of an own check; "" = raw output is shown
    std::vector<std::string> args;     ///< of a built-in: as on its command line
    std::optional<std::chrono::milliseconds> timeout;
};

/// One model of one provider. What is empty is the provider's default.
struct ProviderSettings {
    std::string provider = "openai";  ///< the wire format; "openai" is every compatible server
    std::string base_url;             ///< "http://127.0.0.1:8080/v1"
    std::string model;
    std::vector<std::string> key_sources{"env", "file", "command", "vault"};
    std::string key_env;  ///< NAME of the variable that holds the key; rfsn-net reads it, we never do
    std::string key_file;
    std::vector<std::string> key_command;
    std::string vault_address, vault_namespace, vault_mount, vault_path, vault_field, vault_token_env, vault_role_id,
        vault_secret_id_env, vault_secret_id_file;
    std::vector<std::string> command;  ///< of the provider "command"
    std::string api_version, organization;
    bool thinking = false;
    std::int64_t context_tokens = 0, requests_per_minute = 0, tokens_per_minute = 0;
    double price_input = -1, price_output = -1, price_cached_input = -1, price_cache_write = -1;  ///< $ a million
};

/// The first provider is written in here itself, under the name "main"; others by name.
struct LlmSettings : ProviderSettings {
    bool enabled = false;
    bool provider_set = false;  ///< llm.provider was given: then its defaults count
    std::map<std::string, ProviderSettings, std::less<>> providers;
    std::vector<std::string> order;      ///< names, asked in this order
    std::int64_t max_tokens = 0;         ///< of a reply; 0: as many as llm::reply_tokens() says
    std::int64_t prompt_tokens = 16000;  ///< of a question, estimated at 3.5 bytes each
    double temperature = 0;
    std::chrono::milliseconds timeout{60000};
    std::chrono::milliseconds deadline{120000};
    std::chrono::milliseconds first_token{60000};
    std::string stream = "auto";  ///< auto: where progress is shown
    std::int64_t attempts = 2;    ///< requests per propose at most, the repair round included
    std::int64_t candidates = 1;  ///< answers asked for at once in the first round, at different temperatures
    std::string ca_file, proxy;
    std::int64_t budget_requests = 0, budget_tokens = 0;
    double budget_usd = 0;
    std::chrono::milliseconds budget_time{0};
    std::chrono::milliseconds budget_window{24 * 3600 * 1000};
    bool cache = true;
    std::chrono::milliseconds cache_ttl{72 * 3600 * 1000};
    std::int64_t cache_entries = 5000, cache_mb = 256, cache_memory_entries = 1000;

    LlmSettings() { key_env = "RFSN_LLM_KEY"; }
};

struct Config {
    std::map<std::string, CheckSettings, std::less<>> checks;
    std::vector<std::string> skip;                                           ///< ids, kinds or "builtin"
    std::vector<std::string> exclude;                                        ///< globs that no check sees
    std::map<std::string, std::chrono::milliseconds, std::less<>> deadline;  ///< by stage name
    std::int64_t jobs = 0;                                                   ///< 0 = processors
    bool changed_lines_only = true;  ///< findings elsewhere are shown, not blocking
    bool remember_results = true;    ///< of checks, for the next run on the same bytes
    std::int64_t max_file_kb = 500;
    std::vector<std::string> integrity_allow;  ///< "RULE" or "RULE:GLOB" that rfsn-allow may except in CI
    std::int64_t patch_max_lines = 40;
    std::int64_t patch_max_files = 3;
    std::int64_t patch_max_hunks = 6;
    std::string commit_try = "nothing";  ///< what a red commit tries: nothing, fixers, model
    std::string commit_apply = "ask";    ///< what it applies unasked: ask (nothing), fixers, all
    std::chrono::milliseconds commit_answer_within{30000};
    LlmSettings llm;
    std::string log_level = "off";  ///< off, error, warn, info, debug
    std::string log_file;           ///< "" = $XDG_STATE_HOME/git-rfsn/log.jsonl
    std::int64_t log_max_kb = 10240;
    std::string color = "auto";  ///< auto, always, never
    std::string format = "terminal";
};

enum class Layer { defaults, user, repository, environment, command_line };
[[nodiscard]] const char* name(Layer layer);

/// One setting with where it came from: "user: /home/a/.config/git-rfsn/config.yaml:3:5".
struct Origin {
    std::string key;    ///< dotted: "llm.model"
    std::string value;  ///< as YAML flow text; never a secret
    Layer layer = Layer::defaults;
    std::string where;
};

struct Loaded {
    Config config;
    std::vector<Origin> origins;           ///< every key, sorted
    bool repository_has_commands = false;  ///< .rfsn.yaml defines own commands; need trust
    std::string repository_commands_hash;  ///< SHA-256 of them
};

struct Sources {
    std::string user_file;                         ///< path; may not exist
    std::optional<std::string> repository_text;    ///< .rfsn.yaml as it is in the tree judged (or the base, in CI)
    std::string repository_name = ".rfsn.yaml";    ///< for messages
    base::Environment env;                         ///< RFSN_*: RFSN_LLM_MODEL, RFSN_JOBS, RFSN_SKIP=id,id
    std::map<std::string, std::string> overrides;  ///< dotted key -> text, from the command line (--set)
};
/// Merges the layers. Errors: config, "FILE:LINE:COLUMN: unknown key 'lmit'; did you mean 'limit'?" for an unknown or
/// repeated key, a wrong type, a value out of range, a key this layer may not set (the repository: llm.*, log.*, limits
/// upwards).
[[nodiscard]] base::Result<Loaded> load(const Sources& sources);
/// Every key with type, range, default, layers that may set it and one line of help; the JSON schema is made from it.
struct KeyInfo {
    std::string key, type, range, default_value, help;
    std::string environment;  ///< RFSN_JOBS
    bool repository_may_set = true;
    bool repository_may_only_lower = false;
};
[[nodiscard]] const std::vector<KeyInfo>& keys();
[[nodiscard]] std::string json_schema();

/// Trust pins in $XDG_STATE_HOME/git-rfsn/trust: this clone was initialised, these commands were approved.
class Trust {
   public:
    Trust(std::string state_dir, std::string common_dir)
        : state_dir_(std::move(state_dir)), common_dir_(std::move(common_dir)) {}
    [[nodiscard]] bool clone_trusted() const;
    [[nodiscard]] bool commands_trusted(const std::string& hash) const;
    [[nodiscard]] base::Result<void> trust_clone() const;
    [[nodiscard]] base::Result<void> trust_commands(const std::string& hash) const;
    /// All that is pinned, as one text that changes when it does.
    [[nodiscard]] std::string state() const;
    [[nodiscard]] base::Result<void> forget() const;

   private:
    std::string state_dir_, common_dir_;
};

}  // namespace rfsn::config
