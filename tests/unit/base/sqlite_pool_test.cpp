// SPDX-License-Identifier: MIT
#include "base/sqlite_pool.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"

namespace rfsn::base {
namespace {

const std::vector<std::string> counters{"CREATE TABLE c(name TEXT PRIMARY KEY, n INTEGER NOT NULL, pad BLOB) STRICT"};

Result<void> add_one(ConnectionPool::Lease& lease, const std::string& name) {
    RFSN_ASSIGN(auto* const statement,
                lease.statement("INSERT INTO c VALUES(?,1,zeroblob(500)) ON CONFLICT(name) DO UPDATE SET n=n+1"));
    statement->bind_text(name);
    RFSN_TRY(statement->step());
    return {};
}

class SqlitePool : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = TempDir::make(std::filesystem::temp_directory_path(), "pool-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<TempDir>(std::move(*dir));
        path_ = dir_->path() + "/store.db";
    }
    [[nodiscard]] ConnectionPool open(unsigned readers = 4, int wait_ms = 5000) const {
        auto pool = ConnectionPool::open({path_, counters, readers, std::chrono::milliseconds(wait_ms)});
        EXPECT_TRUE(pool) << pool.error().describe();
        return std::move(*pool);
    }
    static std::int64_t total(ConnectionPool& pool) {
        auto lease = pool.reader();
        EXPECT_TRUE(lease) << lease.error().describe();
        auto statement = lease->statement("SELECT coalesce(sum(n),0) FROM c");
        EXPECT_TRUE(statement) << statement.error().describe();
        const auto row = (*statement)->step();
        EXPECT_TRUE(row) << row.error().describe();
        return (*statement)->integer(0);
    }
    std::unique_ptr<TempDir> dir_;
    std::string path_;
};

TEST_F(SqlitePool, RollsBackWhatALeaseLeavesOpen) {
    auto pool = open();
    {
        auto lease = pool.writer();
        ASSERT_TRUE(lease);
        ASSERT_TRUE(lease->database().execute("BEGIN IMMEDIATE"));
        ASSERT_TRUE(add_one(*lease, "a"));
    }
    EXPECT_EQ(total(pool), 0);
    ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "a"); }));
    EXPECT_EQ(total(pool), 1);
    const auto failed = pool.write([](auto& lease) -> Result<void> {
        RFSN_TRY(add_one(lease, "a"));
        return fail(ErrorCode::invalid, "no");
    });
    EXPECT_FALSE(failed);
    EXPECT_EQ(total(pool), 1);
}

TEST_F(SqlitePool, KeepsStatementsAndResetsThem) {
    auto pool = open(1);
    ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "a"); }));
    const Statement* first = nullptr;
    {
        auto lease = pool.reader();
        auto statement = lease->statement("SELECT n FROM c WHERE name=?");
        (*statement)->bind_text("a");
        ASSERT_TRUE((*statement)->step().value_or(false));
        first = *statement;
    }
    // Left on a row: a kept read transaction would hide what comes after.
    ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "a"); }));
    auto lease = pool.reader();
    auto statement = lease->statement("SELECT n FROM c WHERE name=?");
    EXPECT_EQ(*statement, first);
    (*statement)->bind_text("a");
    ASSERT_TRUE((*statement)->step().value_or(false));
    EXPECT_EQ((*statement)->integer(0), 2);
}

TEST_F(SqlitePool, ReadersCannotWrite) {
    auto pool = open();
    auto lease = pool.reader();
    ASSERT_TRUE(lease);
    EXPECT_FALSE(add_one(*lease, "a"));
    EXPECT_EQ(total(pool), 0);
}

TEST_F(SqlitePool, SaysWhenNoConnectionIsFree) {
    auto pool = open(1, 30);
    const auto one = pool.reader();
    const auto two = pool.reader();
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().code, ErrorCode::timeout);
    EXPECT_TRUE(pool.writer());
}

TEST_F(SqlitePool, AReaderSeesOneStateWhileTheWriterGoesOn) {
    auto pool = open();
    ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "a"); }));
    auto lease = pool.reader();
    ASSERT_TRUE(lease->database().execute("BEGIN"));
    auto count = lease->statement("SELECT sum(n) FROM c");
    ASSERT_TRUE((*count)->step().value_or(false));
    EXPECT_EQ((*count)->integer(0), 1);
    ASSERT_TRUE(pool.write([](auto& writer) { return add_one(writer, "a"); }));
    (*count)->reset();
    ASSERT_TRUE((*count)->step().value_or(false));
    EXPECT_EQ((*count)->integer(0), 1);
    EXPECT_EQ(total(pool), 2);
}

