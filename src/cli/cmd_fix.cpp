// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/proposals.hpp"

namespace rfsn::cli {

int cmd_fix(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Progress progress(context, invocation.has("quiet"));
    gate::CheckRequest request;
    request.choice = {invocation.list("only"), invocation.list("skip")};
    request.progress = [&](const std::vector<std::string>& running) { progress(running); };
    const auto judged = gate::judge(**session, std::move(request));
    progress.clear();
    if (!judged) {
        return fail_with(judged.error());
    }
    const auto proposed = gate::propose_from_fixers(**session, **judged);
    progress.clear();
    if (!proposed) {
        return fail_with(proposed.error());
    }
    if (proposed->proposals.empty() && gate::blocked_checks(**judged).empty()) {
        const auto kept = gate::kept_proposal(**session, **judged);
        if (!kept) {
            return fail_with(kept.error());
        }
        if (*kept) {  // of a commit that brought an index of its own
            gate::Proposed open;
            open.proposals.push_back(gate::summarise(**kept));
            return present(context, invocation, **session, **judged, open);
        }
    }
    if (proposed->proposals.empty()) {  // green, or red without a fixer: the report says which
        const auto report = gate::make_report(**session, **judged);
        const int code = deliver(context, invocation, **session, report);
        if (code == 1 && !invocation.has("format")) {
            say("rfsn  " + proposed->reason + "; git rfsn propose asks a model");
        }
        return code;
    }
    return present(context, invocation, **session, **judged, *proposed);
}

}  // namespace rfsn::cli
