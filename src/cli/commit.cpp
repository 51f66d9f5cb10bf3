// SPDX-License-Identifier: MIT
#include <algorithm>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/decide.hpp"
#include "cli/proposals.hpp"
#include "gate/propose.hpp"
#include "report/report.hpp"

namespace rfsn::cli {
namespace {

/// What the user's own configuration lets a red commit try: the fixers, or all that `git rfsn propose` does, by the
/// checks of "ci" as there.
base::Result<gate::Proposed> search(Context& context, gate::Session& session, const gate::Judged& judged) {
    if (session.config().config.commit_try != "model") {
        return gate::propose_from_fixers(session, judged);
    }
    gate::CheckRequest request;
    request.stage = model::Stage::ci;
    RFSN_ASSIGN(const auto whole, gate::judge(session, std::move(request)));
    base::StatusLine line(STDERR_FILENO, base::terminal_traits(STDERR_FILENO, context.env));
    const auto transport = transport_to_model(context, session, line);
    return gate::propose(session, *whole, *transport);
}

bool may_apply_unasked(const config::Config& config, const model::ProposalSummary& proposal) {
    return config.commit_apply == "all" ||
           (config.commit_apply == "fixers" && proposal.source == model::ProposalSource::fixer);
}

/// Whether a proposal was applied.
bool offer(Context& context, gate::Session& session, const gate::Judged& judged, const gate::Proposed& proposed) {
    const auto& config = session.config().config;
    const auto proven = std::find_if(proposed.proposals.begin(), proposed.proposals.end(),
                                     [](const auto& proposal) { return proposal.proven; });
    if (proven == proposed.proposals.end()) {
        return false;
    }
    if (may_apply_unasked(config, *proven)) {
        return apply_stored(context, session, proven->id) == 0;
    }
    say(report::proposal(*proven, traits(STDERR_FILENO, context, config.color)));
    auto dialog = context.env.get("CI") ? std::nullopt : base::Dialog::open();
    if (!dialog) {
        return false;  // nobody is there to be asked; the proposal is kept
    }
    const auto deadline = std::chrono::steady_clock::now() + config.commit_answer_within;
    gate::Proposed one;
    one.proposals.push_back(*proven);
    if (decide(context, session, judged, one, *dialog, deadline) != 0) {
        return false;
    }
    const auto now = session.source().snapshot({});
    return now && now->id != judged.whole.id;
}

}  // namespace

int gate_commit(const Invocation& invocation, Context& context, const gate::CheckRequest& request) {
    int code = 0;
    {
        auto session = open_session(context);
        if (!session) {
            return fail_with(session.error());
        }
        Progress progress(context, false);
        auto first = request;
        first.progress = [&](const std::vector<std::string>& running) { progress(running); };
        const auto judged = gate::judge(**session, std::move(first));
        progress.clear();
        if (!judged) {
            return fail_with(judged.error());
        }
        auto report = gate::make_report(**session, **judged);
        gate::keep_fixes_of_passing_index(**session, **judged, report);
        code = deliver(context, invocation, **session, report);
        const bool own_index = (*judged)->whole.origin == model::IndexOrigin::normal;
        if (code != 1 || !own_index || (*session)->config().config.commit_try == "nothing") {
            return code;
        }
        const auto proposed = search(context, **session, **judged);
        progress.clear();
        if (!proposed) {
            say("git-rfsn: no patch was found: " + proposed.error().describe());
            return code;
        }
        if (!offer(context, **session, **judged, *proposed)) {
            return code;
        }
    }
    // The index is another now: it is judged like any other before it is committed.
    return run_check(invocation, context, request, "terminal");
}

}  // namespace rfsn::cli
