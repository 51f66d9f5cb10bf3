// SPDX-License-Identifier: MIT
#include <array>
#include <charconv>
#include <cstring>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/fd.hpp"
#include "base/text.hpp"
#include "git/object_reader.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

/// A `git cat-file` child that answers one question a line until its socket is closed; it ends with us, however we end.
class Child {
   public:
    Child() = default;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { stop(); }

    [[nodiscard]] bool running() const { return pid_ > 0; }

    base::Result<void> start(const Repository::Impl& repository, const char* mode) {
        base::Environment env = repository.git_env;
        env.set("GIT_NO_REPLACE_OBJECTS", "1");
        const auto git = base::find_program("git", env.get_or("PATH", ""));
        if (!git) {
            return base::fail(ErrorCode::unavailable, "git is not installed or not in PATH; install git");
        }
        // A socket, not a pipe: a write to a dead child is then an error, never SIGPIPE.
        std::array<int, 2> pair{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
            return base::fail(ErrorCode::io, fmt::format("socketpair: {}", strerror(errno)));
        }
        socket_.reset(pair[0]);
        const base::Fd theirs(pair[1]);
        std::vector<std::string> argv{*git, "--no-optional-locks", "-C", repository.work_tree, "cat-file", mode};
        std::vector<std::string> block = env.block();
        RFSN_TRY(spawn(argv, block, theirs.get()));
        return {};
    }

    base::Result<void> ask(std::string_view id) {
        std::string line(id);
        line += '\n';
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t n = send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n <= 0) {
                return lost();
            }
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }

    base::Result<std::string> line() {
        std::string text;
        for (;;) {
            if (const auto end = buffer_.find('\n', at_); end != std::string::npos) {
                text.append(buffer_, at_, end - at_);
                at_ = end + 1;
                return text;
            }
            text.append(buffer_, at_);
            RFSN_TRY(fill());
        }
    }

    /// `size` bytes and the newline after them; nothing is kept if `keep` is false.
    base::Result<std::string> bytes(std::uint64_t size, bool keep) {
        std::string data;
        if (keep) {
            data.reserve(size);
        }
        std::uint64_t missing = size + 1;
        for (;;) {
            const std::uint64_t here = std::min<std::uint64_t>(missing, buffer_.size() - at_);
            if (keep) {
                data.append(buffer_, at_, here);
            }
            at_ += here;
            missing -= here;
            if (missing == 0) {
                break;
            }
            RFSN_TRY(fill());
        }
        if (keep) {
            data.pop_back();
        }
        return data;
    }

    void stop() {
        socket_.reset();
        if (pid_ > 0) {
            int status = 0;
            while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
            }
        }
        pid_ = -1;
        buffer_.clear();
        at_ = 0;
    }

   private:
    base::Result<void> spawn(std::vector<std::string>& argv, std::vector<std::string>& env, int their_socket) {
        std::vector<char*> args;
        std::vector<char*> vars;
        for (auto& arg : argv) {
            args.push_back(arg.data());
        }
        for (auto& var : env) {
            vars.push_back(var.data());
        }
        args.push_back(nullptr);
        vars.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_adddup2(&actions, their_socket, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, their_socket, STDOUT_FILENO);
        // In a group of its own, so that ^C reaches us first and the socket then ends it.
        sigset_t none;
        sigset_t defaults;
        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(
            &attributes, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
        pid_t pid = -1;
        const int error = posix_spawn(&pid, args[0], &actions, &attributes, args.data(), vars.data());
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (error != 0) {
            socket_.reset();
            return base::fail(ErrorCode::external,
                              fmt::format("git cat-file could not be started: {}", strerror(error)));
        }
        pid_ = pid;
        return {};
    }

    base::Result<void> fill() {
        buffer_.resize(std::size_t{256} << 10);
        at_ = 0;
        for (;;) {
            const ssize_t n = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n <= 0) {
                buffer_.clear();
                return lost();
            }
            buffer_.resize(static_cast<std::size_t>(n));
            return {};
        }
    }

    base::Result<void> lost() {
        stop();
        return base::fail(ErrorCode::external, "git cat-file ended early; run `git fsck` to see what it found");
    }

    base::Fd socket_;
    pid_t pid_ = -1;
    std::string buffer_;
    std::size_t at_ = 0;
};

base::Result<ObjectHeader> parse_header(std::string_view line, std::string_view id) {
    const auto words = base::split(line, ' ');
    if (words.size() == 2 && words[1] == "missing") {
        return tl::make_unexpected(object_missing(id));
    }
    ObjectHeader header;
    if (words.size() == 3 && words[0] == id) {
        const auto* end = words[2].data() + words[2].size();
        const bool sized = std::from_chars(words[2].data(), end, header.size).ptr == end;
        constexpr std::array<std::string_view, 4> names{"blob", "tree", "commit", "tag"};
        for (std::size_t i = 0; sized && i < names.size(); ++i) {
            if (words[1] == names.at(i)) {
                header.type = static_cast<ObjectType>(i);
                return header;
            }
        }
    }
    return base::fail(ErrorCode::external,
                      fmt::format("git cat-file answered '{}' for object {}", base::printable(line), id));
}

class CatFileReader final : public ObjectReader {
   public:
    explicit CatFileReader(const Repository& repository) : repository_(&repository.impl()) {}

    base::Result<ObjectHeader> header(std::string_view id) override {
        const std::lock_guard lock(mutex_);
        RFSN_TRY(ask(headers_, "--batch-check", id));
        RFSN_ASSIGN(const std::string line, headers_.line());
        return parse_header(line, id);
    }

    base::Result<Object> read(std::string_view id, std::uint64_t max_bytes) override {
        const std::lock_guard lock(mutex_);
        RFSN_TRY(ask(contents_, "--batch", id));
        RFSN_ASSIGN(const std::string line, contents_.line());
        RFSN_ASSIGN(const ObjectHeader head, parse_header(line, id));
        const bool fits = head.size <= max_bytes;
        RFSN_ASSIGN(std::string bytes, contents_.bytes(head.size, fits));
        if (!fits) {
            return tl::make_unexpected(object_too_large(id, head.size, max_bytes));
        }
        return Object{head.type, std::move(bytes)};
    }

   private:
    base::Result<void> ask(Child& child, const char* mode, std::string_view id) {
        if (!is_object_id(id)) {
            return base::fail(ErrorCode::invalid, fmt::format("not an object id: '{}'", base::printable(id)));
        }
        if (!child.running()) {
            RFSN_TRY(child.start(*repository_, mode));
        }
        return child.ask(id);
    }

    const Repository::Impl* repository_;
    std::mutex mutex_;
    Child headers_;
    Child contents_;
};

}  // namespace

std::unique_ptr<ObjectReader> cat_file_reader(const Repository& repository) {
    return std::make_unique<CatFileReader>(repository);
}

}  // namespace rfsn::git
