// SPDX-License-Identifier: MIT
#include "git/hooks.hpp"

#include <algorithm>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <memory>
#include <span>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "git/quote.hpp"

namespace rfsn::git {

std::span<const base::EmbeddedFile> hook_files();

namespace {

using base::ErrorCode;

constexpr std::string_view marker = "# git-rfsn hook shim, version ";
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

bool is_shim(std::string_view bytes) {
    const auto first = bytes.find('\n');
    return first != std::string_view::npos && bytes.substr(first + 1, marker.size()) == marker;
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

/// The value of `program='...'` in a shim.
std::string program_in(std::string_view shim) {
    constexpr std::string_view lead = "\nprogram=";
    const auto start = shim.find(lead);
    if (start == std::string_view::npos) {
        return "";
    }
    std::string value;
    bool quoted = false;
    for (auto i = start + lead.size(); i < shim.size(); ++i) {
        const char c = shim[i];
        if (c == '\'') {
            quoted = !quoted;
        } else if (!quoted && c == '\\' && i + 1 < shim.size()) {
            value += shim[++i];
        } else if (!quoted && c == '\n') {
            break;
        } else {
            value += c;
        }
    }
    return value;
}

std::string replace_all(std::string text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

base::Result<std::string> shim_for(const std::string& name, const std::string& program) {
    const auto files = hook_files();
    const auto shim = std::find_if(files.begin(), files.end(), [](const auto& file) { return file.name == "shim.sh"; });
    if (shim == files.end()) {
        return base::fail(ErrorCode::internal, "the hook shim was not compiled in");
    }
    // The name first: a program's path may hold anything.
    std::string text = replace_all(std::string(shim->bytes), "@NAME@", name);
    return replace_all(std::move(text), "@PROGRAM@", quote_shell(program));
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

base::Result<std::string> usable_hooks_dir(const Repository& repository, bool allow_shared) {
    RFSN_ASSIGN(const std::string dir, repository.hooks_dir());
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
    state.chained = present(state.path + ".rfsn-chained");
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

}  // namespace

const std::vector<std::string>& known_hooks() {
    static const std::vector<std::string> names{"pre-commit", "pre-merge-commit", "pre-push"};
    return names;
}

base::Result<std::vector<HookState>> hook_states(const Repository& repository) {
    RFSN_ASSIGN(const std::string dir, repository.hooks_dir());
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
    if (!current) {
        if (now.kind == HookFile::Kind::foreign) {
            RFSN_TRY(keep_earlier(path, path + ".rfsn-chained"));
        }
        RFSN_TRY(base::write_atomically(path, shim, 0755));
    }
    return state_of(dir, name);
}

base::Result<HookState> uninstall_hook(const Repository& repository, const std::string& name) {
    RFSN_TRY(known(name));
    RFSN_ASSIGN(const std::string dir, repository.hooks_dir());
    const std::string path = dir + "/" + name;
    const std::string chained = path + ".rfsn-chained";
    RFSN_ASSIGN(const HookFile now, look(path));
    if (now.kind == HookFile::Kind::ours || now.kind == HookFile::Kind::absent) {
        if (present(chained)) {
            if (rename(chained.c_str(), path.c_str()) != 0) {
                return io("put back the earlier hook from", chained);
            }
        } else if (now.kind == HookFile::Kind::ours && unlink(path.c_str()) != 0) {
            return io("remove", path);
        }
    }
    return state_of(dir, name);
}

}  // namespace rfsn::git
