// SPDX-License-Identifier: MIT
#include "base/dialog.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/interrupt.hpp"
#include "base/terminal.hpp"

namespace rfsn::base {
namespace {

constexpr int poll_ms = 200;  // how soon an interrupt is noticed
constexpr std::size_t longest_answer = 4096;

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const auto& word : words) {
        list.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): POSIX asks
    }
    list.push_back(nullptr);
    return list;
}

}  // namespace

std::optional<Dialog> Dialog::open(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!fd || isatty(fd.get()) == 0 || tcgetpgrp(fd.get()) != getpgrp()) {
        return std::nullopt;
    }
    return Dialog(std::move(fd));
}

void Dialog::show(std::string_view text) {
    write_all(fd_.get(), text);
}

std::optional<std::string> Dialog::ask(std::string_view question,
                                       std::optional<std::chrono::steady_clock::time_point> deadline) {
    static_cast<void>(tcflush(fd_.get(), TCIFLUSH));
    show(question);
    std::string answer;
    while (!interrupted()) {
        int wait = poll_ms;
        if (deadline) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
            if (left.count() <= 0) {
                break;
            }
            wait = static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), poll_ms));
        }
        pollfd ready{fd_.get(), POLLIN, 0};
        if (::poll(&ready, 1, wait) <= 0) {
            continue;
        }
        char byte = 0;
        const ssize_t got = ::read(fd_.get(), &byte, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        if (byte == '\n') {
            return answer;
        }
        if (answer.size() < longest_answer) {
            answer.push_back(byte);
        }
    }
    show("\n");
    return std::nullopt;
}

int Dialog::run(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        posix_spawn_file_actions_adddup2(&actions, fd_.get(), stream);
    }
    const auto words = pointers(argv), variables = pointers(env);
    pid_t child = -1;
    const int failed = posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        return -1;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace rfsn::base
