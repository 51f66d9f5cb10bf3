// SPDX-License-Identifier: MIT
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/machine_form.hpp"
#include "report/report.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

using Findings = std::vector<const model::Finding*>;

std::string place(const model::Finding& finding) {
    std::string out = finding.path.empty() ? "(project)" : finding.path;
    if (finding.line > 0) {
        out += fmt::format(":{}", finding.line);
        if (finding.column > 0) {
            out += fmt::format(":{}", finding.column);
        }
    }
    return out;
}

std::string first_line(std::string_view text) {
    return clean(text.substr(0, text.find('\n')), 500);
}

std::string failed_case(const model::Finding& finding) {
    return fmt::format(
        "    <testcase name=\"{}\" classname=\"{}\">\n      <failure message=\"{}\" type=\"{}\">{}: {}</failure>\n"
        "    </testcase>\n",
        xml(place(finding)), xml(rule_id(finding)), xml(first_line(finding.message)), model::name(finding.severity),
        xml(place(finding)), xml(finding.message));
}

struct Suite {
    std::string cases;
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::size_t skipped = 0;
};

Suite suite_of(const model::CheckRun& run, const Findings& findings) {
    Suite suite;
    for (const model::Finding* finding : findings) {
        if (finding->blocking) {
            suite.cases += failed_case(*finding);
            ++suite.failures;
        }
    }
    suite.tests = suite.failures;
    if (suite.failures > 0 && run.state == model::RunState::blocked) {
        return suite;
    }
    ++suite.tests;
    std::string inside;
    switch (run.state) {
        case model::RunState::passed:
            break;
        case model::RunState::blocked:
            ++suite.failures;
            inside = fmt::format("      <failure message=\"failed\">{}</failure>\n", xml(run.output));
            break;
        case model::RunState::error:
            ++suite.errors;
            inside = fmt::format("      <error message=\"{}\">{}</error>\n", xml(run_reason(run)), xml(run.output));
            break;
        case model::RunState::unavailable:
            // A reader of this format knows no third colour; what was required and could not run must not look green.
            ++(run.plan.required ? suite.errors : suite.skipped);
            inside = fmt::format("      <{} message=\"unavailable: {}\"/>\n", run.plan.required ? "error" : "skipped",
                                 xml(run_reason(run)));
            break;
        case model::RunState::skipped:
            ++suite.skipped;
            inside = fmt::format("      <skipped message=\"{}\"/>\n", xml(run_reason(run)));
            break;
    }
    suite.cases +=
        fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\">\n{}    </testcase>\n",
                    xml(run.plan.id), xml(run.plan.pack), static_cast<double>(run.duration.count()) / 1000.0, inside);
    return suite;
}

}  // namespace

std::string junit(const model::Report& report) {
    std::map<std::string_view, Findings> by_tool;
    for (const model::Finding& finding : report.findings) {
        by_tool[finding.tool].push_back(&finding);
    }
    std::string suites;
    Suite all;
    const auto add = [&](std::string_view name, std::string_view package, double seconds, const Suite& suite) {
        suites += fmt::format(
            "  <testsuite name=\"{}\" package=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
            "time=\"{:.3f}\">\n{}  </testsuite>\n",
            xml(name), xml(package), suite.tests, suite.failures, suite.errors, suite.skipped, seconds, suite.cases);
        all.tests += suite.tests;
        all.failures += suite.failures;
        all.errors += suite.errors;
        all.skipped += suite.skipped;
    };
    for (const model::CheckRun& run : report.runs) {
        // A check that ran in several projects has its findings in the first of them that blocked.
        Findings findings;
        if (const auto found = by_tool.find(run.plan.id);
            found != by_tool.end() && run.state == model::RunState::blocked) {
            findings = std::move(found->second);
            by_tool.erase(found);
        }
        add(run.plan.id, run.plan.project.empty() ? "." : run.plan.project,
            static_cast<double>(run.duration.count()) / 1000.0, suite_of(run, findings));
    }
    for (const auto& entry : by_tool) {
        Suite suite;
        for (const model::Finding* finding : entry.second) {
            if (finding->blocking) {
                suite.cases += failed_case(*finding);
                ++suite.tests;
                ++suite.failures;
            }
        }
        if (suite.tests > 0) {
            add(entry.first, ".", 0, suite);
        }
    }
    if (report.verdict == model::Verdict::error || report.verdict == model::Verdict::interrupted) {
        Suite suite;
        suite.tests = 1;
        suite.errors = 1;
        suite.cases = fmt::format(
            "    <testcase name=\"verdict\" classname=\"git-rfsn\">\n      <error message=\"{}\"/>\n"
            "    </testcase>\n",
            xml(plain_verdict(report)));
        add("git-rfsn", ".", 0, suite);
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"git-rfsn\" tests=\"{}\" failures=\"{}\" "
        "errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuites>\n",
        all.tests, all.failures, all.errors, all.skipped, static_cast<double>(report.duration.count()) / 1000.0,
        suites);
}

}  // namespace rfsn::report
