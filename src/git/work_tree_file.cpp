// SPDX-License-Identifier: MIT
#include "git/work_tree_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;

bool is_git_name(std::string_view name) {
    constexpr std::string_view git = ".git";
    return name.size() == git.size() && std::equal(name.begin(), name.end(), git.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

/// The same for the same file, so that what a kill left behind is found again; one apply at a time writes in a
/// worktree.
std::string temporary_name(const std::string& path) {
    return ".rfsn-" + base::sha256_hex(path).substr(0, 16);
}

bool same(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mode == b.st_mode &&
           a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
           a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

/// Some file systems cannot sync.
bool sync(int fd) {
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
}

}  // namespace

bool is_work_tree_path(std::string_view path) {
    if (path.empty() || path.front() == '/' || path.back() == '/' || path.find('\0') != std::string_view::npos) {
        return false;
    }
    const auto parts = base::split(path, '/');
    return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
        return part.empty() || part == "." || part == ".." || is_git_name(part);
    });
}

base::Error WorkTreeFile::failure(const char* what, int number) const {
    const ErrorCode code = number == EACCES || number == EPERM || number == EROFS ? ErrorCode::denied : ErrorCode::io;
    return {code, fmt::format("can't {} {}: {}", what, base::printable(path_), strerror(number)), {}};
}

base::Error WorkTreeFile::directory_failure(const char* what, int number) const {
    auto error = failure(what, number);
    if (number == EACCES || number == EPERM) {
        error.message = fmt::format("can't {} {}: its directory is not writable ({})", what, base::printable(path_),
                                    strerror(number));
    }
    return error;
}

