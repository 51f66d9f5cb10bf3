// SPDX-License-Identifier: MIT
#include "llm/targets.hpp"

#include <algorithm>
#include <set>
#include <span>

#include <nlohmann/json.hpp>

#include "base/embedded.hpp"
#include "base/packed_doc.hpp"
#include "base/text.hpp"

namespace rfsn::llm {

std::span<const base::EmbeddedFile> provider_files();

namespace {

using Json = nlohmann::json;
constexpr const char* main_name = "main";

base::Result<Json> defaults() {
    for (const auto& file : provider_files()) {
        if (const auto doc = base::unpack_doc(file.bytes); doc && doc->is_map()) {
            return Json::parse(base::to_json(*doc));
        }
    }
    return base::fail(base::ErrorCode::internal, "the providers' defaults are damaged");
}

std::string key_of(const std::string& name) {
    return name == main_name ? "llm." : "llm.providers." + base::printable(name) + ".";
}

bool is_set(const config::LlmSettings& settings) {
    return !settings.base_url.empty() || settings.provider_set || !settings.command.empty();
}

base::Result<Target> completed(const std::string& name, config::ProviderSettings settings, bool use_defaults,
                               const Json& known) {
    Target target{name, std::move(settings), ""};
    auto& own = target.settings;
    const Json& of_kind = known.at(own.provider);
    const auto text = [&](const char* key) { return of_kind.at(key).get<std::string>(); };
    if (own.provider == "command") {
        if (own.command.empty()) {
            return base::fail(base::ErrorCode::config, key_of(name) + "command is not set in your user configuration");
        }
        return target;
    }
    const bool own_url = own.base_url.empty() || own.base_url == text("base_url");
    if (use_defaults) {
        own.base_url = own.base_url.empty() ? text("base_url") : own.base_url;
        own.model = own.model.empty() && own_url ? text("model") : own.model;
    }
    target.default_key_env = own_url ? text("key_env") : "";
    if (own.base_url.empty() || own.model.empty()) {
        return base::fail(base::ErrorCode::config, key_of(name) + (own.base_url.empty() ? "base_url" : "model") +
                                                       " is not set in your user configuration");
    }
    return target;
}

}  // namespace

base::Result<std::vector<Target>> targets(const config::LlmSettings& settings) {
    std::vector<Target> all;
    if (!is_set(settings) && settings.providers.empty()) {
        return all;
    }
    RFSN_ASSIGN(const Json known, defaults());
    std::vector<std::string> order = settings.order;
    if (order.empty() && is_set(settings)) {
        order.emplace_back(main_name);
    }
    if (order.empty()) {
        for (const auto& [name, provider] : settings.providers) {
            order.push_back(name);
        }
    }
    std::set<std::string> seen;
    for (const auto& name : order) {
        if (!seen.insert(name).second) {
            continue;
        }
        const auto found = settings.providers.find(name);
        if (found == settings.providers.end() && name != main_name) {
            return base::fail(base::ErrorCode::config,
                              "llm.order names '" + base::printable(name) + "', which llm.providers does not have");
        }
        RFSN_ASSIGN(auto target, found == settings.providers.end()
                                     ? completed(name, static_cast<const config::ProviderSettings&>(settings),
                                                 settings.provider_set, known)
                                     : completed(name, found->second, true, known));
        all.push_back(std::move(target));
    }
    return all;
}

std::int64_t reply_tokens(const config::LlmSettings& settings, const std::vector<Target>& targets) {
    constexpr std::int64_t hosted = 16000;
    constexpr std::int64_t own_server = 4096;
    if (settings.max_tokens != 0) {
        return settings.max_tokens;
    }
    const bool is_hosted = std::any_of(targets.begin(), targets.end(), [](const Target& one) {
        return !one.default_key_env.empty() && one.settings.provider != "ollama";
    });
    return is_hosted ? hosted : own_server;
}

std::string destinations(const std::vector<Target>& targets) {
    std::string text;
    std::set<std::string> seen;
    for (const auto& target : targets) {
        std::string where = target.settings.base_url;
        if (target.settings.provider == "command") {
            where = "command:";
            for (const auto& word : target.settings.command) {
                where += " " + word;
            }
        }
        if (seen.insert(where).second) {
            text += (text.empty() ? "" : "\n") + where;
        }
    }
    return text;
}

}  // namespace rfsn::llm
