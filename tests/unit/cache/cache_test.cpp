// SPDX-License-Identifier: MIT
#include "cache/cache.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/sqlite.hpp"
#include "cache/cached.hpp"

namespace rfsn::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ManualClock final : public base::Clock {
   public:
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return {}; }
    [[nodiscard]] Time system_now() const override { return now; }
    Time now = Time(seconds(1'764'000'000));
};

class CacheTest : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(std::filesystem::temp_directory_path(), "cache-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        options_.disk.path = dir_->path() + "/c.db";
    }
    [[nodiscard]] std::unique_ptr<Cache> open() const {
        auto cache = std::make_unique<Cache>(options_, clock_);
        EXPECT_EQ(cache->disk_problem(), "");
        return cache;
    }
    static std::string value(const Lookup& lookup) {
        return !lookup.entry ? "-" : (lookup.entry->kind == Entry::Kind::negative ? "!" : "") + lookup.entry->bytes;
    }
    static std::string get(Cache& cache, const std::string& key) { return value(cache.get({key, {}, {}})); }
    std::unique_ptr<base::TempDir> dir_;
    CacheOptions options_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
};

TEST_F(CacheTest, OneQuestionAsksAllTiersAndPromotes) {
    const std::string bytes("v\0\xff\n", 4);
    auto cache = open();
    EXPECT_EQ(get(*cache, "k"), "-");
    cache->put({"k", {}, {}}, bytes);
    EXPECT_EQ(cache->get({"k", {}, {}}).tier, Tier::memory);
    auto other = open();
    const auto first = other->get({"k", {}, {}});
    EXPECT_EQ(first.tier, Tier::disk);
    EXPECT_EQ(first.entry->bytes, bytes);
    EXPECT_EQ(other->get({"k", {}, {}}).tier, Tier::memory);
    EXPECT_EQ(other->stats().promotions, 1U);
    EXPECT_EQ(other->stats().memory.hits, 1U);
    EXPECT_EQ(other->stats().disk.hits, 1U);
    other->erase("k");
    EXPECT_EQ(get(*other, "k"), "-");
    cache->put({"empty", {}, {}}, "");
    EXPECT_EQ(get(*cache, "empty"), "");
    cache->clear();
    EXPECT_EQ(get(*cache, "empty"), "-");
    EXPECT_EQ(cache->stats().disk.entries, 0U);
}

TEST_F(CacheTest, EveryEntryExpiresByItsOwnTimeInBothTiers) {
    auto cache = open();
    cache->put({"short", {}, {}}, "s", seconds(10));
    cache->put({"long", {}, {}}, "l");
    cache->put_negative({"none", {}, {}}, "no usable answer");
    clock_->now += seconds(9);
    EXPECT_EQ(get(*cache, "short"), "s");
    EXPECT_EQ(get(*cache, "none"), "!no usable answer");
    clock_->now += seconds(1);
    EXPECT_EQ(get(*cache, "short"), "-");
    EXPECT_EQ(get(*open(), "short"), "-");
    EXPECT_EQ(get(*open(), "long"), "l");
    clock_->now += options_.negative_ttl;
    EXPECT_EQ(get(*cache, "none"), "-");
    EXPECT_EQ(get(*open(), "none"), "-");
    clock_->now += options_.ttl;
    EXPECT_EQ(get(*open(), "long"), "-");
    EXPECT_EQ(get(*cache, "long"), "-");
}

/// What both tiers together must do, as simple as it can be written.
struct Model {
    struct Item {
        std::string bytes;
        Time expires;
    };
    std::map<std::string, Item> items;
};

TEST_F(CacheTest, DoesWhatTheModelDoes) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        std::mt19937 random(seed);
        const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
        options_.disk.path = dir_->path() + "/m" + std::to_string(seed) + ".db";
        options_.memory_entries = static_cast<std::size_t>(pick(1, 8));
        auto cache = open();
        Model model;
        for (int i = 0; i < 250; ++i) {
            const std::string key = "k" + std::to_string(pick(0, 15));
            switch (pick(0, 9)) {
                case 0:
                    cache->erase(key);
                    model.items.erase(key);
                    break;
                case 1:
                    clock_->now += milliseconds(pick(0, 3000));
                    break;
                case 2:
                    cache = open();
                    break;
                case 3:
                case 4:
                case 5: {
                    const milliseconds ttl(pick(1, 5000));
                    const std::string bytes =
                        std::to_string(i) + std::string(static_cast<std::size_t>(pick(0, 500)), 'x');
                    cache->put({key, {}, {}}, bytes, ttl);
                    model.items[key] = {bytes, clock_->now + ttl};
                    break;
                }
                default: {
                    const auto item = model.items.find(key);
                    const bool there = item != model.items.end() && item->second.expires > clock_->now;
                    ASSERT_EQ(get(*cache, key), there ? item->second.bytes : "-") << seed << ' ' << i;
                }
            }
        }
    }
}

