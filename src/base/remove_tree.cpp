// SPDX-License-Identifier: MIT
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

/// Removes what is below one directory, by descriptors only, so that no component can be swapped for a symlink under
/// it.
class TreeRemoval {
   public:
    TreeRemoval(int top, dev_t device) : top_(top), device_(device) {}

    /// 0 or an errno.
    int run() { return empty(top_, 0); }

   private:
    // Each level holds a descriptor and a stack frame; deeper directories are moved up to the top first.
    static constexpr int deepest = 64;

    int empty(int directory, int depth) {
        // A directory that is not writable (Go's module cache) keeps its entries otherwise.
        ::fchmod(directory, 0700);
        for (;;) {
            const std::vector<std::string> names = list(directory);
            if (names.empty()) {
                return list_error_;
            }
            for (const auto& name : names) {
                if (const int failure = remove(directory, name, depth); failure != 0) {
                    return failure;
                }
            }
            // Read again: a directory that changes while it is read may hide entries.
        }
    }

    int remove(int directory, const std::string& name, int depth) {
        if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) {
            return 0;
        }
        const int failure = errno;
        struct stat info {};
        if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
            return errno == ENOENT ? 0 : errno;
        }
        if (!S_ISDIR(info.st_mode)) {
            return failure;
        }
        if (info.st_dev != device_) {
            // Something is mounted here; it is not ours to empty.
            return EBUSY;
        }
        if ((info.st_mode & 0700U) != 0700U) {
            static_cast<void>(::fchmodat(directory, name.c_str(), 0700, 0) == 0);
        }
        if (depth >= deepest) {
            return lift(directory, name);
        }
        const Fd below(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!below) {
            return errno;
        }
        if (const int inner = empty(below.get(), depth + 1); inner != 0) {
            return inner;
        }
        return ::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
    }

    /// The loop over the top directory finds it there.
    int lift(int directory, const std::string& name) {
        for (;;) {
            const std::string lifted = ".lifted-" + std::to_string(count_++);
            if (::renameat(directory, name.c_str(), top_, lifted.c_str()) == 0) {
                return 0;
            }
            if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) {
                return errno;
            }
        }
    }

    std::vector<std::string> list(int directory) {
        std::vector<std::string> names;
        list_error_ = 0;
        Fd again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        DIR* stream = again ? ::fdopendir(again.get()) : nullptr;
        if (stream == nullptr) {
            list_error_ = errno;
            return names;
        }
        [[maybe_unused]] const int owned_by_stream = again.release();
        const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(stream);
            if (entry == nullptr) {
                list_error_ = errno;
                return names;
            }
            const std::string name = entry->d_name;
            if (name != "." && name != "..") {
                names.push_back(name);
            }
        }
    }

    int top_;
    dev_t device_;
    std::size_t count_ = 0;
    int list_error_ = 0;
};

}  // namespace

Result<void> remove_tree(const std::string& path) {
    const auto failed = [&](int number) -> Result<void> {
        return fail(ErrorCode::io,
                    "cannot remove '" + printable(path) + "': " + std::generic_category().message(number));
    };
    if (path.empty() || path.find('\0') != std::string::npos) {
        return failed(EINVAL);
    }
    if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) {
        return {};
    }
    const int failure = errno;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        return errno == ENOENT ? Result<void>{} : failed(errno);
    }
    if (!S_ISDIR(info.st_mode)) {
        return failed(failure);
    }
    if ((info.st_mode & 0700U) != 0700U) {
        ::chmod(path.c_str(), 0700);
    }
    {
        const Fd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!top) {
            return errno == ENOENT ? Result<void>{} : failed(errno);
        }
        if (::fstat(top.get(), &info) != 0) {
            return failed(errno);
        }
        if (const int inner = TreeRemoval(top.get(), info.st_dev).run(); inner != 0) {
            return failed(inner);
        }
    }
    return ::rmdir(path.c_str()) == 0 || errno == ENOENT ? Result<void>{} : failed(errno);
}

}  // namespace rfsn::base
