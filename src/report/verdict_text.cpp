// SPDX-License-Identifier: MIT
#include "report/verdict_text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/runs_text.hpp"

namespace rfsn::report {
namespace {

using model::Report;
using model::RunState;
using model::Verdict;

constexpr std::size_t most_tools = 6;
constexpr std::chrono::milliseconds slow{1000};

std::size_t runs_in(const Report& report, RunState state) {
    return static_cast<std::size_t>(std::count_if(report.runs.begin(), report.runs.end(),
                                                  [&](const model::CheckRun& run) { return run.state == state; }));
}

/// Optional checks that the deadline cut off.
std::size_t unfinished(const Report& report) {
    return static_cast<std::size_t>(std::count_if(report.runs.begin(), report.runs.end(), cut_off));
}

/// Only what a hook really holds back is called so: a range that was merely looked at is no commit.
std::string_view what_is_blocked(const Report& report) {
    switch (report.stage) {
        case model::Stage::pre_commit:
        case model::Stage::pre_merge_commit:
            return report.snapshot.source == model::SnapshotSource::index ? "commit blocked" : "blocked";
        case model::Stage::pre_push:
            return "push blocked";
        case model::Stage::ci:
            return "blocked";
    }
    return "blocked";
}

/// "ruff 3, check-yaml 1, +2 more tools", most findings first.
std::string tools_text(const std::map<std::string_view, std::size_t>& counts) {
    std::vector<std::pair<std::string_view, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string out;
    for (std::size_t i = 0; i < std::min(sorted.size(), most_tools); ++i) {
        out += fmt::format("{}{} {}", i == 0 ? "" : ", ", clean(sorted[i].first, 100), sorted[i].second);
    }
    if (sorted.size() > most_tools) {
        out += fmt::format(", +{}", counted(sorted.size() - most_tools, "more tool"));
    }
    return out;
}

std::string blocked_text(const Report& report) {
    std::map<std::string_view, std::size_t> tools;
    std::set<std::string_view> files;
    std::size_t findings = 0;
    bool all_errors = true;
    for (const model::Finding& finding : report.findings) {
        if (finding.blocking) {
            ++findings;
            ++tools[finding.tool];
            all_errors = all_errors && finding.severity == model::Severity::error;
            if (!finding.path.empty()) {
                files.insert(finding.path);
            }
        }
    }
    std::string out;
    if (findings > 0) {
        out = counted(findings, all_errors ? "error" : "finding");
        if (!files.empty()) {
            out += " in " + counted(files.size(), "file");
        }
        out += fmt::format(" ({})", tools_text(tools));
    }
    std::vector<std::string> silent;
    for (const model::CheckRun& run : report.runs) {
        if (run.state == RunState::blocked && tools.find(run.plan.id) == tools.end()) {
            silent.push_back(clean(run.plan.id, 100));
        }
    }
    if (!silent.empty()) {
        const std::size_t all = silent.size();
        silent.resize(std::min(all, most_tools));
        out += fmt::format("{}{} failed ({}{})", out.empty() ? "" : ", ", counted(all, "check"),
                           fmt::join(silent, ", "), all > most_tools ? ", ..." : "");
    }
    if (out.empty()) {
        out = report.verdict_reason.empty() ? "see above" : clean(report.verdict_reason);
    }
    return out;
}

std::string error_reason(const Report& report) {
    if (!report.verdict_reason.empty()) {
        return clean(report.verdict_reason);
    }
    for (const model::CheckRun& run : report.runs) {
        const bool failed = run.state == RunState::error || run.state == RunState::unavailable;
        if (run.plan.required && failed) {
            return fmt::format("{}: {}", clean(run.plan.id, 100),
                               clean(run.reason.empty() ? "no reason given" : run.reason));
        }
    }
    return "no reason given";
}

std::string tally(const Report& report, const Paint& paint) {
    std::string out;
    const auto add = [&](std::string_view text) { out += paint.dot() + std::string(text); };
    if (const std::size_t passed = runs_in(report, RunState::passed); passed > 0) {
        add(fmt::format("{} passed", passed));
    }
    if (const std::size_t count = unfinished(report); count > 0) {
        add(fmt::format("{} unfinished", count));
    }
    const std::size_t errors = runs_in(report, RunState::error);
    if (report.verdict == Verdict::blocked && errors > 0) {
        add(counted(errors, "error"));
    }
    add(duration_text(report.duration));
    return out;
}

std::string slowest(const Report& report, const Paint& paint) {
    const model::CheckRun* worst = nullptr;
    for (const model::CheckRun& run : report.runs) {
        if (!run.from_cache && run.duration > slow && (worst == nullptr || run.duration > worst->duration)) {
            worst = &run;
        }
    }
    return worst == nullptr ? ""
                            : fmt::format("{}slowest: {} {}", paint.dot(), clean(worst->plan.id, 100),
                                          duration_text(worst->duration));
}

std::string passed_text(const Report& report, const Paint& paint) {
    const std::size_t passed = runs_in(report, RunState::passed);
    const std::size_t cut_short = unfinished(report);
    std::string out = report.files == 0 && passed == 0 && cut_short == 0 ? "nothing to check"
                      : passed > 0                                       ? counted(passed, "check")
                      : cut_short > 0                                    ? "no check finished"
                                                                         : "no check applies";
    if (report.files > 0) {
        out += paint.dot() + counted(report.files, "file");
    }
    if (cut_short > 0) {
        out += paint.dot() + fmt::format("{} unfinished", cut_short);
    }
    return out + paint.dot() + duration_text(report.duration);
}

/// Whether a word can be offered for pasting into a shell.
bool shell_safe(std::string_view word) {
    constexpr std::string_view others = "_-.:/@+";
    return !word.empty() && word.front() != '-' && word.size() <= 80 &&
           std::all_of(word.begin(), word.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      others.find(c) != others.npos;
           });
}

std::string details_topic(const Report& report) {
    for (const model::Finding& finding : report.findings) {
        // explain knows every check, and of the codes only our own.
        if (finding.blocking && shell_safe(finding.tool)) {
            return finding.tool;
        }
    }
    for (const model::CheckRun& run : report.runs) {
        if (run.state == RunState::blocked && shell_safe(run.plan.id)) {
            return run.plan.id;
        }
    }
    return {};
}

struct NextCommand {
    std::string what;
    std::string command;
    std::string remark;
};

/// `git rfsn fix` reads the index: only what is there can be repaired by it. Empty where that is no help.
std::string fix_command(const model::Snapshot& snapshot) {
    if (snapshot.source != model::SnapshotSource::index) {
        return {};
    }
    switch (snapshot.origin) {
        case model::IndexOrigin::normal:
            return "git rfsn fix";
        case model::IndexOrigin::commit_all:
            return "git add -u, then git rfsn fix";
        case model::IndexOrigin::commit_paths:
            return "git add the paths, then git rfsn fix";
        case model::IndexOrigin::foreign:
            return {};
    }
    return {};
}

std::vector<NextCommand> after_blocked(const Report& report) {
    std::vector<NextCommand> out;
    std::size_t proven = 0;
    for (const model::ProposalSummary& proposal : report.proposals) {
        if (proposal.proven && shell_safe(proposal.id) && proven++ == 0) {
            out.push_back({"proven patch", "git rfsn show " + proposal.id, "see it; git rfsn apply takes it"});
        }
    }
    const std::string fix = fix_command(report.snapshot);
    if (report.fixable > 0 && proven == 0 && !fix.empty()) {
        out.push_back(
            {fmt::format("{} available", report.fixable == 1 ? "1 fix" : fmt::format("{} fixes", report.fixable)), fix,
             "apply to index + work tree"});
    }
    if (const std::string topic = details_topic(report); !topic.empty()) {
        out.push_back({"details", "git rfsn explain " + topic, ""});
    }
    return out;
}

std::vector<NextCommand> after_error(const Report& report) {
    std::vector<NextCommand> out;
    std::set<std::string> seen;
    for (const model::CheckRun& run : report.runs) {
        const bool failed = run.state == RunState::error || run.state == RunState::unavailable;
        if (failed && run.plan.required && !run.remedy.empty() && out.size() < most_tools &&
            seen.insert(run.remedy).second) {
            out.push_back({"repair", clean(run.remedy), ""});
        }
    }
    out.push_back({"details", "git rfsn check --explain", ""});
    return out;
}

}  // namespace

