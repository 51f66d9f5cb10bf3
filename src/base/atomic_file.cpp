// SPDX-License-Identifier: MIT
#include "base/atomic_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/fd.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

tl::unexpected<Error> os_error(const std::string& doing, const std::string& path, int number) {
    ErrorCode code = ErrorCode::io;
    if (number == ENOENT || number == ENOTDIR) {
        code = ErrorCode::not_found;
    } else if (number == EACCES || number == EPERM) {
        code = ErrorCode::denied;
    }
    return fail(code, "cannot " + doing + " '" + printable(path) + "': " + std::generic_category().message(number));
}

tl::unexpected<Error> io_error(const std::string& doing, const std::string& path, int number) {
    auto error = os_error(doing, path, number);
    error.value().code = ErrorCode::io;
    return error;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// Some file systems cannot sync (EINVAL); that is no failure of the write.
bool sync(int fd) {
    return ::fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
}

}  // namespace

Result<void> write_atomically(const std::string& path, std::string_view bytes, std::uint32_t mode) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return fail(ErrorCode::io, "cannot write '" + printable(path) + "': not a file name");
    }
    const std::string directory = parent_of(path);
    // A short name of its own: the target's may be as long as names can be.
    std::string temporary = (directory == "/" ? "" : directory) + "/.rfsn-XXXXXX";
    Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file) {
        return io_error("write", path, errno);
    }
    const auto give_up = [&](int number) {
        ::unlink(temporary.c_str());
        return io_error("write", path, number);
    };
    errno = 0;
    if (!write_all(file.get(), bytes)) {
        return give_up(errno != 0 ? errno : EIO);
    }
    if (::fchmod(file.get(), mode & 07777U) != 0 || !sync(file.get())) {
        return give_up(errno);
    }
    if (::close(file.release()) != 0 && errno != EINTR) {
        return give_up(errno);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return give_up(errno);
    }
    const Fd parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // A directory that may be written but not read cannot be synced; the rename stands all the same.
    if (parent && !sync(parent.get())) {
        return io_error("sync the directory of", path, errno);
    }
    return {};
}

Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) {
    if (path.find('\0') != std::string::npos) {
        return fail(ErrorCode::not_found, "cannot read '" + printable(path) + "': not a file name");
    }
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) {
        return os_error("read", path, errno);
    }
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) {
        return os_error("read", path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorCode::io, "cannot read '" + printable(path) + "': not a regular file");
    }
    const auto too_large = [&] {
        return fail(ErrorCode::limit,
                    "'" + printable(path) + "' is larger than " + std::to_string(max_bytes) + " bytes");
    };
    if (static_cast<std::uint64_t>(info.st_size) > max_bytes) {
        return too_large();
    }
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(info.st_size));
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got == 0) {
            return bytes;
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return os_error("read", path, errno);
        }
        // The size that stat told is a hint: the file may grow, and in /proc it is 0.
        if (bytes.size() + static_cast<std::size_t>(got) > max_bytes) {
            return too_large();
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

Result<void> make_directories(const std::string& path, std::uint32_t mode) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return fail(ErrorCode::io, "cannot make the directory '" + printable(path) + "': not a name");
    }
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), mode & 07777U) != 0) {
            const int number = errno;
            struct stat info {};
            // EROFS and EACCES too may stand for a directory that is there already.
            const bool there = ::stat(part.c_str(), &info) == 0;
            if (!there || !S_ISDIR(info.st_mode)) {
                return io_error("make the directory", part, there ? ENOTDIR : number);
            }
        }
        if (end == std::string::npos) {
            return {};
        }
    }
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir::~TempDir() {
    if (!path_.empty()) {
        // What cannot be removed is garbage in a temporary place; a destructor has nobody to tell.
        [[maybe_unused]] const auto ignored = remove_tree(path_);
    }
}

Result<TempDir> TempDir::make(const std::string& parent, const std::string& prefix) {
    RFSN_TRY(make_directories(parent, 0700));
    std::string path = parent + "/" + prefix + "XXXXXX";
    if (prefix.find('/') != std::string::npos || ::mkdtemp(path.data()) == nullptr) {
        return io_error("make a temporary directory in", parent,
                        prefix.find('/') != std::string::npos ? EINVAL : errno);
    }
    return TempDir(std::move(path));
}

}  // namespace rfsn::base
