// SPDX-License-Identifier: MIT
#include "cli/proposals.hpp"

#include <unistd.h>

#include "base/text.hpp"
#include "gate/apply.hpp"
#include "llm/reply_cache.hpp"
#include "report/report.hpp"

namespace rfsn::cli {
namespace {

const char* words(git::WorkTreeOutcome outcome, bool in_index) {
    if (!in_index) {
        switch (outcome) {
            case git::WorkTreeOutcome::written:
                return "work tree (nothing of it was staged)";
            case git::WorkTreeOutcome::merged:
                return "merged into your work tree (nothing of it was staged)";
            case git::WorkTreeOutcome::already:
            case git::WorkTreeOutcome::absent:
                return "nothing to do";
            case git::WorkTreeOutcome::conflict:
                return "left alone";
        }
    }
    switch (outcome) {
        case git::WorkTreeOutcome::written:
            return "index and work tree";
        case git::WorkTreeOutcome::merged:
            return "index, and merged into your unstaged work";
        case git::WorkTreeOutcome::already:
            return "index (the work tree had it already)";
        case git::WorkTreeOutcome::absent:
            return "index (the work tree has no such file)";
        case git::WorkTreeOutcome::conflict:
            break;
    }
    return "index only: the work-tree file was left alone";
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

}  // namespace

void say_outcome(const patch::ApplyOutcome& outcome, const char* verb) {
    say(std::string(verb) + " " + outcome.proposal);
    for (const auto& file : outcome.files) {
        say("  " + base::printable(file.path) + "  " + words(file.work_tree, file.in_index));
        if (!file.reason.empty()) {
            say("    " + base::printable(file.reason));
        }
        if (!file.kept_patch.empty()) {
            say("    the patch is kept in " + base::printable(file.kept_patch));
        }
    }
}

int apply_stored(const Context& /*context*/, gate::Session& session, const std::string& id) {
    const auto outcome = gate::apply_proposal(session, id);
    if (!outcome) {
        return fail_with(outcome.error());
    }
    say_outcome(*outcome, "applied");
    say("  take it back   git rfsn undo");
    say_notices(session);
    return 0;
}

int present(const Context& context, const Invocation& invocation, gate::Session& session, const gate::Judged& judged,
            const gate::Proposed& proposed) {
    std::string proven;
    for (const auto& proposal : proposed.proposals) {
        if (proposal.proven) {
            proven = proposal.id;
        }
    }
    const bool machine = invocation.has("format") && invocation.value("format") != "terminal";
    if (machine) {
        auto report = gate::make_report(session, judged);
        report.proposals = proposed.proposals;
        report.cost = proposed.cost;
        report.exit_code = proven.empty() && report.exit_code != 0 ? report.exit_code : 0;
        const int delivered = deliver(context, invocation, session, report);
        if (delivered != 0 || proven.empty() || !invocation.has("yes")) {
            return delivered;
        }
        return apply_stored(context, session, proven);
    }
    const auto shown = traits(STDERR_FILENO, context, session.config().config.color);
    for (const auto& proposal : proposed.proposals) {
        if (!invocation.has("quiet") || !proposal.proven) {
            say(report::proposal(proposal, shown));
        }
    }
    if (!proposed.reason.empty()) {
        say("rfsn  " + proposed.reason);
    }
    say_notices(session);
    if (proven.empty()) {
        return gate::blocked_checks(judged).empty() ? 0 : 1;
    }
    return invocation.has("yes") ? apply_stored(context, session, proven) : 0;
}

int discard_stored(gate::Session& session, const std::string& id) {
    const auto discarded = gate::discard_proposal(session, id);
    if (!discarded) {
        return fail_with(discarded.error());
    }
    say("discarded " + discarded->id);
    say_notices(session);
    return 0;
}

std::unique_ptr<llm::NetTransport> transport_to_model(Context& context, const gate::Session& session,
                                                      base::StatusLine& line) {
    // Without a terminal nobody looks, and answers need not be streamed.
    const auto show = base::terminal_traits(STDERR_FILENO, context.env).control ? asking(line) : nullptr;
    auto transport = llm::net_transport(session.programs().net, context.env, context.runner, show);
    const auto& settings = session.config().config.llm;
    if (settings.cache && !gate::why_no_endpoint(settings)) {
        transport = llm::remembering(std::move(transport), llm::reply_cache(settings, context.env),
                                     session.repository().common_dir());
    }
    return transport;
}

}  // namespace rfsn::cli
