// SPDX-License-Identifier: MIT
#include "base/process_spawn.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/text.hpp"

namespace rfsn::base {
namespace {

struct Pipe {
    Fd ours;
    Fd theirs;
};

/// Above 2, or wiring up the child's 0, 1 and 2 would close one end for another when we were started without them.
Fd above_stdio(Fd fd) {
    if (fd.get() < 0 || fd.get() > 2) {
        return fd;
    }
    return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

bool make_pipe(Pipe& pipe, bool we_write) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return false;
    }
    Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    read_end = above_stdio(std::move(read_end));
    write_end = above_stdio(std::move(write_end));
    pipe.ours = std::move(we_write ? write_end : read_end);
    pipe.theirs = std::move(we_write ? read_end : write_end);
    // Only our end: the child's is an open file description of its own, and tools do not expect EAGAIN.
    return pipe.ours && pipe.theirs && ::fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK) == 0;
}

/// posix_spawn's two objects, which must be destroyed.
struct SpawnSetup {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    SpawnSetup() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
    ~SpawnSetup() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (const auto& text : strings) {
        // execve takes char* for history's sake and writes nothing.
        result.push_back(const_cast<char*>(text.c_str()));
    }
    result.push_back(nullptr);
    return result;
}

bool holds_nul(const std::vector<std::string>& strings) {
    return std::any_of(strings.begin(), strings.end(),
                       [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

std::string path_of(const std::vector<std::string>& env) {
    for (const auto& line : env) {
        if (line.rfind("PATH=", 0) == 0) {
            return line.substr(5);
        }
    }
    return "/usr/local/bin:/usr/bin:/bin";
}

SpawnedProcess failed(ProcessEnd end, std::string why) {
    SpawnedProcess result;
    result.failure = end;
    result.error = std::move(why);
    return result;
}

std::string reason(int number) {
    return std::generic_category().message(number);
}

/// Empty if fine. Asked before the spawn: there, a missing directory and a missing program are the same ENOENT.
std::string problem_with_directory(const std::string& cwd) {
    struct stat info {};
    if (::stat(cwd.c_str(), &info) != 0) {
        return reason(errno);
    }
    if (!S_ISDIR(info.st_mode)) {
        return reason(ENOTDIR);
    }
    return ::access(cwd.c_str(), X_OK) == 0 ? std::string{} : reason(errno);
}

SpawnedProcess spawn_failure(int number, const std::string& program) {
    const std::string name = "'" + printable(program) + "'";
    switch (number) {
        case ENOENT:
            // The file was there a moment ago, so it is most often the interpreter on its first line that is missing.
            return failed(ProcessEnd::not_found, name + " or the interpreter it names does not exist");
        case EACCES:
            return failed(ProcessEnd::not_found, name + " is not executable");
        case ENOEXEC:
            return failed(ProcessEnd::not_started, name + " is no program for this machine and has no #! line");
        default:
            return failed(ProcessEnd::not_started, "cannot start " + name + ": " + reason(number));
    }
}

}  // namespace

SpawnedProcess spawn_process(const ProcessSpec& spec) {
    if (spec.argv.empty() || spec.argv[0].empty()) {
        return failed(ProcessEnd::not_started, "the command is empty");
    }
    if (holds_nul(spec.argv) || holds_nul(spec.env) || spec.cwd.find('\0') != std::string::npos) {
        return failed(ProcessEnd::not_started, "a NUL byte in an argument, the environment or the working directory");
    }
    if (!spec.cwd.empty()) {
        if (const std::string problem = problem_with_directory(spec.cwd); !problem.empty()) {
            return failed(ProcessEnd::not_started,
                          "cannot work in the directory '" + printable(spec.cwd) + "': " + problem);
        }
    }
    std::string program = spec.argv[0];
    if (program.find('/') == std::string::npos) {
        const auto found = find_program(program, path_of(spec.env));
        if (!found) {
            return failed(ProcessEnd::not_found, "'" + printable(program) + "' is not on the PATH");
        }
        program = *found;
    }

    Pipe in;
    Pipe out;
    Pipe err;
    if (spec.input) {
        if (!make_pipe(in, true)) {
            return failed(ProcessEnd::not_started, "cannot make a pipe: " + reason(errno));
        }
    } else {
        in.theirs = above_stdio(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    }
    if (!in.theirs || !make_pipe(out, false) || !make_pipe(err, false)) {
        return failed(ProcessEnd::not_started, "cannot open the standard streams: " + reason(errno));
    }

    SpawnSetup setup;
    posix_spawn_file_actions_adddup2(&setup.actions, in.theirs.get(), 0);
    posix_spawn_file_actions_adddup2(&setup.actions, out.theirs.get(), 1);
    posix_spawn_file_actions_adddup2(&setup.actions, err.theirs.get(), 2);
    posix_spawn_file_actions_addclosefrom_np(&setup.actions, 3);
    if (!spec.cwd.empty()) {
        posix_spawn_file_actions_addchdir_np(&setup.actions, spec.cwd.c_str());
    }
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&setup.attributes, &none);
    posix_spawnattr_setsigdefault(&setup.attributes, &all);
    // A session, which is a process group too: with no controlling terminal, a tool that asks for a password on
    // /dev/tty fails at once. In a mere group it would be stopped by SIGTTIN and hang until its timeout.
    posix_spawnattr_setflags(&setup.attributes,
                             static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));

    const std::vector<char*> argv = pointers(spec.argv);
    const std::vector<char*> env = pointers(spec.env);
    pid_t pid = -1;
    const int number = ::posix_spawn(&pid, program.c_str(), &setup.actions, &setup.attributes, argv.data(), env.data());
    if (number != 0) {
        return spawn_failure(number, program);
    }
    SpawnedProcess child;
    child.pid = pid;
    // By number: glibc 2.36 declares pidfd_open without C linkage. The kernel sets close-on-exec.
    child.pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    child.in = std::move(in.ours);
    child.out = std::move(out.ours);
    child.err = std::move(err.ours);
    return child;
}

}  // namespace rfsn::base
