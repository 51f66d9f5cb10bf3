// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::base {

struct ProcessSpec {
    /// argv[0] is looked up in the PATH of `env` unless it holds a '/'. Never a shell string.
    std::vector<std::string> argv;
    /// Working directory; empty = that of this process.
    std::string cwd;
    /// The child's whole environment, "NAME=value".
    std::vector<std::string> env;
    /// Bytes for stdin; nullopt = /dev/null.
    std::optional<std::string> input;
    /// Wall-clock limit; zero = none but that of the caller's deadline.
    std::chrono::milliseconds timeout{0};
    /// Bytes kept of each of stdout and stderr: the first half and the last half of the cap, the middle dropped.
    std::size_t output_cap = std::size_t{16} << 20;
    /// Called with each piece of stdout as it comes, besides keeping it; false ends the whole group.
    std::function<bool(std::string_view)> on_output{};
    /// When it becomes readable the whole group is ended; -1 = nothing to watch. The caller's to close.
    int stop_fd = -1;
};

enum class ProcessEnd {
    exited,       ///< exit_code is valid
    signaled,     ///< signal is valid
    timed_out,    ///< its own timeout; the whole group was killed
    deadline,     ///< the caller's deadline; the whole group was killed
    stopped,      ///< the caller had enough (on_output, stop_fd); the whole group was killed
    interrupted,  ///< SIGINT/SIGTERM reached us; the whole group was killed
    not_found,    ///< the program does not exist or is not executable
    not_started,  ///< the spawn failed otherwise; start_error says why
};

struct ProcessResult {
    ProcessEnd end = ProcessEnd::not_started;
    int exit_code = -1;
    int signal = 0;
    std::string out;
    std::string err;
    bool out_truncated = false;
    bool err_truncated = false;
    /// False if it did not get all of `input`: it stopped reading, or the pipe failed.
    bool input_taken = true;
    std::string start_error;
    std::chrono::milliseconds duration{0};

    [[nodiscard]] bool ok() const { return end == ProcessEnd::exited && exit_code == 0; }
    /// "exit 2", "killed by SIGSEGV", "timed out after 60 s", ...
    [[nodiscard]] std::string describe() const;
};

struct ProcessJob {
    ProcessSpec spec;
    std::function<void(ProcessResult)> done;
};

/// Starts child processes. The real one runs each in a process group of its own from one ppoll loop on the calling
/// thread (which must be the main thread: PDEATHSIG fires when the spawning thread ends); SIGTERM, then SIGKILL
/// after a grace of 300 ms, to the whole group. A group is killed also when its leader has exited but descendants
/// hold the pipes open. Not thread safe.
class ProcessRunner {
   public:
    using Next = std::function<std::optional<ProcessJob>()>;
    using Tick = std::function<void()>;
    using Clock = std::chrono::steady_clock;

    virtual ~ProcessRunner() = default;

    /// Runs jobs until `next` has none and none is running. `next` is called while fewer than `slots` run, again after
    /// each `done` (which may make more jobs ready). After `deadline` or an interrupt, `next` is no longer called and
    /// what runs is killed. `tick`, if set, is called about every 100 ms.
    virtual void run(const Next& next, unsigned slots, std::optional<Clock::time_point> deadline, const Tick& tick) = 0;

    /// One process, start to end.
    [[nodiscard]] ProcessResult run_one(ProcessSpec spec, std::optional<Clock::time_point> deadline = std::nullopt);
};

class PosixProcessRunner final : public ProcessRunner {
   public:
    void run(const Next& next, unsigned slots, std::optional<Clock::time_point> deadline, const Tick& tick) override;
};

/// Absolute path of `program` by the PATH in `path`, or nullopt. A name with '/' is checked as it is.
[[nodiscard]] std::optional<std::string> find_program(const std::string& program, const std::string& path);

}  // namespace rfsn::base
