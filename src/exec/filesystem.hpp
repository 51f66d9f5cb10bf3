// SPDX-License-Identifier: MIT
// The file system as a check sees it: an overlay where its tree is, all else read-only, some of it not there at all.
// Inline: rfsn-exec is one translation unit.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/refusal.hpp"

namespace rfsn::exec {

inline constexpr int most_paths = 128;

struct Paths {
    const char* list[most_paths] = {};
    int count = 0;
    [[nodiscard]] bool add(const char* path) {
        if (count == most_paths) {
            return false;
        }
        list[count++] = path;
        return true;
    }
};

/// A directory over which an overlay is mounted: reads come from it, writes go to `upper`.
struct OverlayMount {
    const char* lower = nullptr;
    const char* upper = nullptr;
    const char* work = nullptr;
};

struct FileSystem {
    OverlayMount overlays[most_paths];
    int overlay_count = 0;
    bool read_only = false;
    const char* private_tmp = nullptr;
    Paths writable;  ///< any: all else is read-only
    Paths hidden;    ///< empty for the check but for what is writable in it; what is not there is fine
    Paths exposed;   ///< seen in spite of a private /tmp, not writable
    [[nodiscard]] bool wanted() const {
        return overlay_count > 0 || read_only || private_tmp != nullptr || hidden.count > 0;
    }
};

inline bool set_read_only(const char* path, bool on, unsigned flags) {
    mount_attr attributes{};
    (on ? attributes.attr_set : attributes.attr_clr) = MOUNT_ATTR_RDONLY;
    return mount_setattr(AT_FDCWD, path, flags, &attributes, sizeof attributes) == 0;
}

/// By descriptors, because no path has to be quoted then: overlayfs splits its options at ',' and ':'.
inline Refusal mount_overlay(const OverlayMount& overlay) {
    const char* const paths[] = {overlay.lower, overlay.upper, overlay.work};
    int fds[3];
    for (int i = 0; i < 3; ++i) {
        fds[i] = open(paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fds[i] < 0) {
            const int number = errno;
            while (i-- > 0) {
                close(fds[i]);
            }
            return {"opening a layer", number, overlay.lower};
        }
    }
    char options[128];
    snprintf(options, sizeof options,
             "userxattr,volatile,lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", fds[0],
             fds[1], fds[2]);
    // What is written is looked at once and thrown away: nothing has to reach the disk for it. The kernel marks such a
    // work directory, so that nobody takes it for sound after a crash; ours is good while we are.
    static_cast<void>(unlinkat(fds[2], "work/incompat/volatile/dirty", 0));
    static_cast<void>(unlinkat(fds[2], "work/incompat/volatile", AT_REMOVEDIR));
    // No set-user-id program, and no device, becomes one by being seen through us.
    const bool mounted = mount("overlay", overlay.lower, "overlay", MS_NOSUID | MS_NODEV, options) == 0;
    const int number = errno;
    for (const int fd : fds) {
        close(fd);
    }
    return mounted ? Refusal{} : Refusal{"mounting overlayfs", number, overlay.lower};
}

/// The directories above `path`, and it itself (a directory, or an empty file), where they are missing.
inline bool make_mount_point(const char* path, bool directory) {
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(copy, path);
    for (char* slash = strchr(copy + 1, '/'); slash != nullptr; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST && errno != EROFS) {
            return false;
        }
        *slash = '/';
    }
    struct stat info {};
    if (lstat(path, &info) == 0) {
        return true;
    }
    if (directory) {
        return mkdir(path, 0755) == 0 || errno == EEXIST;  // another command of the place may have just made it
    }
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    return fd >= 0 && close(fd) == 0;
}

/// Copies of mounts, held while others are laid over them.
struct Held {
    int fds[most_paths];
    bool directory[most_paths];
};

