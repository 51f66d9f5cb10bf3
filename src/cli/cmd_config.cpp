// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/consent.hpp"
#include "gate/propose.hpp"

namespace rfsn::cli {
namespace {

/// In a repository all layers, elsewhere those of the user.
base::Result<config::Loaded> load_here(Context& context) {
    auto session = open_session(context);
    if (!session && session.error().code == base::ErrorCode::not_found) {
        return gate::user_config(context.env, context.overrides);
    }
    if (!session) {
        return tl::make_unexpected(std::move(session.error()));
    }
    RFSN_ASSIGN(const auto snapshot, (*session)->source().snapshot({}));
    const git::TreeView view((*session)->source(), snapshot);
    RFSN_TRY((*session)->load_config(&view));
    return (*session)->config();
}

std::string endpoint(const config::LlmSettings& settings) {
    return "endpoint  " + (settings.base_url.empty() ? "(none)" : base::printable(settings.base_url)) + "\nmodel     " +
           (settings.model.empty() ? "(none)" : base::printable(settings.model)) + "\nkey       in the variable " +
           base::printable(settings.key_env) + "\nenabled   " + (settings.enabled ? "yes" : "no") + "\n";
}

int test_endpoint(Context& context, gate::Session& session) {
    const auto& settings = session.config().config.llm;
    if (const auto why = gate::why_no_endpoint(settings)) {
        return fail_with({base::ErrorCode::unavailable, *why, {}});
    }
    llm::PromptInput input;
    input.files.push_back({"hello.txt", "hello wrold\n"});
    model::Finding finding;
    finding.path = "hello.txt";
    finding.line = 1;
    finding.message = "`wrold` should be `world`";
    input.checks.push_back({"spelling", "", {finding}});
    const auto prompt = llm::build_prompt(input);
    if (!prompt) {
        return fail_with(prompt.error());
    }
    const auto start = std::chrono::steady_clock::now();
    const auto reply = llm::net_transport(session.programs().net, context.env, context.runner)->ask(*prompt, settings);
    if (!reply) {
        return fail_with(reply.error());
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return print("answered  " + std::to_string(took.count()) + " ms\nmodel     " +
                 base::printable(reply->cost.model.empty() ? settings.model : reply->cost.model) + "\ntokens    " +
                 std::to_string(reply->cost.input_tokens) + " in, " + std::to_string(reply->cost.output_tokens) +
                 " out\n");
}

}  // namespace

int cmd_config(const Invocation& invocation, Context& context) {
    if (invocation.has("schema")) {
        return print(config::json_schema() + "\n");
    }
    const auto loaded = load_here(context);
    if (!loaded) {
        return fail_with(loaded.error());
    }
    const std::string wanted = invocation.positionals.empty() ? "" : invocation.positionals.front();
    std::string text;
    std::vector<std::string> known;
    for (const auto& origin : loaded->origins) {
        known.push_back(origin.key);
        if (!wanted.empty() && origin.key != wanted && origin.key.rfind(wanted + ".", 0) != 0) {
            continue;
        }
        text += origin.key == wanted && !invocation.has("show-origin")
                    ? base::printable(origin.value)
                    : origin.key + ": " + base::printable(origin.value);
        if (invocation.has("show-origin")) {
            text += "  # " + std::string(config::name(origin.layer)) +
                    (origin.where.empty() ? "" : " " + base::printable(origin.where));
        }
        text += "\n";
    }
    if (text.empty()) {
        const std::string near = base::nearest(wanted, known);
        return fail_with({base::ErrorCode::usage,
                          "there is no setting '" + base::printable(wanted) + "'" +
                              (near.empty() ? "" : "; did you mean '" + near + "'?"),
                          {}});
    }
    return print(text);
}

int cmd_llm(const Invocation& invocation, Context& context) {
    const std::string action = invocation.positionals.front();
    const std::string state = base::xdg_state_dir(context.env);
    auto loaded = gate::user_config(context.env, context.overrides);
    if (!loaded) {
        return fail_with(loaded.error());
    }
    auto& settings = loaded->config.llm;
    const bool by_setting = settings.enabled;
    settings.enabled = by_setting || gate::consent_given(state, settings.base_url);
    if (action == "status") {
        return print(endpoint(settings));
    }
    if (action == "enable") {
        if (settings.base_url.empty() || settings.model.empty()) {
            return fail_with({base::ErrorCode::config, *gate::why_no_endpoint(settings), {}});
        }
        if (auto given = gate::give_consent(state, settings.base_url); !given) {
            return fail_with(given.error());
        }
        say("git rfsn propose may send redacted code to " + base::printable(settings.base_url));
        return 0;
    }
    if (action == "disable") {
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
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    if (auto configured = (*session)->load_config(nullptr); !configured) {
        return fail_with(configured.error());
    }
    return test_endpoint(context, **session);
}

}  // namespace rfsn::cli