base::Result<WorkTreeFile> WorkTreeFile::at(const std::string& work_tree, const std::string& path,
                                            bool make_directories) {
    if (!is_work_tree_path(path)) {
        return base::fail(ErrorCode::denied, "not a path inside the work tree: " + base::printable(path));
    }
    WorkTreeFile file;
    file.path_ = path;
    file.directory_.reset(open(work_tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.directory_) {
        return tl::make_unexpected(file.failure("open the work tree for", errno));
    }
    const auto parts = base::split(path, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const std::string part(parts[i]);
        constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        int next = openat(file.directory_.get(), part.c_str(), flags);
        if (next < 0 && errno == ENOENT) {
            if (!make_directories) {
                file.directory_.reset();
                return file;
            }
            if (mkdirat(file.directory_.get(), part.c_str(), 0777) != 0 && errno != EEXIST) {
                return tl::make_unexpected(file.directory_failure("make the directory of", errno));
            }
            next = openat(file.directory_.get(), part.c_str(), flags);
        }
        if (next < 0 && (errno == ELOOP || errno == ENOTDIR)) {
            struct stat info {};
            const bool link =
                fstatat(file.directory_.get(), part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
            return base::fail(ErrorCode::denied,
                              fmt::format("{}: '{}' on its way is {}", base::printable(path), base::printable(part),
                                          link ? "a symlink in the work tree, and nothing is written through one"
                                               : "no directory in the work tree"));
        }
        if (next < 0) {
            return tl::make_unexpected(file.failure("open the directory of", errno));
        }
        file.directory_.reset(next);
    }
    file.leaf_ = parts.back();
    if (fstatat(file.directory_.get(), file.leaf_.c_str(), &file.info_, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) {
            return tl::make_unexpected(file.failure("look at", errno));
        }
        file.info_ = {};
        return file;
    }
    file.kind_ = S_ISREG(file.info_.st_mode)   ? Kind::regular
                 : S_ISLNK(file.info_.st_mode) ? Kind::symlink
                                               : Kind::other;
    return file;
}

base::Result<std::string> WorkTreeFile::read() const {
    // O_NONBLOCK: opening a FIFO that took its place must not wait.
    const base::Fd fd(
        openat(directory_.get(), leaf_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) {
        return tl::make_unexpected(failure("read", errno));
    }
    struct stat now {};
    if (fstat(fd.get(), &now) != 0 || !S_ISREG(now.st_mode)) {
        return base::fail(ErrorCode::conflict, base::printable(path_) + " is no regular file any more");
    }
    std::string bytes;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return tl::make_unexpected(failure("read", errno));
        }
        if (got == 0) {
            return bytes;
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
        if (bytes.size() > max_bytes) {
            return base::fail(ErrorCode::limit, base::printable(path_) + " is larger than 1 GiB");
        }
    }
}

base::Result<void> WorkTreeFile::unchanged() const {
    struct stat now {};
    const bool there = fstatat(directory_.get(), leaf_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (there != (kind_ != Kind::absent) || (there && !same(now, info_))) {
        return base::fail(ErrorCode::conflict, base::printable(path_) + " was changed meanwhile; it is left alone");
    }
    return {};
}

void WorkTreeFile::sweep() const {
    const std::string temporary = temporary_name(path_);
    struct stat info {};
    if (directory_ && fstatat(directory_.get(), temporary.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(info.st_mode)) {
        unlinkat(directory_.get(), temporary.c_str(), 0);
    }
}

base::Result<void> WorkTreeFile::replace(std::string_view bytes, std::uint32_t mode) const {
    const std::string temporary = temporary_name(path_);
    sweep();
    const bool is_new = kind_ == Kind::absent;
    base::Fd fd(openat(directory_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       is_new ? mode & 0777U : 0600U));
    if (!fd) {
        return tl::make_unexpected(directory_failure("write", errno));
    }
    const auto give_up = [&](base::Error error) {
        unlinkat(directory_.get(), temporary.c_str(), 0);
        return tl::make_unexpected(std::move(error));
    };
    errno = 0;
    if (!base::write_all(fd.get(), bytes)) {
        return give_up(failure("write", errno != 0 ? errno : EIO));
    }
    if (!is_new) {
        struct stat own {};
        const bool foreign = fstat(fd.get(), &own) == 0 && (own.st_uid != info_.st_uid || own.st_gid != info_.st_gid);
        if (foreign && fchown(fd.get(), info_.st_uid, info_.st_gid) != 0 && errno != EPERM) {
            return give_up(failure("keep the owner of", errno));
        }
        if (fchmod(fd.get(), mode) != 0) {
            return give_up(failure("set the mode of", errno));
        }
    }
    if (!sync(fd.get())) {
        return give_up(failure("write", errno));
    }
    if (close(fd.release()) != 0 && errno != EINTR) {
        return give_up(failure("write", errno));
    }
    if (auto still = unchanged(); !still) {
        return give_up(std::move(still.error()));
    }
    if (is_new && linkat(directory_.get(), temporary.c_str(), directory_.get(), leaf_.c_str(), 0) == 0) {
        unlinkat(directory_.get(), temporary.c_str(), 0);
    } else if (is_new && errno == EEXIST) {
        return give_up(
            {ErrorCode::conflict, base::printable(path_) + " was put there meanwhile; it is left alone", {}});
    } else if (renameat(directory_.get(), temporary.c_str(), directory_.get(), leaf_.c_str()) != 0) {
        return give_up(directory_failure("write", errno));
    }
    sync(directory_.get());
    return {};
}

base::Result<void> WorkTreeFile::remove(const std::string& work_tree) const {
    RFSN_TRY(unchanged());
    if (unlinkat(directory_.get(), leaf_.c_str(), 0) != 0) {
        return tl::make_unexpected(directory_failure("remove", errno));
    }
    // As git does: directories that hold nothing any more go too.
    std::string parent = path_;
    for (auto slash = parent.rfind('/'); slash != std::string::npos; slash = parent.rfind('/')) {
        parent.resize(slash);
        const auto above = at(work_tree, parent, false);
        if (!above || !above->directory_ ||
            unlinkat(above->directory_.get(), above->leaf_.c_str(), AT_REMOVEDIR) != 0) {
            break;
        }
    }
    return {};
}

}  // namespace rfsn::git
