// SPDX-License-Identifier: MIT
// The command line. Inline: rfsn-exec is one translation unit.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include "exec/filesystem.hpp"
#include "exec/system_calls.hpp"

namespace rfsn::exec {

inline constexpr int own_failure = 125;
inline constexpr int cannot_run = 126;
inline constexpr int no_such_program = 127;

inline const char* const usage =
    "usage: rfsn-exec [OPTION]... -- COMMAND [ARG]...\n"
    "       rfsn-exec --probe | --probe-overlay LOWER UPPER WORK\n"
    "\n"
    "  --no-net[=try|=deny]   no network but a loopback of its own; try: keep it where the kernel refuses that;\n"
    "                         deny: forbid sockets then, those on the loopback too\n"
    "  --pids                 a PID namespace of its own\n"
    "  --overlay LOWER UPPER WORK  an overlay over LOWER: what is written there goes to UPPER\n"
    "  --read-only            nothing can be written but what --writable and --overlay name\n"
    "  --writable DIR         may be written (implies --read-only)\n"
    "  --hide PATH            is empty for the command\n"
    "  --expose PATH          is seen in spite of --private-tmp\n"
    "  --private-tmp DIR      is /tmp and /var/tmp for the command\n"
    "  --landlock             holds it to the same by Landlock; alone where mounts are not allowed (--no-mounts)\n"
    "  --no-mounts            --read-only and --hide by Landlock only\n"
    "  --seccomp[=strict]     no system calls that change the machine; strict: no new namespaces either\n"
    "  --chdir DIR --tmpdir DIR --parent PID --cpu-seconds N --memory-mb N --files N --processes N --file-mb N\n";

struct Options {
    bool no_network = false;
    bool network_may_stay = false;  ///< --no-net=try
    bool deny_sockets = false;      ///< --no-net=deny
    bool pids = false;
    bool landlock = false;
    bool no_mounts = false;
    bool seccomp = false;
    SystemCalls calls;
    FileSystem files_seen;
    const char* directory = nullptr;
    const char* tmpdir = nullptr;
    rlim_t cpu_seconds = 0;
    rlim_t memory_mb = 0;
    rlim_t files = 0;
    rlim_t processes = 0;
    rlim_t file_mb = 0;
    pid_t parent = 0;
    char** command = nullptr;
};

[[noreturn]] inline void refuse(const char* what, const char* detail, int number) {
    fprintf(stderr, "rfsn-exec: %s%s%s%s%s\n", what, *detail != '\0' ? " " : "", detail, number != 0 ? ": " : "",
            number != 0 ? strerror(number) : "");
    _exit(own_failure);
}

[[noreturn]] inline void misused(const char* what, const char* detail) {
    fputs(usage, stderr);
    refuse(what, detail, 0);
}

inline rlim_t positive_number(const char* option, const char* text) {
    char* end = nullptr;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > 1'000'000'000UL) {
        misused(option, "takes a number from 1 to 1000000000");
    }
    return value;
}

class Parser {
   public:
    Parser(int argc, char** argv) : argc_(argc), argv_(argv) {}

    Options parse() {
        while (at_ < argc_ && strcmp(argv_[at_], "--") != 0) {
            const char* option = argv_[at_++];
            if (!flag(option) && !path(option) && !number(option)) {
                misused("bad option", option);
            }
        }
        if (at_ + 1 >= argc_) {
            misused("no command", "");
        }
        options_.command = argv_ + at_ + 1;
        return options_;
    }

   private:
    bool flag(const char* option) {
        const auto is = [option](const char* name) { return strcmp(option, name) == 0; };
        if (is("--no-net") || is("--no-net=try") || is("--no-net=deny")) {
            options_.no_network = true;
            options_.network_may_stay = !is("--no-net");
            options_.deny_sockets = is("--no-net=deny");
        } else if (is("--pids")) {
            options_.pids = true;
        } else if (is("--landlock")) {
            options_.landlock = true;
        } else if (is("--no-mounts")) {
            options_.no_mounts = true;
        } else if (is("--read-only")) {
            options_.files_seen.read_only = true;
        } else if (is("--seccomp") || is("--seccomp=strict")) {
            options_.seccomp = true;
            options_.calls.new_namespaces = is("--seccomp");
        } else {
            return false;
        }
        return true;
    }

    const char* next_path(const char* option) {
        const char* value = at_ < argc_ ? argv_[at_++] : "";
        if (value[0] != '/') {
            misused(option, "takes an absolute path");
        }
        return value;
    }

    bool path(const char* option) {
        auto& seen = options_.files_seen;
        const auto is = [option](const char* name) { return strcmp(option, name) == 0; };
        Paths* list = is("--writable") ? &seen.writable
                      : is("--hide")   ? &seen.hidden
                      : is("--expose") ? &seen.exposed
                                       : nullptr;
        if (list != nullptr) {
            seen.read_only = seen.read_only || list == &seen.writable;
            if (!list->add(next_path(option))) {
                misused(option, "was given too often");
            }
            return true;
        }
        if (is("--overlay")) {
            if (seen.overlay_count == most_paths) {
                misused(option, "was given too often");
            }
            OverlayMount& overlay = seen.overlays[seen.overlay_count++];
            overlay.lower = next_path(option);
            overlay.upper = next_path(option);
            overlay.work = next_path(option);
            return true;
        }
        const char** one = is("--tmpdir")        ? &options_.tmpdir
                           : is("--chdir")       ? &options_.directory
                           : is("--private-tmp") ? &seen.private_tmp
                                                 : nullptr;
        if (one != nullptr) {
            *one = next_path(option);
        }
        return one != nullptr;
    }

    bool number(const char* option) {
        const auto is = [option](const char* name) { return strcmp(option, name) == 0; };
        if (is("--parent")) {
            options_.parent = static_cast<pid_t>(positive_number(option, at_ < argc_ ? argv_[at_++] : ""));
            return true;
        }
        rlim_t* limit = is("--cpu-seconds") ? &options_.cpu_seconds
                        : is("--memory-mb") ? &options_.memory_mb
                        : is("--files")     ? &options_.files
                        : is("--processes") ? &options_.processes
                        : is("--file-mb")   ? &options_.file_mb
                                            : nullptr;
        if (limit != nullptr) {
            *limit = positive_number(option, at_ < argc_ ? argv_[at_++] : "");
        }
        return limit != nullptr;
    }

    int argc_;
    char** argv_;
    int at_ = 1;
    Options options_;
};

}  // namespace rfsn::exec
