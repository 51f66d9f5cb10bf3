// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "gate/fix.hpp"
#include "report/report.hpp"

namespace rfsn::cli {

int cmd_check(const Invocation& invocation, Context& context) {
    gate::CheckRequest request;
    if (invocation.has("all")) {
        request.selection.source = model::SnapshotSource::all;
    } else if (invocation.has("range")) {
        request.selection.source = model::SnapshotSource::range;
        request.selection.range = invocation.value("range");
    }
    request.files = invocation.all("files");
    request.stage = model::stage(invocation.value("stage", "pre-commit")).value_or(model::Stage::pre_commit);
    request.choice = {invocation.list("only"), invocation.list("skip")};
    request.plan_only = invocation.has("explain");
    request.remember = !invocation.has("fresh") && request.stage != model::Stage::ci;
    return run_check(invocation, context, std::move(request), "terminal");
}

int run_check(const Invocation& invocation, Context& context, gate::CheckRequest request,
              std::string_view default_format) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Progress progress(context, invocation.has("quiet"));
    request.progress = [&](const std::vector<std::string>& running) { progress(running); };
    const auto judged = gate::judge(**session, std::move(request));
    progress.clear();
    if (!judged) {
        return fail_with(judged.error());
    }
    auto report = gate::make_report(**session, **judged);
    gate::keep_fixes_of_passing_index(**session, **judged, report);
    if ((*judged)->request.plan_only) {
        report.verdict = model::Verdict::passed;
        report.exit_code = 0;
        for (auto& run : report.runs) {
            if (!run.plan.preset) {
                run.state = model::RunState::skipped;
                run.reason = "would run: " + run.plan.reason;
            }
        }
    }
    return deliver(context, invocation, **session, report, default_format);
}

}  // namespace rfsn::cli
