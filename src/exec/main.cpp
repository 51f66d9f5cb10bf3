// SPDX-License-Identifier: MIT
// rfsn-exec: stands between the gate and every check. It takes away what a check has no business with (network, core
// dumps, new privileges), sets its limits, and sees to it that nothing of a check outlives the check or the gate.
#include <errno.h>
#include <fcntl.h>
#include <initializer_list>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/filesystem.hpp"
#include "exec/network.hpp"
#include "exec/supervisor.hpp"

namespace {

using namespace rfsn::exec;

constexpr int own_failure = 125;
constexpr int cannot_run = 126;
constexpr int no_such_program = 127;

const char* const usage =
    "usage: rfsn-exec [--no-net[=try]] [--writable DIR]... [--tmpdir DIR] [--cpu-seconds N] [--memory-mb N] [--files "
    "N] [--parent PID] -- "
    "COMMAND [ARG]...\n"
    "       rfsn-exec --probe\n";

struct Options {
    bool no_network = false;
    bool network_may_stay = false;  ///< --no-net=try
    const char* tmpdir = nullptr;
    const char* writable[max_writable] = {};  ///< any: all else is read-only
    int writable_count = 0;
    rlim_t cpu_seconds = 0;
    rlim_t memory_mb = 0;
    rlim_t files = 0;
    pid_t parent = 0;
    char** command = nullptr;
};

[[noreturn]] void refuse(const char* what, const char* detail, int number) {
    fprintf(stderr, "rfsn-exec: %s%s%s%s%s\n", what, *detail != '\0' ? " " : "", detail, number != 0 ? ": " : "",
            number != 0 ? strerror(number) : "");
    _exit(own_failure);
}

rlim_t positive_number(const char* option, const char* text) {
    char* end = nullptr;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > 1'000'000'000UL) {
        fputs(usage, stderr);
        refuse(option, "takes a number from 1 to 1000000000", 0);
    }
    return value;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const char* option = argv[i];
        if (strcmp(option, "--") == 0) {
            if (i + 1 == argc) {
                break;
            }
            options.command = argv + i + 1;
            return options;
        }
        if (strcmp(option, "--no-net") == 0 || strcmp(option, "--no-net=try") == 0) {
            options.no_network = true;
            options.network_may_stay = strcmp(option, "--no-net=try") == 0;
            continue;
        }
        const char* value = i + 1 < argc ? argv[++i] : "";
        if (strcmp(option, "--tmpdir") == 0 && value[0] == '/') {
            options.tmpdir = value;
        } else if (strcmp(option, "--writable") == 0 && value[0] == '/' && options.writable_count < max_writable) {
            options.writable[options.writable_count++] = value;
        } else if (strcmp(option, "--cpu-seconds") == 0) {
            options.cpu_seconds = positive_number(option, value);
        } else if (strcmp(option, "--memory-mb") == 0) {
            options.memory_mb = positive_number(option, value);
        } else if (strcmp(option, "--files") == 0) {
            options.files = positive_number(option, value);
        } else if (strcmp(option, "--parent") == 0) {
            options.parent = static_cast<pid_t>(positive_number(option, value));
        } else {
            fputs(usage, stderr);
            refuse("bad option", option, 0);
        }
    }
    fputs(usage, stderr);
    refuse("no command", "", 0);
}

/// Never above what we are allowed: a limit that is lower already stays.
void limit(int resource, rlim_t soft, rlim_t hard, const char* name) {
    rlimit now{};
    if (getrlimit(resource, &now) != 0) {
        refuse("cannot read the limit on", name, errno);
    }
    const auto lower = [](rlim_t a, rlim_t b) { return a < b ? a : b; };
    const rlimit wanted{lower(lower(soft, now.rlim_cur), now.rlim_max), lower(hard, now.rlim_max)};
    if (setrlimit(resource, &wanted) != 0) {
        refuse("cannot limit", name, errno);
    }
}

void apply_limits(const Options& options) {
    // Not PR_SET_DUMPABLE: that hands /proc/self to root, and uid_map could not be written.
    limit(RLIMIT_CORE, 0, 0, "core dumps");
    if (options.cpu_seconds != 0) {
        // SIGXCPU first, SIGKILL a little later.
        limit(RLIMIT_CPU, options.cpu_seconds, options.cpu_seconds + 2, "processor time");
    }
    if (options.memory_mb != 0) {
        limit(RLIMIT_AS, options.memory_mb << 20, options.memory_mb << 20, "memory");
    }
    if (options.files != 0) {
        limit(RLIMIT_NOFILE, options.files, options.files, "open files");
    }
}

