// SPDX-License-Identifier: MIT
// The search for a patch with a scripted model: rounds, limits that grow, answers that repeat, the best of several.
#include "gate/search.hpp"

#include <set>

#include <gtest/gtest.h>

#include "gate/edit_limits.hpp"
#include "gate/propose.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::gate {
namespace {

/// Answers in its order, the last one for ever; remembers what it was asked.
class Script final : public llm::NetTransport {
   public:
    explicit Script(std::vector<std::string> answers) : answers_(std::move(answers)) {}
    base::Result<llm::Reply> ask(const llm::Prompt& prompt, const config::LlmSettings& /*settings*/) override {
        asked.push_back(prompt.user.text());
        llm::Reply reply;
        reply.content = answers_[std::min(next_++, answers_.size() - 1)];
        reply.cost.model = "scripted";
        reply.cost.requests = 1;
        return reply;
    }
    std::vector<base::Result<llm::Reply>> ask_all(const std::vector<llm::Question>& questions,
                                                  const config::LlmSettings& settings,
                                                  const llm::Enough& /*is_enough*/) override {
        std::vector<base::Result<llm::Reply>> replies;
        for (const auto& question : questions) {
            replies.push_back(ask(*question.prompt, settings));
        }
        return replies;
    }
    base::Result<std::vector<llm::Spent>> stats(const config::LlmSettings& /*settings*/,
                                                std::chrono::system_clock::time_point /*since*/) override {
        return std::vector<llm::Spent>{};
    }
    std::vector<std::string> asked;

   private:
    std::vector<std::string> answers_;
    std::size_t next_ = 0;
};

std::string block(const std::string& search, const std::string& replace) {
    return "a.py\n<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n";
}

class SearchForAPatch : public testing::Test {
   protected:
    Proposed propose(Script& script, const std::string& content, std::map<std::string, std::string> settings) {
        repo.stage("a.py", content);
        OpenRequest request;
        request.directory = repo.path();
        request.env = base::Environment::of_process();
        request.env.set("HOME", home.path());
        request.runner = &runner;
        settings["llm.enabled"] = "true";
        settings["llm.base_url"] = "http://127.0.0.1:1/v1";
        settings["llm.model"] = "scripted";
        request.overrides = std::move(settings);
        auto session = Session::open(std::move(request));
        EXPECT_TRUE(session) << session.error().describe();
        CheckRequest asked;
        asked.choice.only = {"trailing-whitespace", "end-of-file-fixer"};
        const auto judged = judge(**session, asked);
        EXPECT_TRUE(judged) << judged.error().describe();
        auto proposed = propose_from_model(**session, **judged, script);
        EXPECT_TRUE(proposed) << (proposed ? "" : proposed.error().describe());
        return proposed ? std::move(*proposed) : Proposed{};
    }

