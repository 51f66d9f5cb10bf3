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
    EXPECT_TRUE(has(out, "not run: pytest: not installed\n"));
    EXPECT_TRUE(has(out, "cost: 2 requests, 1500 tokens sent, 300 received, gpt-x\n"));
    EXPECT_TRUE(has(out, "git rfsn apply ab12"));
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
