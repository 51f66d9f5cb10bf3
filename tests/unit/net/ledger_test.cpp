// SPDX-License-Identifier: MIT
#include "net/ledger.hpp"

#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"

namespace rfsn::net {
namespace {

using Kind = Admission::Kind;

class LedgerTest : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(std::filesystem::temp_directory_path(), "ledger-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        path_ = dir_->path() + "/llm.db";
    }
    [[nodiscard]] Ledger open() const {
        auto ledger = Ledger::open(path_);
        EXPECT_TRUE(ledger) << ledger.error().describe();
        return std::move(*ledger);
    }
    std::unique_ptr<base::TempDir> dir_;
    std::string path_;
    Millis now_ = 1'764'000'000'000;
};

Ask ask(std::int64_t tokens = 100, std::int64_t micro_usd = 50) {
    Ask one;
    one.key = "h:443 m";
    one.target = "main";
    one.model = "m";
    one.tokens = tokens;
    one.micro_usd = micro_usd;
    one.millis = 1000;
    return one;
}
Settlement settled(const Ask& asked, std::int64_t reservation) {
    Settlement one;
    one.key = asked.key;
    one.reservation = reservation;
    one.reserved_tokens = asked.tokens;
    one.health = Settlement::Health::good;
    return one;
}

TEST_F(LedgerTest, ReservesBeforeAndCorrectsAfter) {
    auto ledger = open();
    Budget budget;
    budget.tokens = 250;
    const auto first = ledger.admit({ask(), ask(), ask()}, budget, now_);
    EXPECT_EQ(first[0].kind, Kind::go);
    EXPECT_EQ(first[1].kind, Kind::go);
    EXPECT_EQ(first[2].kind, Kind::over_budget);
    EXPECT_NE(first[2].why.find("250 tokens"), std::string::npos);
    auto done = settled(ask(), first[0].reservation);
    done.tokens = 20;
    done.micro_usd = 10;
    done.usage = {15, 3, 0, 2, 0};
    ledger.settle({done}, now_);
    EXPECT_EQ(ledger.admit({ask()}, budget, now_)[0].kind, Kind::go);
    const auto rows = ledger.spent(0);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ((*rows)[0].requests, 3);
    EXPECT_EQ((*rows)[0].unsettled, 2);
    EXPECT_EQ((*rows)[0].cached_tokens, 3);
    EXPECT_EQ((*rows)[0].micro_usd, 110);
}

TEST_F(LedgerTest, EveryBudgetHolds) {
    const auto admitted = [&](const Budget& budget, const Ask& asked) {
        auto ledger = *Ledger::open("");
        int count = 0;
        while (ledger.admit({asked}, budget, now_)[0].kind == Kind::go) {
            ++count;
        }
        return count;
    };
    Budget budget;
    budget.requests = 3;
    EXPECT_EQ(admitted(budget, ask()), 3);
    budget = {};
    budget.tokens = 1050;
    EXPECT_EQ(admitted(budget, ask()), 10);
    budget = {};
    budget.micro_usd = 149;
    EXPECT_EQ(admitted(budget, ask()), 2);
    EXPECT_EQ(admitted(budget, ask(100, -1)), 0) << "a price that is unknown";
    budget = {};
    budget.millis = 4999;
    EXPECT_EQ(admitted(budget, ask()), 4);
    // What was spent before the window does not count.
    auto ledger = open();
    budget = {};
    budget.requests = 1;
    budget.window = 1000;
    EXPECT_EQ(ledger.admit({ask()}, budget, now_)[0].kind, Kind::go);
    EXPECT_EQ(ledger.admit({ask()}, budget, now_ + 999)[0].kind, Kind::over_budget);
    EXPECT_EQ(ledger.admit({ask()}, budget, now_ + 1000)[0].kind, Kind::go);
}

TEST_F(LedgerTest, ProcessesShareOneBudget) {
    static_cast<void>(open());
    constexpr int processes = 8;
    Budget budget;
    budget.requests = 37;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p) {
        const pid_t child = fork();
        if (child == 0) {
            auto ledger = Ledger::open(path_);
            int count = 0;
            for (int i = 0; ledger && i < 20; ++i) {
                const auto admission = ledger->admit({ask()}, budget, now_)[0];
                count += admission.kind == Kind::go ? 1 : 0;
                if (admission.kind == Kind::go && i % 2 == 0) {
                    ledger->settle({settled(ask(), admission.reservation)}, now_);
                }
            }
            _exit(count);
        }
        children.push_back(child);
    }
    int total = 0;
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status));
        total += WEXITSTATUS(status);
    }
    EXPECT_EQ(total, 37);
}

TEST_F(LedgerTest, LimitsAndBreakersAreShared) {
    auto limited = ask();
    limited.requests_per_minute = 2;
    auto one = open();
    auto two = open();
    EXPECT_EQ(one.admit({limited}, {}, now_)[0].kind, Kind::go);
    EXPECT_EQ(two.admit({limited}, {}, now_)[0].kind, Kind::go);
    const auto third = one.admit({limited}, {}, now_)[0];
    EXPECT_EQ(third.kind, Kind::wait);
    EXPECT_EQ(third.wait, 30000);
    auto blocked = settled(limited, 1);
    blocked.blocked = 90000;
    blocked.health = Settlement::Health::neither;
    one.settle({blocked}, now_);
    EXPECT_EQ(two.admit({limited}, {}, now_)[0].wait, 90000);
    auto other = ask();
    other.key = "other:443 m";
    for (int i = 0; i < CircuitBreaker::threshold; ++i) {
        const auto admission = one.admit({other}, {}, now_)[0];
        ASSERT_EQ(admission.kind, Kind::go);
        auto bad = settled(other, admission.reservation);
        bad.health = Settlement::Health::bad;
        one.settle({bad}, now_);
    }
    EXPECT_EQ(two.admit({other}, {}, now_)[0].kind, Kind::broken);
    const auto trials = two.admit({other, other}, {}, now_ + CircuitBreaker::first_pause);
    EXPECT_EQ(trials[0].kind, Kind::go);
    EXPECT_EQ(trials[1].kind, Kind::broken);
}

TEST_F(LedgerTest, WhatAKilledProcessReservedStaysSpent) {
    const pid_t child = fork();
    if (child == 0) {
        auto ledger = Ledger::open(path_);
        static_cast<void>(ledger->admit({ask(), ask()}, {}, now_));
        raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
    Budget budget;
    budget.requests = 3;
    auto ledger = open();
    const auto admissions = ledger.admit({ask(), ask()}, budget, now_);
    EXPECT_EQ(admissions[0].kind, Kind::go);
    EXPECT_EQ(admissions[1].kind, Kind::over_budget);
}

TEST_F(LedgerTest, WithoutARecordABudgetAdmitsNothing) {
    auto ledger = open();
    static_cast<void>(ledger.admit({ask()}, {}, now_));
    // A directory in its place: nothing can be written, and nothing be made anew.
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-wal");
    std::filesystem::remove(path_ + "-shm");
    std::filesystem::create_directory(path_);
    EXPECT_FALSE(Ledger::open(path_));
    std::filesystem::remove(path_);
    // A damaged one is set aside, and the book begins anew.
    std::ofstream(path_) << std::string(5000, 'x');
    EXPECT_TRUE(Ledger::open(path_));
}

}  // namespace
}  // namespace rfsn::net
