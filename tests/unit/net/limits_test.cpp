// SPDX-License-Identifier: MIT
// Waiting: what servers ask for, and buckets, backoff and breaker on a virtual clock.
#include "net/limits.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "net/backoff.hpp"
#include "net/circuit_breaker.hpp"
#include "net/token_bucket.hpp"

namespace rfsn::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const SystemTime now = SystemTime(seconds(1'764'000'000));  // 2025-11-24T16:00:00Z

TEST(Wait, FromEveryForm) {
    EXPECT_EQ(wanted_wait({{"retry-after", "7"}}, "", now), seconds(7));
    EXPECT_EQ(wanted_wait({{"retry-after", "0.5"}}, "", now), milliseconds(500));
    EXPECT_EQ(wanted_wait({{"retry-after", "Mon, 24 Nov 2025 16:00:30 GMT"}}, "", now), seconds(30));
    EXPECT_EQ(wanted_wait({{"retry-after", "7"}, {"retry-after-ms", "250"}}, "", now), milliseconds(250));
    EXPECT_EQ(wanted_wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "6m0s"}}, "", now),
              seconds(360));
    EXPECT_EQ(wanted_wait({{"x-ratelimit-remaining-tokens", "5"}, {"x-ratelimit-reset-tokens", "6m0s"}}, "", now),
              seconds(0));
    EXPECT_EQ(wanted_wait({{"anthropic-ratelimit-output-tokens-remaining", "0"},
                           {"anthropic-ratelimit-output-tokens-reset", "2025-11-24T16:00:12Z"}},
                          "", now),
              seconds(12));
    EXPECT_EQ(wanted_wait({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1764000009000"}}, "", now),
              seconds(9));
    EXPECT_EQ(wanted_wait({}, R"({"error":{"details":[{"retryDelay":"31s"}]}})", now), seconds(31));
    EXPECT_EQ(wanted_wait({}, R"({"error":{"message":"Please try again in 1m2.5s. Visit"}})", now),
              milliseconds(62500));
    EXPECT_EQ(wanted_wait({}, R"({"error":{"message":"Please retry in 38.5s."}})", now), milliseconds(38500));
    EXPECT_EQ(wanted_wait({}, R"({"error":{"message":"Please retry after 20 seconds."}})", now), seconds(20));
    for (const char* odd : {"", "-1", "nan", "1e99", "soon", "Mon, 99 Foo 2025", "99999999999999999999"}) {
        const auto wait = wanted_wait({{"retry-after", odd}}, "", now);
        EXPECT_GE(wait, seconds(0)) << odd;
        EXPECT_LE(wait, hours(24)) << odd;
    }
}

TEST(Wait, Durations) {
    EXPECT_EQ(go_duration("120ms"), milliseconds(120));
    EXPECT_EQ(go_duration("1h2m3.5s"), milliseconds(3723500));
    EXPECT_EQ(go_duration("8.64s"), milliseconds(8640));
    for (const char* wrong : {"", "s", "1", "1x", "1s2", "..s", "-1s"}) {
        EXPECT_FALSE(go_duration(wrong)) << wrong;
    }
    EXPECT_EQ(rfc3339("2025-11-24T16:00:01.500Z"), now + milliseconds(1500));
    EXPECT_EQ(rfc3339("2025-11-24T18:00:00+02:00"), now);
    for (const char* wrong :
         {"", "2025-11-24", "2025-11-24T16:00:00", "2025-11-24T16:00:00+2", "2025-11-24T16:00:00Zx"}) {
        EXPECT_FALSE(rfc3339(wrong)) << wrong;
    }
    const auto limits =
        server_limits({{"x-ratelimit-limit-requests", "60"}, {"x-ratelimit-remaining-requests", "59"}}, now);
    EXPECT_EQ(limits.text(), "59 of 60 requests left");
    EXPECT_EQ(server_limits({}, now).text(), "");
}

TEST(TokenBucket, NeverLetsMoreThroughThanItsRate) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
        const double limit = pick(1, 500);
        Millis time = pick(0, 1 << 30);
        const Millis start = time;
        auto bucket = TokenBucket::per_minute(limit, time);
        double taken = 0;
        int set_back = 0;
        for (int i = 0; i < 300; ++i) {
            const double amount = pick(1, 20);
            const Millis wait = bucket.wait_for(amount, time);
            ASSERT_GE(wait, 0);
            if (wait == 0) {
                bucket.take(amount);
                taken += std::min(amount, limit);
            } else {
                // It says how long to the millisecond: a little less is not enough, so long is.
                TokenBucket early = bucket;
                ASSERT_TRUE(wait <= 2 || early.wait_for(amount, time + wait - 2) > 0);
                time += wait;
                ASSERT_EQ(bucket.wait_for(amount, time), 0);
            }
            time += pick(0, 1) == 0 ? 0 : pick(0, 300);
            if (pick(0, 30) == 0) {
                ++set_back;  // and forth again, which looks like so much time
                static_cast<void>(bucket.wait_for(1, time - 100000));
            }
            const double passed = static_cast<double>(time - start) + 100000.0 * set_back;
            ASSERT_LE(taken, limit + passed * limit / 60000 + 1e-3);
        }
    }
}

