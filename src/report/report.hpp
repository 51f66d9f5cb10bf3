// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/terminal.hpp"
#include "model/report.hpp"

namespace rfsn::report {

struct TerminalOptions {
    base::TerminalTraits traits;
    bool quiet = false;    ///< nothing at all when green; findings and verdict otherwise
    bool verbose = false;  ///< every run, tool output
    bool explain = false;  ///< why each check ran or did not
};
[[nodiscard]] std::string terminal(const model::Report& report, const TerminalOptions& options);
/// Versioned, by config/report.schema.json.
[[nodiscard]] std::string json(const model::Report& report);
/// GitHub workflow commands: ::error file=…::…, at most 10 per severity, the rest counted.
[[nodiscard]] std::string github(const model::Report& report);
/// SARIF 2.1.0, as GitHub's code scanning takes it.
[[nodiscard]] std::string sarif(const model::Report& report);
[[nodiscard]] std::string junit(const model::Report& report);
/// GitLab's Code Quality report.
[[nodiscard]] std::string gitlab(const model::Report& report);
/// reviewdog's diagnostic format.
[[nodiscard]] std::string rdjson(const model::Report& report);

/// "terminal", "json", "sarif", "github", "junit", "gitlab", "rdjson".
[[nodiscard]] const std::vector<std::string>& format_names();
/// Errors: usage (no such format).
[[nodiscard]] base::Result<std::string> render(std::string_view format, const model::Report& report,
                                               const TerminalOptions& options);

/// A unified diff for people: coloured by line on a terminal; its first `max_lines`, 0 for all of it.
[[nodiscard]] std::string diff(std::string_view unified, const base::TerminalTraits& traits, std::size_t max_lines = 0);
/// A proposal for people: id, source, the diff up to `max_lines` (0: whole), the proof in three lines, the cost, the
/// next command.
[[nodiscard]] std::string proposal(const model::ProposalSummary& proposal, const base::TerminalTraits& traits,
                                   std::size_t max_lines = 400);

}  // namespace rfsn::report