inline Refusal hold(const Paths& paths, Held& held) {
    for (int i = 0; i < paths.count; ++i) {
        struct stat info {};
        held.fds[i] = -1;
        if (stat(paths.list[i], &info) != 0) {
            continue;  // said where it is attached, if it matters
        }
        held.directory[i] = S_ISDIR(info.st_mode);
        held.fds[i] = open_tree(AT_FDCWD, paths.list[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (held.fds[i] < 0) {
            return {"open_tree", errno, paths.list[i]};
        }
    }
    return {};
}

inline Refusal attach(const char* path, int held, bool directory) {
    if (!make_mount_point(path, directory)) {
        return {"making a mount point", errno, path};
    }
    if (move_mount(held, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) != 0) {
        return {"move_mount", errno, path};
    }
    close(held);
    return {};
}

inline Refusal hide(const char* path) {
    struct stat info {};
    if (stat(path, &info) != 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ? Refusal{}
                                                                                        : Refusal{"stat", errno, path};
    }
    const bool hidden = S_ISDIR(info.st_mode)
                            ? mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m") == 0
                            : mount("/dev/null", path, nullptr, MS_BIND, nullptr) == 0;
    return hidden ? Refusal{} : Refusal{"hiding", errno, path};
}

/// The processes of the new namespace and no others; what of it changes the machine is for reading only.
inline Refusal mount_proc() {
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
        return {"mounting /proc", errno};
    }
    for (const char* path :
         {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi"}) {
        // Not every kernel has each.
        if (mount(path, path, nullptr, MS_BIND, nullptr) == 0 && !set_read_only(path, true, 0)) {
            return {"making it read-only", errno, path};
        }
    }
    return {};
}

/// What is hidden may hold what is writable, and the other way round: outer ones first, which are the shorter paths.
inline Refusal hide_and_attach(const FileSystem& wanted, const Held& writable) {
    bool hidden[most_paths] = {};
    bool attached[most_paths] = {};
    for (;;) {
        const char* next = nullptr;
        int index = 0;
        bool hiding = false;
        const auto consider = [&](const Paths& paths, const bool* done, bool hides) {
            for (int i = 0; i < paths.count; ++i) {
                if (!done[i] && (next == nullptr || strlen(paths.list[i]) < strlen(next))) {
                    next = paths.list[i];
                    index = i;
                    hiding = hides;
                }
            }
        };
        consider(wanted.hidden, hidden, true);
        consider(wanted.writable, attached, false);
        if (next == nullptr) {
            return {};
        }
        Refusal refusal;
        if (hiding) {
            hidden[index] = true;
            refusal = hide(next);
        } else {
            attached[index] = true;
            refusal = writable.fds[index] >= 0
                          ? attach(next, writable.fds[index], writable.directory[index])
                          : Refusal{"looking for a directory that shall be writable", ENOENT, next};
        }
        if (refusal.step != nullptr) {
            return refusal;
        }
    }
}

inline constexpr const char* shared_tmp[] = {"/tmp", "/var/tmp"};

inline bool is_directory(const char* path) {
    struct stat info {};
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/// `directory` may itself be below one of them, so it is held before it is covered.
inline Refusal make_tmp_private(const char* directory) {
    int held[2] = {-1, -1};
    for (int i = 0; i < 2 && directory != nullptr; ++i) {
        held[i] =
            is_directory(shared_tmp[i]) ? open_tree(AT_FDCWD, directory, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC) : -1;
        if (held[i] < 0 && is_directory(shared_tmp[i])) {
            return {"open_tree", errno, directory};
        }
    }
    for (int i = 0; i < 2; ++i) {
        if (held[i] >= 0 && move_mount(held[i], "", AT_FDCWD, shared_tmp[i], MOVE_MOUNT_F_EMPTY_PATH) != 0) {
            return {"making it private", errno, shared_tmp[i]};
        }
        if (held[i] >= 0) {
            close(held[i]);
        }
    }
    return {};
}

/// For the process that is the first of a PID namespace if `first`. Needs a mount namespace of our own and the right to
/// mount in it. `directory` is where the process is afterwards; null: where it was.
inline Refusal arrange(const FileSystem& wanted, bool first, const char* directory) {
    char here[PATH_MAX];
    if (directory == nullptr) {
        if (getcwd(here, sizeof here) == nullptr) {
            return {"getcwd", errno};
        }
        directory = here;
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return {"making mounts private", errno};
    }
    if (first) {
        if (const Refusal refusal = mount_proc(); refusal.step != nullptr) {
            return refusal;
        }
    }
    for (int i = 0; i < wanted.overlay_count; ++i) {
        if (const Refusal refusal = mount_overlay(wanted.overlays[i]); refusal.step != nullptr) {
            return refusal;
        }
    }
    Held exposed;
    Held writable;
    for (const Refusal refusal : {hold(wanted.exposed, exposed), hold(wanted.writable, writable)}) {
        if (refusal.step != nullptr) {
            return refusal;
        }
    }
    if (const Refusal refusal = make_tmp_private(wanted.private_tmp); refusal.step != nullptr) {
        return refusal;
    }
    for (int i = 0; i < wanted.exposed.count; ++i) {
        const bool there = exposed.fds[i] >= 0;
        const Refusal refusal =
            there ? attach(wanted.exposed.list[i], exposed.fds[i], exposed.directory[i]) : Refusal{};
        if (refusal.step != nullptr) {
            return refusal;
        }
    }
    if (const Refusal refusal = hide_and_attach(wanted, writable); refusal.step != nullptr) {
        return refusal;
    }
    if (wanted.read_only) {
        if (!set_read_only("/", true, AT_RECURSIVE)) {
            return {"mount_setattr", errno};
        }
        for (int i = 0; i < wanted.writable.count; ++i) {
            if (!set_read_only(wanted.writable.list[i], false, 0)) {
                return {"making it writable", errno, wanted.writable.list[i]};
            }
        }
        for (int i = 0; i < wanted.overlay_count; ++i) {
            if (!set_read_only(wanted.overlays[i].lower, false, 0)) {
                return {"making it writable", errno, wanted.overlays[i].lower};
            }
        }
        for (const char* path : shared_tmp) {
            if (wanted.private_tmp != nullptr && is_directory(path) && !set_read_only(path, false, 0)) {
                return {"making it writable", errno, path};
            }
        }
        if (first && !set_read_only("/proc", false, 0)) {
            return {"making it writable", errno, "/proc"};
        }
        // Where there is none, nobody needs it.
        static_cast<void>(mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0);
    }
    // The old working directory is on the mount below.
    return chdir(directory) == 0 ? Refusal{} : Refusal{"chdir", errno, directory};
}

}  // namespace rfsn::exec
