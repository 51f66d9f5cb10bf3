// SPDX-License-Identifier: MIT
// Leaving the namespaces of the machine. Inline: rfsn-exec is one translation unit.
#pragma once

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec/refusal.hpp"

namespace rfsn::exec {

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

inline Refusal finish_network(int flags) {
    return (flags & CLONE_NEWNET) == 0 || raise_loopback() ? Refusal{} : Refusal{"bringing up lo", errno};
}

/// In a user namespace where we stay who we are (uid to uid: many tools behave differently as root). After a refusal
/// the process may be nobody in a namespace of its own: try it in a child first.
inline Refusal enter_with_user_namespace(int flags) {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | flags) != 0) {
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
    return finish_network(flags);
}

/// For a process that may. Out of the new network namespace again if that cannot be made usable.
inline Refusal enter_directly(int flags) {
    const int old = (flags & CLONE_NEWNET) != 0 ? open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) : -1;
    Refusal refusal;
    if (unshare(flags) != 0) {
        refusal = {"unshare", errno};
    } else if (refusal = finish_network(flags); refusal.step != nullptr && (old < 0 || setns(old, CLONE_NEWNET) != 0)) {
        refusal.step = "bringing up lo, and going back";
    }
    if (old >= 0) {
        close(old);
    }
    return refusal;
}

/// New namespaces of the kinds in `flags` (CLONE_NEW...), with a loopback that is up; who may not make them gets a user
/// namespace too. `careful`: it may be refused, and this process goes on without it as it was.
inline Refusal enter_namespaces(int flags, bool careful) {
    const Refusal direct = enter_directly(flags);
    if (direct.step == nullptr || direct.number != EPERM) {
        return direct;
    }
    const Refusal rehearsed = careful ? rehearse([flags] { return enter_with_user_namespace(flags); }) : Refusal{};
    return rehearsed.step != nullptr ? rehearsed : enter_with_user_namespace(flags);
}

}  // namespace rfsn::exec
