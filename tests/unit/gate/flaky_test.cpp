// SPDX-License-Identifier: MIT
#include <algorithm>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "gate/fix.hpp"
#include "gate/judge.hpp"
#include "gate/prover.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::gate {
namespace {

/// A real test command of the team's own that is red ('r') or green in each run as a file says, one letter a run, the
/// first letter first; the file lies where checks may write.
class Flaky : public testing::Test {
   protected:
    Flaky() {
        const std::string script =
            "s=$(cat " + luck() + "); printf %s \"${s#?}\" > " + luck() +
            "; case $s in r*) echo 'code.c:3:1: error: out of luck'; exit 1;; x*) exit 1;; i*) echo 'code.c:3:1: "
            "internal compiler error: Segmentation fault'; exit 1;; 0*) printf 'new words '; "
            "exit 1;; esac";
        repo.stage(".rfsn.yaml",
                   "checks:\n  luck:\n    kind: test\n    parser: gcc\n    run: [sh, luck.sh]\n"
                   "  mute:\n    kind: test\n    run: [sh, luck.sh]\n");
        repo.stage("luck.sh", script + "\n");
        repo.stage("code.c", "int a;\nint b;\nint c;\n");
        repo.commit();
        repo.stage("code.c", "int A;\nint b;\nint c;\n");
    }

    [[nodiscard]] std::string luck() const { return outside.file("luck"); }

    std::unique_ptr<Session> open() {
        OpenRequest request;
        request.directory = repo.path();
        request.env = base::Environment::of_process();
        request.env.set("HOME", home.path());
        request.env.set("RFSN_SANDBOX_WRITABLE", outside.path());
        request.runner = &runner;
        auto opened = Session::open(std::move(request));
        EXPECT_TRUE(opened) << opened.error().describe();
        return opened ? std::move(*opened) : nullptr;
    }

    /// What a run with this luck comes to; what is left of the luck is in `left`.
    model::Report check(const std::string& sequence, const std::string& id = "luck",
                        model::Stage stage = model::Stage::pre_commit) {
        EXPECT_TRUE(base::write_atomically(luck(), sequence, 0600));
        session = open();
        CheckRequest asked;
        asked.choice.only = {id};
        asked.trusted = true;
        asked.stage = stage;
        auto result = judge(*session, asked);
        EXPECT_TRUE(result) << result.error().describe();
        judged = std::move(*result);
        left = *base::read_file(luck());
        return make_report(*session, *judged);
    }

    test::TempRepo repo, home, outside;
    base::PosixProcessRunner runner;
    std::unique_ptr<Session> session;
    std::unique_ptr<Judged> judged;
    std::string left;
};

TEST_F(Flaky, RedTwiceHereAndNotOnHeadBlocks) {
    const auto report = check("rgrx");
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_FALSE(report.findings[0].flaky);
    EXPECT_EQ(report.runs[0].flaky, 0U);
}

TEST_F(Flaky, RedInOneOfTwoRunsHereAndNeverOnHeadBlocksAndIsNamed) {
    const auto report = check("rgggx");
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings[0].flaky);
    EXPECT_TRUE(report.findings[0].blocking);
    EXPECT_EQ(report.runs[0].flaky, 1U);
}

TEST_F(Flaky, FlakyHereAndOnHeadIsOld) {
    const auto report = check("rggrx");
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings[0].flaky);
    EXPECT_TRUE(report.findings[0].already_on_head);
    EXPECT_EQ(report.runs[0].flaky, 1U);
}

TEST_F(Flaky, ABreakIsNotExcusedBecauseTheTestWasFlakyBefore) {
    const auto report = check("rrgrx");
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_FALSE(report.findings[0].flaky);
    EXPECT_TRUE(report.findings[0].blocking);
}

TEST_F(Flaky, WhatIsRedTwiceOnHeadIsOld) {
    const auto report = check("rrrx");
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings[0].already_on_head);
    EXPECT_EQ(report.runs[0].state, model::RunState::passed);
}

TEST_F(Flaky, GreenIsNotAskedAgain) {
    EXPECT_EQ(check("gx").exit_code, 0);
    EXPECT_EQ(left, "x");
}

TEST_F(Flaky, ACommandThatSaysNothingAndFailsOnHeadTooIsNeverPassed) {
    auto report = check("xxxx", "mute");
    ASSERT_EQ(report.runs.size(), 1U);
    EXPECT_EQ(report.runs[0].state, model::RunState::skipped);
    EXPECT_NE(report.runs[0].reason.find("without this change"), std::string::npos) << report.runs[0].reason;
    // Where it is required nobody may read it as green.
    report = check("xxxx", "mute", model::Stage::ci);
    EXPECT_EQ(report.runs[0].state, model::RunState::error);
    EXPECT_EQ(report.exit_code, 3);
    // Other last words are another failure.
    report = check("0xxx0", "mute");
    EXPECT_EQ(report.runs[0].state, model::RunState::blocked);
}

TEST_F(Flaky, AToolWhoseWordsSayNothingAndThatFailsOnHeadTooIsAnError) {
    const auto report = check("xxxx");
    ASSERT_EQ(report.runs.size(), 1U);
    EXPECT_EQ(report.runs[0].state, model::RunState::error);
    EXPECT_EQ(report.exit_code, 3);
}

TEST_F(Flaky, ACompilerThatBreaksOnHeadTooHasJudgedNothing) {
    const auto report = check("iiii");
    ASSERT_EQ(report.runs.size(), 1U);
    EXPECT_EQ(report.runs[0].state, model::RunState::error);
    EXPECT_NE(report.runs[0].reason.find("broke"), std::string::npos) << report.runs[0].reason;
    EXPECT_EQ(report.exit_code, 3);
}

TEST_F(Flaky, AProofDoesNotTurnOnLuck) {
    const auto verdict = [&](const std::string& before, const std::string& with_patch) {
        EXPECT_EQ(check(before).exit_code, 1);
        EXPECT_TRUE(base::write_atomically(luck(), with_patch, 0600));
        const auto& files = judged->whole.files;
        const auto file =
            std::find_if(files.begin(), files.end(), [](const auto& one) { return one.path == "code.c"; });
        model::FixProposal proposal;
        proposal.checks = {"luck"};
        proposal.edits = {{"code.c", file->blob, file->mode, "int A;\nint b;\nint d;\n", false}};
        auto summary = verify_and_store(*session, *judged, proposal, {});
        EXPECT_TRUE(summary) << summary.error().describe();
        left = *base::read_file(luck());
        return *summary;
    };
    auto summary = verdict("rgr", "ggx");
    EXPECT_TRUE(summary.proven) << summary.refusal;
    EXPECT_EQ(left, "x");  // green twice
    EXPECT_FALSE(summary.evidence.checks[0].flaky);

    summary = verdict("rgr", "grx");
    EXPECT_FALSE(summary.proven);
    EXPECT_EQ(left, "x");
    ASSERT_EQ(summary.evidence.checks.size(), 1U);
    EXPECT_TRUE(summary.evidence.checks[0].flaky);

    // What was red by luck turns green without any patch.
    summary = verdict("rggg", "ggx");
    EXPECT_FALSE(summary.proven);
    EXPECT_NE(summary.refusal.find("flaky"), std::string::npos) << summary.refusal;
}

}  // namespace
}  // namespace rfsn::gate
