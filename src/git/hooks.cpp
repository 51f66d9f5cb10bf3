// SPDX-License-Identifier: MIT
#include "git/hooks.hpp"

#include <algorithm>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <memory>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "git/hooks_shim.hpp"

namespace rfsn::git {

namespace {

using base::ErrorCode;

constexpr std::uint64_t max_hook_bytes = std::uint64_t{64} << 20;

struct HookFile {
    enum class Kind { absent, ours, foreign, other };
    Kind kind = Kind::absent;
    std::string bytes;  ///< of a regular file
};

tl::unexpected<base::Error> io(const std::string& what, const std::string& path) {
    const ErrorCode code = errno == EACCES || errno == EPERM || errno == EROFS ? ErrorCode::denied : ErrorCode::io;
    return base::fail(code, fmt::format("can't {} {}: {}", what, base::printable(path), strerror(errno)));
}

/// A symlink is foreign whatever it points to: it is not what we write.
base::Result<HookFile> look(const std::string& path) {
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0) {
        return errno == ENOENT ? base::Result<HookFile>(HookFile{}) : io("look at", path);
    }
    if (S_ISLNK(info.st_mode)) {
        return HookFile{HookFile::Kind::foreign, ""};
    }
    if (!S_ISREG(info.st_mode)) {
        return HookFile{HookFile::Kind::other, ""};
    }
    RFSN_ASSIGN(std::string bytes, base::read_file(path, max_hook_bytes));
    const auto kind = is_shim(bytes) ? HookFile::Kind::ours : HookFile::Kind::foreign;
    return HookFile{kind, std::move(bytes)};
}

bool present(const std::string& path) {
    struct stat info {};
    return lstat(path.c_str(), &info) == 0;
}

/// The real path of the nearest ancestor that exists, with the rest behind it.
std::string resolved(const std::string& path) {
    std::string rest;
    std::string existing = path;
    for (;;) {
        const std::unique_ptr<char, decltype(&free)> real(realpath(existing.c_str(), nullptr), &free);
        if (real) {
            return std::string(real.get()) + rest;
        }
        const auto slash = existing.rfind('/');
        if (slash == std::string::npos || slash == 0) {
            return path;
        }
        rest.insert(0, existing.substr(slash));
        existing.resize(slash);
    }
}

bool is_below(const std::string& path, const std::string& top) {
    return path == top || path.compare(0, top.size() + 1, top + "/") == 0;
}

/// "" for an empty core.hooksPath: git then looks for "/pre-commit".
base::Result<std::string> hooks_dir(const Repository& repository) {
    RFSN_ASSIGN(std::string dir, repository.hooks_dir());
    // rev-parse prints the same for "" and for the top of the work tree.
    const auto value = repository.git({"config", "-z", "--get", "core.hooksPath"});
    return value && *value == std::string_view("\0", 1) ? std::string() : dir;
}

base::Result<std::string> usable_hooks_dir(const Repository& repository, bool allow_shared) {
    RFSN_ASSIGN(const std::string dir, hooks_dir(repository));
    if (dir.empty()) {
        return base::fail(ErrorCode::denied,
                          "core.hooksPath is set and empty, so git looks for its hooks at /: `git config --show-origin "
                          "core.hooksPath` says where it is set, `git config --unset core.hooksPath` undoes it in this "
                          "repository");
    }
    // Git drops the "./" and then looks for the name alone, in PATH.
    const std::string& top = repository.work_tree();
    if (dir.size() > top.size() && is_below(dir, top) && dir.find_first_not_of("/.", top.size()) == std::string::npos) {
        return base::fail(ErrorCode::denied,
                          fmt::format("core.hooksPath names the top of the work tree by a relative path, and git does "
                                      "not find hooks there; give them a directory of their own, as with: git config "
                                      "core.hooksPath {}",
                                      base::printable(repository.common_dir() + "/hooks")));
    }
    struct stat info {};
    if (stat(dir.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
        return base::fail(
            ErrorCode::denied,
            fmt::format("core.hooksPath is {}, which is no directory: hooks are switched off here; `git config "
                        "--show-origin core.hooksPath` says where, `git config --unset core.hooksPath` "
                        "undoes it in this repository",
                        base::printable(dir)));
    }
    const std::string real = resolved(dir);
    const bool inside =
        is_below(real, resolved(repository.common_dir())) || is_below(real, resolved(repository.work_tree()));
    if (!inside && !allow_shared) {
        return base::fail(
            ErrorCode::denied,
            fmt::format("the hooks directory is {}, outside this repository: a hook there runs for every repository "
                        "that shares it (core.hooksPath). Either say that you want this (git rfsn init "
                        "--shared-hooks), or give "
                        "this repository hooks of its own: git config core.hooksPath {}",
                        base::printable(dir), base::printable(repository.common_dir() + "/hooks")));
    }
    return dir;
}

base::Result<void> known(const std::string& name) {
    const auto& names = known_hooks();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        return base::fail(ErrorCode::usage, fmt::format("'{}' is no hook that git-rfsn serves; it serves pre-commit, "
                                                        "pre-merge-commit and pre-push",
                                                        base::printable(name)));
    }
    return {};
}

base::Result<HookState> state_of(const std::string& dir, const std::string& name) {
    HookState state;
    state.name = name;
    state.path = dir + "/" + name;
    RFSN_ASSIGN(const HookFile file, look(state.path));
    state.ours = file.kind == HookFile::Kind::ours;
    state.foreign = file.kind == HookFile::Kind::foreign || file.kind == HookFile::Kind::other;
    const std::string chained = state.path + ".rfsn-chained";
    // As git decides whether there is a hook to run.
    state.chained = state.ours && access(chained.c_str(), X_OK) == 0;
    state.kept = !state.chained && present(chained);
    if (state.ours) {
        state.program = program_in(file.bytes);
    }
    return state;
}

/// Same kind, same bytes or target, same permissions.
base::Result<bool> identical(const std::string& a, const std::string& b) {
    struct stat left {};
    struct stat right {};
    if (lstat(a.c_str(), &left) != 0 || lstat(b.c_str(), &right) != 0) {
        return io("look at", a);
    }
    if (left.st_mode != right.st_mode) {
        return false;
    }
    if (S_ISLNK(left.st_mode)) {
        std::string targets[2]{std::string(PATH_MAX, '\0'), std::string(PATH_MAX, '\0')};
        const ssize_t first = readlink(a.c_str(), targets[0].data(), PATH_MAX);
        const ssize_t second = readlink(b.c_str(), targets[1].data(), PATH_MAX);
        return first >= 0 && first == second && targets[0] == targets[1];
    }
    RFSN_ASSIGN(const std::string one, base::read_file(a, max_hook_bytes));
    RFSN_ASSIGN(const std::string other, base::read_file(b, max_hook_bytes));
    return one == other;
}

/// Gives the hook its second name; the first one stays until the shim is renamed over it, so there is never no hook.
base::Result<void> keep_earlier(const std::string& path, const std::string& chained) {
    if (present(chained)) {
        RFSN_ASSIGN(const bool same, identical(path, chained));
        if (!same) {
            return base::fail(
                ErrorCode::conflict,
                fmt::format("{} is not ours, and {} already holds another earlier hook; merge the two by hand or "
                            "remove one, then try again",
                            base::printable(path), base::printable(chained)));
        }
        return {};
    }
    if (linkat(AT_FDCWD, path.c_str(), AT_FDCWD, chained.c_str(), 0) == 0) {
        return {};
    }
    // A file system without hard links.
    return rename(path.c_str(), chained.c_str()) == 0 ? base::Result<void>{} : io("rename", path);
}

/// A copy of what the user made of our shim. Returns its path, empty if nobody edited it.
base::Result<std::string> keep_edits(const std::string& path, const std::string& name, const HookFile& now) {
    if (now.kind != HookFile::Kind::ours || !is_edited(now.bytes, name)) {
        return std::string();
    }
    for (int i = 1;; ++i) {
        std::string copy = path + ".rfsn-edited" + (i == 1 ? "" : fmt::format("-{}", i));
        RFSN_ASSIGN(const HookFile there, look(copy));
        if (there.kind == HookFile::Kind::absent) {
            RFSN_TRY(base::write_atomically(copy, now.bytes, 0755));
            return copy;
        }
        if (there.bytes == now.bytes) {
            return copy;
        }
    }
}

}  // namespace