TEST(TokenBucket, TheServersCountWins) {
    auto bucket = TokenBucket::per_minute(100, 0);
    bucket.correct({200, 10, milliseconds(57000)}, 4, 0, 1000);
    EXPECT_EQ(bucket.capacity, 200);
    EXPECT_DOUBLE_EQ(bucket.level, 6);
    EXPECT_NEAR(bucket.rate, 190.0 / 57000, 1e-9);
    bucket.correct({200, 0, milliseconds(60000)}, 0, 0, 1000);
    EXPECT_GT(bucket.wait_for(1, 1000), 250);
    TokenBucket unknown;
    unknown.correct({-1, -1, {}}, 0, 0, 5);
    EXPECT_TRUE(unknown.unlimited());
    EXPECT_EQ(unknown.wait_for(1e9, 5), 0);
    // More than fits counts as all that fits, or it would wait for ever.
    auto small = TokenBucket::per_minute(10, 0);
    EXPECT_EQ(small.wait_for(1000, 0), 0);
    // A day's limit is told by its reset.
    auto daily = TokenBucket::per_minute(10000, 0);
    daily.correct({10000, 9999, milliseconds(8640)}, 0, 0, 0);
    EXPECT_NEAR(daily.rate, 1.0 / 8640, 1e-9);
}

TEST(Backoff, IsAtLeastWhatTheServerWantsAndAtMostTheCapAbove) {
    const Backoff backoff;
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (unsigned attempt = 1; attempt < 40; ++attempt) {
        for (int i = 0; i < 50; ++i) {
            const milliseconds floor(i * 100);
            for (const bool busy : {false, true}) {
                const auto wait = backoff.wait(attempt, busy, floor, uniform(random));
                EXPECT_GE(wait, floor);
                EXPECT_LE(wait, floor + backoff.cap);
                EXPECT_LE(wait, floor + (busy ? backoff.base_when_busy : backoff.base) * std::pow(2, attempt - 1));
            }
        }
    }
    EXPECT_EQ(backoff.wait(1, false, milliseconds(0), 0), milliseconds(0));
    EXPECT_EQ(backoff.wait(3, false, milliseconds(10), 0.999999), milliseconds(10 + 1999));
}

TEST(CircuitBreaker, OpensTriesAndCloses) {
    CircuitBreaker breaker;
    Millis time = 1'000'000;
    for (int i = 1; i < CircuitBreaker::threshold; ++i) {
        breaker.failed(time);
        EXPECT_EQ(breaker.wait(time), 0);
    }
    breaker.succeeded();
    for (int i = 0; i < CircuitBreaker::threshold; ++i) {
        EXPECT_EQ(breaker.wait(time), 0);
        breaker.failed(time);
    }
    EXPECT_EQ(breaker.wait(time), CircuitBreaker::first_pause);
    EXPECT_EQ(breaker.wait(time + 1000), CircuitBreaker::first_pause - 1000);
    time += CircuitBreaker::first_pause;
    EXPECT_EQ(breaker.wait(time), 0);
    breaker.begin(time);
    EXPECT_EQ(breaker.wait(time), CircuitBreaker::trial_lease) << "one at a time";
    breaker.failed(time);
    EXPECT_EQ(breaker.wait(time), 2 * CircuitBreaker::first_pause);
    // However long it lasts, it tries now and then.
    for (int i = 0; i < 100; ++i) {
        breaker.failed(time);
        EXPECT_LE(breaker.wait(time), CircuitBreaker::longest_pause);
        EXPECT_GT(breaker.wait(time), 0);
    }
    time += CircuitBreaker::longest_pause;
    breaker.begin(time);
    breaker.released();
    EXPECT_EQ(breaker.wait(time), 0);
    breaker.succeeded();
    EXPECT_EQ(breaker.wait(time - 10'000'000), 0);
}

}  // namespace
}  // namespace rfsn::net
