// SPDX-License-Identifier: MIT
// Making everything but a few directories read-only for the calling process. Inline: rfsn-exec is one translation unit
// on nothing but libc.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "exec/network.hpp"

namespace rfsn::exec {

inline constexpr int max_writable = 16;

inline bool set_read_only(const char* path, bool on) {
    mount_attr attributes{};
    (on ? attributes.attr_set : attributes.attr_clr) = MOUNT_ATTR_RDONLY;
    return mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attributes, sizeof attributes) == 0;
}

/// A mount namespace in which only the `count` directories can be written, /dev/shm is private, and the working
/// directory is where it was. Needs CAP_SYS_ADMIN, which leave_network() gives to those who were not root. After a
/// refusal the process may be in a half-made namespace: try it in a child first.
inline Refusal freeze_all_but(const char* const* writable, int count) {
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == nullptr) {
        return {"getcwd", errno};
    }
    if (unshare(CLONE_NEWNS) != 0) {
        return {"unshare(CLONE_NEWNS)", errno};
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return {"making mounts private", errno};
    }
    for (int i = 0; i < count; ++i) {
        if (mount(writable[i], writable[i], nullptr, MS_BIND | MS_REC, nullptr) != 0) {
            return {"binding a writable directory", errno};
        }
    }
    if (!set_read_only("/", true)) {
        return {"mount_setattr", errno};
    }
    for (int i = 0; i < count; ++i) {
        if (!set_read_only(writable[i], false)) {
            return {"mount_setattr of a writable directory", errno};
        }
    }
    // Where there is none, nobody needs it.
    static_cast<void>(mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0);
    // Who was root must not be able to undo it (numbers of linux/capability.h: SYS_MODULE, SYS_RAWIO, SYS_PTRACE,
    // SYS_ADMIN, MKNOD).
    for (const unsigned long capability : {16UL, 17UL, 19UL, 21UL, 27UL}) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            return {"dropping capabilities", errno};
        }
    }
    // The old working directory is on the mount below, which is read-only now.
    return chdir(here) == 0 ? Refusal{} : Refusal{"chdir", errno};
}

}  // namespace rfsn::exec
