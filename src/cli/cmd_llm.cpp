// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/consent.hpp"
#include "gate/propose.hpp"
#include "llm/targets.hpp"

namespace rfsn::cli {
namespace {

using llm::Target;

std::string where(const Target& target) {
    return target.settings.provider == "command" ? "command " + target.settings.command.front()
                                                 : target.settings.base_url;
}

int show_status(const config::LlmSettings& settings, const std::vector<Target>& targets) {
    std::string text = std::string("enabled   ") + (settings.enabled ? "yes" : "no") + "\n";
    for (const auto& target : targets) {
        const auto& own = target.settings;
        text += fmt::format("{:9} {}  {}  {}", base::printable(target.name), own.provider, base::printable(own.model),
                            base::printable(where(target)));
        if (own.provider != "command") {
            const std::string& variable = own.key_env.empty() ? target.default_key_env : own.key_env;
            text += fmt::format("  key from {}{}", fmt::join(own.key_sources, ", "),
                                variable.empty() ? "" : " (" + base::printable(variable) + ")");
        }
        text += "\n";
    }
    return print(targets.empty() ? text + "no model is configured\n" : text);
}

int enable(const std::string& state, const config::LlmSettings& settings, const std::vector<Target>& targets) {
    if (targets.empty()) {
        return fail_with({base::ErrorCode::config, *gate::why_no_endpoint(settings), {}});
    }
    const std::string to = llm::destinations(targets);
    if (auto given = gate::give_consent(state, to); !given) {
        return fail_with(given.error());
    }
    std::string list = to;
    std::replace(list.begin(), list.end(), '\n', ' ');
    say("git rfsn propose may send redacted code to " + base::printable(list));
    return 0;
}

int disable(const std::string& state, bool by_setting) {
    if (auto withdrawn = gate::withdraw_consent(state); !withdrawn) {
        return fail_with(withdrawn.error());
    }
    if (by_setting) {
        return fail_with(
            {base::ErrorCode::config,
             "the consent is withdrawn, but llm.enabled is set; `git rfsn config --show-origin` says where",
             {}});
    }
    say("no model will be asked");
    return 0;
}

std::string money(std::uint64_t micro_usd) {
    return fmt::format("${:.4f}", static_cast<double>(micro_usd) * 1e-6);
}

base::Result<llm::Prompt> tiny_prompt() {
    llm::PromptInput input;
    input.files.push_back({"hello.txt", "hello wrold\n"});
    model::Finding finding;
    finding.path = "hello.txt";
    finding.line = 1;
    finding.message = "`wrold` should be `world`";
    input.checks.push_back({"spelling", "", {finding}});
    return llm::build_prompt(input);
}

/// One small question to each provider on its own.
int test_providers(Context& context, const config::LlmSettings& settings, const std::vector<Target>& targets) {
    if (const auto why = gate::why_no_endpoint(settings)) {
        return fail_with({base::ErrorCode::unavailable, *why, {}});
    }
    const auto prompt = tiny_prompt();
    if (!prompt) {
        return fail_with(prompt.error());
    }
    const auto transport = llm::net_transport(gate::find_programs().net, context.env, context.runner);
    int code = 0;
    for (const auto& target : targets) {
        config::LlmSettings one = settings;
        one.order = {target.name};
        const auto reply = transport->ask(*prompt, one);
        if (!reply) {
            code = fail_with(base::Error(reply.error()).with("asking " + base::printable(target.name)));
            continue;
        }
        const auto& cost = reply->cost;
        const std::string model = cost.model.empty() ? target.settings.model : cost.model;
        std::string text = fmt::format("{}  answered in {} ms{}\n  model   {}\n  tokens  {} in, {} out\n",
                                       base::printable(target.name), reply->duration.count(),
                                       reply->http.empty() ? "" : " over " + reply->http, base::printable(model),
                                       cost.input_tokens, cost.output_tokens);
        text +=
            "  cost    " + (cost.priced ? money(cost.micro_usd) : "unknown: set price_input and price_output") + "\n";
        text += "  limits  " + (reply->limits.empty() ? "the server names none" : reply->limits) + "\n";
        code = std::max(code, print(text));
    }
    return code;
}

std::string stats_text(const std::vector<llm::Spent>& rows) {
    std::string text = fmt::format("{:<14} {:<28} {:>8} {:>10} {:>10} {:>8} {:>10} {:>8}\n", "provider", "model",
                                   "requests", "tokens in", "cached", "out", "cost", "seconds");
    model::Cost total;
    for (const auto& row : rows) {
        const bool priced = row.unpriced == 0;
        text += fmt::format("{:<14} {:<28} {:>8} {:>10} {:>10} {:>8} {:>10} {:>8.1f}\n", base::printable(row.target),
                            base::printable(row.model), row.requests, row.input_tokens + row.cached_tokens,
                            row.cached_tokens, row.output_tokens, priced ? money(row.micro_usd) : "unknown",
                            static_cast<double>(row.duration.count()) / 1000);
        if (row.unsettled > 0) {
            text += fmt::format("  {} of them were cut off by a kill; they count as what they might have cost\n",
                                row.unsettled);
        }
        total.requests += row.requests;
        total.micro_usd += row.micro_usd;
    }
    return text + fmt::format("{} requests, {} in all\n", total.requests, money(total.micro_usd));
}

std::string stats_json(const std::vector<llm::Spent>& rows) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const auto& row : rows) {
        json.push_back({{"provider", row.target},
                        {"model", row.model},
                        {"requests", row.requests},
                        {"unsettled", row.unsettled},
                        {"input_tokens", row.input_tokens + row.cached_tokens},
                        {"cached_tokens", row.cached_tokens},
                        {"output_tokens", row.output_tokens},
                        {"usd", static_cast<double>(row.micro_usd) * 1e-6},
                        {"unpriced_requests", row.unpriced},
                        {"seconds", static_cast<double>(row.duration.count()) / 1000}});
    }
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int show_stats(const Invocation& invocation, Context& context, const config::LlmSettings& settings) {
    const auto transport = llm::net_transport(gate::find_programs().net, context.env, context.runner);
    constexpr auto month = std::chrono::hours(24 * 30);
    const auto rows = transport->stats(settings, base::SystemClock().system_now() - month);
    if (!rows) {
        return fail_with(rows.error());
    }
    if (invocation.value("format") == "json") {
        return print(stats_json(*rows));
    }
    return print(rows->empty() ? "nothing was spent in the last 30 days\n"
                               : "the last 30 days, all repositories\n" + stats_text(*rows));
}

}  // namespace

int cmd_llm(const Invocation& invocation, Context& context) {
    const std::string action = invocation.positionals.front();
    const std::string state = base::xdg_state_dir(context.env);
    auto loaded = gate::user_config(context.env, context.overrides);
    if (!loaded) {
        return fail_with(loaded.error());
    }
    auto& settings = loaded->config.llm;
    const bool by_setting = settings.enabled;
    if (action == "disable") {
        return disable(state, by_setting);
    }
    if (action == "stats") {
        return show_stats(invocation, context, settings);
    }
    settings.enabled = by_setting || gate::consent_given(state, settings);
    const auto targets = llm::targets(settings);
    if (!targets) {
        return fail_with(targets.error());
    }
    if (action == "status") {
        return show_status(settings, *targets);
    }
    return action == "enable" ? enable(state, settings, *targets) : test_providers(context, settings, *targets);
}

}  // namespace rfsn::cli
