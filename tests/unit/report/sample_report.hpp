// SPDX-License-Identifier: MIT
#pragma once

#include "model/report.hpp"

namespace rfsn::test {

inline model::Finding finding(std::string path, std::uint32_t line, std::uint32_t column, std::string code,
                              std::string message, std::string tool) {
    model::Finding out;
    out.path = std::move(path);
    out.line = line;
    out.column = column;
    out.code = std::move(code);
    out.message = std::move(message);
    out.tool = std::move(tool);
    return out;
}

inline model::CheckRun check_run(std::string id, model::RunState state, std::string reason = {}) {
    model::CheckRun out;
    out.plan.id = std::move(id);
    out.plan.pack = "python";
    out.plan.project = ".";
    out.plan.files = {"src/api/user.py"};
    out.plan.reason = "python project, 1 file";
    out.state = state;
    out.reason = std::move(reason);
    return out;
}

/// Twelve checks, all passed.
inline model::Report green_report() {
    model::Report report;
    report.verdict = model::Verdict::passed;
    report.exit_code = 0;
    report.run_id = "r1";
    report.started_at = "2026-11-24T06:50:46.123Z";
    report.files = 3;
    report.duration = std::chrono::milliseconds(21);
    for (int i = 0; i < 12; ++i) {
        report.runs.push_back(check_run("check-" + std::to_string(i), model::RunState::passed));
    }
    return report;
}

/// Two findings in two files by two tools, twelve checks passed.
inline model::Report red_report() {
    model::Report report = green_report();
    report.verdict = model::Verdict::blocked;
    report.exit_code = 1;
    report.duration = std::chrono::milliseconds(180);
    report.findings.push_back(
        finding("config/app.yaml", 7, 1, "YAML", "mapping values are not allowed here", "check-yaml"));
    report.findings.push_back(
        finding("src/api/user.py", 42, 5, "F841", "local variable `x` is assigned but never used", "ruff"));
    report.findings.back().fixable = true;
    report.findings.back().source_line = "    x = load()";
    report.findings.back().fingerprint = std::string(64, 'a');
    report.fixable = 1;
    report.runs.push_back(check_run("ruff", model::RunState::blocked));
    report.runs.back().findings = 1;
    report.runs.push_back(check_run("check-yaml", model::RunState::blocked));
    report.runs.back().findings = 1;
    return report;
}

}  // namespace rfsn::test
