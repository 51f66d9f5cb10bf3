// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "model/report.hpp"
#include "report/report.hpp"

namespace rfsn::report {

/// Whether an optional check was still running, or waiting, when the time was up.
[[nodiscard]] bool cut_off(const model::CheckRun& run);
/// Checks that could not run or not finish, each with its remedy, equal ones joined.
[[nodiscard]] std::string unavailable_text(const model::Report& report, const TerminalOptions& options);
/// Checks that failed to judge, and failures that no parser understood, with the end of what the tool said.
[[nodiscard]] std::string failures_text(const model::Report& report, const TerminalOptions& options);
/// Every run in a line, with the tool's output.
[[nodiscard]] std::string every_run_text(const model::Report& report, const TerminalOptions& options);
/// Every plan and why it ran or did not.
[[nodiscard]] std::string explanation_text(const model::Report& report, const TerminalOptions& options);
/// Whether nothing ran because only the plan was asked for, and the line that stands for a verdict then.
[[nodiscard]] bool only_planned(const model::Report& report);
[[nodiscard]] std::string plan_line(const model::Report& report);

}  // namespace rfsn::report
