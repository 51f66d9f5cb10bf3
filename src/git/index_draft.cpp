// SPDX-License-Identifier: MIT
#include "git/index_draft.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/fd.hpp"
#include "base/interrupt.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "git/repository_impl.hpp"
#include "git/scratch_index.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

constexpr std::string_view mark = "git-rfsn holds this lock for a moment; what a killed one left, the next removes\n";
/// An editor that refreshes its view of the repository holds the lock for milliseconds.
constexpr std::chrono::milliseconds lock_patience{1500};
constexpr std::chrono::milliseconds lock_pause{15};

base::Error failure(const char* what, const std::string& path, int number) {
    return {ErrorCode::io, fmt::format("can't {} {}: {}", what, base::printable(path), strerror(number)), {}};
}

bool same_version(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
           a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
           a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

std::optional<struct stat> look(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? std::optional(info) : std::nullopt;
}

/// As git: the lock and the rename are about the file that a symlink leads to.
std::string resolved(const std::string& path) {
    const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
    return real ? real.get() : path;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// Entries are compared with the time of the index to know which files git must read again: the copy keeps it.
base::Result<void> keep_time(int fd, const std::string& path, const struct stat& from) {
    const std::array<struct timespec, 2> times{from.st_atim, from.st_mtim};
    return futimens(fd, times.data()) == 0 ? base::Result<void>{}
                                           : tl::make_unexpected(failure("set the time of", path, errno));
}

base::Result<struct stat> copy(const base::Fd& from, const struct stat& source, const std::string& to) {
    const base::Fd copy(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!copy) {
        return tl::make_unexpected(failure("write", to, errno));
    }
    std::vector<char> buffer(std::size_t{1} << 18);
    for (;;) {
        const ssize_t got = read(from.get(), buffer.data(), buffer.size());
        if (got == 0) {
            break;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        errno = got < 0 ? errno : 0;
        if (got < 0 || !base::write_all(copy.get(), {buffer.data(), static_cast<std::size_t>(got)})) {
            return tl::make_unexpected(failure("copy the index to", to, errno != 0 ? errno : EIO));
        }
    }
    RFSN_TRY(keep_time(copy.get(), to, source));
    struct stat target {};
    if (fstat(copy.get(), &target) != 0) {
        return tl::make_unexpected(failure("look at", to, errno));
    }
    return target;
}

/// Held from construction to destruction.
class IndexLock {
   public:
    IndexLock() = default;
    IndexLock(IndexLock&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    IndexLock& operator=(IndexLock&&) = delete;
    IndexLock(const IndexLock&) = delete;
    IndexLock& operator=(const IndexLock&) = delete;
    ~IndexLock() {
        if (!path_.empty()) {
            unlink(path_.c_str());
        }
    }

    static base::Result<IndexLock> take(const std::string& index, const std::string& scratch) {
        const std::string marked = scratch + "/mark";
        {
            const base::Fd fd(open(marked.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
            errno = fd ? 0 : errno;
            if (!fd || !base::write_all(fd.get(), mark)) {
                return tl::make_unexpected(failure("write", marked, errno != 0 ? errno : EIO));
            }
        }
        IndexLock lock;
        const std::string path = index + ".lock";
        const auto give_up = std::chrono::steady_clock::now() + lock_patience;
        while (!link_or_create(marked, path)) {
            if (errno != EEXIST) {
                return tl::make_unexpected(failure("lock the index with", path, errno));
            }
            if (std::chrono::steady_clock::now() > give_up || base::interrupted()) {
                return base::fail(ErrorCode::conflict,
                                  fmt::format("the index is locked by another git process, or by one that was killed; "
                                              "wait for it, or, if none is running, remove {}",
                                              base::printable(path)));
            }
            std::this_thread::sleep_for(lock_pause);
        }
        lock.path_ = path;
        return lock;
    }

   private:
    /// With its mark from the first moment, where the file system has links.
    static bool link_or_create(const std::string& marked, const std::string& path) {
        if (link(marked.c_str(), path.c_str()) == 0) {
            return true;
        }
        if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK && errno != EXDEV) {
            return false;
        }
        const base::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (!fd) {
            return false;
        }
        if (!base::write_all(fd.get(), mark)) {
            unlink(path.c_str());
            errno = ENOSPC;
            return false;
        }
        return true;
    }

    std::string path_;
};

}  // namespace

std::string moment_dir(const Repository& repository) {
    return repository.git_dir() + "/rfsn";
}

void remove_stale_index_lock(const Repository& repository) {
    const std::string path = resolved(repository.index_path()) + ".lock";
    if (const auto bytes = base::read_file(path, mark.size()); bytes && *bytes == mark) {
        unlink(path.c_str());
    }
}

base::Result<IndexDraft> IndexDraft::of(const Repository& repository) {
    const std::string index = resolved(repository.index_path());
    const bool own = parent_of(index) == resolved(repository.git_dir());
    RFSN_ASSIGN(auto directory, base::TempDir::make(own ? moment_dir(repository) : parent_of(index), "tmp-rfsn-"));
    IndexDraft draft(repository, index, std::move(directory));
    const base::Fd fd(open(index.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno != ENOENT) {
        return tl::make_unexpected(failure("read", index, errno));
    }
    if (fd) {
        struct stat info {};
        if (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
            return base::fail(ErrorCode::io, base::printable(index) + " is no regular file");
        }
        draft.copied_ = info;
        RFSN_ASSIGN(draft.copy_, copy(fd, info, draft.file()));
    }
    return draft;
}

base::Result<std::string> IndexDraft::git(std::vector<std::string> args, std::string input) const {
    // No hook of the repository's may run in the middle of this.
    args.insert(args.begin(), {"-c", "core.hooksPath=/dev/null"});
    return repository_->git(std::move(args), std::move(input), {"GIT_INDEX_FILE=" + file()});
}

base::Result<std::vector<IndexEntry>> IndexDraft::entries(const std::vector<std::string>& paths) const {
    return index_entries(*repository_, paths, file());
}

base::Result<void> IndexDraft::set(const std::vector<IndexChange>& changes, const std::vector<IndexEntry>& now) const {
    std::string removals;
    std::string additions;
    std::string skipped;
    std::string assumed;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& change = changes[i];
        if (!change.blob.empty()) {
            ScratchGit::append_record(additions, change.mode, change.blob, change.path);
            if (now[i].skip_worktree) {
                skipped.append(change.path).push_back('\0');
            }
            if (now[i].assume_unchanged) {
                assumed.append(change.path).push_back('\0');
            }
        } else if (!change.old_blob.empty()) {
            ScratchGit::append_record(removals, model::FileMode::none, change.old_blob, change.path);
        }
    }
    RFSN_TRY(git({"update-index", "-z", "--index-info"}, removals + additions));
    // A new entry has neither bit; without them git would take the missing file for a deletion.
    if (!assumed.empty()) {
        RFSN_TRY(git({"update-index", "--assume-unchanged", "-z", "--stdin"}, std::move(assumed)));
    }
    if (!skipped.empty()) {
        RFSN_TRY(git({"update-index", "--skip-worktree", "-z", "--stdin"}, std::move(skipped)));
    }
    std::vector<std::string> paths;
    for (const auto& change : changes) {
        paths.push_back(change.path);
    }
    RFSN_ASSIGN(const auto then, entries(paths));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (then[i].blob != changes[i].blob || (!changes[i].blob.empty() && then[i].mode != changes[i].mode)) {
            return base::fail(ErrorCode::external, fmt::format("git update-index did not set {}; nothing was changed",
                                                               base::printable(changes[i].path)));
        }
    }
    return {};
}

base::Result<void> IndexDraft::refresh(const std::vector<std::string>& paths) const {
    std::string input;
    for (const auto& path : paths) {
        input.append(path).push_back('\0');
    }
    // Not `update-index --refresh`, which looks at every file there is.
    RFSN_TRY(git({"--literal-pathspecs", "add", "--refresh", "--pathspec-from-file=-", "--pathspec-file-nul"},
                 std::move(input)));
    return {};
}

base::Result<bool> IndexDraft::publish() const {
    const auto drafted = look(file());
    if (!drafted || (copy_ && same_version(*drafted, *copy_))) {
        return true;  // git had nothing to write
    }
    {
        const base::Fd fd(open(file().c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd || (fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP)) {
            return tl::make_unexpected(failure("write", file(), errno));
        }
    }
    RFSN_ASSIGN(const auto lock, IndexLock::take(index_, directory_.path()));
    const auto now = look(index_);
    if (now.has_value() != copied_.has_value() || (now && !same_version(*now, *copied_))) {
        return false;
    }
    if (rename(file().c_str(), index_.c_str()) != 0) {
        return tl::make_unexpected(failure("write", index_, errno));
    }
    const base::Fd parent(open(parent_of(index_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent) {
        fsync(parent.get());
    }
    return true;
}

}  // namespace rfsn::git
