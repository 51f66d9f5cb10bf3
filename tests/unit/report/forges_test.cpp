// SPDX-License-Identifier: MIT
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/doc.hpp"
#include "base/text.hpp"
#include "report/report.hpp"
#include "unit/report/sample_report.hpp"

namespace rfsn {
namespace {

using model::RunState;
using nlohmann::json;
using test::check_run;
using test::finding;
using test::red_report;

const std::string evil = "a%b:c,d\r\n::set-env name=x::1\x1b[31m";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

TEST(Github, EscapesDataAndProperties) {
    model::Report report = red_report();
    report.findings.clear();
    report.findings.push_back(finding("a,b:c%\n.py", 3, 1, "C,1", "50% of\nlines: a, b", "tool"));
    const std::string out = report::github(report);
    EXPECT_EQ(out.substr(0, out.find('\n')),
              "::error file=a%2Cb%3Ac%25%0A.py,line=3,endLine=3,col=1,title=tool/C%2C1::50%25 of%0Alines: a, b");
}

TEST(Github, EveryLineIsACommandOfOursOrTheVerdict) {
    model::Report report = red_report();
    report.findings.push_back(finding(evil, 1, 1, evil, evil, evil));
    report.runs.push_back(check_run(evil, RunState::error, evil));
    report.runs.back().output = evil;
    report.runs.push_back(check_run(evil, RunState::unavailable, evil));
    report.verdict_reason = evil;
    report.verdict = model::Verdict::error;
    const std::string out = report::github(report);
    EXPECT_FALSE(has(out, "\x1b"));
    EXPECT_FALSE(has(out, "\r"));
    for (const std::string_view line : base::split_lines(out)) {
        const bool ours = line.substr(0, 8) == "::error " || line.substr(0, 10) == "::warning " ||
                          line.substr(0, 9) == "::notice " || line.substr(0, 10) == "git-rfsn: ";
        EXPECT_TRUE(ours) << line;
    }
}

TEST(Github, TenOfAKindThenOneNotice) {
    model::Report report = red_report();
    for (std::uint32_t i = 0; i < 30; ++i) {
        report.findings.push_back(finding("a", i + 1, 1, "c", "m", "t"));
        report.findings.push_back(finding("b", i + 1, 1, "c", "m", "t"));
        report.findings.back().blocking = false;
        report.findings.back().severity = model::Severity::info;
    }
    std::size_t errors = 0;
    std::size_t notices = 0;
    const std::string out = report::github(report);
    for (const std::string_view line : base::split_lines(out)) {
        errors += line.substr(0, 8) == "::error " ? 1U : 0U;
        notices += line.substr(0, 9) == "::notice " ? 1U : 0U;
    }
    EXPECT_EQ(errors, 10U);
    EXPECT_EQ(notices, 10U);
    EXPECT_TRUE(has(out, "22 more errors, 21 more notices not shown here"));
}

TEST(Github, ColumnsAreUtf16AndOnlyOnOneLine) {
    model::Report report = red_report();
    report.findings.erase(report.findings.begin());
    report.findings[0].source_line = "\xF0\x9F\x98\x80\xC3\xA9x";  // emoji (2 units), e acute (1), x
    report.findings[0].column = 7;
    EXPECT_TRUE(has(report::github(report), "line=42,endLine=42,col=4,"));
    report.findings[0].end_line = 44;
    EXPECT_TRUE(has(report::github(report), "line=42,endLine=44,title"));
}

TEST(Sarif, HasWhatCodeScanningNeeds) {
    model::Report report = red_report();
    report.findings.push_back(finding("src/api/user.py", 50, 1, "F841", "again", "ruff"));
    const json out = json::parse(report::sarif(report));
    EXPECT_EQ(out["version"], "2.1.0");
    const json& run = out["runs"][0];
    EXPECT_EQ(run["tool"]["driver"]["name"], "git-rfsn");
    ASSERT_EQ(run["tool"]["driver"]["rules"].size(), 2U);
    ASSERT_EQ(run["results"].size(), 3U);
    for (const json& result : run["results"]) {
        EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
        EXPECT_GE(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    }
    EXPECT_EQ(run["results"][1]["partialFingerprints"]["primaryLocationLineHash"], std::string(64, 'a'));
    EXPECT_EQ(run["results"][1]["locations"][0]["physicalLocation"]["region"]["startColumn"], 5);
    EXPECT_FALSE(run["results"][0].contains("partialFingerprints"));
    EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
    EXPECT_EQ(run["columnKind"], "utf16CodeUnits");
}

TEST(Sarif, UrisAreRelativeAndEncoded) {
    model::Report report = red_report();
    report.findings[0].path = "a b/\xE9#?%\n.py";
    const json out = json::parse(report::sarif(report));
    EXPECT_EQ(out["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
              "a%20b/%E9%23%3F%25%0A.py");
}

TEST(Sarif, AColumnIsLeftOutWhereItIsNotKnown) {
    model::Report report = red_report();
    report.findings[0].column = 9;   // no source line
    report.findings[1].column = 99;  // beyond the line
    report.findings.push_back(finding("", 0, 0, "", "", "pytest"));
    const json results = json::parse(report::sarif(report))["runs"][0]["results"];
    EXPECT_FALSE(results[0]["locations"][0]["physicalLocation"]["region"].contains("startColumn"));
    EXPECT_FALSE(results[1]["locations"][0]["physicalLocation"]["region"].contains("startColumn"));
    EXPECT_EQ(results[2]["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    EXPECT_NE(results[2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "");
    EXPECT_EQ(results[2]["message"]["text"], "(no message)");
}

TEST(Sarif, AnErrorIsNoSuccessfulExecution) {
    model::Report report = red_report();
    report.verdict = model::Verdict::error;
    report.runs.push_back(check_run("mypy", RunState::unavailable, "mypy is not installed"));
    const json invocation = json::parse(report::sarif(report))["runs"][0]["invocations"][0];
    EXPECT_EQ(invocation["executionSuccessful"], false);
    EXPECT_EQ(invocation["toolExecutionNotifications"].size(), 2U);
}

TEST(Sarif, StaysWithinTheLimitAndKeepsWhatBlocks) {
    model::Report report = red_report();
    report.findings.insert(report.findings.begin(), 30000, finding("a", 1, 1, "c", "m", "t"));
    for (std::size_t i = 0; i < 30000; ++i) {
        report.findings[i].blocking = false;
    }
    const json out = json::parse(report::sarif(report));
    EXPECT_EQ(out["runs"][0]["results"].size(), 25000U);
    EXPECT_EQ(out["runs"][0]["results"][1]["ruleId"], "ruff/F841");
    EXPECT_TRUE(has(out.dump(), "5002 more findings are not in this file"));
}

TEST(Junit, IsXmlWithTheRightCounts) {
    model::Report report = red_report();
    report.findings.push_back(finding("a<&\">\x01\x1b.py", 1, 1, "c", "m ]]> \xFF \xEF\xBF\xBF <b>\nsecond", "ruff"));
    report.runs.push_back(check_run("pytest", RunState::error, "timed out"));
    report.runs.back().output = evil;
    report.runs.push_back(check_run("eslint", RunState::skipped, "no files"));
    report.runs.push_back(check_run("mypy", RunState::unavailable, "not installed"));
    report.runs.back().plan.required = true;
    const std::string out = report::junit(report);
    const auto doc = base::parse_doc(base::DocFormat::xml, out);
    ASSERT_TRUE(doc.has_value()) << doc.error().message << out;
    const base::DocNode& suites = doc->find("testsuites")->items.front();
    EXPECT_EQ(suites.string_or("@failures", ""), "3");
    EXPECT_EQ(suites.string_or("@errors", ""), "2");
    EXPECT_EQ(suites.string_or("@skipped", ""), "1");
    EXPECT_EQ(suites.string_or("@tests", ""), "18");
    EXPECT_EQ(suites.find("testsuite")->items.size(), report.runs.size());
}

TEST(Junit, AnErrorVerdictIsNeverGreen) {
    model::Report report = test::green_report();
    report.verdict = model::Verdict::error;
    report.verdict_reason = "no check could run";
    const auto doc = base::parse_doc(base::DocFormat::xml, report::junit(report));
    ASSERT_TRUE(doc.has_value());
    EXPECT_EQ(doc->find("testsuites")->items.front().string_or("@errors", ""), "1");
}

TEST(Gitlab, FingerprintsAreUniqueAndPathsPlain) {
    model::Report report = red_report();
    for (int i = 0; i < 5; ++i) {
        report.findings.push_back(report.findings[0]);
        report.findings.push_back(report.findings[1]);
    }
    const json out = json::parse(report::gitlab(report));
    ASSERT_EQ(out.size(), 12U);
    std::set<std::string> fingerprints;
    for (const json& one : out) {
        fingerprints.insert(one["fingerprint"].get<std::string>());
        EXPECT_GE(one["location"]["lines"]["begin"], 1);
    }
    EXPECT_EQ(fingerprints.size(), 12U);
    EXPECT_EQ(out[1]["fingerprint"], std::string(64, 'a'));
    EXPECT_EQ(out[1]["severity"], "critical");
}

TEST(Rdjson, KeepsByteColumns) {
    const json out = json::parse(report::rdjson(red_report()));
    EXPECT_EQ(out["diagnostics"][1]["location"]["range"]["start"], (json{{"line", 42}, {"column", 5}}));
    EXPECT_EQ(out["diagnostics"][1]["code"]["value"], "F841");
    EXPECT_EQ(out["diagnostics"][0]["severity"], "ERROR");
}

TEST(Render, KnowsEveryNameAndSuggestsTheNearest) {
    for (const std::string& name : report::format_names()) {
        EXPECT_TRUE(report::render(name, red_report(), {}).has_value()) << name;
    }
    const auto wrong = report::render("sarfi", red_report(), {});
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().code, base::ErrorCode::usage);
    EXPECT_TRUE(has(wrong.error().message, "did you mean 'sarif'?"));
}

TEST(Render, EveryMachineFormatIsValidUtf8WithHostileBytes) {
    model::Report report = red_report();
    const std::string bytes("\xFF\xC0\x80\0\xED\xA0\x80\xF4\x90\x80\x80 x", 14);
    report.findings.push_back(finding(bytes, 1, 3, bytes, bytes, bytes));
    report.findings.back().source_line = bytes;
    report.findings.back().notes.push_back({bytes, 1, bytes});
    report.findings.back().fingerprint = bytes;
    report.runs.push_back(check_run(bytes, RunState::error, bytes));
    report.verdict_reason = report.run_id = bytes;
    for (const std::string& name : report::format_names()) {
        const auto out = report::render(name, report, {});
        ASSERT_TRUE(out.has_value());
        EXPECT_TRUE(base::is_valid_utf8(*out)) << name;
        EXPECT_FALSE(has(*out, std::string_view("\0", 1))) << name;
        if (name != "terminal" && name != "github" && name != "junit") {
            EXPECT_TRUE(json::accept(*out)) << name;
        }
    }
}

}  // namespace
}  // namespace rfsn
