// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "cli/commands.hpp"
#include "cli/decide.hpp"
#include "cli/proposals.hpp"
#include "gate/propose.hpp"
#include "gate/question.hpp"

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

base::Result<gate::Proposed> find(gate::Session& session, const gate::Judged& judged, const Invocation& invocation,
                                  Context& context) {
    if (invocation.has("reply")) {
        RFSN_ASSIGN(const auto reply, read_reply(invocation.value("reply")));
        return gate::propose_from_reply(session, judged, reply);
    }
    base::StatusLine line(STDERR_FILENO, base::terminal_traits(STDERR_FILENO, context.env));
    const auto transport = transport_to_model(context, session, line);
    return gate::propose(session, judged, *transport);
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
