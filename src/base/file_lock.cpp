// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace rfsn::base {

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
    Fd(fd_).reset();
}

Result<FileLock> FileLock::acquire(const std::string& path, int timeout_ms) {
    using std::chrono::milliseconds;
    const auto failed = [&](int number) {
        return fail(ErrorCode::io, "cannot lock '" + printable(path) + "': " + std::generic_category().message(number));
    };
    const auto give_up_at = std::chrono::steady_clock::now() + milliseconds(std::max(timeout_ms, 0));
    milliseconds pause(1);
    for (;;) {
        Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
        if (!file) {
            return failed(errno);
        }
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
            struct stat held {};
            struct stat named {};
            // The file may have been removed or replaced while we waited; a lock on what nobody can find locks nothing.
            if (::fstat(file.get(), &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
                held.st_dev == named.st_dev) {
                return FileLock(file.release());
            }
            continue;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return failed(errno);
        }
        if (interrupted()) {
            return fail(ErrorCode::interrupted, "interrupted while waiting for the lock '" + printable(path) + "'");
        }
        const auto now = std::chrono::steady_clock::now();
        if (now >= give_up_at) {
            return fail(ErrorCode::timeout, "'" + printable(path) + "' is locked by another process");
        }
        std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(pause, give_up_at - now));
        pause = std::min(pause * 2, milliseconds(50));
    }
}

}  // namespace rfsn::base
