// SPDX-License-Identifier: MIT
#include "base/thread_pool.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <signal.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rfsn::base {
namespace {

TEST(ParallelFor, CallsEveryIndexOnce) {
    for (const std::size_t count : {0UL, 1UL, 2UL, 7UL, 64UL, 1000UL, 100'003UL}) {
        for (const unsigned threads : {0U, 1U, 2U, 8U, 64U}) {
            std::vector<std::atomic<int>> calls(count);
            parallel_for(count, threads, [&](std::size_t i) { calls[i].fetch_add(1); });
            for (std::size_t i = 0; i < count; ++i) {
                ASSERT_EQ(calls[i].load(), 1) << i << " of " << count << " on " << threads;
            }
        }
    }
}

TEST(ParallelFor, WritesAreSeenWhenItReturns) {
    std::vector<int> plain(50'000);
    parallel_for(plain.size(), 4, [&](std::size_t i) { plain[i] = static_cast<int>(i); });
    for (std::size_t i = 0; i < plain.size(); ++i) {
        ASSERT_EQ(plain[i], static_cast<int>(i));
    }
}

TEST(ParallelFor, OneThreadMeansTheCallers) {
    const auto caller = std::this_thread::get_id();
    parallel_for(100, 1, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(ParallelFor, ItemsThatWaitForOneAnotherRunAtOnce) {
    // Would hang if four items did not get four threads.
    std::atomic<int> arrived{0};
    parallel_for(4, 4, [&](std::size_t) {
        arrived.fetch_add(1);
        while (arrived.load() < 4) {
            std::this_thread::yield();
        }
    });
    EXPECT_EQ(arrived.load(), 4);
}

TEST(ParallelFor, WorkersLeaveSignalsToTheCaller) {
    const auto caller = std::this_thread::get_id();
    std::atomic<int> unblocked{0};
    parallel_for(64, 4, [&](std::size_t) {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        if (std::this_thread::get_id() != caller && sigismember(&mask, SIGINT) != 1) {
            unblocked.fetch_add(1);
        }
    });
    EXPECT_EQ(unblocked.load(), 0);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGINT), 0);
}

TEST(ParallelFor, Nests) {
    std::atomic<int> calls{0};
    parallel_for(8, 4, [&](std::size_t) { parallel_for(100, 3, [&](std::size_t) { calls.fetch_add(1); }); });
    EXPECT_EQ(calls.load(), 800);
}

TEST(AvailableCpus, IsAtLeastOne) {
    EXPECT_GE(available_cpus(), 1U);
}

}  // namespace
}  // namespace rfsn::base
