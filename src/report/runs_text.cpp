// SPDX-License-Identifier: MIT
#include "report/runs_text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

using model::CheckRun;
using model::Report;
using model::RunState;

constexpr std::size_t most_entries = 20;
constexpr std::size_t output_lines = 10;
constexpr std::size_t output_lines_alone = 40;
constexpr std::size_t most_runs = 2000;

std::string check_name(const CheckRun& run) {
    std::string out = clean(run.plan.id, 100);
    if (!run.plan.project.empty() && run.plan.project != ".") {
        out += fmt::format(" ({})", clean(run.plan.project, 200));
    }
    return out;
}

std::string reason_of(const CheckRun& run) {
    if (cut_off(run)) {
        return "it did not finish before the deadline";
    }
    return clean(!run.reason.empty()               ? run.reason
                 : !run.plan.preset_reason.empty() ? run.plan.preset_reason
                                                   : "no reason given");
}

std::string remedy_of(const CheckRun& run) {
    return clean(run.remedy.empty() ? run.plan.remedy : run.remedy);
}

/// The end of the output, behind a bar: nothing in it can be taken for a line of ours, or for a command of the CI
/// service.
std::string quoted_output(const CheckRun& run, std::size_t lines, const Paint& paint) {
    std::string out;
    for (const std::string& line : clean_tail(run.output, lines)) {
        out += paint.dim("  | ") + line + '\n';
    }
    return out;
}

std::string sign(const CheckRun& run, const Paint& paint) {
    switch (run.state) {
        case RunState::passed:
            return paint.green(paint.ok());
        case RunState::blocked:
        case RunState::error:
            return paint.red(paint.bad());
        case RunState::unavailable:
            return paint.yellow("!");
        case RunState::skipped:
            return cut_off(run) ? paint.yellow("!") : paint.dim("-");
    }
    return "?";
}

/// Of a run that --explain only planned.
bool would_run(const CheckRun& run) {
    return run.state == RunState::skipped && run.reason.rfind("would run", 0) == 0;
}

bool within(std::string_view path, std::string_view project) {
    return project.empty() || project == "." ||
           (path.size() > project.size() && path.substr(0, project.size()) == project && path[project.size()] == '/');
}

/// By run: how many findings it made that do not block. A finding names its check only; of several runs of that, it
/// belongs to the one in the innermost project around it.
std::vector<std::size_t> advice_by_run(const Report& report) {
    std::map<std::string_view, std::vector<std::size_t>> runs_of;
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
        runs_of[report.runs[i].plan.id].push_back(i);
    }
    std::vector<std::size_t> counts(report.runs.size(), 0);
    for (const model::Finding& finding : report.findings) {
        const auto runs = runs_of.find(finding.tool);
        if (finding.blocking || runs == runs_of.end()) {
            continue;
        }
        std::size_t owner = runs->second.front();
        std::size_t depth = 0;
        for (const std::size_t i : runs->second) {
            const std::string& project = report.runs[i].plan.project;
            const std::size_t at = project == "." ? 1 : project.size() + 1;
            if (at > depth && within(finding.path, project)) {
                owner = i;
                depth = at;
            }
        }
        ++counts[owner];
    }
    return counts;
}

std::string facts(const CheckRun& run, std::size_t advice, const Paint& paint) {
    std::vector<std::string> words;
    words.emplace_back(model::name(run.state));
    if (run.state == RunState::blocked && run.findings > 0) {
        words.push_back(counted(run.findings, "finding"));
    }
    if (run.state != RunState::passed && run.state != RunState::blocked) {
        words.push_back(reason_of(run));
    }
    if (run.state == RunState::passed && advice > 0) {
        words.push_back(counted(advice, "finding") + (advice == 1 ? " that does not block" : " that do not block"));
    }
    if (run.state == RunState::passed && !run.reason.empty()) {
        words.push_back(clean(run.reason));
    }
    if (run.state == RunState::passed || run.state == RunState::blocked || run.state == RunState::error) {
        words.push_back(counted(run.plan.files.size(), "file"));
        words.push_back(run.from_cache ? "cached" : duration_text(run.duration));
    }
    for (const std::string& word : {run.tool_version, run.isolation}) {
        if (!word.empty()) {
            words.push_back(clean(word, 200));
        }
    }
    return fmt::format("{}", fmt::join(words, paint.dot()));
}

}  // namespace

bool cut_off(const CheckRun& run) {
    return run.state == RunState::skipped && run.reason == "deadline";
}

std::string unavailable_text(const Report& report, const TerminalOptions& options) {
    const Paint paint(options.traits);
    using Key = std::tuple<std::string, std::string, std::string>;
    std::vector<Key> order;
    std::map<Key, std::vector<const CheckRun*>> groups;
    for (const CheckRun& run : report.runs) {
        // An interrupt cuts off every check: that is no news about any of them.
        if (run.state == RunState::unavailable || (cut_off(run) && report.verdict != model::Verdict::interrupted)) {
            Key key{run.plan.id, reason_of(run), remedy_of(run)};
            auto& group = groups[key];
            if (group.empty()) {
                order.push_back(std::move(key));
            }
            group.push_back(&run);
        }
    }
    std::string out;
    for (std::size_t i = 0; i < std::min(order.size(), most_entries); ++i) {
        const auto& group = groups[order[i]];
        const std::string& remedy = std::get<2>(order[i]);
        const std::string name =
            group.size() == 1 ? check_name(*group.front())
                              : fmt::format("{} (in {} projects)", clean(group.front()->plan.id, 100), group.size());
        if (cut_off(*group.front())) {
            out += fmt::format("{} {} did not finish before the deadline{}\n", paint.yellow("!"), name,
                               group.front()->plan.required ? "" : " (not required, so it does not block)");
            continue;
        }
        out += fmt::format("{} {}  unavailable: {}", paint.yellow("!"), name, std::get<1>(order[i]));
        if (!remedy.empty()) {
            out += "   " + paint.cyan(remedy);
        }
        out += '\n';
    }
    if (order.size() > most_entries) {
        out += fmt::format("! +{} did not run or did not finish\n", counted(order.size() - most_entries, "more check"));
    }
    return out;
}

