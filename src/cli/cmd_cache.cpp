// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "llm/reply_cache.hpp"

namespace rfsn::cli {
namespace {

std::string stats_json(const cache::CacheStats& stats, const std::map<std::string, std::uint64_t>& history) {
    nlohmann::ordered_json json{{"entries", stats.disk.entries}, {"bytes", stats.disk.bytes}};
    for (const auto& [name, value] : history) {
        json[name] = value;
    }
    return json.dump(2) + "\n";
}

std::string stats_text(const cache::CacheStats& stats, std::map<std::string, std::uint64_t> history,
                       const config::LlmSettings& settings) {
    const std::uint64_t hits = history["memory_hits"] + history["disk_hits"];
    const std::uint64_t asked = hits + history["misses"];
    return fmt::format("kept        {} of at most {} answers, {:.1f} of {} MB\n", stats.disk.entries,
                       settings.cache_entries, static_cast<double>(stats.disk.bytes) / (1 << 20), settings.cache_mb) +
           fmt::format("asked       {} times: {} from memory, {} from disk, {} not there ({:.0f} % hits)\n", asked,
                       history["memory_hits"], history["disk_hits"], history["misses"],
                       asked == 0 ? 0.0 : 100.0 * static_cast<double>(hits) / static_cast<double>(asked)) +
           fmt::format("gone        {} expired, {} made room, {} damaged\n", history["expired"], history["evictions"],
                       history["damaged"]) +
           fmt::format("similar     {} searches, {} candidates to prove\n", history["searches"], history["candidates"]);
}

}  // namespace

int cmd_cache(const Invocation& invocation, Context& context) {
    const std::string action = invocation.positionals.front();
    const auto loaded = gate::user_config(context.env, context.overrides);
    if (!loaded) {
        return fail_with(loaded.error());
    }
    const auto& settings = loaded->config.llm;
    const std::string path = base::xdg_cache_dir(context.env) + "/llm.db";
    if (action == "path") {
        return print(path + "\n");
    }
    const auto cache = llm::reply_cache(settings, context.env);
    if (!cache->disk_problem().empty()) {
        return fail_with({base::ErrorCode::io, "the cache cannot be used: " + cache->disk_problem(), {}});
    }
    if (action == "clear") {
        cache->clear();
        if (cache->stats().disk.failures > 0) {
            return fail_with({base::ErrorCode::io, "the cache cannot be cleared; remove " + base::printable(path), {}});
        }
        say("the cache of answers is empty");
        return 0;
    }
    const auto stats = cache->stats();
    const auto history = cache->history();
    return print(invocation.value("format") == "json" ? stats_json(stats, history)
                                                      : stats_text(stats, history, settings));
}

}  // namespace rfsn::cli
