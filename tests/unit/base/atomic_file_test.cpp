// SPDX-License-Identifier: MIT
#include "base/atomic_file.hpp"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/interrupt.hpp"

namespace fs = std::filesystem;

namespace rfsn::base {
namespace {

class Files : public testing::Test {
   protected:
    Files() : directory_(*TempDir::make(fs::temp_directory_path().string(), "files-")) {}
    [[nodiscard]] std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_.path()), {}));
    }
    static mode_t mode(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::lstat(path.c_str(), &info), 0);
        return info.st_mode & 07777U;
    }

   private:
    TempDir directory_;
};

TEST_F(Files, WriteReplacesContentAndModeAndLeavesNoTemporary) {
    const std::string bytes("a\0b\xff\n", 5);
    ASSERT_TRUE(write_atomically(at("f"), "old", 0644));
    ASSERT_TRUE(write_atomically(at("f"), bytes, 0600));
    EXPECT_EQ(read_file(at("f")).value(), bytes);
    EXPECT_EQ(mode(at("f")), 0600U);
    ASSERT_TRUE(write_atomically(at("x"), "", 0755));
    EXPECT_EQ(mode(at("x")), 0755U);
    EXPECT_EQ(entries(), 2U);
}

TEST_F(Files, WriteReplacesASymlinkAndNotItsTarget) {
    ASSERT_TRUE(write_atomically(at("target"), "kept", 0644));
    fs::create_symlink("target", at("link"));
    ASSERT_TRUE(write_atomically(at("link"), "new", 0644));
    EXPECT_FALSE(fs::is_symlink(at("link")));
    EXPECT_EQ(read_file(at("target")).value(), "kept");
    EXPECT_EQ(read_file(at("link")).value(), "new");
}

TEST_F(Files, WriteTakesTheLongestName) {
    ASSERT_TRUE(write_atomically(at(std::string(255, 'n')), "x", 0644));
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, FailedWriteLeavesTheOldFileAndNoTemporary) {
    ASSERT_TRUE(write_atomically(at("f"), "old", 0644));
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit none{1000, 1000};
        ::setrlimit(RLIMIT_FSIZE, &none);
        const auto result = write_atomically(at("f"), std::string(5000, 'x'), 0644);
        ::_exit(!result && result.error().code == ErrorCode::io ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_file(at("f")).value(), "old");
    EXPECT_EQ(entries(), 1U);

    fs::create_directory(at("dir"));
    ASSERT_TRUE(write_atomically(at("dir/inner"), "x", 0644));
    EXPECT_FALSE(write_atomically(at("dir"), "x", 0644));
    EXPECT_FALSE(write_atomically(at("absent/f"), "x", 0644));
    EXPECT_FALSE(write_atomically("", "x", 0644));
    EXPECT_EQ(entries(), 2U);
}

TEST_F(Files, ReadNamesWhatIsWrong) {
    EXPECT_EQ(read_file(at("absent")).error().code, ErrorCode::not_found);
    ASSERT_TRUE(write_atomically(at("f"), "12345", 0644));
    EXPECT_EQ(read_file(at("f"), 5).value(), "12345");
    EXPECT_EQ(read_file(at("f"), 4).error().code, ErrorCode::limit);
    EXPECT_EQ(read_file(at("f/g")).error().code, ErrorCode::not_found);
    EXPECT_EQ(read_file(at("")).error().code, ErrorCode::io);
    EXPECT_NE(read_file(at("absent")).error().message.find("absent"), std::string::npos);
    EXPECT_EQ(read_file(std::string("a\0b", 3)).error().code, ErrorCode::not_found);
}

TEST_F(Files, ReadRefusesWhatIsNoRegularFileAtOnce) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_file(at("fifo")).error().code, ErrorCode::io);
    EXPECT_EQ(read_file("/dev/zero").error().code, ErrorCode::io);
}

TEST_F(Files, ReadTakesFilesThatDoNotTellTheirSize) {
    EXPECT_FALSE(read_file("/proc/self/status").value().empty());
    EXPECT_EQ(read_file("/proc/self/status", 10).error().code, ErrorCode::limit);
}

TEST_F(Files, MakesDirectoriesOnceAndThroughSymlinks) {
    ASSERT_TRUE(make_directories(at("a/b/c"), 0700));
    ASSERT_TRUE(make_directories(at("a/b/c/"), 0700));
    EXPECT_EQ(mode(at("a")), 0700U);
    fs::create_symlink("a", at("l"));
    ASSERT_TRUE(make_directories(at("l/b/d")));
    EXPECT_TRUE(fs::is_directory(at("a/b/d")));
    ASSERT_TRUE(write_atomically(at("f"), "", 0644));
    EXPECT_EQ(make_directories(at("f/x")).error().code, ErrorCode::io);
    EXPECT_FALSE(make_directories(""));
    EXPECT_TRUE(make_directories("/"));
}

TEST_F(Files, RemovesTreesButNothingBehindSymlinks) {
    ASSERT_TRUE(make_directories(at("outside/deep")));
    ASSERT_TRUE(write_atomically(at("outside/deep/file"), "precious", 0644));
    ASSERT_TRUE(make_directories(at("tree/sub")));
    fs::create_directory_symlink(at("outside"), at("tree/sub/link"));
    fs::create_directory_symlink(at("outside"), at("link"));
    ASSERT_TRUE(write_atomically(at("tree/sub/a\nb\xff"), "x", 0644));
    ASSERT_TRUE(remove_tree(at("tree")));
    ASSERT_TRUE(remove_tree(at("link")));
    EXPECT_FALSE(fs::exists(at("tree")));
    EXPECT_FALSE(fs::is_symlink(at("link")));
    EXPECT_EQ(read_file(at("outside/deep/file")).value(), "precious");
    EXPECT_TRUE(remove_tree(at("tree")));
    EXPECT_TRUE(remove_tree(at("outside/deep/file")));
    EXPECT_FALSE(remove_tree(""));
}

