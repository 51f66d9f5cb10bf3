// SPDX-License-Identifier: MIT
// Landlock: what may be written (and, where mounts cannot hide it, read), by rules that no right of the process lifts.
// Inline: rfsn-exec is one translation unit.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/filesystem.hpp"

namespace rfsn::exec {

/// The headers of this system may be older than its kernel, so the interface is spelt out (linux/landlock.h).
struct LandlockRuleset {
    uint64_t files = 0;
    uint64_t network = 0;  ///< from version 4
    uint64_t scoped = 0;   ///< from version 6
};
struct __attribute__((packed)) LandlockBeneath {
    uint64_t allowed;
    int32_t parent;
};
inline constexpr uint64_t landlock_write_file = 1U << 1U;
inline constexpr uint64_t landlock_read_file = 1U << 2U;
inline constexpr uint64_t landlock_truncate = 1U << 14U;   ///< from version 3
inline constexpr uint64_t landlock_change_tree = 0x3ff0U;  ///< removing, making, and (version 2) linking elsewhere
inline constexpr uint64_t landlock_abstract_sockets = 1U << 0U;
inline constexpr uint64_t landlock_signals = 1U << 1U;

/// Version of the interface, or 0. Version 1 forbids every rename to another directory, which many tools need.
inline int landlock_version() {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U);
    return version < 2 ? 0 : static_cast<int>(version);
}

class Landlock {
   public:
    /// `with_reads`: reading is only allowed where a rule says so. `scoped`: no signal and no abstract socket reaches a
    /// process outside.
    Landlock(bool with_reads, bool scoped) : version_(landlock_version()) {
        LandlockRuleset rules;
        files_ = landlock_write_file | landlock_change_tree;
        files_ |= version_ >= 3 ? landlock_truncate : 0;
        files_ |= with_reads ? landlock_read_file : 0;
        rules.files = files_;
        rules.scoped = scoped && version_ >= 6 ? landlock_abstract_sockets | landlock_signals : 0;
        const size_t size = version_ >= 6 ? sizeof rules : version_ >= 4 ? 16 : 8;
        ruleset_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0U));
    }

    Refusal allow(const char* path, uint64_t what) {
        const int fd = open(path, O_PATH | O_CLOEXEC);
        struct stat info {};
        if (fd < 0 || fstat(fd, &info) != 0) {
            return errno == ENOENT || errno == EACCES ? Refusal{} : Refusal{"opening a path for Landlock", errno, path};
        }
        LandlockBeneath rule{what & files_, fd};
        if (!S_ISDIR(info.st_mode)) {
            rule.allowed &= landlock_write_file | landlock_read_file | landlock_truncate;
        }
        const bool added = rule.allowed == 0 || syscall(SYS_landlock_add_rule, ruleset_, 1, &rule, 0U) == 0;
        const int number = errno;
        close(fd);
        // A symlink, or what cannot be a rule (a pipe's end): nothing beneath it needs one.
        return added || number == EBADFD || number == EINVAL ? Refusal{} : Refusal{"landlock_add_rule", number, path};
    }

    /// Reading of everything below `path` that is not hidden.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as the hidden path is
    Refusal allow_reads(const char* path, const Paths& hidden) {
        bool above = false;
        const size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
        for (int i = 0; i < hidden.count; ++i) {
            const char* secret = hidden.list[i];
            if (strncmp(secret, path, length) == 0 && (secret[length] == '\0' || secret[length] == '/')) {
                if (secret[length] == '\0') {
                    return {};
                }
                above = true;
            }
        }
        if (!above) {
            return allow(path, landlock_read_file);
        }
        DIR* directory = opendir(path);
        if (directory == nullptr) {
            return {};
        }
        Refusal refusal;
        while (const dirent* entry = refusal.step == nullptr ? readdir(directory) : nullptr) {
            char below[PATH_MAX];
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && entry->d_type != DT_LNK &&
                snprintf(below, sizeof below, "%.*s/%s", static_cast<int>(length), path, entry->d_name) <
                    static_cast<int>(sizeof below)) {
                refusal = allow_reads(below, hidden);
            }
        }
        closedir(directory);
        return refusal;
    }

    /// For this process and all that it starts.
    [[nodiscard]] Refusal restrict_self() const {
        if (ruleset_ < 0) {
            return {"landlock_create_ruleset", errno};
        }
        if (syscall(SYS_landlock_restrict_self, ruleset_, 0U) != 0) {
            return {"landlock_restrict_self", errno};
        }
        close(ruleset_);
        return {};
    }

    [[nodiscard]] bool made() const { return ruleset_ >= 0; }

   private:
    int version_;
    uint64_t files_ = 0;
    int ruleset_ = -1;
};

/// Nothing but the writable directories, devices and /proc can be written. `mounted`: the mounts hide what is hidden;
/// else Landlock does (the names stay to be seen, the contents cannot be read).
inline Refusal landlock(const FileSystem& wanted, bool mounted, bool scoped) {
    const bool with_reads = !mounted && wanted.hidden.count > 0;
    Landlock rules(with_reads, scoped);
    if (!rules.made()) {
        return {"landlock_create_ruleset", errno};
    }
    Refusal refusal;
    const auto allow = [&](const char* path, uint64_t what) {
        if (refusal.step == nullptr) {
            refusal = rules.allow(path, what);
        }
    };
    for (int i = 0; i < wanted.writable.count; ++i) {
        allow(wanted.writable.list[i], ~uint64_t{landlock_read_file});
        if (with_reads && refusal.step == nullptr) {
            refusal = rules.allow_reads(wanted.writable.list[i], wanted.hidden);
        }
    }
    for (int i = 0; i < wanted.overlay_count; ++i) {
        allow(wanted.overlays[i].lower, ~uint64_t{0});
    }
    for (const char* path : {"/dev", "/proc"}) {
        allow(path, landlock_write_file | landlock_truncate | landlock_read_file);
    }
    if (mounted && wanted.private_tmp != nullptr) {
        for (const char* path : shared_tmp) {
            allow(path, ~uint64_t{0});
        }
    }
    if (mounted || !wanted.read_only) {
        allow("/dev/shm", ~uint64_t{0});
    }
    if (!wanted.read_only) {
        allow("/", ~landlock_read_file);
    }
    if (with_reads && refusal.step == nullptr) {
        refusal = rules.allow_reads("/", wanted.hidden);
    }
    for (int i = 0; i < wanted.exposed.count && with_reads; ++i) {
        allow(wanted.exposed.list[i], landlock_read_file);
    }
    return refusal.step != nullptr ? refusal : rules.restrict_self();
}

}  // namespace rfsn::exec
