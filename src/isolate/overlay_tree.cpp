// SPDX-License-Identifier: MIT
#include "isolate/overlay_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <system_error>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "isolate/dependencies.hpp"

namespace rfsn::isolate {
namespace {

constexpr const char* opaque = "user.overlay.opaque";

base::Result<void> os_failure(const std::string& doing, const std::string& path) {
    return base::fail(base::ErrorCode::io, "cannot " + doing + " '" + base::printable(path) +
                                               "': " + std::generic_category().message(errno));
}

bool is_whiteout(const struct stat& info) {
    return S_ISCHR(info.st_mode) && info.st_rdev == ::makedev(0, 0);
}

std::string_view without_slash(std::string_view path) {
    return !path.empty() && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
}

}  // namespace

bool is_dependency(std::string_view path, const std::vector<std::string>& names) {
    const std::string_view plain = without_slash(path);
    constexpr std::string_view egg_info = ".egg-info";
    if (plain.size() > egg_info.size() && plain.substr(plain.size() - egg_info.size()) == egg_info) {
        return true;  // what an editable installation says of itself
    }
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        const std::string_view end = without_slash(name);
        return plain == end || (plain.size() > end.size() && plain.substr(plain.size() - end.size()) == end &&
                                plain[plain.size() - end.size() - 1] == '/');
    });
}

base::Result<OverlayTree> OverlayTree::make(const git::WorkTreeComparison& comparison, std::string root,
                                            const std::string& layers, const std::vector<std::string>& names) {
    OverlayTree tree(std::move(root), layers);
    RFSN_TRY(base::make_directories(tree.upper_, 0700));
    RFSN_TRY(base::make_directories(tree.work_, 0700));
    struct stat info {};
    if (::stat(tree.root_.c_str(), &info) == 0) {
        ::chmod(tree.upper_.c_str(), info.st_mode & 07777U);
    }
    RFSN_TRY(tree.hide(".git"));
    for (const auto& path : comparison.foreign()) {
        if (!is_dependency(path, names)) {
            RFSN_TRY(tree.hide(path));
            tree.changes_nothing_ = false;
            continue;
        }
        for (const char* cache : tool_caches_in_dependencies) {
            const std::string below = std::string(without_slash(path)) + "/" + cache;
            if (::lstat((tree.root_ + "/" + below).c_str(), &info) == 0) {
                RFSN_TRY(tree.hide(below));
                tree.changes_nothing_ = false;
            }
        }
    }
    for (const auto& path : comparison.absent_submodules()) {
        RFSN_TRY(tree.empty(path));
        tree.changes_nothing_ = false;
    }
    for (const auto& path : comparison.differing()) {
        RFSN_TRY(tree.make_parents(path));
        tree.changes_nothing_ = false;
    }
    RFSN_TRY(comparison.write(comparison.differing(), tree.upper_));
    return tree;
}

base::Result<void> OverlayTree::make_parents(const std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string parent = path.substr(0, slash);
        const std::string target = upper_ + "/" + parent;
        if (::mkdir(target.c_str(), 0755) != 0) {
            struct stat info {};
            const int failure = errno;
            if (failure == EEXIST && ::lstat(target.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
                continue;
            }
            if (failure == EEXIST && is_whiteout(info) && ::unlink(target.c_str()) == 0 &&
                ::mkdir(target.c_str(), 0755) == 0) {
                continue;  // the work tree has something else there
            }
            errno = failure;
            return os_failure("make", target);
        }
        struct stat below {};
        if (::lstat((root_ + "/" + parent).c_str(), &below) == 0 && S_ISDIR(below.st_mode)) {
            ::chmod(target.c_str(), (below.st_mode & 07777U) | 0700U);
        }
    }
    return {};
}

base::Result<void> OverlayTree::hide(const std::string& path) const {
    const std::string plain(without_slash(path));
    RFSN_TRY(make_parents(plain));
    const std::string target = upper_ + "/" + plain;
    return ::mknod(target.c_str(), S_IFCHR, ::makedev(0, 0)) == 0 || errno == EEXIST ? base::Result<void>{}
                                                                                     : os_failure("hide", target);
}

base::Result<void> OverlayTree::empty(const std::string& directory) const {
    RFSN_TRY(make_parents(directory + "/"));
    const std::string target = upper_ + "/" + directory;
    return ::setxattr(target.c_str(), opaque, "y", 1, 0) == 0 ? base::Result<void>{} : os_failure("empty", target);
}

LayerAnswer in_layers(const std::string& upper, const std::string& path) {
    base::Fd directory(::open(upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::size_t start = 0;
    while (directory) {
        const std::size_t slash = path.find('/', start);
        const std::string component = path.substr(start, slash - start);
        struct stat info {};
        if (::fstatat(directory.get(), component.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
            char value = 'n';
            const bool own = ::fgetxattr(directory.get(), opaque, &value, 1) == 1 && value == 'y';
            return own ? LayerAnswer::gone : LayerAnswer::lower;
        }
        if (is_whiteout(info)) {
            return LayerAnswer::gone;
        }
        if (slash == std::string::npos) {
            return LayerAnswer::upper;
        }
        if (!S_ISDIR(info.st_mode)) {
            return LayerAnswer::gone;
        }
        directory =
            base::Fd(::openat(directory.get(), component.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        start = slash + 1;
    }
    return LayerAnswer::gone;
}

}  // namespace rfsn::isolate
