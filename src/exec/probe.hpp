// SPDX-License-Identifier: MIT
// What the kernel allows, asked by doing it in children. Inline: rfsn-exec is one translation unit.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "exec/landlock.hpp"
#include "exec/namespaces.hpp"
#include "exec/options.hpp"

namespace rfsn::exec {

inline void print_answer(const char* name, const Refusal& refusal) {
    if (refusal.step == nullptr) {
        printf("%s yes\n", name);
    } else {
        printf("%s no (%s: %s)\n", name, refusal.step, strerror(refusal.number));
    }
}

/// A child in new namespaces, the first in its PID namespace if there is one, that does `attempt`.
template <class Attempt>
Refusal rehearse_inside(int flags, const Attempt& attempt) {
    return rehearse([&] {
        const Refusal refusal = enter_namespaces(flags, false);
        return refusal.step != nullptr ? refusal : rehearse(attempt);
    });
}

inline int probe() {
    print_answer("network-namespace", rehearse([] { return enter_namespaces(CLONE_NEWNET, false); }));
    print_answer("read-only-file-system", rehearse_inside(CLONE_NEWNS, [] {
                     FileSystem seen;
                     seen.read_only = true;
                     return seen.writable.add("/tmp") ? arrange(seen, false, "/") : Refusal{};
                 }));
    print_answer("pid-namespace",
                 rehearse_inside(CLONE_NEWNS | CLONE_NEWPID, [] { return arrange(FileSystem{}, true, "/"); }));
    print_answer("user-namespace", rehearse([] {
                     return unshare(CLONE_NEWUSER) == 0 ? Refusal{} : Refusal{"unshare(CLONE_NEWUSER)", errno};
                 }));
    if (const int version = landlock_version(); version > 0) {
        printf("landlock yes, version %d\n", version);
    } else {
        printf("landlock no (this kernel has none, or only its first version)\n");
    }
    print_answer("seccomp", rehearse([] {
                     return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? filter_system_calls({false, false})
                                                                        : Refusal{"prctl", errno};
                 }));
    print_answer("no-new-privileges", rehearse([] {
                     return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? Refusal{} : Refusal{"prctl", errno};
                 }));
    print_answer("subreaper", rehearse([] {
                     return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? Refusal{} : Refusal{"prctl", errno};
                 }));
    return fflush(stdout) == 0 ? 0 : own_failure;
}

/// Mounts an overlay over `lower` as a check would get it, writes a file there and takes it away again: it has to
/// appear in `upper` and nowhere else. A whiteout named `hidden` has to be in `upper` already.
inline int probe_overlay(const char* lower, const char* upper, const char* work) {
    print_answer("overlay", rehearse_inside(CLONE_NEWNS, [=] {
                     FileSystem seen;
                     seen.read_only = true;
                     seen.overlays[seen.overlay_count++] = {lower, upper, work};
                     if (const Refusal refusal = arrange(seen, false, lower); refusal.step != nullptr) {
                         return refusal;
                     }
                     const char* name = ".rfsn-probe";
                     const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                     char path[PATH_MAX];
                     snprintf(path, sizeof path, "%s/%s", upper, name);
                     struct stat info {};
                     if (fd < 0 || close(fd) != 0 || lstat(path, &info) != 0) {
                         return Refusal{"writing through the overlay", errno};
                     }
                     if (lstat(".rfsn-hidden", &info) == 0) {
                         return Refusal{"hiding a file by a whiteout", EOPNOTSUPP};
                     }
                     return unlink(name) == 0 ? Refusal{} : Refusal{"removing through the overlay", errno};
                 }));
    return fflush(stdout) == 0 ? 0 : own_failure;
}

}  // namespace rfsn::exec