TEST_F(SqlitePool, ManyThreads) {
    auto pool = open(3);
    constexpr int threads = 12;
    constexpr int times = 40;
    std::atomic<int> failures{0};
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t) {
            workers.emplace_back([&, t] {
                for (int i = 0; i < times; ++i) {
                    const bool wrote = static_cast<bool>(
                        pool.write([&](auto& lease) { return add_one(lease, std::to_string(t % 4)); }));
                    auto lease = pool.reader();
                    failures += wrote && lease && lease->statement("SELECT count(*) FROM c") ? 0 : 1;
                }
            });
        }
    }
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(total(pool), threads * times);
}

TEST_F(SqlitePool, ManyProcessesFromTheFirstOpenOn) {
    constexpr int processes = 16;
    constexpr int times = 25;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p) {
        const pid_t child = fork();
        if (child == 0) {
            auto pool = ConnectionPool::open({path_, counters, 2, std::chrono::seconds(5)});
            bool good = pool.has_value();
            for (int i = 0; good && i < times; ++i) {
                good = static_cast<bool>(pool->write([&](auto& lease) { return add_one(lease, "shared"); }));
            }
            _exit(good ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    auto pool = open();
    EXPECT_EQ(total(pool), processes * times);
}

TEST_F(SqlitePool, SurvivesKillsInTheMiddleOfWrites) {
    auto pool = open();
    std::int64_t before = 0;
    for (int round = 0; round < 15; ++round) {
        const pid_t child = fork();
        if (child == 0) {
            auto own = ConnectionPool::open({path_, counters, 1, std::chrono::seconds(5)});
            while (own && own->write([&](auto& lease) { return add_one(lease, "k"); })) {
            }
            _exit(1);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5 + 3 * round));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        const std::int64_t now = total(pool);
        EXPECT_GE(now, before);
        before = now;
        ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "k"); }));
        ++before;
    }
    EXPECT_FALSE(*pool.rebuild());
    EXPECT_EQ(total(pool), before);
}

TEST_F(SqlitePool, AFullDiskIsAnErrorThatPasses) {
    static_cast<void>(open());
    const pid_t child = fork();
    if (child == 0) {
        auto pool = ConnectionPool::open({path_, counters, 1, std::chrono::seconds(5)});
        signal(SIGXFSZ, SIG_IGN);
        const rlimit small{40000, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &small);
        int failures = 0;
        for (int i = 0; i < 200; ++i) {
            const auto wrote = pool->write([&](auto& lease) { return add_one(lease, std::to_string(i)); });
            failures += wrote ? 0 : 1;
        }
        const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &large);
        const auto after = pool->write([&](auto& lease) { return add_one(lease, "after"); });
        _exit(failures > 0 && after ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    auto pool = open();
    EXPECT_FALSE(*pool.rebuild());
}

TEST_F(SqlitePool, ADamagedFileIsSetAsideAndMadeAnew) {
    {
        auto pool = open();
        for (int i = 0; i < 200; ++i) {
            ASSERT_TRUE(pool.write([&](auto& lease) { return add_one(lease, std::to_string(i)); }));
        }
    }
    {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        const std::string junk(60000, '\x5a');
        file.write(junk.data(), static_cast<std::streamsize>(junk.size()));
    }
    auto pool = open();
    bool corrupt = false;
    {
        auto lease = pool.reader();
        auto statement = lease->statement("SELECT sum(n) FROM c");
        const auto row = statement ? (*statement)->step() : Result<bool>(tl::make_unexpected(statement.error()));
        corrupt = !row && row.error().code == ErrorCode::corrupt;
    }
    ASSERT_TRUE(corrupt);
    EXPECT_TRUE(*pool.rebuild());
    ASSERT_TRUE(pool.write([](auto& lease) { return add_one(lease, "new"); }));
    EXPECT_EQ(total(pool), 1);
}

}  // namespace
}  // namespace rfsn::base
