// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "config/config.hpp"

namespace rfsn::config {
namespace {

namespace fs = std::filesystem;

class TrustTest : public testing::Test {
   protected:
    void SetUp() override {
        auto dir = base::TempDir::make(fs::temp_directory_path(), "trust-");
        ASSERT_TRUE(dir);
        dir_ = std::make_unique<base::TempDir>(std::move(*dir));
        state_ = dir_->path() + "/state/git-rfsn";
        clone_ = dir_->path() + "/clone/.git";
        fs::create_directories(clone_);
    }
    [[nodiscard]] Trust trust() const { return {state_, clone_}; }
    [[nodiscard]] std::string pin() const {
        for (const auto& entry : fs::directory_iterator(state_ + "/trust")) {
            if (entry.path().extension() == ".json") {
                return entry.path().string();
            }
        }
        return "";
    }
    static unsigned mode(const std::string& path) {
        struct stat info {};
        return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
    }
    const std::string hash_ = base::sha256_hex("commands");
    std::unique_ptr<base::TempDir> dir_;
    std::string state_, clone_;
};

TEST_F(TrustTest, NothingIsTrustedAtFirst) {
    EXPECT_FALSE(trust().clone_trusted());
    EXPECT_FALSE(trust().commands_trusted(hash_));
    EXPECT_FALSE(trust().commands_trusted(""));
    EXPECT_FALSE(fs::exists(state_)) << "asking left something behind";
    EXPECT_TRUE(trust().forget());
}

TEST_F(TrustTest, RemembersCloneAndCommandsApart) {
    ASSERT_TRUE(trust().trust_commands(hash_));
    EXPECT_TRUE(trust().commands_trusted(hash_));
    EXPECT_FALSE(trust().clone_trusted());
    EXPECT_FALSE(trust().commands_trusted(base::sha256_hex("others")));
    ASSERT_TRUE(trust().trust_clone());
    EXPECT_TRUE(trust().clone_trusted());
    EXPECT_TRUE(trust().commands_trusted(hash_));
    EXPECT_EQ(mode(state_ + "/trust"), 0700U);
    EXPECT_EQ(mode(pin()), 0600U);
    EXPECT_EQ(mode(clone_ + "/rfsn"), 0700U);
    EXPECT_EQ(mode(clone_ + "/rfsn/clone-id"), 0600U);
    ASSERT_TRUE(trust().forget());
    EXPECT_FALSE(trust().clone_trusted());
    EXPECT_FALSE(trust().commands_trusted(hash_));
}

TEST_F(TrustTest, AnotherCloneAtTheSamePathIsNotTrusted) {
    ASSERT_TRUE(trust().trust_clone());
    ASSERT_TRUE(trust().trust_commands(hash_));
    fs::remove_all(clone_);
    fs::create_directories(clone_);
    EXPECT_FALSE(trust().clone_trusted());
    EXPECT_FALSE(trust().commands_trusted(hash_));
    ASSERT_TRUE(trust().trust_commands(base::sha256_hex("new")));
    EXPECT_FALSE(trust().commands_trusted(hash_)) << "the old clone's commands came back";
    EXPECT_FALSE(trust().clone_trusted());
}

TEST_F(TrustTest, ACopyElsewhereIsNotTrusted) {
    ASSERT_TRUE(trust().trust_clone());
    const std::string copy = dir_->path() + "/copy/.git";
    fs::create_directories(fs::path(copy).parent_path());
    fs::copy(clone_, copy, fs::copy_options::recursive);
    EXPECT_FALSE(Trust(state_, copy).clone_trusted());
    const std::string link = dir_->path() + "/link";
    fs::create_symlink(dir_->path() + "/clone", link);
    EXPECT_TRUE(Trust(state_, link + "/.git").clone_trusted()) << "the same clone by another name";
}

TEST_F(TrustTest, DamagedOrForeignPinsCountAsNone) {
    ASSERT_TRUE(trust().trust_clone());
    const std::string path = pin();
    const auto good = base::read_file(path);
    ASSERT_TRUE(good);
    for (std::size_t size = 0; size + 2 < good->size(); ++size) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << good->substr(0, size);
        EXPECT_FALSE(trust().clone_trusted()) << size;
    }
    for (const std::string& text :
         {std::string("[]"), std::string("{\"version\":2}"), std::string(1 << 20, ' '), std::string("\xFF")}) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
        EXPECT_FALSE(trust().clone_trusted());
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << *good;
    EXPECT_TRUE(trust().clone_trusted());
    chmod(path.c_str(), 0666);
    EXPECT_FALSE(trust().clone_trusted()) << "anybody could have written it";
    chmod(path.c_str(), 0600);
    chmod((state_ + "/trust").c_str(), 0777);
    EXPECT_FALSE(trust().clone_trusted());
    EXPECT_FALSE(trust().trust_clone());
    chmod((state_ + "/trust").c_str(), 0700);
    fs::rename(path, path + ".real");
    fs::create_symlink(path + ".real", path);
    EXPECT_FALSE(trust().clone_trusted());
}

TEST_F(TrustTest, RefusesWhatItCannotKeep) {
    EXPECT_FALSE(Trust("", clone_).trust_clone());
    EXPECT_FALSE(Trust(state_, "").trust_clone());
    EXPECT_FALSE(Trust("", "").clone_trusted());
    EXPECT_FALSE(trust().trust_commands("not a hash"));
    EXPECT_FALSE(trust().trust_commands(std::string(64, 'G')));
    std::ofstream(dir_->path() + "/file") << "x";
    EXPECT_FALSE(Trust(dir_->path() + "/file", clone_).trust_clone());
}

TEST_F(TrustTest, KeepsTheLastCommandsOnly) {
    for (int i = 0; i < 70; ++i) {
        ASSERT_TRUE(trust().trust_commands(base::sha256_hex(std::to_string(i))));
    }
    EXPECT_TRUE(trust().commands_trusted(base::sha256_hex("69")));
    EXPECT_FALSE(trust().commands_trusted(base::sha256_hex("0")));
}

TEST_F(TrustTest, ConcurrentWritersLoseNothing) {
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([this, t] {
                for (int i = 0; i < 8; ++i) {
                    EXPECT_TRUE(trust().trust_commands(base::sha256_hex(std::to_string(t * 8 + i))));
                }
            });
        }
    }
    for (int i = 0; i < 32; ++i) {
        EXPECT_TRUE(trust().commands_trusted(base::sha256_hex(std::to_string(i)))) << i;
    }
}

}  // namespace
}  // namespace rfsn::config
