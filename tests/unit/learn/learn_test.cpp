// SPDX-License-Identifier: MIT
#include <algorithm>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "learn/failure.hpp"
#include "learn/outcomes.hpp"
#include "learn/sampler.hpp"

namespace rfsn::learn {
namespace {

class TestClock final : public base::Clock {
   public:
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return {}; }
    [[nodiscard]] std::chrono::system_clock::time_point system_now() const override { return now; }
    std::chrono::system_clock::time_point now{std::chrono::hours(24 * 20'000)};
};

model::Finding finding(const std::string& path, std::uint32_t line, const std::string& code,
                       const std::string& message) {
    model::Finding one;
    one.path = path;
    one.line = line;
    one.code = code;
    one.message = message;
    one.tool = "pytest";
    return one;
}

std::string print_of(const std::vector<model::Finding>& findings, const std::string& output = "") {
    return describe_failure("pytest", "python", findings, output).fingerprint;
}

TEST(Failure, SurvivesLinesPathsTimesAndOrder) {
    const std::vector<model::Finding> then{
        finding("src/a.py", 10, "AssertionError", "assert 3 == 4 (src/a.py:10) in 0.12s"),
        finding("src/b.py", 5, "NameError", "name 'os' is not defined at line 5")};
    const std::vector<model::Finding> now{
        finding("lib/other/c.py", 99, "NameError", "name 'os' is not defined at line 77"),
        finding("lib/other/d.py", 3, "AssertionError", "assert 3 == 4 (lib/other/d.py:3) in 4.50s")};
    EXPECT_EQ(print_of(then), print_of(now));
    EXPECT_EQ(print_of(then).size(), 32U);
}

TEST(Failure, DiffersWhenTheErrorDiffers) {
    const auto one = print_of({finding("a.py", 1, "AssertionError", "assert 3 == 4")});
    EXPECT_NE(one, print_of({finding("a.py", 1, "AssertionError", "assert 3 == 5")}));
    EXPECT_NE(one, print_of({finding("a.py", 1, "ValueError", "assert 3 == 4")}));
    EXPECT_NE(one, print_of({finding("a.py", 1, "AssertionError", "assert 3 == 4"),
                             finding("a.py", 2, "AssertionError", "assert 1 == 2")}));
    EXPECT_NE(print_of({finding("a.py", 1, "NameError", "name 'os' is not defined")}),
              print_of({finding("a.py", 1, "NameError", "name 'sys' is not defined")}));
}

TEST(Failure, OfWhatDoesNotBlockIsNone) {
    auto one = finding("a.py", 1, "E1", "x");
    one.blocking = false;
    EXPECT_EQ(print_of({one}), "");
    EXPECT_EQ(print_of({}), "");
    EXPECT_NE(print_of({}, "Segmentation fault at 0xdeadbeef\n"), "");
    EXPECT_EQ(print_of({}, "Segmentation fault at 0xdeadbeef\n"), print_of({}, "Segmentation fault at 0x12345678\n"));
}

TEST(Failure, GeneralFormKeepsNamesAndValues) {
    EXPECT_EQ(general_form("expected 3,\n  got  4"), "expected 3, got 4");
    EXPECT_EQ(general_form("/home/a/b.py:3:4: undefined name 'x'"), "<path>: undefined name 'x'");
    EXPECT_EQ(general_form("C:\\src\\a.cs(3): bad"), "<path>(3): bad");
    EXPECT_EQ(general_form("2026-11-24T01:02:03.004Z took 1.5 s"), "<time> took <duration>");
    EXPECT_EQ(general_form("object at 0x7f00aa00bb00"), "object at <address>");
    EXPECT_EQ(general_form("\x1b[31mred\x1b[0m \xFF"), "red \xEF\xBF\xBD");
}

class Learned : public testing::Test {
   protected:
    Learned() : dir_(*base::TempDir::make(testing::TempDir(), "learn-")) {}
    Outcomes store() {
        auto opened = Outcomes::open(dir_.path(), clock_);
        EXPECT_TRUE(opened);
        return std::move(*opened);
    }
    static Outcome outcome(const std::string& arm, Ending ending, const std::string& message = "m",
                           const std::string& proposal = "") {
        Outcome one;
        one.failure = describe_failure("pytest", "python", {finding("a.py", 1, "E1", message)}, "");
        one.arm = arm;
        one.ending = ending;
        one.proposal = proposal;
        one.tokens = 10;
        one.duration = std::chrono::milliseconds(30);
        return one;
    }
    TestClock clock_;
    base::TempDir dir_;
};

TEST_F(Learned, CountsByHowNearTheFailureIs) {
    auto outcomes = store();
    ASSERT_TRUE(outcomes.add(outcome("a", Ending::proven)));
    ASSERT_TRUE(outcomes.add(outcome("a", Ending::refused, "another message")));
    auto elsewhere = outcome("a", Ending::unusable);
    elsewhere.failure = describe_failure("mypy", "python", {finding("a.py", 1, "X", "y")}, "");
    ASSERT_TRUE(outcomes.add(elsewhere));
    const auto arms = outcomes.arms(outcome("a", Ending::proven).failure);
    ASSERT_TRUE(arms);
    ASSERT_EQ(arms->size(), 1U);
    const auto& history = arms->front();
    EXPECT_EQ(history.same_failure.proven, 1);
    EXPECT_EQ(history.same_failure.failed, 0);
    EXPECT_EQ(history.same_code.failed, 1);
    EXPECT_EQ(history.same_check.failed, 1);
    EXPECT_EQ(history.all.failed, 2);
    EXPECT_EQ(history.tokens, 30U);
    EXPECT_EQ(history.median, std::chrono::milliseconds(30));
}

TEST_F(Learned, RemembersWhatWasProvenAndForgetsWhatWasTakenBack) {
    auto outcomes = store();
    for (const char* id : {"p1", "p2", "p3", "p4"}) {
        ASSERT_TRUE(outcomes.add(outcome("a", Ending::proven, "m", id)));
    }
    ASSERT_TRUE(outcomes.add(outcome("a", Ending::proven, "other", "p5")));
    ASSERT_TRUE(outcomes.set_ending("p1", Ending::accepted));
    ASSERT_TRUE(outcomes.set_ending("p2", Ending::reverted));
    ASSERT_TRUE(outcomes.set_ending("p3", Ending::rejected));
    ASSERT_TRUE(outcomes.set_ending("unknown", Ending::accepted));
    const auto print = outcome("a", Ending::proven).failure.fingerprint;
    EXPECT_EQ(*outcomes.proven_for(print, 9), (std::vector<std::string>{"p4", "p1"}));
    EXPECT_EQ(*outcomes.proven_for(print, 1), (std::vector<std::string>{"p4"}));
    EXPECT_TRUE(outcomes.proven_for("", 9)->empty());
}

TEST_F(Learned, OldOutcomesGo) {
    auto outcomes = store();
    ASSERT_TRUE(outcomes.add(outcome("old", Ending::proven)));
    clock_.now += std::chrono::hours(24 * 181);
    ASSERT_TRUE(outcomes.add(outcome("new", Ending::proven)));
    const auto arms = outcomes.arms({});
    ASSERT_EQ(arms->size(), 1U);
    EXPECT_EQ(arms->front().arm, "new");
}

TEST_F(Learned, ADamagedFileIsBegunAnew) {
    ASSERT_TRUE(store().add(outcome("a", Ending::proven)));
    {
        std::ofstream file(dir_.path() + "/learn.db", std::ios::binary | std::ios::trunc);
        file << std::string(8192, 'x');
    }
    auto outcomes = store();
    EXPECT_TRUE(outcomes.arms({})->empty());
    EXPECT_TRUE(outcomes.add(outcome("a", Ending::proven)));
}

TEST_F(Learned, FailuresCountAgainstAnArm) {
    auto outcomes = store();
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(outcomes.add(outcome("good", Ending::proven)));
        ASSERT_TRUE(outcomes.add(outcome("bad", i % 2 == 0 ? Ending::refused : Ending::unusable)));
    }
    const auto believed = beliefs({"good", "bad", "new"}, *outcomes.arms(outcome("", Ending::proven).failure));
    EXPECT_GT(believed[0].mean(), 0.8);
    EXPECT_LT(believed[1].mean(), 0.2);
    EXPECT_EQ(believed[2].mean(), 0.5);
    EXPECT_LT(believed[0].deviation(), believed[2].deviation());
    EXPECT_EQ(believed[2].why, "never tried");
}

TEST_F(Learned, WhatRegressesGoesIntoQuarantineAndIsTriedLast) {
    auto outcomes = store();
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(outcomes.add(outcome("regresses", Ending::proven)));
    }
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(outcomes.add(outcome("regresses", Ending::reverted)));
    }
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(outcomes.add(outcome("hopeless", Ending::refused)));
    }
    ASSERT_TRUE(outcomes.add(outcome("plain", Ending::refused)));
    const auto believed =
        beliefs({"regresses", "hopeless", "plain"}, *outcomes.arms(outcome("", Ending::proven).failure));
    EXPECT_TRUE(believed[0].quarantined);
    EXPECT_NE(believed[0].why.find("taken back"), std::string::npos);
    EXPECT_TRUE(believed[1].quarantined);
    EXPECT_FALSE(believed[2].quarantined);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        EXPECT_EQ(Sampler(seed).order(believed).front(), "plain") << seed;
    }
}

