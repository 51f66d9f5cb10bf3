// SPDX-License-Identifier: MIT
#include "isolate/read_back.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <time.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "base/text.hpp"
#include "isolate/clean_filter.hpp"
#include "isolate/overlay_tree.hpp"

namespace rfsn::isolate {
namespace {

using base::ErrorCode;
using model::FileMode;

constexpr std::uint64_t largest = 64U << 20;
/// Change times come from a clock that ticks up to every 10 ms: a younger one proves nothing.
constexpr long racy_ns = 50'000'000;

tl::unexpected<base::Error> failure(ErrorCode code, const std::string& path, const std::string& what) {
    return base::fail(code, base::printable(path) + ": " + what);
}

tl::unexpected<base::Error> os_failure(const std::string& path, int number) {
    return failure(ErrorCode::io, path, "cannot read it back: " + std::generic_category().message(number));
}

/// The directory that holds `path`, opened component by component. -1 with errno.
base::Fd open_parent(const std::string& root, const std::string& path) {
    base::Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    std::size_t start = 0;
    for (std::size_t slash = path.find('/'); directory && slash != std::string::npos; slash = path.find('/', start)) {
        const std::string component = path.substr(start, slash - start);
        if (component.empty() || component == "." || component == "..") {
            errno = EINVAL;
            return {};
        }
        base::Fd below(::openat(directory.get(), component.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        const int number = errno;
        directory = std::move(below);
        errno = number;
        start = slash + 1;
    }
    return directory;
}

base::Result<std::string> read_all(int fd, const std::string& path) {
    std::string bytes;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got == 0) {
            return bytes;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return os_failure(path, errno);
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
        if (bytes.size() > largest) {
            return failure(ErrorCode::limit, path, "larger than 64 MiB after the tool has run");
        }
    }
}

bool executable(const struct stat& info) {
    return (info.st_mode & 0100U) != 0;
}

}  // namespace

ReadBack::ReadBack(const git::Repository& repository, git::TreeView view, std::string root, std::string lower,
                   std::vector<std::string> files)
    : repository_(&repository),
      view_(std::move(view)),
      root_(std::move(root)),
      lower_(std::move(lower)),
      files_(std::move(files)) {
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
    for (const auto& path : files_) {
        if (const auto now = look(path, false); now && now->kind != OnDisk::Kind::absent) {
            before_[path] = now->info;
        }
    }
    ::clock_gettime(CLOCK_REALTIME, &taken_);
}

base::Result<ReadBack::OnDisk> ReadBack::look(const std::string& path, bool with_bytes) const {
    if (lower_.empty()) {
        return look_below(root_, path, with_bytes);
    }
    switch (in_layers(root_, path)) {
        case LayerAnswer::upper:
            return look_below(root_, path, with_bytes);
        case LayerAnswer::lower:
            return look_below(lower_, path, with_bytes);
        default:
            return OnDisk{};
    }
}

base::Result<ReadBack::OnDisk> ReadBack::look_below(const std::string& root, const std::string& path,
                                                    bool with_bytes) const {
    OnDisk found;
    const base::Fd parent = open_parent(root, path);
    if (!parent) {
        // A component that is gone, or is a file or symlink now: there is no such file in the tree.
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? base::Result<OnDisk>(std::move(found))
                                                                     : os_failure(path, errno);
    }
    const std::string name = path.substr(path.rfind('/') + 1);
    if (::fstatat(parent.get(), name.c_str(), &found.info, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? base::Result<OnDisk>(std::move(found)) : os_failure(path, errno);
    }
    if (S_ISLNK(found.info.st_mode)) {
        found.kind = OnDisk::Kind::symlink;
        std::array<char, 65536> target{};
        const ssize_t length = with_bytes ? ::readlinkat(parent.get(), name.c_str(), target.data(), target.size()) : 0;
        if (length < 0) {
            return os_failure(path, errno);
        }
        found.bytes.assign(target.data(), static_cast<std::size_t>(length));
        return found;
    }
    if (!S_ISREG(found.info.st_mode)) {
        found.kind = OnDisk::Kind::other;
        return found;
    }
    found.kind = OnDisk::Kind::regular;
    if (with_bytes) {
        const base::Fd file(
            ::openat(parent.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (!file || ::fstat(file.get(), &found.info) != 0) {
            return os_failure(path, errno);
        }
        if (!S_ISREG(found.info.st_mode)) {
            return failure(ErrorCode::denied, path, "changes while it is read back");
        }
        RFSN_ASSIGN(found.bytes, read_all(file.get(), path));
    }
    return found;
}

bool ReadBack::untouched(const std::string& path, const OnDisk& now) const {
    const auto found = before_.find(path);
    if (found == before_.end() || now.kind == OnDisk::Kind::absent) {
        return false;
    }
    const auto& was = found->second;
    const auto& is = now.info;
    const long age = (taken_.tv_sec - is.st_ctim.tv_sec) * 1'000'000'000L + (taken_.tv_nsec - is.st_ctim.tv_nsec);
    return was.st_ino == is.st_ino && was.st_size == is.st_size && was.st_mode == is.st_mode &&
           was.st_mtim.tv_sec == is.st_mtim.tv_sec && was.st_mtim.tv_nsec == is.st_mtim.tv_nsec &&
           was.st_ctim.tv_sec == is.st_ctim.tv_sec && was.st_ctim.tv_nsec == is.st_ctim.tv_nsec && age > racy_ns;
}

base::Result<std::optional<ReadBack::Candidate>> ReadBack::candidate(const std::string& path) const {
    const std::optional<Candidate> none;
    if (!lower_.empty() && in_layers(root_, path) == LayerAnswer::lower) {
        return none;
    }
    RFSN_ASSIGN(const auto entry, view_.find(path));
    RFSN_ASSIGN(auto now, look(path, false));
    if (untouched(path, now) || (entry && (entry->is_tree || entry->mode == FileMode::gitlink))) {
        return none;
    }
    Candidate changed;
    changed.edit.path = path;
    if (entry) {
        changed.edit.mode = entry->mode;
        changed.edit.old_blob = entry->object;
    }
    for (const auto& edit : view_.edits()) {
        if (edit.path == path) {
            changed.edit.old_blob = edit.old_blob;
        }
    }
    if (now.kind == OnDisk::Kind::absent) {
        changed.edit.deletes = true;
        return entry ? std::optional(std::move(changed)) : none;
    }
    const bool link = now.kind == OnDisk::Kind::symlink;
    if (now.kind == OnDisk::Kind::other || (entry && link != (entry->mode == FileMode::symlink))) {
        return failure(ErrorCode::denied, path, "the tool has replaced it by something that is not what it was");
    }
    RFSN_ASSIGN(now, look(path, true));
    if (!entry) {
        changed.edit.mode = link ? FileMode::symlink : executable(now.info) ? FileMode::executable : FileMode::regular;
    } else if (!link) {
        RFSN_ASSIGN(changed.before, view_.read(path, largest));
        // Compared with the bit that the file was written with: some file systems have none, or have it always.
        const auto was = before_.find(path);
        if (was != before_.end() && executable(was->second) != executable(now.info)) {
            changed.edit.mode = executable(now.info) ? FileMode::executable : FileMode::regular;
            changed.mode_changed = changed.edit.mode != entry->mode;
        }
    } else {
        RFSN_ASSIGN(changed.before, view_.read(path, largest));
    }
    changed.edit.content = std::move(now.bytes);
    const bool same = entry && changed.edit.content == changed.before && !changed.mode_changed;
    return same ? none : std::optional(std::move(changed));
}

base::Result<void> ReadBack::clean(std::vector<Candidate>& candidates, const std::string& objects) const {
    std::vector<CleanFilter::Item> items;
    for (auto& changed : candidates) {
        if (!changed.edit.deletes && changed.edit.mode != FileMode::symlink) {
            items.push_back({&changed.edit.path, &changed.edit.content});
        }
    }
    RFSN_TRY(CleanFilter(*repository_, root_, objects).apply(items));
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                    [&](const Candidate& changed) {
                                        return !changed.edit.deletes && before_.count(changed.edit.path) != 0 &&
                                               changed.edit.content == changed.before && !changed.mode_changed;
                                    }),
                     candidates.end());
    return {};
}

base::Result<std::vector<model::FileEdit>> ReadBack::changes(const std::string& objects) const {
    std::vector<Candidate> candidates;
    for (const auto& path : files_) {
        RFSN_ASSIGN(auto changed, candidate(path));
        if (changed) {
            candidates.push_back(std::move(*changed));
        }
    }
    RFSN_TRY(clean(candidates, objects));
    std::vector<model::FileEdit> edits;
    edits.reserve(candidates.size());
    for (auto& changed : candidates) {
        edits.push_back(std::move(changed.edit));
    }
    return edits;
}

}  // namespace rfsn::isolate
