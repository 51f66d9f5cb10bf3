// SPDX-License-Identifier: MIT
#include "base/sqlite.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"

namespace rfsn::base {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> one_table{
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB, x REAL) STRICT"};

class Sqlite : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = TempDir::make(fs::temp_directory_path(), "sqlite-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<TempDir>(std::move(*dir));
        path_ = dir_->path() + "/state/store.db";
    }
    static std::int64_t count(Database& db) {
        auto statement = db.prepare("SELECT count(*) FROM t");
        return statement && statement->step().value_or(false) ? statement->integer(0) : -1;
    }
    [[nodiscard]] std::size_t set_aside() const {
        std::size_t found = 0;
        for (const auto& entry : fs::directory_iterator(dir_->path() + "/state")) {
            found += entry.path().filename().string().find("store.db.corrupt-") == 0 ? 1U : 0U;
        }
        return found;
    }
    std::unique_ptr<TempDir> dir_;
    std::string path_;
};

TEST_F(Sqlite, OpensAsEveryStoreIsOpened) {
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db) << db.error().describe();
    struct stat info {};
    ASSERT_EQ(stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    const auto pragma = [&](const char* sql) {
        auto statement = db->prepare(sql);
        return statement && statement->step().value_or(false) ? statement->text(0) : "?";
    };
    EXPECT_EQ(pragma("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(pragma("PRAGMA synchronous"), "1");
    EXPECT_EQ(pragma("PRAGMA trusted_schema"), "0");
    EXPECT_EQ(pragma("PRAGMA user_version"), "1");
    ASSERT_TRUE(db->execute("INSERT INTO t(name) VALUES('a')"));
    ASSERT_EQ(stat((path_ + "-wal").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(Sqlite, KeepsWhatWasBoundByteForByte) {
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db);
    auto insert = db->prepare("INSERT INTO t(name, data, x) VALUES(?,?,?)");
    ASSERT_TRUE(insert);
    const std::string odd("a\0b\xFF", 4);
    ASSERT_TRUE(insert->bind_text(odd).bind_blob(odd).bind(0.5).step());
    ASSERT_TRUE(insert->bind_text({}).bind_blob({}).bind_null().step());
    EXPECT_EQ(db->last_insert_id(), 2);
    EXPECT_EQ(db->changes(), 1);
    auto query = db->prepare("SELECT name, data, x FROM t ORDER BY id");
    ASSERT_TRUE(query->step().value());
    EXPECT_EQ(query->text(0), odd);
    EXPECT_EQ(query->blob(1), odd);
    EXPECT_EQ(query->real(2), 0.5);
    ASSERT_TRUE(query->step().value());
    EXPECT_FALSE(query->is_null(0));
    EXPECT_FALSE(query->is_null(1));
    EXPECT_TRUE(query->is_null(2));
    EXPECT_EQ(query->blob(1), "");
    EXPECT_FALSE(query->step().value());
}

TEST_F(Sqlite, ReportsWhatWentWrong) {
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db);
    EXPECT_FALSE(db->prepare("SELECT nonsense FROM nowhere"));
    EXPECT_FALSE(db->prepare(""));
    EXPECT_FALSE(db->execute("BROKEN"));
    auto insert = db->prepare("INSERT INTO t(name) VALUES(?)");
    ASSERT_TRUE(insert->bind_text("a").step());
    const auto twice = insert->bind_text("a").step();
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, ErrorCode::invalid);
    const auto excess = insert->bind_text("b").bind_text("c").step();
    ASSERT_FALSE(excess);
    // After an error it can be used again.
    EXPECT_TRUE(insert->bind_text("d").step());
    EXPECT_EQ(count(*db), 2);
}

TEST_F(Sqlite, RollsBackWhatFailsOrThrows) {
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db);
    EXPECT_TRUE(db->transaction([&] { return db->execute("INSERT INTO t(name) VALUES('kept')"); }));
    const auto failed = db->transaction([&]() -> Result<void> {
        RFSN_TRY(db->execute("INSERT INTO t(name) VALUES('x')"));
        return fail(ErrorCode::denied, "no");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::denied);
    EXPECT_THROW(static_cast<void>(db->transaction([&]() -> Result<void> {
                     RFSN_TRY(db->execute("INSERT INTO t(name) VALUES('y')"));
                     throw std::runtime_error("no");
                 })),
                 std::runtime_error);
    EXPECT_EQ(count(*db), 1);
    EXPECT_TRUE(db->transaction([&] { return db->execute("INSERT INTO t(name) VALUES('later')"); }));
    EXPECT_EQ(count(*db), 2);
}

TEST_F(Sqlite, MigratesForwardsOnly) {
    ASSERT_TRUE(Database::open(path_, one_table)->execute("INSERT INTO t(name) VALUES('old')"));
    auto newer = one_table;
    newer.emplace_back("ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 7");
    newer.emplace_back("CREATE INDEX t_y ON t(y)");
    {
        auto db = Database::open(path_, newer);
        ASSERT_TRUE(db) << db.error().describe();
        auto query = db->prepare("SELECT name, y FROM t");
        ASSERT_TRUE(query->step().value());
        EXPECT_EQ(query->text(0), "old");
        EXPECT_EQ(query->integer(1), 7);
    }
    const auto old_program = Database::open(path_, one_table);
    ASSERT_FALSE(old_program);
    EXPECT_EQ(old_program.error().code, ErrorCode::unsupported);
    auto broken = newer;
    broken.emplace_back("CREATE TABLE u(a)");
    broken.emplace_back("NOT SQL");
    EXPECT_FALSE(Database::open(path_, broken));
    EXPECT_TRUE(Database::open(path_, newer)) << "a migration that failed left its first half behind";
}

TEST_F(Sqlite, SetsACorruptFileAsideAndStartsAfresh) {
    for (const std::string& bytes :
         {std::string(5000, 'x'), std::string("SQLite format 3\0garbage", 23) + std::string(8192, '\x01')}) {
        fs::create_directories(fs::path(path_).parent_path());
        std::ofstream(path_, std::ios::binary) << bytes;
        auto db = Database::open(path_, one_table);
        ASSERT_TRUE(db) << db.error().describe();
        EXPECT_TRUE(db->execute("INSERT INTO t(name) VALUES('a')"));
    }
    EXPECT_GE(set_aside(), 1U);
}

TEST_F(Sqlite, SurvivesTruncationAtEveryPage) {
    {
        auto db = Database::open(path_, one_table);
        ASSERT_TRUE(db);
        for (int i = 0; i < 200; ++i) {
            ASSERT_TRUE(db->execute("INSERT INTO t(data) VALUES(zeroblob(200))"));
        }
    }
    const auto whole = read_file(path_);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < whole->size(); size += 1024) {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole->substr(0, size);
        auto db = Database::open(path_, one_table);
        ASSERT_TRUE(db) << size << ": " << db.error().describe();
    }
}

TEST_F(Sqlite, OpensNoSymlinkAndNoDirectory) {
    fs::create_directories(dir_->path() + "/state");
    fs::create_symlink(dir_->path() + "/elsewhere", path_);
    EXPECT_FALSE(Database::open(path_, one_table));
    EXPECT_FALSE(fs::exists(dir_->path() + "/elsewhere"));
    const auto directory = Database::open(dir_->path() + "/state", one_table);
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().code, ErrorCode::io);
}

