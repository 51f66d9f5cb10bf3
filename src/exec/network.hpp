// SPDX-License-Identifier: MIT
// Taking the network away from the calling process. Inline: rfsn-exec is one translation unit on nothing but libc.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rfsn::exec {

/// What the kernel refused, and with which errno. `step` is null when all went well.
struct Refusal {
    const char* step = nullptr;
    int number = 0;
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

/// A new network namespace has its loopback down, and tests that serve themselves on localhost would fail.
inline bool raise_loopback() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    ifreq request{};
    strcpy(request.ifr_name, "lo");
    bool up = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    up = up && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    const int number = errno;
    close(fd);
    errno = number;
    return up;
}

/// For a process that may: back into the old namespace if the new one cannot be made usable.
inline Refusal enter_network_namespace() {
    const int old = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (unshare(CLONE_NEWNET) != 0) {
        const int number = errno;
        if (old >= 0) {
            close(old);
        }
        return {"unshare(CLONE_NEWNET)", number};
    }
    Refusal refusal;
    if (!raise_loopback()) {
        refusal = {"bringing up lo", errno};
        if (old < 0 || setns(old, CLONE_NEWNET) != 0) {
            refusal.step = "bringing up lo, and going back";
        }
    }
    if (old >= 0) {
        close(old);
    }
    return refusal;
}

/// For everybody else, in a user namespace where we stay who we are (uid to uid: many tools behave differently as
/// root). After a refusal the process may be nobody in a namespace of its own: try it in a child first.
inline Refusal enter_user_and_network_namespace() {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return {"unshare(CLONE_NEWUSER)", errno};
    }
    char map[64];
    // Before gid_map, or the kernel refuses that; absent before Linux 3.19.
    if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT) {
        return {"writing setgroups", errno};
    }
    snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
    if (!write_file("/proc/self/uid_map", map)) {
        return {"writing uid_map", errno};
    }
    snprintf(map, sizeof map, "%u %u 1\n", gid, gid);
    if (!write_file("/proc/self/gid_map", map)) {
        return {"writing gid_map", errno};
    }
    return raise_loopback() ? Refusal{} : Refusal{"bringing up lo", errno};
}

/// Runs `attempt` in a child and hands back what it said: this process stays as it is.
inline Refusal rehearse(Refusal (*attempt)()) {
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
        // The pointer is good on the other side too: it is the same program, and step is a literal.
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
    return told ? refusal : Refusal{"trying a namespace in a child", EIO};
}

/// No network but a loopback of its own. After a refusal nothing has changed.
inline Refusal leave_network() {
    const Refusal direct = enter_network_namespace();
    if (direct.step == nullptr || direct.number != EPERM) {
        return direct;
    }
    const Refusal rehearsed = rehearse(enter_user_and_network_namespace);
    return rehearsed.step != nullptr ? rehearsed : enter_user_and_network_namespace();
}

}  // namespace rfsn::exec