void set_tmpdir(const char* directory) {
    struct stat info {};
    if ((mkdir(directory, 0700) != 0 && errno != EEXIST) || lstat(directory, &info) != 0) {
        refuse("cannot make the directory", directory, errno);
    }
    if (!S_ISDIR(info.st_mode)) {
        refuse("--tmpdir is no directory:", directory, 0);
    }
    for (const char* name : {"TMPDIR", "TMP", "TEMP"}) {
        if (setenv(name, directory, 1) != 0) {
            refuse("cannot set", name, errno);
        }
    }
}

/// Dies with its parent, the one that it knows: which may have died before we could say so.
void die_with(pid_t parent, int by) {
    if (prctl(PR_SET_PDEATHSIG, by) != 0) {
        refuse("cannot ask for the parent's death signal", "", errno);
    }
    if (parent != 0 && getppid() != parent) {
        refuse("the process that started this is gone", "", 0);
    }
}

[[noreturn]] void become(char** command, pid_t supervisor, const sigset_t& mask) {
    die_with(supervisor, SIGKILL);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    execvp(command[0], command);
    const int number = errno;
    fprintf(stderr, "rfsn-exec: %s: %s\n", command[0], strerror(number));
    _exit(number == ENOENT || number == ENOTDIR ? no_such_program : cannot_run);
}

void let_go_of_stdio() {
    // The ends of the gate's pipes: it must see them closed when the command closes them.
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2 && null >= 0; ++fd) {
        dup2(null, fd);
    }
}

int probe() {
    const struct {
        const char* name;
        Refusal refusal;
    } answers[] = {
        {"network-namespace", rehearse(leave_network)},
        {"read-only-file-system", rehearse([] {
             static_cast<void>(leave_network());  // brings the right to mount where we are not root
             const char* const writable[] = {"/tmp"};
             return freeze_all_but(writable, 1);
         })},
        {"user-namespace", rehearse([] {
             return unshare(CLONE_NEWUSER) == 0 ? Refusal{} : Refusal{"unshare(CLONE_NEWUSER)", errno};
         })},
        {"no-new-privileges", rehearse([] {
             return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? Refusal{} : Refusal{"prctl", errno};
         })},
        {"subreaper", rehearse([] {
             return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? Refusal{} : Refusal{"prctl", errno};
         })},
    };
    for (const auto& answer : answers) {
        if (answer.refusal.step == nullptr) {
            printf("%s yes\n", answer.name);
        } else {
            printf("%s no (%s: %s)\n", answer.name, answer.refusal.step, strerror(answer.refusal.number));
        }
    }
    return fflush(stdout) == 0 ? 0 : own_failure;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && strcmp(argv[1], "--probe") == 0) {
        return probe();
    }
    const Options options = parse(argc, argv);
    apply_limits(options);
    if (options.tmpdir != nullptr) {
        set_tmpdir(options.tmpdir);
    }
    if (options.no_network) {
        const Refusal refusal = leave_network();
        if (refusal.step != nullptr && !options.network_may_stay) {
            refuse("the kernel does not let us take the network away (--no-net):", refusal.step, refusal.number);
        }
    }
    if (options.writable_count > 0) {
        const Refusal refusal = freeze_all_but(options.writable, options.writable_count);
        if (refusal.step != nullptr) {
            refuse("the kernel does not let us make the file system read-only (--writable):", refusal.step,
                   refusal.number);
        }
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse("cannot give up new privileges", "", errno);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    sigset_t watched;
    sigset_t before;
    sigemptyset(&watched);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
        sigaddset(&watched, signal);
    }
    sigprocmask(SIG_BLOCK, &watched, &before);
    // Ignored, it would have the kernel reap the command and lose how it ended.
    signal(SIGCHLD, SIG_DFL);
    // Last, after the namespaces: a change of credentials clears it. SIGTERM, so that the group can be ended first.
    die_with(options.parent, SIGTERM);
    const pid_t self = getpid();
    const pid_t command = fork();
    if (command < 0) {
        refuse("cannot fork", "", errno);
    }
    if (command == 0) {
        become(options.command, self, before);
    }
    let_go_of_stdio();
    end_like(Supervisor(command).wait(watched));
}
