// SPDX-License-Identifier: MIT
#include "workbench.hpp"

namespace rfsn {
namespace {

using base::ErrorCode;
using model::CheckDelta;
using model::FileMode;
using model::RunState;
using test::must;

struct Verify : testing::Test {
    test::Workbench bench;
    test::FakeProver prover;
    model::FixProposal proposal;
    model::Snapshot snapshot;

    void SetUp() override {
        bench.repo.stage("kept.txt", "k\n");
        bench.repo.commit();
        bench.repo.stage("a.txt", "a  \n");
        bench.open();
        snapshot = must(bench.source->snapshot({}));
        proposal.source = model::ProposalSource::fixer;
        proposal.checks = {"trailing-whitespace"};
        proposal.edits = {bench.edit("a.txt", "a\n")};
        prover.proof.checks = {delta("trailing-whitespace", RunState::blocked, RunState::passed)};
    }
    static CheckDelta delta(const std::string& check, RunState before, RunState after, std::size_t findings_before = 1,
                            std::size_t findings_after = 1) {
        CheckDelta d;
        d.check = check;
        d.before = before;
        d.after = after;
        d.findings_before = findings_before;
        d.findings_after = findings_after;
        return d;
    }
    patch::Verification verify() {
        return must(patch::verify(proposal, *bench.source, snapshot, prover, patch::VerifyRequest{}));
    }
    std::string refusal() {
        const auto verification = verify();
        EXPECT_NE(verification.patch.has_value(), verification.refusal.has_value());
        return verification.refusal ? verification.refusal->reason : "";
    }
};

TEST_F(Verify, ACheckThatTurnsGreenProvesIt) {
    prover.proof.checks.push_back(delta("other", RunState::passed, RunState::passed));
    prover.proof.checks.push_back(delta("still red", RunState::blocked, RunState::blocked, 3, 2));
    prover.proof.not_run = {"pytest: not installed"};
    prover.proof.result_tree = "tree";
    const auto verification = verify();
    ASSERT_TRUE(verification.patch) << verification.refusal->reason;
    EXPECT_EQ(verification.patch->snapshot_id(), snapshot.id);
    EXPECT_EQ(verification.patch->result_tree(), "tree");
    EXPECT_EQ(verification.patch->evidence().checks.size(), 3U);
    EXPECT_EQ(verification.patch->evidence().not_run, prover.proof.not_run);
    EXPECT_NE(verification.patch->diff().find("-a  \n+a\n"), std::string::npos);
    EXPECT_FALSE(verification.refusal);
}

TEST_F(Verify, WhereTheTestsStayRedAModelsPatchIsNotBelieved) {
    proposal.checks.emplace_back("pytest");
    auto tests = delta("pytest", RunState::blocked, RunState::blocked);
    tests.tests = true;
    prover.proof.checks.push_back(tests);
    EXPECT_EQ(refusal(), "");  // a fixer changes no meaning
    proposal.source = model::ProposalSource::model;
    EXPECT_NE(refusal().find("pytest is as red as before"), std::string::npos);
    prover.proof.checks.back().findings_before = 2;
    EXPECT_EQ(refusal(), "");
    prover.proof.checks.back().findings_before = 1;
    prover.proof.checks.back().project = "elsewhere";
    EXPECT_EQ(refusal(), "");
    prover.proof.checks.back().project.clear();
    prover.proof.checks.back().tests = false;
    EXPECT_EQ(refusal(), "");
}

TEST_F(Verify, FewerFindingsAreNotEnough) {
    prover.proof.checks = {delta("trailing-whitespace", RunState::blocked, RunState::blocked, 9, 1)};
    EXPECT_NE(refusal().find("does not turn any failing check green"), std::string::npos);
}

TEST_F(Verify, GreenThatNobodyAskedForOrThatWasNeverRedIsNotEnough) {
    prover.proof.checks = {delta("another", RunState::blocked, RunState::passed)};
    EXPECT_NE(refusal(), "");
    prover.proof.checks = {delta("trailing-whitespace", RunState::passed, RunState::passed)};
    EXPECT_NE(refusal(), "");
    prover.proof.checks = {delta("trailing-whitespace", RunState::unavailable, RunState::passed)};
    EXPECT_NE(refusal(), "");
    prover.proof.checks.clear();
    EXPECT_NE(refusal(), "");
}

TEST_F(Verify, NothingThatPassedMayBeAnythingElse) {
    for (const auto after : {RunState::blocked, RunState::unavailable, RunState::skipped, RunState::error}) {
        prover.proof.checks = {delta("trailing-whitespace", RunState::blocked, RunState::passed),
                               delta("mypy", RunState::passed, after)};
        EXPECT_NE(refusal().find("mypy"), std::string::npos) << model::name(after);
    }
}

TEST_F(Verify, NothingMayGetWorseOrEndInAnError) {
    for (const auto& worse :
         {delta("x", RunState::blocked, RunState::blocked, 1, 2), delta("x", RunState::skipped, RunState::blocked),
          delta("x", RunState::error, RunState::blocked), delta("x", RunState::error, RunState::error),
          delta("x", RunState::blocked, RunState::skipped), delta("x", RunState::blocked, RunState::unavailable)}) {
        prover.proof.checks = {delta("trailing-whitespace", RunState::blocked, RunState::passed), worse};
        EXPECT_NE(refusal(), "") << model::name(worse.before) << " -> " << model::name(worse.after);
    }
}

TEST_F(Verify, EditsThatChangeNothingAreDroppedAndAloneRefused) {
    proposal.edits.push_back(bench.edit("kept.txt", "k\n"));
    const auto verification = verify();
    ASSERT_TRUE(verification.patch);
    EXPECT_EQ(verification.patch->proposal().edits.size(), 1U);
    proposal.edits = {bench.edit("kept.txt", "k\n")};
    prover.calls = 0;
    EXPECT_NE(refusal().find("changes nothing"), std::string::npos);
    EXPECT_EQ(prover.calls, 0);
    proposal.edits.clear();
    EXPECT_NE(refusal().find("changes nothing"), std::string::npos);
}

TEST_F(Verify, EditsMustFitWhatIsStaged) {
    const auto good = proposal.edits[0];
    const auto with = [&](model::FileEdit edit) {
        proposal.edits = {std::move(edit)};
        return refusal();
    };
    EXPECT_NE(with({"a.txt", std::string(40, '1'), FileMode::regular, "x", false}).find("staged anew"),
              std::string::npos);
    EXPECT_NE(with({"a.txt", "", FileMode::regular, "x", false}).find("exists already"), std::string::npos);
    EXPECT_NE(with({"nope", good.old_blob, FileMode::regular, "x", false}).find("not in what is staged"),
              std::string::npos);
    EXPECT_NE(with({"nope", "", FileMode::regular, "", true}).find("not in what is staged"), std::string::npos);
    proposal.edits = {good, good};
    EXPECT_NE(refusal().find("twice"), std::string::npos);
    EXPECT_EQ(prover.calls, 0);
}

TEST_F(Verify, PolicyIsAskedOnTheRealDiffBeforeAnythingRuns) {
    proposal.source = model::ProposalSource::model;
    patch::VerifyRequest request;
    request.offered = {"another.txt"};
    const auto verification = must(patch::verify(proposal, *bench.source, snapshot, prover, request));
    ASSERT_TRUE(verification.refusal);
    EXPECT_NE(verification.refusal->reason.find("policy"), std::string::npos);
    EXPECT_NE(verification.refusal->diff, "");
    EXPECT_EQ(prover.calls, 0);
}

TEST_F(Verify, WhatIsNoVerdictIsAnError) {
    prover.error = base::Error{ErrorCode::interrupted, "interrupted", {}};
    const auto result = patch::verify(proposal, *bench.source, snapshot, prover, patch::VerifyRequest{});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace rfsn