TEST_F(CacheTest, TheLeastRecentlyUsedGoesFirst) {
    options_.memory_entries = 3;
    options_.disk.max_entries = 4;
    auto cache = open();
    const auto put = [&](const std::string& key) {
        cache->put({key, {}, {}}, "v" + key);
        clock_->now += seconds(1);
    };
    for (const char* key : {"a", "b", "c", "d"}) {
        put(key);
    }
    EXPECT_EQ(cache->stats().memory.entries, 3U);
    EXPECT_EQ(get(*cache, "a"), "va");
    clock_->now += seconds(1);
    put("e");
    EXPECT_EQ(cache->stats().disk.entries, 4U);
    EXPECT_EQ(get(*open(), "a"), "va");
    EXPECT_EQ(get(*open(), "b"), "-");
}

TEST_F(CacheTest, BytesAreLimitedToo) {
    options_.memory_bytes = 5000;
    options_.disk.max_bytes = 100'000;
    auto cache = open();
    for (int i = 0; i < 300; ++i) {
        cache->put({std::to_string(i), {}, {}}, std::string(1000, 'x'));
        clock_->now += seconds(1);
        ASSERT_LE(cache->stats().memory.bytes, 5000U);
        ASSERT_LE(cache->stats().disk.bytes, 100'000U);
    }
    EXPECT_EQ(get(*cache, "299").size(), 1000U);
    cache->put({"huge", {}, {}}, std::string(200'000, 'x'));
    EXPECT_EQ(get(*cache, "huge"), "-");
    EXPECT_LT(std::filesystem::file_size(options_.disk.path), 1'000'000U);
}

TEST_F(CacheTest, ADamagedValueIsAMiss) {
    open()->put({"k", {}, {}}, "precious");
    {
        auto db = base::Database::open(options_.disk.path, std::vector<std::string>(1, ""));
        ASSERT_TRUE(db);
        ASSERT_TRUE(db->execute("UPDATE entries SET bytes=x'00'"));
    }
    auto cache = open();
    EXPECT_EQ(get(*cache, "k"), "-");
    EXPECT_EQ(cache->stats().disk.damaged, 1U);
    EXPECT_EQ(cache->stats().disk.entries, 0U);
}

TEST_F(CacheTest, ADamagedFileCostsMissesAndIsMadeAnew) {
    {
        auto cache = open();
        for (int i = 0; i < 100; ++i) {
            cache->put({std::to_string(i), {}, {}}, std::string(2000, 'x'));
        }
    }
    for (const std::streamoff at : {std::streamoff{0}, std::streamoff{4096}, std::streamoff{40000}}) {
        {
            std::fstream file(options_.disk.path, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(at);
            const std::string junk(30000, '\x5a');
            file.write(junk.data(), static_cast<std::streamsize>(junk.size()));
        }
        Cache cache(options_, clock_);
        for (int i = 0; i < 100; ++i) {
            const std::string got = get(cache, std::to_string(i));
            ASSERT_TRUE(got == "-" || got == std::string(2000, 'x'));
        }
        cache.put({"new", {}, {}}, "v");
        EXPECT_EQ(get(*open(), "new"), "v") << at;
        for (int i = 0; i < 100; ++i) {
            cache.put({std::to_string(i), {}, {}}, std::string(2000, 'x'));
        }
    }
}

TEST_F(CacheTest, WithoutADiskItStillRemembers) {
    options_.disk.path = "/proc/nowhere/c.db";
    Cache cache(options_, clock_);
    EXPECT_NE(cache.disk_problem(), "");
    cache.put({"k", {}, {}}, "v");
    EXPECT_EQ(get(cache, "k"), "v");
    EXPECT_EQ(*cache.get_or_compute({"x", {}, {}}, seconds(1), [] { return base::Result<std::string>("c"); }), "c");
}

TEST_F(CacheTest, AFullDiskCostsMisses) {
    static_cast<void>(open());
    const pid_t child = fork();
    if (child == 0) {
        Cache cache(options_, clock_);
        signal(SIGXFSZ, SIG_IGN);
        const rlimit small{60000, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &small);
        bool good = true;
        for (int i = 0; i < 100; ++i) {
            cache.put({std::to_string(i), {}, {}}, std::string(3000, 'x'));
            good = good && get(cache, std::to_string(i)) == std::string(3000, 'x');
        }
        good = good && cache.stats().disk.failures > 0;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(get(*open(), "nothing"), "-");
}

TEST_F(CacheTest, ThreadsComputeOnce) {
    auto cache = open();
    std::atomic<int> computed{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i) {
            threads.emplace_back([&] {
                const auto got = cache->get_or_compute({"k", {}, {}}, seconds(10), [&] {
                    ++computed;
                    std::this_thread::sleep_for(milliseconds(50));
                    return base::Result<std::string>("v");
                });
                EXPECT_EQ(*got, "v");
            });
        }
    }
    EXPECT_EQ(computed, 1);
    EXPECT_EQ(cache->stats().computed, 1U);
}

TEST_F(CacheTest, ProcessesComputeOnceAndAKilledOneBlocksNobody) {
    static_cast<void>(open());
    const std::string log = dir_->path() + "/log";
    const auto compute_in_child = [&](bool dies) {
        const pid_t child = fork();
        if (child == 0) {
            Cache cache(options_);
            const auto got = cache.get_or_compute({"k", {}, {}}, seconds(60), [&] {
                std::ofstream(log, std::ios::app) << "x" << std::flush;
                if (dies) {
                    raise(SIGKILL);
                }
                std::this_thread::sleep_for(milliseconds(200));
                return base::Result<std::string>("v");
            });
            _exit(got && *got == "v" ? 0 : 1);
        }
        return child;
    };
    waitpid(compute_in_child(true), nullptr, 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
        children.push_back(compute_in_child(false));
    }
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(*base::read_file(log), "xx");
}

TEST_F(CacheTest, ManyProcessesWriteAndSomeAreKilled) {
    static_cast<void>(open());
    std::vector<pid_t> children;
    for (int p = 0; p < 16; ++p) {
        const pid_t child = fork();
        if (child == 0) {
            bool good = false;
            {
                Cache cache(options_);
                for (int i = 0; i < 30 || p % 4 == 0; ++i) {
                    const std::string key = std::to_string((p * 7 + i) % 60);
                    cache.put({key, {}, {}}, "value of " + key);
                    const std::string got = get(cache, key);
                    if (got != "value of " + key) {
                        _exit(1);
                    }
                }
                good = cache.stats().disk.failures == 0;
            }
            _exit(good ? 0 : 2);
        }
        children.push_back(child);
    }
    std::this_thread::sleep_for(milliseconds(300));
    for (std::size_t p = 0; p < children.size(); p += 4) {
        kill(children[p], SIGKILL);
    }
    for (std::size_t p = 0; p < children.size(); ++p) {
        int status = -1;
        waitpid(children[p], &status, 0);
        EXPECT_TRUE(p % 4 == 0 ? WIFSIGNALED(status) : status == 0) << p << ' ' << status;
    }
    auto cache = open();
    for (int i = 0; i < 60; ++i) {
        const std::string got = get(*cache, std::to_string(i));
        EXPECT_TRUE(got == "-" || got == "value of " + std::to_string(i)) << got;
    }
    EXPECT_EQ(cache->stats().disk.damaged, 0U);
}

TEST_F(CacheTest, ErrorsAreNotKept) {
    auto cache = open();
    int calls = 0;
    const auto failing = [&]() -> base::Result<std::string> {
        ++calls;
        return base::fail(base::ErrorCode::timeout, "slow");
    };
    EXPECT_FALSE(cache->get_or_compute({"k", {}, {}}, seconds(1), failing));
    EXPECT_FALSE(cache->get_or_compute({"k", {}, {}}, seconds(1), failing));
    EXPECT_EQ(calls, 2);
    cache->put_negative({"n", {}, {}}, "known to be useless");
    const auto negative = cache->get_or_compute({"n", {}, {}}, seconds(1), failing);
    ASSERT_FALSE(negative);
    EXPECT_EQ(negative.error().code, base::ErrorCode::not_found);
    EXPECT_EQ(calls, 2);
}

TEST_F(CacheTest, SimilarQuestionsGiveCandidatesAndNoAnswers) {
    std::string text = "error: unused variable 'counter' in function update_totals\n";
    for (int i = 0; i < 30; ++i) {
        text += "    total += items[" + std::to_string(i) + "].price * quantity;\n";
    }
    auto cache = open();
    cache->put({"k1", "python ruff F841", text}, "the patch");
    std::string renamed = text;
    renamed.replace(renamed.find("counter"), 7, "number1");
    const auto lookup = cache->get({"k2", "python ruff F841", renamed});
    EXPECT_FALSE(lookup.entry);
    ASSERT_EQ(lookup.candidates.size(), 1U);
    EXPECT_EQ(lookup.candidates[0].bytes, "the patch");
    EXPECT_GT(lookup.candidates[0].similarity, 0.9);
    EXPECT_TRUE(cache->get({"k2", "python ruff F401", renamed}).candidates.empty()) << "another partition";
    EXPECT_TRUE(cache->get({"k2", "python ruff F841", "something quite different altogether"}).candidates.empty());
    cache->put_negative({"k3", "python ruff F841", text}, "no");
    EXPECT_EQ(cache->get({"k2", "python ruff F841", renamed}).candidates.size(), 1U);
    clock_->now += options_.ttl;
    EXPECT_TRUE(cache->get({"k2", "python ruff F841", renamed}).candidates.empty());
    EXPECT_EQ(cache->stats().searches, 5U);
}

TEST(VectorTest, IsTheSameInEveryProcess) {
    // Stored vectors depend on it: whoever changes the features has to change the file's schema too.
    const Vector vector = Vector::of("int main() { return a - b; }");
    EXPECT_EQ(base::sha256_hex(vector.bytes()), base::sha256_hex(Vector::from_bytes(vector.bytes())->bytes()));
    EXPECT_NEAR(vector.similarity(vector), 1, 1e-9);
    EXPECT_EQ(Vector::of("").similarity(vector), 0);
    EXPECT_FALSE(Vector::from_bytes("short"));
    // Why it only ever proposes: a flipped operator is nearer than a new name.
    EXPECT_GT(vector.similarity(Vector::of("int main() { return a + b; }")), 0.8);
}

TEST_F(CacheTest, AnyFunctionCanRemember) {
    auto cache = open();
    int calls = 0;
    const auto join = cached(*cache, "join 1", seconds(10), [&](const std::string& a, int b) {
        ++calls;
        return a + std::to_string(b);
    });
    EXPECT_EQ(join("x", 1), "x1");
    EXPECT_EQ(join(std::string("x"), 1), "x1");
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(join("x1", 1), "x11");
    EXPECT_EQ(join("x", 11), "x11");
    EXPECT_EQ(calls, 3);
    clock_->now += seconds(10);
    EXPECT_EQ(join("x", 1), "x1");
    EXPECT_EQ(calls, 4);
    const auto other =
        cached(*cache, "join 2", seconds(10), [&](const std::string& a, int b) { return a + "/" + std::to_string(b); });
    EXPECT_EQ(other("x", 1), "x/1");
    const auto list = cached(*cache, "list", seconds(10), [&](bool much) -> base::Result<std::vector<std::string>> {
        ++calls;
        if (!much) {
            return base::fail(base::ErrorCode::invalid, "nothing");
        }
        return std::vector<std::string>{"a", "", "b:1"};
    });
    calls = 0;
    EXPECT_FALSE(list(false));
    EXPECT_FALSE(list(false));
    EXPECT_EQ(*list(true), (std::vector<std::string>{"a", "", "b:1"}));
    EXPECT_EQ(*list(true), (std::vector<std::string>{"a", "", "b:1"}));
    EXPECT_EQ(calls, 3);
    cache->put({"odd", {}, {}}, "x");
    double number = 0;
    EXPECT_TRUE(Codec<double>::read(Codec<double>::write(0.1), number));
    EXPECT_EQ(number, 0.1);
    std::vector<std::string> words;
    EXPECT_FALSE(Codec<std::vector<std::string>>::read("99999999999999999999:x", words));
    EXPECT_FALSE(Codec<std::vector<std::string>>::read("5:abc", words));
}

TEST_F(CacheTest, TellsWhatAllProcessesSaw) {
    {
        auto cache = open();
        cache->put({"k", {}, {}}, "v");
        static_cast<void>(get(*cache, "k"));
        static_cast<void>(get(*cache, "absent"));
    }
    {
        auto cache = open();
        static_cast<void>(get(*cache, "k"));
    }
    const auto history = open()->history();
    EXPECT_EQ(history.at("memory_hits"), 1U);
    EXPECT_EQ(history.at("disk_hits"), 1U);
    EXPECT_EQ(history.at("misses"), 1U);
}

}  // namespace
}  // namespace rfsn::cache
