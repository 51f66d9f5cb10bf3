// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "report/findings_text.hpp"
#include "report/report.hpp"
#include "report/runs_text.hpp"
#include "report/text_form.hpp"
#include "report/verdict_text.hpp"

namespace rfsn::report {
namespace {

constexpr std::size_t most_notices = 20;
constexpr std::size_t most_notice_lines = 10;

std::string notices_text(const model::Report& report, const Paint& paint) {
    std::string out;
    std::size_t shown = 0;
    for (const std::string& notice : report.notices) {
        const std::vector<std::string> lines = clean_lines(notice, most_notice_lines);
        if (lines.empty() || ++shown > most_notices) {
            continue;
        }
        out += paint.bold("note:") + " " + lines.front() + '\n';
        for (std::size_t i = 1; i < lines.size(); ++i) {
            out += "    | " + lines[i] + '\n';
        }
    }
    return shown <= most_notices ? out : out + "note: +" + counted(shown - most_notices, "more note") + '\n';
}

}  // namespace

std::string terminal(const model::Report& report, const TerminalOptions& options) {
    const bool green = report.verdict == model::Verdict::passed;
    if (green && options.quiet) {
        return {};
    }
    const Paint paint(options.traits);
    if (options.explain && only_planned(report)) {
        return explanation_text(report, options) + '\n' + plan_line(report);
    }
    std::vector<std::string> parts{findings_text(report, options)};
    if (options.verbose) {
        parts.push_back(every_run_text(report, options));
    }
    if (!options.verbose) {
        const bool needed = !options.explain && (!options.quiet || report.verdict != model::Verdict::blocked);
        parts.push_back((needed ? unavailable_text(report, options) : "") + failures_text(report, options));
    }
    if (options.explain) {
        parts.push_back(explanation_text(report, options));
    }
    if (!options.quiet) {
        parts.push_back(notices_text(report, paint));
    }
    std::string body;
    for (const std::string& part : parts) {
        if (!part.empty()) {
            body += (body.empty() ? "" : "\n") + part;
        }
    }
    const std::string verdict = verdict_line(report, paint) + '\n';
    if (body.empty()) {
        return verdict + next_commands(report, paint);
    }
    if (green) {
        return body + verdict;
    }
    // Editors show only the first line of what a hook says.
    const std::string first = options.traits.is_terminal ? "" : verdict + '\n';
    return first + body + '\n' + verdict + next_commands(report, paint);
}

}  // namespace rfsn::report
