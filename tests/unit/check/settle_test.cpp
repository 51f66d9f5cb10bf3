// SPDX-License-Identifier: MIT
#include "check/settle.hpp"

#include <gtest/gtest.h>

#include "support/temp_repo.hpp"

namespace rfsn::check {
namespace {

class Settle : public testing::Test {
   protected:
    void SetUp() override {
        repo.stage("a.txt", "one\ntwo\nthree\n");
        repo.commit();
        repo.stage("a.txt", "one\nTWO\nthree\n");
        repo.stage("new.txt", "x\n");
        base::Environment env = base::Environment::of_process();
        auto opened = git::Repository::open(repo.path(), env, runner);
        ASSERT_TRUE(opened) << opened.error().describe();
        repository = std::make_unique<git::Repository>(std::move(*opened));
        auto made = git::staged_source(*repository);
        ASSERT_TRUE(made) << made.error().describe();
        source = std::move(*made);
        auto taken = source->snapshot({});
        ASSERT_TRUE(taken) << taken.error().describe();
        snapshot = std::move(*taken);
        view = std::make_unique<git::TreeView>(*source, snapshot);
    }

    static Outcome red(model::CheckKind kind, model::Scope scope, std::vector<model::Finding> findings) {
        Outcome outcome;
        outcome.run.plan.id = "tool";
        outcome.run.plan.kind = kind;
        outcome.run.plan.scope = scope;
        outcome.run.state = model::RunState::blocked;
        outcome.findings = std::move(findings);
        return outcome;
    }
    static model::Finding at(const std::string& path, std::uint32_t line, const std::string& message = "m") {
        model::Finding finding;
        finding.path = path;
        finding.line = line;
        finding.message = message;
        finding.tool = "tool";
        return finding;
    }
    std::vector<Outcome> settled(Outcome outcome) {
        std::vector<Outcome> outcomes{std::move(outcome)};
        const auto done = settle(outcomes, *view);
        EXPECT_TRUE(done);
        return outcomes;
    }

    test::TempRepo repo;
    base::PosixProcessRunner runner;
    std::unique_ptr<git::Repository> repository;
    std::unique_ptr<git::StagedSource> source;
    model::Snapshot snapshot;
    std::unique_ptr<git::TreeView> view;
};

TEST_F(Settle, SaysWhichFindingsAreOnChangedLinesAndShowsTheirLines) {
    const auto outcomes = settled(red(model::CheckKind::lint, model::Scope::files,
                                      {at("a.txt", 1), at("a.txt", 2), at("new.txt", 1), at("gone.txt", 1)}));
    ASSERT_EQ(outcomes[0].findings.size(), 4U);
    EXPECT_EQ(outcomes[0].findings[0].on_changed_line, false);
    EXPECT_EQ(outcomes[0].findings[1].on_changed_line, true);
    EXPECT_EQ(outcomes[0].findings[2].on_changed_line, false);
    EXPECT_EQ(outcomes[0].findings[3].on_changed_line, true);
    EXPECT_EQ(outcomes[0].findings[1].source_line, "TWO");
    EXPECT_EQ(outcomes[0].run.findings, 4U);
    EXPECT_EQ(outcomes[0].run.state, model::RunState::blocked);
    EXPECT_TRUE(may_be_old(outcomes[0]));
    EXPECT_FALSE(may_be_old(settled(red(model::CheckKind::lint, model::Scope::files, {at("a.txt", 2)}))[0]));
}

TEST_F(Settle, OffTheChangedLinesOnlyWhatIsOnHeadIsForgiven) {
    // Line 1 was red before; line 3 became red by what happened on line 2.
    auto now = settled(red(model::CheckKind::lint, model::Scope::files, {at("a.txt", 1), at("a.txt", 3)}))[0];
    auto head = settled(red(model::CheckKind::lint, model::Scope::files, {at("a.txt", 1)}))[0];
    forgive_old(now, head);
    EXPECT_FALSE(now.findings[0].blocking);
    EXPECT_TRUE(now.findings[1].blocking);
    EXPECT_EQ(now.run.state, model::RunState::blocked);
    forgive_old(now, now);
    EXPECT_EQ(now.run.state, model::RunState::passed);
    EXPECT_NE(now.run.reason.find("without this change"), std::string::npos);
}

TEST_F(Settle, AChangedLineIsNeverForgiven) {
    auto now = settled(red(model::CheckKind::lint, model::Scope::files, {at("a.txt", 2)}))[0];
    forgive_old(now, now);
    EXPECT_EQ(now.run.state, model::RunState::blocked);
}

TEST_F(Settle, RepeatsAreDroppedAndEqualOnesToldApart) {
    auto outcomes = settled(red(model::CheckKind::lint, model::Scope::files,
                                {at("new.txt", 1), at("new.txt", 1), at("new.txt", 1, "another"), at("new.txt", 0)}));
    ASSERT_EQ(outcomes[0].findings.size(), 3U);
    EXPECT_NE(outcomes[0].findings[0].fingerprint, outcomes[0].findings[1].fingerprint);
    EXPECT_EQ(outcomes[0].findings[0].fingerprint.size(), 64U);
}

TEST_F(Settle, WhatIsRedOnHeadInTheSameWayIsForgiven) {
    auto now =
        settled(red(model::CheckKind::test, model::Scope::project, {at("a.txt", 1, "old"), at("a.txt", 3, "also")}))[0];
    auto head = settled(red(model::CheckKind::test, model::Scope::project, {at("a.txt", 1, "old")}))[0];
    forgive_old(now, head);
    EXPECT_EQ(now.run.state, model::RunState::blocked);
    EXPECT_EQ(now.run.findings, 1U);
    EXPECT_TRUE(now.findings[0].already_on_head);
    auto same = head;
    same.run.state = model::RunState::blocked;
    for (auto& finding : same.findings) {
        finding.blocking = true;
    }
    forgive_old(same, head);
    EXPECT_EQ(same.run.state, model::RunState::passed);
}

}  // namespace
}  // namespace rfsn::check