const std::vector<std::string>& known_hooks() {
    static const std::vector<std::string> names{"pre-commit", "pre-merge-commit", "pre-push"};
    return names;
}

base::Result<std::vector<HookState>> hook_states(const Repository& repository) {
    RFSN_ASSIGN(const std::string dir, hooks_dir(repository));
    std::vector<HookState> states;
    for (const auto& name : known_hooks()) {
        RFSN_ASSIGN(auto state, state_of(dir, name));
        states.push_back(std::move(state));
    }
    return states;
}

base::Result<HookState> install_hook(const Repository& repository, const std::string& name, const std::string& program,
                                     bool allow_shared_hooks_path) {
    RFSN_TRY(known(name));
    if (program.empty() || program.front() != '/' || program.find('\0') != std::string::npos ||
        program.find('\n') != std::string::npos) {
        return base::fail(ErrorCode::usage, "the hook needs the absolute path of git-rfsn, on one line; got '" +
                                                base::printable(program) + "'");
    }
    RFSN_ASSIGN(const std::string dir, usable_hooks_dir(repository, allow_shared_hooks_path));
    RFSN_TRY(base::make_directories(dir, 0755));
    const std::string path = dir + "/" + name;
    RFSN_ASSIGN(const std::string shim, shim_for(name, program));
    RFSN_ASSIGN(const HookFile now, look(path));
    if (now.kind == HookFile::Kind::other) {
        return base::fail(ErrorCode::conflict, base::printable(path) + " is no file; remove it, then try again");
    }
    struct stat info {};
    const bool current = now.kind == HookFile::Kind::ours && now.bytes == shim && stat(path.c_str(), &info) == 0 &&
                         (info.st_mode & 0111U) == 0111U;
    std::string edited;
    if (!current) {
        RFSN_ASSIGN(edited, keep_edits(path, name, now));
        if (now.kind == HookFile::Kind::foreign) {
            RFSN_TRY(keep_earlier(path, path + ".rfsn-chained"));
        }
        RFSN_TRY(base::write_atomically(path, shim, 0755));
    }
    RFSN_ASSIGN(HookState state, state_of(dir, name));
    state.edited_copy = std::move(edited);
    return state;
}

base::Result<HookState> uninstall_hook(const Repository& repository, const std::string& name) {
    RFSN_TRY(known(name));
    RFSN_ASSIGN(const std::string dir, hooks_dir(repository));
    const std::string path = dir + "/" + name;
    const std::string chained = path + ".rfsn-chained";
    RFSN_ASSIGN(const HookFile now, look(path));
    RFSN_ASSIGN(std::string edited, keep_edits(path, name, now));
    if (now.kind == HookFile::Kind::ours || now.kind == HookFile::Kind::absent) {
        if (present(chained)) {
            if (rename(chained.c_str(), path.c_str()) != 0) {
                return io("put back the earlier hook from", chained);
            }
        } else if (now.kind == HookFile::Kind::ours && unlink(path.c_str()) != 0) {
            return io("remove", path);
        }
    }
    RFSN_ASSIGN(HookState state, state_of(dir, name));
    state.edited_copy = std::move(edited);
    return state;
}

}  // namespace rfsn::git
