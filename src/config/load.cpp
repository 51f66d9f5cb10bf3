// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "config/key_table.hpp"

namespace rfsn::config {
namespace {

/// Puts assignments over one another, lowest layer first.
class Merge {
   public:
    Merge() {
        loaded_.config = default_config();
        for (const auto& key : key_table()) {
            if (!key.has_id()) {
                note({&key, {}}, Layer::defaults, "");
            }
        }
    }

    void apply(Gathered layer) {
        for (auto& error : layer.errors) {
            errors_.push_back(std::move(error));
        }
        for (auto& assignment : layer.assignments) {
            apply(assignment);
        }
    }

    /// The variables that hold keys, by what has been applied.
    [[nodiscard]] std::set<std::string> key_variables() const {
        const LlmSettings& llm = loaded_.config.llm;
        std::set<std::string> names{llm.key_env, llm.vault_token_env, llm.vault_secret_id_env};
        for (const auto& [name, provider] : llm.providers) {
            names.insert({provider.key_env, provider.vault_token_env, provider.vault_secret_id_env});
        }
        return names;
    }

    base::Result<Loaded> finish() {
        for (const auto& [dotted, origin] : origins_) {
            const KeyRef ref = find_key(dotted);
            const bool needs_run =
                ref.key != nullptr && (ref.key->name == "checks.ID.kind" || ref.key->name == "checks.ID.parser");
            if (needs_run && loaded_.config.checks[ref.id].run.empty()) {
                errors_.push_back(fmt::format("{}: {} is for checks of your own; checks.{}.run is missing",
                                              origin.where, dotted, ref.id));
            }
        }
        if (!errors_.empty()) {
            return base::fail(base::ErrorCode::config, fmt::format("{}", fmt::join(errors_, "\n")));
        }
        for (auto& entry : origins_) {
            loaded_.origins.push_back(std::move(entry.second));
        }
        hash_commands();
        return std::move(loaded_);
    }

   private:
    void apply(Assignment& assignment) {
        const Key& key = *assignment.ref.key;
        const Slot slot = key.slot(loaded_.config, assignment.ref.id);
        if (assignment.layer == Layer::repository && !repository_may(assignment, slot)) {
            return;
        }
        if (assignment.layer == Layer::repository && key.type == KeyType::argv) {
            commands_[assignment.ref.id] = std::get<std::vector<std::string>>(assignment.value);
        }
        if (key.adds_up) {
            auto all = std::get<std::vector<std::string>>(read(slot).value_or(std::vector<std::string>()));
            for (auto& word : std::get<std::vector<std::string>>(assignment.value)) {
                if (std::find(all.begin(), all.end(), word) == all.end()) {
                    all.push_back(std::move(word));
                }
            }
            assignment.value = std::move(all);
        }
        write(slot, assignment.value);
        loaded_.config.llm.provider_set = loaded_.config.llm.provider_set || key.name == "llm.provider";
        note(assignment.ref, assignment.layer, assignment.where);
    }

    bool repository_may(const Assignment& assignment, const Slot& slot) {
        const Key& key = *assignment.ref.key;
        if (key.repository == RepositoryRule::may_not) {
            errors_.push_back(
                fmt::format("{}: {} may not be set by a repository; set it in your own configuration or as {}",
                            assignment.where, assignment.ref.name(), key.environment()));
            return false;
        }
        if (key.repository == RepositoryRule::may_lower) {
            const auto limit = read(slot);
            if (limit && *limit < assignment.value) {
                errors_.push_back(
                    fmt::format("{}: {} may only be lowered by a repository ({} is above {}); raise it in your own "
                                "configuration or as {}",
                                assignment.where, assignment.ref.name(), to_text(assignment.value), to_text(*limit),
                                key.environment()));
                return false;
            }
        }
        return true;
    }

    void note(const KeyRef& ref, Layer layer, std::string where) {
        const std::string dotted = ref.name();
        const auto value = read(ref.key->slot(loaded_.config, ref.id));
        const std::string text = value ? to_text(*value) : "";
        origins_[dotted] = Origin{dotted, text, layer, std::move(where)};
    }

    void hash_commands() {
        if (commands_.empty()) {
            return;
        }
        base::Sha256 hash;
        hash.field("rfsn commands 1");
        for (const auto& [id, argv] : commands_) {
            hash.field(id).field(std::to_string(argv.size()));
            for (const auto& word : argv) {
                hash.field(word);
            }
        }
        loaded_.repository_has_commands = true;
        loaded_.repository_commands_hash = hash.hex();
    }

    Loaded loaded_;
    std::map<std::string, Origin> origins_;
    std::map<std::string, std::vector<std::string>> commands_;
    std::vector<std::string> errors_;
};

Gathered user_layer(const std::string& path) {
    Gathered layer;
    if (path.empty()) {
        return layer;
    }
    const auto bytes = base::read_file(path, std::uint64_t{16} << 20);
    if (bytes) {
        gather_document(*bytes, path, Layer::user, layer);
    } else if (bytes.error().code != base::ErrorCode::not_found) {
        layer.errors.push_back(fmt::format("{}:1:1: {}", path, bytes.error().describe()));
    }
    return layer;
}

}  // namespace

const char* name(Layer layer) {
    switch (layer) {
        case Layer::defaults:
            return "default";
        case Layer::user:
            return "user";
        case Layer::repository:
            return "repository";
        case Layer::environment:
            return "environment";
        case Layer::command_line:
            return "command line";
    }
    return "";
}

base::Result<Loaded> load(const Sources& sources) {
    Merge merge;
    merge.apply(user_layer(sources.user_file));
    if (sources.repository_text) {
        Gathered layer;
        gather_document(*sources.repository_text, sources.repository_name, Layer::repository, layer);
        merge.apply(std::move(layer));
    }
    // Which variable is the key's, and so no setting, may itself be said by a variable or the command line.
    std::set<std::string> key_variables = merge.key_variables();
    key_variables.insert(sources.env.get_or("RFSN_LLM_KEY_ENV", ""));
    if (const auto given = sources.overrides.find("llm.key_env"); given != sources.overrides.end()) {
        key_variables.insert(given->second);
    }
    Gathered environment;
    gather_environment(sources.env, key_variables, environment);
    merge.apply(std::move(environment));
    Gathered overrides;
    gather_overrides(sources.overrides, overrides);
    merge.apply(std::move(overrides));
    return merge.finish();
}

}  // namespace rfsn::config