TEST_F(Sqlite, ManyConnectionsWriteWithoutLockErrors) {
    constexpr int writers = 6;
    constexpr int rows = 60;
    std::vector<int> failures(writers, 0);
    {
        std::vector<std::jthread> threads;
        for (int w = 0; w < writers; ++w) {
            threads.emplace_back([&, w] {
                auto db = Database::open(path_, one_table);
                for (int i = 0; i < rows; ++i) {
                    const auto done = db ? db->transaction([&] {
                        auto insert = db->prepare("INSERT INTO t(name) VALUES(?)");
                        return insert->bind_text(std::to_string(w * rows + i)).step().map([](bool) {});
                    })
                                         : Result<void>(fail(ErrorCode::io, ""));
                    failures[static_cast<std::size_t>(w)] += done ? 0 : 1;
                }
            });
        }
    }
    EXPECT_EQ(failures, std::vector<int>(writers, 0));
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db);
    EXPECT_EQ(count(*db), writers * rows);
}

TEST_F(Sqlite, AStatementMayOutliveItsDatabase) {
    auto db = Database::open(path_, one_table);
    ASSERT_TRUE(db);
    auto query = db->prepare("SELECT 1");
    { const Database gone = std::move(*db); }
    EXPECT_TRUE(query->step().value());
    EXPECT_EQ(query->integer(0), 1);
}

}  // namespace
}  // namespace rfsn::base
