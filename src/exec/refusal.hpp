// SPDX-License-Identifier: MIT
// What the kernel says no to, and asking it in a child first. Inline: rfsn-exec is one translation unit.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rfsn::exec {

/// What the kernel refused, and with which errno. `step` is null when all went well.
struct Refusal {
    const char* step = nullptr;
    int number = 0;
    const char* about = "";  ///< the path it was about, good in the process that made this only
};

inline bool write_file(const char* path, const char* text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool written = write(fd, text, strlen(text)) == static_cast<ssize_t>(strlen(text));
    const int number = errno;
    close(fd);
    errno = number;
    return written;
}

/// Runs `attempt` in a child and hands back what it said: this process stays as it is.
template <class Attempt>
Refusal rehearse(const Attempt& attempt) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return {"pipe", errno};
    }
    const pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return {"fork", errno};
    }
    if (child == 0) {
        // The pointers are good on the other side too: it is the same program, and they point to literals and options.
        const Refusal refusal = attempt();
        _exit(write(ends[1], &refusal, sizeof refusal) == sizeof refusal ? 0 : 1);
    }
    close(ends[1]);
    Refusal refusal;
    const bool told = read(ends[0], &refusal, sizeof refusal) == sizeof refusal;
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return told ? refusal : Refusal{"trying it in a child", EIO};
}

}  // namespace rfsn::exec