std::string failures_text(const Report& report, const TerminalOptions& options) {
    const Paint paint(options.traits);
    std::set<std::string_view> told;
    for (const model::Finding& finding : report.findings) {
        told.insert(finding.tool);
    }
    std::string out;
    std::size_t shown = 0;
    std::size_t left_out = 0;
    for (const CheckRun& run : report.runs) {
        const bool wordless = run.state == RunState::blocked && told.find(run.plan.id) == told.end();
        if (run.state != RunState::error && !wordless) {
            continue;
        }
        if (shown++ == most_entries) {
            --shown;
            ++left_out;
            continue;
        }
        out += fmt::format("{} {}  ", paint.red(paint.bad()), check_name(run));
        if (run.state == RunState::error) {
            out += fmt::format("could not check: {}", reason_of(run));
        } else {
            out += run.exit_code ? fmt::format("failed (exit {})", *run.exit_code) : std::string("failed");
        }
        if (const std::string remedy = remedy_of(run); !remedy.empty()) {
            out += "   " + paint.cyan(remedy);
        }
        out += '\n';
        out += quoted_output(run, wordless ? output_lines_alone : output_lines, paint);
    }
    return left_out == 0 ? out : out + fmt::format("{} +{} failed\n", paint.bad(), counted(left_out, "more check"));
}

std::string every_run_text(const Report& report, const TerminalOptions& options) {
    const Paint paint(options.traits);
    std::size_t width = 0;
    for (const CheckRun& run : report.runs) {
        width = std::max(width, std::min<std::size_t>(base::display_width(check_name(run)), 32));
    }
    const std::vector<std::size_t> advice = advice_by_run(report);
    std::string out;
    for (std::size_t i = 0; i < std::min(report.runs.size(), most_runs); ++i) {
        const CheckRun& run = report.runs[i];
        out += fmt::format("{} {}  {}", sign(run, paint), padded(check_name(run), width),
                           paint.dim(facts(run, advice[i], paint)));
        const std::string remedy = run.state == RunState::passed ? "" : remedy_of(run);
        out += remedy.empty() ? "\n" : "   " + paint.cyan(remedy) + '\n';
        out += quoted_output(run, output_lines_alone, paint);
    }
    if (report.runs.size() > most_runs) {
        out += fmt::format("+{}\n", counted(report.runs.size() - most_runs, "more check"));
    }
    return out;
}

std::string explanation_text(const Report& report, const TerminalOptions& options) {
    const Paint paint(options.traits);
    std::size_t width = 0;
    for (const CheckRun& run : report.runs) {
        width = std::max(width, std::min<std::size_t>(base::display_width(check_name(run)), 32));
    }
    std::string out;
    for (std::size_t i = 0; i < std::min(report.runs.size(), most_runs); ++i) {
        const CheckRun& run = report.runs[i];
        const bool ran = run.state == RunState::passed || run.state == RunState::blocked;
        const char* state = would_run(run) ? "would run" : model::name(run.state);
        std::string words = fmt::format("{:<11}  {:<9}", state, model::name(run.plan.kind));
        words += "  " + clean(run.plan.pack, 60) + (run.plan.required ? ", required" : "");
        if (!run.plan.reason.empty()) {
            words += ": " + clean(run.plan.reason);
        }
        if (!run.tool_version.empty()) {
            words += paint.dot() + clean(run.tool_version, 60);
        }
        out += fmt::format("{} {}  {}\n", sign(run, paint), padded(check_name(run), width), words);
        const std::string indent(width + 4, ' ');
        if (!ran && !would_run(run)) {
            out += indent + paint.dim(reason_of(run)) + '\n';
            if (const std::string remedy = remedy_of(run); !remedy.empty()) {
                out += indent + paint.cyan(remedy) + '\n';
            }
        }
    }
    if (report.runs.size() > most_runs) {
        out += fmt::format("+{}\n", counted(report.runs.size() - most_runs, "more check"));
    }
    return out.empty() ? "no check was planned\n" : out;
}

bool only_planned(const Report& report) {
    return std::any_of(report.runs.begin(), report.runs.end(), would_run) &&
           std::none_of(report.runs.begin(), report.runs.end(), [](const CheckRun& run) {
               return run.state == RunState::passed || run.state == RunState::blocked || run.state == RunState::error;
           });
}

std::string plan_line(const Report& report) {
    const auto planned = static_cast<std::size_t>(std::count_if(report.runs.begin(), report.runs.end(), would_run));
    std::string out = counted(planned, "check") + " would run";
    if (planned < report.runs.size()) {
        out += fmt::format(", {} would not", report.runs.size() - planned);
    }
    return out + '\n';
}

}  // namespace rfsn::report