std::string verdict_line(const Report& report, const Paint& paint) {
    switch (report.verdict) {
        case Verdict::passed:
            return fmt::format("{} rfsn  {}{}", paint.bold_green(paint.ok()), passed_text(report, paint),
                               slowest(report, paint));
        case Verdict::blocked:
            return fmt::format("{} {}: {}{}{}", paint.bold_red(paint.bad()), paint.bold_red(what_is_blocked(report)),
                               blocked_text(report), tally(report, paint), slowest(report, paint));
        case Verdict::error:
            return fmt::format("{} {}: {}; your work tree was not touched{}{}", paint.bold_red(paint.bad()),
                               paint.bold_red("could not check"), error_reason(report), tally(report, paint),
                               slowest(report, paint));
        case Verdict::interrupted:
            return fmt::format("{} {}; your work tree was not touched{}{}", paint.bold_red(paint.bad()),
                               paint.bold_red("interrupted"), paint.dot(), duration_text(report.duration));
    }
    return "could not check";
}

std::string next_commands(const Report& report, const Paint& paint) {
    std::vector<NextCommand> commands;
    if (report.verdict == Verdict::blocked) {
        commands = after_blocked(report);
    } else if (report.verdict == Verdict::error) {
        commands = after_error(report);
    }
    std::size_t what = 0;
    std::size_t typed = 0;
    for (const NextCommand& next : commands) {
        what = std::max(what, base::display_width(next.what));
        typed = std::max(typed, next.remark.empty() ? 0 : base::display_width(next.command));
    }
    std::string out;
    for (const NextCommand& next : commands) {
        out += "  " + padded(next.what, what) + "   " + paint.cyan(next.command);
        if (!next.remark.empty()) {
            const std::size_t columns = base::display_width(next.command);
            out += std::string(typed - std::min(typed, columns), ' ') + "   " + paint.dim(next.remark);
        }
        out += '\n';
    }
    return out;
}

}  // namespace rfsn::report
