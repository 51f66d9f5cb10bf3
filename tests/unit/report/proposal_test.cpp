// SPDX-License-Identifier: MIT
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "report/report.hpp"

namespace rfsn {
namespace {

base::TerminalTraits colored() {
    base::TerminalTraits traits;
    traits.color = true;
    return traits;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

constexpr std::string_view unified =
    "diff --git a/a.sql b/a.sql\n--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n select\n--- old comment\n+++ new comment\n"
    "diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n\\ No newline at end of file\n";

TEST(Diff, IsTheSameTextWithoutColour) {
    EXPECT_EQ(report::diff(unified, {}), unified);
}

TEST(Diff, ColoursByPlaceNotByLooks) {
    const std::string out = report::diff(unified, colored());
    EXPECT_EQ(base::strip_ansi(out), unified);
    EXPECT_TRUE(has(out, "\x1b[1m--- a/a.sql\x1b[0m"));
    EXPECT_TRUE(has(out, "\x1b[31m--- old comment\x1b[0m"));
    EXPECT_TRUE(has(out, "\x1b[32m+++ new comment\x1b[0m"));
    EXPECT_TRUE(has(out, "\x1b[1m--- a/b\x1b[0m"));
    EXPECT_TRUE(has(out, "\x1b[31m-x\x1b[0m"));
}

TEST(Diff, NothingInItActsOnTheTerminal) {
    const std::string out = report::diff(
        "@@ -1 +1 @@\n-a\x1b[2J\n+b\xE2\x80\xAE"
        "c\r\n@@ -x,99999999999 +,, @@\n",
        {});
    EXPECT_FALSE(has(out, "\x1b"));
    EXPECT_FALSE(has(out, "\xE2\x80\xAE"));
    EXPECT_TRUE(has(out, "+b\\u{202e}c\\x0d"));
}

model::ProposalSummary proven() {
    model::ProposalSummary out;
    out.id = "ab12";
    out.source = model::ProposalSource::model;
    out.strategy = "gpt-x, temperature 0";
    out.diff = unified;
    out.paths = {"a.sql", "b"};
    out.proven = true;
    out.evidence.checks.push_back({"ruff", ".", model::RunState::blocked, model::RunState::passed, 2, 0, ""});
    out.evidence.not_run = {"pytest: not installed"};
    out.evidence.policy.push_back({"size", true, ""});
    out.evidence.match_levels = {"exact", "indentation", "indentation"};
    out.cost = {2, 1500, 300, "gpt-x"};
    return out;
}

TEST(Proposal, SaysWhatItIsWhatProvesItAndWhatToType) {
    const std::string out = report::proposal(proven(), {});
    EXPECT_EQ(out.rfind("proposal ab12: from a model (gpt-x, temperature 0) · 2 files\n\ndiff --git", 0), 0U);
    EXPECT_TRUE(has(out, "✔ proven: ruff blocked -> passed (2 -> 0)\n"));
    EXPECT_TRUE(has(out, "policy: 1 rule passed; found leniently by indentation\n"));
    auto sized = proven();
    sized.evidence.policy[0].reason = "2 lines of at most 40 lines";
    EXPECT_TRUE(has(report::proposal(sized, {}), "policy: 1 rule passed; 2 lines of at most 40 lines; found"));
    EXPECT_TRUE(has(out, "not run: pytest: not installed\n"));
    EXPECT_TRUE(has(out, "cost: 2 requests, 1500 tokens sent, 300 received, gpt-x\n"));
    EXPECT_TRUE(has(out, "git rfsn apply ab12"));
}

model::ProposalSummary with_lines(int lines) {
    model::ProposalSummary out = proven();
    out.diff = "@@ -0,0 +1," + std::to_string(lines - 1) + " @@\n";
    for (int i = 2; i <= lines; ++i) {
        out.diff += "+line " + std::to_string(i) + "\n";
    }
    return out;
}

TEST(Proposal, ALongDiffIsCutAndSaysHowToSeeTheRest) {
    EXPECT_FALSE(has(report::proposal(with_lines(400), {}), "more line"));
    EXPECT_TRUE(has(report::proposal(with_lines(401), {}),
                    "+line 400\n… 1 more line (git rfsn show ab12 prints it)\n\n✔ proven"));
    const std::string out = report::proposal(with_lines(1000), {});
    EXPECT_TRUE(has(out, "+line 400\n… 600 more lines (git rfsn show ab12 prints them all)\n\n✔ proven"));
    EXPECT_FALSE(has(out, "+line 401\n"));
    EXPECT_TRUE(has(report::proposal(with_lines(1000), {}, 10), "+line 10\n… 990 more lines"));

    model::ProposalSummary open_end = with_lines(401);
    open_end.diff.pop_back();
    EXPECT_TRUE(has(report::proposal(open_end, {}), "… 1 more line "));
    open_end.id.clear();
    EXPECT_TRUE(has(report::proposal(open_end, {}), "… 1 more line\n"));
}

TEST(Proposal, AllOfItIsAllOfIt) {
    model::ProposalSummary whole = with_lines(1000);
    whole.diff += " " + std::string(5000, 'x') + "\n";
    const std::string out = report::proposal(whole, {}, 0);
    EXPECT_TRUE(has(out, whole.diff));
    EXPECT_FALSE(has(out, "more line"));
    EXPECT_FALSE(has(report::proposal(whole, {}, 5000), whole.diff)) << "a long line is cut where lines are";
}

TEST(Proposal, TheChecksThatChangedComeFirstAndTheRestIsCounted) {
    model::ProposalSummary many = proven();
    for (int i = 0; i < 20; ++i) {
        many.evidence.checks.insert(many.evidence.checks.begin(),
                                    {"green" + std::to_string(i), ".", model::RunState::passed, model::RunState::passed,
                                     0, 0, std::string(100000, 'n')});
    }
    const std::string out = report::proposal(many, {});
    EXPECT_TRUE(has(out, "✔ proven: ruff blocked -> passed (2 -> 0) · green19 passed -> passed, nnn"));
    EXPECT_TRUE(has(out, " · +16 more\n"));
    EXPECT_LT(out.size(), 5000U);
}

TEST(Proposal, ARefusedOneOffersNoApply) {
    model::ProposalSummary refused = proven();
    refused.proven = false;
    refused.refusal = "weakens a test";
    refused.evidence.policy.push_back({"test-integrity", false, "an assertion is gone"});
    const std::string out = report::proposal(refused, {});
    EXPECT_TRUE(has(out, "✘ not proven: weakens a test\n"));
    EXPECT_TRUE(has(out, "refused by test-integrity: an assertion is gone"));
    EXPECT_FALSE(has(out, "git rfsn apply"));
}

}  // namespace
}  // namespace rfsn