// Ten arms with set chances; the sampler's regret after 400 tries is below half of uniform choice's, on every seed.
TEST(Sampler, RegretsLessThanUniformChoice) {
    constexpr int tries = 400;
    const std::vector<double> chances{0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.2, 0.1, 0.05};
    double mean = 0;
    for (const double chance : chances) {
        mean += chance / static_cast<double>(chances.size());
    }
    const double uniform = (chances[0] - mean) * tries;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 world(seed);
        Sampler sampler(seed + 1000);
        std::vector<Belief> believed(chances.size());
        for (std::size_t arm = 0; arm < chances.size(); ++arm) {
            believed[arm].arm = std::to_string(arm);
        }
        double regret = 0;
        for (int i = 0; i < tries; ++i) {
            const auto arm = static_cast<std::size_t>(std::stoi(sampler.order(believed).front()));
            regret += chances[0] - chances[arm];
            const bool proven = std::uniform_real_distribution<double>()(world) < chances[arm];
            (proven ? believed[arm].proven : believed[arm].failed) += 1;
        }
        EXPECT_LT(regret, uniform / 2) << "seed " << seed;
    }
}

TEST(Sampler, OrdersEveryArmOnce) {
    const auto order = Sampler(7).order(beliefs({"a", "b", "c"}, {}));
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, (std::vector<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace rfsn::learn
