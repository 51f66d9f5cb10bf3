// SPDX-License-Identifier: MIT
// rfsn-exec: stands between the gate and every check. It makes the file system, the processes and the network that the
// check sees, takes away what it has no business with (core dumps, new privileges), sets its limits, and sees to it
// that nothing of a check outlives the check or the gate.
#include <errno.h>
#include <fcntl.h>
#include <initializer_list>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/landlock.hpp"
#include "exec/namespaces.hpp"
#include "exec/options.hpp"
#include "exec/probe.hpp"
#include "exec/supervisor.hpp"

namespace {

using namespace rfsn::exec;

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
    if (options.processes != 0) {
        limit(RLIMIT_NPROC, options.processes, options.processes, "processes");
    }
    if (options.file_mb != 0) {
        limit(RLIMIT_FSIZE, options.file_mb << 20, options.file_mb << 20, "the size of a file");
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

void stop_at(const char* what, const Refusal& refusal) {
    if (refusal.step != nullptr) {
        fprintf(stderr, "rfsn-exec: %s: %s%s%s: %s\n", what, refusal.step, *refusal.about != '\0' ? " " : "",
                refusal.about, strerror(refusal.number));
        _exit(own_failure);
    }
}

/// What root can do but no check needs; nobody else has any of it after exec.
void drop_capabilities() {
    // Numbers of linux/capability.h: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE,
    // NET_RAW, SYS_CHROOT, SETFCAP.
    constexpr unsigned long kept[] = {0, 1, 3, 4, 5, 6, 7, 10, 13, 18, 31};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        bool keep = false;
        for (const unsigned long one : kept) {
            keep = keep || one == capability;
        }
        // EPERM: who may not drop it is not root and loses it at exec.
        if (!keep && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) {
            refuse("cannot drop capabilities", "", errno);
        }
    }
}

/// Enters the namespaces that were asked for; where the network may stay, without that one.
void isolate(Options& options) {
    const bool mounts = options.files_seen.wanted() && !options.no_mounts;
    const int flags = (mounts || options.pids ? CLONE_NEWNS | CLONE_NEWIPC : 0) | (options.pids ? CLONE_NEWPID : 0);
    if (flags == 0 && !options.no_network) {
        return;
    }
    Refusal refusal = enter_namespaces(flags | (options.no_network ? CLONE_NEWNET : 0), options.network_may_stay);
    if (refusal.step == nullptr) {
        return;
    }
    if (options.no_network && !options.network_may_stay) {
        stop_at("the kernel does not let us take the network away (--no-net)", refusal);
    }
    options.calls.internet = !options.deny_sockets;
    options.seccomp = options.seccomp || options.deny_sockets;
    if (flags != 0) {
        refusal = enter_namespaces(flags, false);
        stop_at("the kernel does not let us make namespaces", refusal);
    }
}

[[noreturn]] void become(const Options& options, pid_t supervisor, const sigset_t& mask) {
    die_with(supervisor, SIGKILL);
    if (options.landlock) {
        const bool scoped = options.seccomp && !options.calls.new_namespaces;
        stop_at("the kernel does not let us use Landlock (--landlock)",
                landlock(options.files_seen, !options.no_mounts, scoped));
    }
    if (options.seccomp) {
        stop_at("the kernel does not let us filter system calls (--seccomp)", filter_system_calls(options.calls));
    }
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    char** command = options.command;
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

/// Starts the command in what has been made for it and waits until nothing of it is left. Its wait status.
int run(const Options& options, bool first, const sigset_t& watched, const sigset_t& before) {
    if (options.files_seen.wanted() && !options.no_mounts) {
        stop_at("the kernel does not let us make the check's file system",
                arrange(options.files_seen, first, options.directory));
    } else if (first) {
        stop_at("the kernel does not let us make a PID namespace (--pids)", arrange({}, true, options.directory));
    } else if (options.directory != nullptr && chdir(options.directory) != 0) {
        refuse("cannot change to", options.directory, errno);
    }
    if (options.files_seen.read_only) {
        drop_capabilities();
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse("cannot give up new privileges", "", errno);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const pid_t self = getpid();
    const pid_t command = fork();
    if (command < 0) {
        refuse("cannot fork", "", errno);
    }
    if (command == 0) {
        become(options, self, before);
    }
    let_go_of_stdio();
    return Supervisor(command).wait(watched);
}

/// The first process of the PID namespace: when it ends, the kernel ends all the others.
[[noreturn]] void be_first(const Options& options, int result, const sigset_t& watched, const sigset_t& before) {
    // Who started us is not in this namespace and has no number here: that it lives is seen by the pipe.
    die_with(0, SIGKILL);
    pollfd reader{result, 0, 0};
    if (poll(&reader, 1, 0) != 0) {
        refuse("the process that started this is gone", "", 0);
    }
    const int status = run(options, true, watched, before);
    _exit(write(result, &status, sizeof status) == sizeof status ? 0 : own_failure);
}

int run_in_pid_namespace(const Options& options, const sigset_t& watched, const sigset_t& before) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        refuse("cannot make a pipe", "", errno);
    }
    const pid_t first = fork();
    if (first < 0) {
        refuse("cannot fork", "", errno);
    }
    if (first == 0) {
        close(ends[0]);
        be_first(options, ends[1], watched, before);
    }
    close(ends[1]);
    let_go_of_stdio();
    int status = Supervisor(first).wait(watched);
    int told = 0;
    if (read(ends[0], &told, sizeof told) == sizeof told) {
        status = told;
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && strcmp(argv[1], "--probe") == 0) {
        return probe();
    }
    if (argc == 5 && strcmp(argv[1], "--probe-overlay") == 0) {
        return probe_overlay(argv[2], argv[3], argv[4]);
    }
    Options options = Parser(argc, argv).parse();
    apply_limits(options);
    if (options.tmpdir != nullptr) {
        set_tmpdir(options.tmpdir);
    }
    isolate(options);

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
    end_like(options.pids ? run_in_pid_namespace(options, watched, before) : run(options, false, watched, before));
}
