// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/version.hpp"
#include "report/machine_form.hpp"
#include "report/report.hpp"

namespace rfsn::report {
namespace {

using Json = nlohmann::ordered_json;

/// Code scanning refuses a file with more results in a run.
constexpr std::size_t most_results = 25000;
constexpr std::size_t most_related = 100;

std::string text(std::string_view bytes) {
    return base::to_valid_utf8(bytes);
}

Json message(std::string_view words) {
    const std::string valid = text(words);
    return {{"text", valid.empty() ? std::string("(no message)") : valid}};
}

const char* level(model::Severity severity) {
    switch (severity) {
        case model::Severity::error:
            return "error";
        case model::Severity::warning:
            return "warning";
        case model::Severity::info:
            return "note";
    }
    return "error";
}

Json artifact(std::string_view path) {
    return {{"uri", uri(path)}, {"uriBaseId", "%SRCROOT%"}};
}

/// A line is always named, because code scanning shows nothing without one; a column only where UTF-16 units are known.
Json region(const model::Finding& finding) {
    const std::uint32_t line = std::max<std::uint32_t>(finding.line, 1);
    Json out{{"startLine", line}};
    const auto column = finding.line == 0 ? std::nullopt : utf16_column(finding, finding.column);
    if (column) {
        out["startColumn"] = *column;
    }
    if (finding.line != 0 && finding.end_line > line) {
        out["endLine"] = finding.end_line;
    } else if (const auto end = utf16_column(finding, finding.end_column); column && end && *end > *column) {
        out["endColumn"] = *end;
    }
    if (finding.line != 0 && !finding.source_line.empty()) {
        out["snippet"] = message(finding.source_line);
    }
    return out;
}

/// Where to show what is about a whole project: the first file that its check was about.
std::string stand_in(const model::Report& report, const std::string& tool) {
    for (const model::CheckRun& run : report.runs) {
        if (run.plan.id == tool && !run.plan.files.empty()) {
            return run.plan.files.front();
        }
    }
    return report.snapshot.files.empty() ? ".rfsn.yaml" : report.snapshot.files.front().path;
}

Json location(const model::Report& report, const model::Finding& finding) {
    const std::string path = finding.path.empty() ? stand_in(report, finding.tool) : finding.path;
    return {{"physicalLocation", {{"artifactLocation", artifact(path)}, {"region", region(finding)}}}};
}

Json result(const model::Report& report, const model::Finding& finding, std::size_t rule_index) {
    Json out;
    out["ruleId"] = text(rule_id(finding));
    out["ruleIndex"] = rule_index;
    out["level"] = level(finding.severity);
    out["message"] = message(finding.message);
    out["locations"] = Json::array({location(report, finding)});
    Json related = Json::array();
    for (const model::Note& note : finding.notes) {
        if (related.size() < most_related && !note.path.empty()) {
            related.push_back({{"id", related.size()},
                               {"physicalLocation",
                                {{"artifactLocation", artifact(note.path)},
                                 {"region", {{"startLine", std::max<std::uint32_t>(note.line, 1)}}}}},
                               {"message", message(note.message)}});
        }
    }
    if (!related.empty()) {
        out["relatedLocations"] = std::move(related);
    }
    if (!finding.fingerprint.empty()) {
        out["partialFingerprints"] = {{"primaryLocationLineHash", text(finding.fingerprint)},
                                      {"gitRfsn/v1", text(finding.fingerprint)}};
    }
    out["properties"] = {{"tool", text(finding.tool)},
                         {"blocking", finding.blocking},
                         {"fixable", finding.fixable},
                         {"alreadyOnHead", finding.already_on_head},
                         {"flaky", finding.flaky}};
    return out;
}

Json rule(const model::Finding& finding) {
    const std::string what = finding.code.empty() ? fmt::format("A finding of {}", text(finding.tool))
                                                  : fmt::format("{} of {}", text(finding.code), text(finding.tool));
    const std::string help =
        fmt::format("git rfsn explain {}", text(finding.code.empty() ? finding.tool : finding.code));
    return {{"id", text(rule_id(finding))},
            {"shortDescription", {{"text", what}}},
            {"fullDescription", {{"text", what + ", reported by git-rfsn."}}},
            {"help", {{"text", help}}},
            {"defaultConfiguration", {{"level", level(finding.severity)}}}};
}

Json invocation(const model::Report& report, std::size_t left_out) {
    Json notifications = Json::array();
    const auto notify = [&](const char* how, std::string_view words) {
        notifications.push_back({{"level", how}, {"message", message(words)}});
    };
    if (report.verdict == model::Verdict::error) {
        notify("error", plain_verdict(report));
    }
    for (const model::CheckRun& run : report.runs) {
        if (run.state == model::RunState::error || run.state == model::RunState::unavailable) {
            notify(run.plan.required || run.state == model::RunState::error ? "error" : "warning",
                   fmt::format("{}: {}: {}", run.plan.id, model::name(run.state), run_reason(run)));
        }
    }
    if (left_out > 0) {
        notify("warning", fmt::format("{} more findings are not in this file", left_out));
    }
    return {
        {"executionSuccessful", report.verdict == model::Verdict::passed || report.verdict == model::Verdict::blocked},
        {"exitCode", report.exit_code},
        {"toolExecutionNotifications", std::move(notifications)}};
}

}  // namespace

std::string sarif(const model::Report& report) {
    Json rules = Json::array();
    Json results = Json::array();
    std::map<std::string, std::size_t> rule_indexes;
    for (const model::Finding* finding : most_relevant(report, most_results)) {
        const auto [entry, added] = rule_indexes.emplace(rule_id(*finding), rules.size());
        if (added) {
            rules.push_back(rule(*finding));
        }
        results.push_back(result(report, *finding, entry->second));
    }
    const std::size_t left_out = report.findings.size() - results.size();
    Json run;
    run["tool"] = {{"driver", {{"name", "git-rfsn"}, {"version", base::version()}, {"rules", std::move(rules)}}}};
    run["automationDetails"] = {{"id", fmt::format("git-rfsn/{}", model::name(report.stage))}};
    run["columnKind"] = "utf16CodeUnits";
    run["originalUriBaseIds"] = {{"%SRCROOT%", {{"description", {{"text", "The top of the repository."}}}}}};
    run["invocations"] = Json::array({invocation(report, left_out)});
    run["results"] = std::move(results);
    const Json out{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", Json::array({std::move(run)})}};
    return out.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace rfsn::report
