// SPDX-License-Identifier: MIT
// Watches over one command and all that it starts. Inline: rfsn-exec is one translation unit on nothing but libc.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace rfsn::exec {

/// Milliseconds that descendants have to end by themselves, after SIGTERM or after the command is gone. Less than the
/// gate's own grace, so that the last word on daemons is ours and not its SIGKILL to the group, which they have left.
constexpr long grace_ms = 200;
constexpr long kill_ms = 100;

inline long now_ms() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

/// The parent of a process, from /proc/PID/stat: its name may hold spaces and parentheses, so the last ')' counts.
inline pid_t parent_of(const char* pid) {
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    const ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0) {
        return -1;
    }
    text[got] = '\0';
    const char* name_end = strrchr(text, ')');
    // ") S 123 ...": the state is one letter.
    if (name_end == nullptr || strlen(name_end) < 5) {
        return -1;
    }
    char* end = nullptr;
    const long parent = strtol(name_end + 4, &end, 10);
    return end != name_end + 4 ? static_cast<pid_t>(parent) : -1;
}

/// SIGKILL to every child of this process. As a subreaper it inherits the orphans, so that whoever repeats this until
/// there are none reaches daemons too that have left group and session.
inline void kill_children() {
    DIR* processes = opendir("/proc");
    if (processes == nullptr) {
        return;
    }
    const pid_t self = getpid();
    while (const dirent* entry = readdir(processes)) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == self) {
            kill(static_cast<pid_t>(strtol(entry->d_name, nullptr, 10)), SIGKILL);
        }
    }
    closedir(processes);
}

/// One command under watch.
class Supervisor {
   public:
    explicit Supervisor(pid_t command) : command_(command) {}

    /// Returns the wait status of the command once nothing of it is left.
    int wait(const sigset_t& watched) {
        for (;;) {
            reap();
            if (command_gone_ && no_children_) {
                return status_;
            }
            const long now = now_ms();
            if (deadline_ >= 0 && now >= deadline_) {
                if (now >= deadline_ + kill_ms && command_gone_) {
                    // Unkillable, or no /proc to find it by: what is left in the group is the gate's.
                    return status_;
                }
                kill_children();
            }
            int signal = 0;
            if (deadline_ < 0) {
                signal = sigwaitinfo(&watched, nullptr);
            } else {
                const long left = now < deadline_ ? deadline_ - now : 5;
                const timespec timeout{left / 1000, left % 1000 * 1'000'000};
                signal = sigtimedwait(&watched, nullptr, &timeout);
            }
            if (signal > 0 && signal != SIGCHLD) {
                end_all();
            }
        }
    }

   private:
    /// The gate asks us to end, or has died: everybody in the group hears it, also those whom only we were told for.
    void end_all() {
        if (ending_) {
            return;
        }
        ending_ = true;
        // The group is ours to end only if we lead it, as under the gate; from a shell script it would be the script's.
        const pid_t whom = getpgrp() == getpid() ? 0 : command_;
        kill(whom, SIGTERM);
        kill(whom, SIGCONT);
        start_grace();
    }

    void start_grace() {
        if (deadline_ < 0) {
            deadline_ = now_ms() + grace_ms;
        }
    }

    void reap() {
        for (;;) {
            int status = 0;
            const pid_t pid = waitpid(-1, &status, WNOHANG);
            if (pid < 0 && errno == EINTR) {
                continue;
            }
            if (pid <= 0) {
                no_children_ = pid < 0;
                return;
            }
            if (pid == command_) {
                command_gone_ = true;
                status_ = status;
                start_grace();
            }
        }
    }

    pid_t command_;
    int status_ = 0;
    bool command_gone_ = false;
    bool no_children_ = false;
    bool ending_ = false;
    long deadline_ = -1;
};

/// Ends this process as the command ended.
[[noreturn]] inline void end_like(int status) {
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        signal(number, SIG_DFL);
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, number);
        sigprocmask(SIG_UNBLOCK, &one, nullptr);
        raise(number);
        _exit(128 + number);
    }
    _exit(WEXITSTATUS(status));
}

}  // namespace rfsn::exec
