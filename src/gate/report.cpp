// SPDX-License-Identifier: MIT
#include <algorithm>
#include <tuple>

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "gate/judge.hpp"
#include "observe/log.hpp"

namespace rfsn::gate {
namespace {

/// Why the verdict is an error, or "".
std::string first_error(const std::vector<model::CheckRun>& runs) {
    for (const auto& run : runs) {
        if (run.state == model::RunState::error) {
            return run.plan.id + ": " + run.reason;
        }
        if (run.state == model::RunState::unavailable && run.plan.required) {
            return run.plan.id + " is required but unavailable: " + run.reason;
        }
    }
    return {};
}

void decide(model::Report& report) {
    const auto has = [&](model::RunState state) {
        return std::any_of(report.runs.begin(), report.runs.end(), [&](const auto& run) { return run.state == state; });
    };
    report.verdict_reason = first_error(report.runs);
    if (base::interrupted()) {
        report.verdict = model::Verdict::interrupted;
        report.exit_code = 130;
    } else if (has(model::RunState::blocked)) {
        report.verdict = model::Verdict::blocked;
        report.exit_code = 1;
    } else if (!report.verdict_reason.empty()) {
        report.verdict = model::Verdict::error;
        report.exit_code = 3;
    } else {
        report.verdict = model::Verdict::passed;
        report.exit_code = 0;
    }
}

}  // namespace

model::Report make_report(const Session& session, const Judged& judged) {
    model::Report report;
    report.run_id = observe::current().run;
    report.started_at = base::rfc3339_utc(judged.started_at);
    report.stage = judged.request.stage;
    report.snapshot = judged.snapshot;
    report.projects = judged.detection.projects;
    report.files = judged.snapshot.files.size();
    report.notices = session.notices;
    for (const auto& outcome : judged.outcomes) {
        report.runs.push_back(outcome.run);
        ++report.counters[std::string("checks_") + model::name(outcome.run.state)];
        for (const auto& finding : outcome.findings) {
            report.findings.push_back(finding);
            report.fixable += finding.fixable && finding.blocking ? 1U : 0U;
        }
    }
    std::stable_sort(report.findings.begin(), report.findings.end(), [](const auto& a, const auto& b) {
        return std::tie(a.path, a.line, a.column, a.tool) < std::tie(b.path, b.line, b.column, b.tool);
    });
    report.counters["findings"] = report.findings.size();
    report.counters["findings_blocking"] = static_cast<std::size_t>(std::count_if(
        report.findings.begin(), report.findings.end(), [](const auto& finding) { return finding.blocking; }));
    decide(report);
    report.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - judged.started);
    return report;
}

}  // namespace rfsn::gate
