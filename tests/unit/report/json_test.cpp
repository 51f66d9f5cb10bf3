// SPDX-License-Identifier: MIT
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/report.hpp"
#include "unit/report/sample_report.hpp"
#include "unit/report/schema_check.hpp"

namespace rfsn {
namespace {

using nlohmann::json;
using test::check_run;
using test::finding;
using test::red_report;
using test::schema_error;

json schema() {
    return json::parse(std::ifstream(RFSN_SOURCE_DIR "/config/report.schema.json"));
}

/// Every field filled.
model::Report full_report() {
    model::Report report = red_report();
    report.snapshot.id = "s";
    report.snapshot.files.push_back({"new.py", "old.py", model::ChangeKind::renamed, model::FileMode::regular,
                                     model::FileMode::regular, std::string(40, 'b'), std::string(40, 'c')});
    report.snapshot.files.push_back({"gone.py", "", model::ChangeKind::deleted, model::FileMode::none,
                                     model::FileMode::regular, "", std::string(40, 'd')});
    model::Project project;
    project.root = ".";
    project.pack = "python";
    project.facts["pm"] = "uv";
    project.files = {"new.py"};
    report.projects.push_back(project);
    report.runs.push_back(check_run("pytest", model::RunState::error, "timed out after 60 s"));
    report.runs.back().output = "collecting\n";
    report.findings.back().notes.push_back({"b.py", 3, "declared here"});
    report.findings.back().on_changed_line = true;
    model::ProposalSummary proposal;
    proposal.id = "p1";
    proposal.paths = {"new.py"};
    proposal.proven = true;
    proposal.evidence.checks.push_back({"ruff", ".", model::RunState::blocked, model::RunState::passed, 1, 0, ""});
    proposal.evidence.policy.push_back({"size", true, ""});
    proposal.evidence.tool_versions["ruff"] = "0.12.1";
    report.proposals.push_back(proposal);
    report.notices = {"hello"};
    report.counters["blobs_read"] = 3;
    return report;
}

TEST(Json, FollowsItsSchema) {
    for (const model::Report& report : {test::green_report(), red_report(), full_report(), model::Report{}}) {
        EXPECT_EQ(schema_error(schema(), json::parse(report::json(report))), "");
    }
}

TEST(Json, TheSchemaCheckItselfFindsFaults) {
    json broken = json::parse(report::json(full_report()));
    broken["findings"][0].erase("fingerprint");
    EXPECT_EQ(schema_error(schema(), broken), "/findings/0: lacks fingerprint");
    broken = json::parse(report::json(full_report()));
    broken["runs"][0]["state"] = "fine";
    EXPECT_NE(schema_error(schema(), broken), "");
    broken = json::parse(report::json(full_report()));
    broken["snapshot"]["files"][0]["extra"] = 1;
    EXPECT_NE(schema_error(schema(), broken), "");
}

TEST(Json, CarriesTheValues) {
    const json out = json::parse(report::json(full_report()));
    EXPECT_EQ(out["version"], 1);
    EXPECT_EQ(out["verdict"], "blocked");
    EXPECT_EQ(out["exit_code"], 1);
    EXPECT_EQ(out["duration_ms"], 180);
    EXPECT_EQ(out["findings"][1]["code"], "F841");
    EXPECT_EQ(out["findings"][1]["on_changed_line"], true);
    EXPECT_EQ(out["findings"][0]["on_changed_line"], nullptr);
    EXPECT_EQ(out["snapshot"]["files"][0]["old_path"], "old.py");
    EXPECT_EQ(out["snapshot"]["files"][0]["mode"], "100644");
    EXPECT_EQ(out["snapshot"]["files"][1]["mode"], nullptr);
    EXPECT_EQ(out["snapshot"]["files"][1]["blob"], nullptr);
    EXPECT_EQ(out["proposals"][0]["evidence"]["checks"][0]["after"], "passed");
    EXPECT_EQ(out["counters"]["blobs_read"], 3);
}

TEST(Json, OutputOnlyWhereThereAreNoFindingsToTellIt) {
    const json out = json::parse(report::json(full_report()));
    for (const json& run : out["runs"]) {
        EXPECT_EQ(run.contains("output"), run["check"] == "pytest") << run["check"];
    }
}

TEST(Json, StaysValidUtf8AndKeepsTheBytesOfAPath) {
    model::Report report = red_report();
    const std::string path =
        "caf\xE9/\n\x1b"
        "[31m";
    report.findings.push_back(finding(path, 1, 1, "\xFF", std::string("nul \0 \xC3\x28", 8), "t\xE9"));
    report.runs.push_back(check_run("x", model::RunState::error));
    report.runs.back().output = "\x80\x81";
    report.runs.back().plan.files = {"ok",
                                     "b\xFF"
                                     "d"};
    const std::string text = report::json(report);
    for (const char c : text) {
        EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
    }
    const json out = json::parse(text);
    EXPECT_EQ(schema_error(schema(), out), "");
    EXPECT_EQ(out["findings"][2]["path_bytes"], "636166e92f0a1b5b33316d");
    EXPECT_EQ(out["findings"][2]["path"],
              "caf\xEF\xBF\xBD/\n\x1b"
              "[31m");
    EXPECT_FALSE(out["findings"][1].contains("path_bytes"));
    EXPECT_EQ(out["runs"].back()["files_bytes"], (json{"6f6b", "62ff64"}));
}

}  // namespace
}  // namespace rfsn
