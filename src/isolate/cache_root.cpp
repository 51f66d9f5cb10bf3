// SPDX-License-Identifier: MIT
#include "isolate/cache_root.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace rfsn::isolate {
namespace {

base::Result<std::string> real_path(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), ::free);
    if (resolved == nullptr) {
        return base::fail(base::ErrorCode::io,
                          "cannot resolve '" + base::printable(path) + "': " + std::generic_category().message(errno));
    }
    return std::string(resolved.get());
}

/// Asked by doing it: permissions, read-only mounts and full quotas all say no in their own way.
base::Result<void> usable(const std::string& path) {
    RFSN_TRY(base::make_directories(path, 0700));
    const auto probe = base::TempDir::make(path, ".probe-");
    if (!probe) {
        return tl::make_unexpected(probe.error());
    }
    return {};
}

/// Names in a shared /tmp can be taken by anybody: only a directory of our own that nobody else enters will do.
base::Result<CacheRoot> below_tmp(const base::Environment& env, std::string note) {
    std::string tmp = env.get_or("TMPDIR", "/tmp");
    if (tmp.front() != '/') {
        tmp = "/tmp";
    }
    const std::string path = tmp + "/git-rfsn-" + std::to_string(::geteuid());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return base::fail(base::ErrorCode::io, "cannot make '" + base::printable(path) +
                                                   "': " + std::generic_category().message(errno) + " (" + note +
                                                   "); set XDG_CACHE_HOME to a directory that can be written");
    }
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
        (info.st_mode & 077U) != 0) {
        return base::fail(base::ErrorCode::denied, "'" + base::printable(path) +
                                                       "' is not a private directory of this user (" + note +
                                                       "); set XDG_CACHE_HOME to a directory that can be written");
    }
    RFSN_TRY(usable(path));
    RFSN_ASSIGN(auto resolved, real_path(path));
    return CacheRoot{std::move(resolved), std::move(note)};
}

}  // namespace

base::Result<CacheRoot> cache_root(const base::Environment& env) {
    const std::string wanted = base::xdg_cache_dir(env);
    if (wanted.empty()) {
        return below_tmp(env, "neither XDG_CACHE_HOME nor HOME is set");
    }
    if (const auto usable_now = usable(wanted); !usable_now) {
        return below_tmp(env, usable_now.error().message);
    }
    RFSN_ASSIGN(auto resolved, real_path(wanted));
    return CacheRoot{std::move(resolved), {}};
}

std::string directory_name(const std::string& label) {
    constexpr std::size_t longest = 48;
    std::string name;
    for (const char c : label) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || (c == '.' && !name.empty());
        name += plain ? c : '_';
    }
    if (name != label || name.empty() || name.size() > longest) {
        name.resize(std::min(name.size(), longest - 9));
        name += "-" + base::sha256_hex(label).substr(0, 8);
    }
    return name;
}

}  // namespace rfsn::isolate