    test::TempRepo repo;
    test::TempRepo home;
    base::PosixProcessRunner runner;
};

/// 50 lines with a blank at their ends, and the block that takes them away.
std::pair<std::string, std::string> fifty_lines() {
    std::string before, after;
    for (int i = 0; i < 50; ++i) {
        before += "x" + std::to_string(i) + " = 1 \n";
        after += "x" + std::to_string(i) + " = 1\n";
    }
    return {before, block(before, after)};
}

TEST_F(SearchForAPatch, MayGrowAsRoundsFail) {
    const auto [content, answer] = fifty_lines();
    Script script({answer});
    const auto proposed = propose(script, content, {{"llm.attempts", "5"}});
    ASSERT_EQ(script.asked.size(), 3U);
    EXPECT_NE(script.asked[0].find("at most 40 lines"), std::string::npos);
    EXPECT_NE(script.asked[1].find("this time the whole answer may change at most 80 lines in 4 files, at most 9"),
              std::string::npos);
    EXPECT_NE(script.asked[2].find("at most 120 lines in 5 files"), std::string::npos);
    ASSERT_EQ(proposed.proposals.size(), 3U);
    EXPECT_NE(proposed.proposals[0].refusal.find("100 lines, at most 40 are allowed"), std::string::npos);
    EXPECT_NE(proposed.proposals[1].refusal.find("100 lines, at most 80 are allowed"), std::string::npos);
    EXPECT_TRUE(proposed.proposals[2].proven) << proposed.proposals[2].refusal;
    EXPECT_EQ(proposed.proposals[2].evidence.failed_rounds, 2U);
    bool said = false;
    for (const auto& verdict : proposed.proposals[2].evidence.policy) {
        said = said || (verdict.rule == "size" && verdict.reason.find("of at most 120 lines") != std::string::npos);
    }
    EXPECT_TRUE(said);
}

TEST_F(SearchForAPatch, DoesNotGrowWhereALimitIsSet) {
    const auto [content, answer] = fifty_lines();
    Script script({answer});
    const auto proposed = propose(script, content, {{"llm.attempts", "5"}, {"patch.max_lines", "60"}});
    EXPECT_EQ(script.asked.size(), 2U);  // the same edit was refused for the same reason
    for (const auto& proposal : proposed.proposals) {
        EXPECT_FALSE(proposal.proven);
    }
    EXPECT_NE(proposed.reason.find("failed as one before it"), std::string::npos) << proposed.reason;
}

TEST_F(SearchForAPatch, StopsWhenAnAnswerRepeats) {
    // A, B, A again: the third is not proven anew, and there is no fourth.
    Script script({block("x = 1 \n", "x = 2 \n"), "a.py\n<<<<<<< SEARCH\nx = 1 \n", block("x = 1 \n", "x = 2 \n"),
                   block("x = 1 \n", "x = 1\n")});
    auto proposed = propose(script, "x = 1 \n", {{"llm.attempts", "9"}});
    EXPECT_EQ(script.asked.size(), 3U);
    ASSERT_EQ(proposed.proposals.size(), 3U);
    EXPECT_EQ(proposed.proposals[2].refusal.rfind("it is the same edit as before", 0), 0U)
        << proposed.proposals[2].refusal;
    Script malformed({"no edit at all"});
    proposed = propose(malformed, "x = 1 \n", {{"llm.attempts", "9"}});
    EXPECT_EQ(malformed.asked.size(), 2U);
}

TEST_F(SearchForAPatch, TakesTheSmallestOfSeveral) {
    const std::string content = "a = 1\nx = 1 \nb = 1\nc = 1\n";
    Script script({block("a = 1\nx = 1 \nb = 1\nc = 1\n", "aa = 1\nx = 1\nbb = 1\ncc = 1\n"),  // 8 lines
                   "no edit", block("a = 1\nx = 1 \n", "a = 1\nx = 1\n"),                      // 2 lines, exact
                   block("a = 1   \nx = 1 \n", "a = 1\nx = 1\n"),                              // the same
                   block("a = 1   \nx = 1 \n", "a = 1\nx = 11\n")});                           // 2 lines, loosely
    const auto proposed = propose(script, content, {{"llm.candidates", "5"}, {"llm.attempts", "1"}});
    EXPECT_EQ(script.asked.size(), 5U);
    ASSERT_FALSE(proposed.proposals.empty());
    const auto& best = proposed.proposals.front();
    EXPECT_TRUE(best.proven) << best.refusal;
    EXPECT_EQ(best.diff.substr(best.diff.find("\n-x")), "\n-x = 1 \n+x = 1\n b = 1\n c = 1\n");
    EXPECT_EQ(best.evidence.match_levels, std::vector<std::string>{"exact"});
    EXPECT_EQ(proposed.proposals.size(), 2U);  // one that is no edit, and the best: nothing else was run
    EXPECT_EQ(std::set<std::string>(script.asked.begin(), script.asked.end()).size() > 1, true);
}

TEST_F(SearchForAPatch, PrefersWhatTurnsMoreGreen) {
    const std::string content = "x = 1 \ny = 1\n\n\n";
    Script script({block("x = 1 \n", "x = 1\n"), block("x = 1 \ny = 1\n\n\n", "x = 1\ny = 1\n")});
    const auto proposed = propose(script, content, {{"llm.candidates", "2"}, {"llm.attempts", "1"}});
    ASSERT_EQ(proposed.proposals.size(), 2U);
    EXPECT_TRUE(proposed.proposals[0].proven) << proposed.proposals[0].refusal;
    EXPECT_NE(proposed.proposals[0].diff.find("-\n-\n"), std::string::npos) << proposed.proposals[0].diff;
    EXPECT_TRUE(proposed.proposals[1].proven) << proposed.proposals[1].refusal;
}

TEST(Strategies, Differ) {
    config::LlmSettings settings;
    settings.base_url = "http://127.0.0.1:1/v1";
    settings.model = "m";
    settings.temperature = 0.4;
    const auto one = strategies(settings);
    ASSERT_GE(one.size(), 6U);
    EXPECT_EQ(one[0].hint, "");
    EXPECT_EQ(one[0].temperature, 0.4);
    std::set<double> temperatures;
    std::set<std::string> hints, arms;
    for (const auto& strategy : one) {
        EXPECT_TRUE(temperatures.insert(strategy.temperature).second) << strategy.temperature;
        EXPECT_TRUE(arms.insert(strategy.arm()).second) << strategy.arm();
        hints.insert(strategy.hint);
    }
    EXPECT_EQ(hints.size(), 4U);
    settings.providers["other"].base_url = "http://127.0.0.1:2/v1";
    settings.providers["other"].model = "n";
    settings.order = {"main", "other"};
    const auto two = strategies(settings);
    EXPECT_EQ(two[0].target, "main");
    EXPECT_EQ(two[1].target, "other");
    EXPECT_EQ(two[1].model, "n");
    EXPECT_EQ(two.size(), 2 * one.size());
}

TEST(EditLimits, GrowInStepsUpToTheLast) {
    config::Loaded config;
    std::string told;
    for (std::size_t failed = 0; failed < 6; ++failed) {
        const auto limits = edit_limits(config, failed);
        told += std::to_string(limits.lines) + "/" + std::to_string(limits.files) + "/" + std::to_string(limits.hunks) +
                " ";
    }
    EXPECT_EQ(told, "40/3/6 80/4/9 120/5/12 200/5/15 200/5/15 200/5/15 ");
    config.config.patch_max_lines = 500;  // the user's own, whatever has failed
    config.origins.push_back({"patch.max_lines", "500", config::Layer::user, "user: config.yaml:1:1"});
    EXPECT_EQ(edit_limits(config, 0).lines, 500U);
    EXPECT_EQ(edit_limits(config, 9).lines, 500U);
    EXPECT_EQ(edit_limits(config, 9).files, 5U);
    config.config.patch_max_files = 1;
    config.origins.push_back({"patch.max_files", "1", config::Layer::repository, "repository: .rfsn.yaml:1:1"});
    EXPECT_EQ(edit_limits(config, 9).files, 1U);
}

}  // namespace
}  // namespace rfsn::gate