/// As somebody whom permissions bind: root would remove anything.
int as_nobody(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool dropped = ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
        ::_exit(dropped && body() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(Files, RemovesReadOnlyDirectories) {
    // Go's module cache is made of them.
    fs::permissions(fs::path(at("x")).parent_path(), fs::perms::all);
    fs::permissions(fs::temp_directory_path(), fs::perms::others_exec, fs::perm_options::add);
    EXPECT_EQ(as_nobody([&] {
                  return make_directories(at("ro/a/b")) && write_atomically(at("ro/a/b/f"), "x", 0444) &&
                         ::chmod(at("ro/a/b").c_str(), 0500) == 0 && ::chmod(at("ro/a").c_str(), 0) == 0 &&
                         ::chmod(at("ro").c_str(), 0555) == 0 && remove_tree(at("ro"));
              }),
              0);
    EXPECT_FALSE(fs::exists(at("ro")));
}

TEST_F(Files, RemovesTreesDeeperThanPathsAndDescriptorsReach) {
    ASSERT_EQ(::mkdir(at("deep").c_str(), 0700), 0);
    int fd = ::open(at("deep").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 3000; ++i) {
        ASSERT_EQ(::mkdirat(fd, "a-directory", 0700), 0);
        if (i % 500 == 0) {
            ASSERT_EQ(::mkdirat(fd, ".lifted-0", 0700), 0);  // what we would call it ourselves
        }
        const int below = ::openat(fd, "a-directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ::close(fd);
        fd = below;
    }
    ::close(fd);
    const auto removed = remove_tree(at("deep"));
    EXPECT_TRUE(removed) << removed.error().message;
    EXPECT_FALSE(fs::exists(at("deep")));
}

TEST_F(Files, RemovesManyEntries) {
    ASSERT_TRUE(make_directories(at("many")));
    for (int i = 0; i < 5000; ++i) {
        std::ofstream(at("many/" + std::to_string(i))) << i;
    }
    ASSERT_TRUE(remove_tree(at("many")));
    EXPECT_EQ(entries(), 0U);
}

TEST_F(Files, TempDirsArePrivateDistinctAndRemoved) {
    std::string first;
    {
        const auto a = TempDir::make(at("new/parent"), "t-");
        const auto b = TempDir::make(at("new/parent"), "t-");
        ASSERT_TRUE(a && b);
        first = a->path();
        EXPECT_NE(a->path(), b->path());
        EXPECT_EQ(mode(a->path()), 0700U);
        ASSERT_TRUE(write_atomically(a->path() + "/f", "x", 0644));
    }
    EXPECT_FALSE(fs::exists(first));
    EXPECT_FALSE(TempDir::make(at("new"), "a/b"));
}

TEST_F(Files, MovedTempDirIsRemovedOnce) {
    auto made = TempDir::make(at("p"), "t-");
    ASSERT_TRUE(made);
    const std::string path = made->path();
    {
        const TempDir moved = std::move(*made);
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(made->path(), "");
}

TEST_F(Files, LockExcludesOthersUntilItIsReleased) {
    {
        const auto held = FileLock::acquire(at("lock"), 0);
        ASSERT_TRUE(held);
        EXPECT_EQ(FileLock::acquire(at("lock"), 30).error().code, ErrorCode::timeout);
    }
    EXPECT_TRUE(FileLock::acquire(at("lock"), 0));
}

TEST_F(Files, LockIsWaitedForAndDiesWithItsHolder) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto held = FileLock::acquire(at("lock"), 0);
        const char byte = held ? 'y' : 'n';
        [[maybe_unused]] const ssize_t ignored = ::write(ends[1], &byte, 1);
        ::usleep(150'000);
        ::kill(::getpid(), SIGKILL);
    }
    char byte = 0;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');
    EXPECT_TRUE(FileLock::acquire(at("lock"), 20'000));
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(Files, LockOnARemovedFileIsNoLock) {
    auto first = FileLock::acquire(at("lock"), 0);
    ASSERT_TRUE(first);
    std::jthread remover([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        fs::remove(at("lock"));
    });
    const auto second = FileLock::acquire(at("lock"), 20'000);
    ASSERT_TRUE(second);
    EXPECT_TRUE(fs::exists(at("lock")));
    EXPECT_EQ(FileLock::acquire(at("lock"), 0).error().code, ErrorCode::timeout);
}

TEST_F(Files, LockNeverFollowsASymlink) {
    fs::create_symlink("elsewhere", at("lock"));
    EXPECT_EQ(FileLock::acquire(at("lock"), 0).error().code, ErrorCode::io);
    EXPECT_FALSE(fs::exists(at("elsewhere")));
}

TEST_F(Files, WaitingForALockCanBeInterrupted) {
    install_interrupt_handler();
    reset_interrupt();
    const auto held = FileLock::acquire(at("lock"), 0);
    ::raise(SIGINT);
    EXPECT_EQ(FileLock::acquire(at("lock"), 600'000).error().code, ErrorCode::interrupted);
    reset_interrupt();
}

}  // namespace
}  // namespace rfsn::base
