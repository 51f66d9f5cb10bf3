// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <iterator>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "cli/commands.hpp"
#include "cli/decide.hpp"
#include "cli/proposals.hpp"
#include "gate/learning.hpp"
#include "gate/propose.hpp"
#include "llm/reply_cache.hpp"

namespace rfsn::cli {
namespace {

constexpr std::uint64_t max_reply = std::uint64_t{8} << 20;

base::Result<std::string> read_reply(const std::string& file) {
    return file == "-" ? read_stdin(max_reply) : base::read_file(file, max_reply);
}

/// The judged change at the stage that a patch must pass.
base::Result<std::unique_ptr<gate::Judged>> judge_for_proof(gate::Session& session, Progress& progress) {
    gate::CheckRequest request;
    request.stage = model::Stage::ci;
    request.progress = [&](const std::vector<std::string>& running) { progress(running); };
    auto judged = gate::judge(session, std::move(request));
    progress.clear();
    return judged;
}

/// Whether one proven proposal turns every blocked check green.
bool repairs_all(const gate::Judged& judged, const gate::Proposed& proposed) {
    const auto blocked = gate::blocked_checks(judged);
    return std::any_of(proposed.proposals.begin(), proposed.proposals.end(), [&](const auto& proposal) {
        const auto green = [&](const std::string& check) {
            const auto& checks = proposal.evidence.checks;
            return std::any_of(checks.begin(), checks.end(), [&](const auto& delta) { return delta.check == check; }) &&
                   std::all_of(checks.begin(), checks.end(), [&](const auto& delta) {
                       return delta.check != check || delta.after == model::RunState::passed;
                   });
        };
        return proposal.proven && std::all_of(blocked.begin(), blocked.end(), green);
    });
}

/// "rfsn  asking: 12 s, about 340 tokens"
llm::ProgressListener asking(base::StatusLine& line) {
    return [&line](const llm::TransportProgress& progress) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(progress.elapsed).count();
        std::string text = "rfsn  asking: " + std::to_string(seconds) + " s";
        if (progress.tokens > 0) {
            text += ", about " + std::to_string(progress.tokens) + " tokens";
        } else if (progress.running == 0 && progress.waiting > 0) {
            text += ", waiting for a limit or a retry";
        }
        line.show(text);
    };
}

base::Result<gate::Proposed> find(gate::Session& session, const gate::Judged& judged, const Invocation& invocation,
                                  Context& context) {
    if (invocation.has("reply")) {
        RFSN_ASSIGN(const auto reply, read_reply(invocation.value("reply")));
        return gate::propose_from_reply(session, judged, reply);
    }
    // What costs nothing first: the tools' own fixers, then what was proven for this failure before.
    RFSN_ASSIGN(auto fixed, gate::propose_from_fixers(session, judged));
    if (repairs_all(judged, fixed)) {
        return fixed;
    }
    RFSN_ASSIGN(auto remembered, gate::propose_from_memory(session, judged));
    if (std::any_of(remembered.proposals.begin(), remembered.proposals.end(),
                    [](const auto& proposal) { return proposal.proven; })) {
        return remembered;
    }
    base::StatusLine line(STDERR_FILENO, base::terminal_traits(STDERR_FILENO, context.env));
    // Without a terminal nobody looks, and answers need not be streamed.
    const auto show = base::terminal_traits(STDERR_FILENO, context.env).control ? asking(line) : nullptr;
    auto transport = llm::net_transport(session.programs().net, context.env, context.runner, show);
    const auto& settings = session.config().config.llm;
    if (settings.cache && !gate::why_no_endpoint(settings)) {
        transport = llm::remembering(std::move(transport), llm::reply_cache(settings, context.env),
                                     session.repository().common_dir());
    }
    return gate::propose_from_model(session, judged, *transport);
}

}  // namespace

int cmd_propose(const Invocation& invocation, Context& context) {
    if (invocation.has("model")) {
        context.overrides["llm.model"] = invocation.value("model");
    }
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Progress progress(context, false);
    const auto judged = judge_for_proof(**session, progress);
    if (!judged) {
        return fail_with(judged.error());
    }
    if (gate::blocked_checks(**judged).empty()) {
        return deliver(context, invocation, **session, gate::make_report(**session, **judged));
    }
    const auto proposed = find(**session, **judged, invocation, context);
    progress.clear();
    if (!proposed) {
        return fail_with(proposed.error());
    }
    const int code = present(context, invocation, **session, **judged, *proposed);
    const bool asks = code == 0 && !invocation.has("yes") && !invocation.has("format") && !invocation.has("reply");
    if (auto dialog = asks ? person(context) : std::nullopt) {
        return decide(context, **session, **judged, *proposed, *dialog, std::nullopt);
    }
    return code;
}

int cmd_prompt(const Invocation& /*invocation*/, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Progress progress(context, false);
    const auto judged = judge_for_proof(**session, progress);
    if (!judged) {
        return fail_with(judged.error());
    }
    const auto prompt = gate::prompt_for(**session, **judged);
    if (!prompt) {
        return fail_with(prompt.error());
    }
    return print(llm::as_text(*prompt));
}

}  // namespace rfsn::cli
