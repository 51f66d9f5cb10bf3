// SPDX-License-Identifier: MIT
#include "base/running_process.hpp"

#include <array>
#include <cerrno>
#include <sys/wait.h>
#include <unistd.h>

namespace rfsn::base {
namespace {

using std::chrono::milliseconds;

/// Between SIGTERM and SIGKILL; also how long descendants may hold the pipes after their leader is gone.
constexpr milliseconds grace{300};
/// After SIGKILL: then a process stuck in the kernel, or one that left the group with our pipes, is given up.
constexpr milliseconds patience{400};

/// A flood must not keep the loop from the others: so much at a time.
bool drain(Fd& fd, CapturedOutput& output, const std::function<bool(std::string_view)>& listener) {
    bool wants_more = true;
    static thread_local std::array<char, 65536> buffer;
    for (int round = 0; round < 16 && fd; ++round) {
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got > 0) {
            const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
            output.append(piece);
            wants_more = wants_more && (!listener || listener(piece));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            if (got < 0) {
                output.lose();
            }
            fd.reset();
        } else if (errno == EAGAIN) {
            break;
        }
    }
    return wants_more;
}

}  // namespace

RunningProcess::RunningProcess(ProcessJob job, SpawnedProcess spawned, Clock::time_point now)
    : job_(std::move(job)),
      process_(std::move(spawned)),
      out_(job_.spec.output_cap),
      err_(job_.spec.output_cap),
      started_(now) {
    if (job_.spec.timeout.count() > 0) {
        timeout_at_ = now + job_.spec.timeout;
    }
    if (job_.spec.input && job_.spec.input->empty()) {
        process_.in.reset();
    }
}

void RunningProcess::terminate(ProcessEnd why, Clock::time_point now) {
    if (leader_gone_ || phase_ != Phase::running) {
        return;
    }
    reason_ = why;
    phase_ = Phase::terminating;
    next_step_ = now + grace;
    process_.in.reset();
    ::kill(-process_.pid, SIGTERM);
    // A stopped process cannot act on SIGTERM.
    ::kill(-process_.pid, SIGCONT);
}

void RunningProcess::advance(Clock::time_point now) {
    if (timeout_at_ && now >= *timeout_at_) {
        terminate(ProcessEnd::timed_out, now);
    }
    if (phase_ == Phase::running || now < next_step_) {
        return;
    }
    if (phase_ == Phase::killed) {
        given_up_ = true;
        return;
    }
    ::kill(-process_.pid, SIGKILL);
    phase_ = Phase::killed;
    next_step_ = now + patience;
}

void RunningProcess::add_to(std::vector<pollfd>& polled) const {
    // A negative descriptor is skipped by ppoll; always as many, so that places can be counted.
    polled.push_back({leader_gone_ ? -1 : process_.pidfd.get(), POLLIN, 0});
    polled.push_back({process_.out.get(), POLLIN, 0});
    polled.push_back({process_.err.get(), POLLIN, 0});
    polled.push_back({process_.in.get(), POLLOUT, 0});
    polled.push_back({phase_ == Phase::running ? job_.spec.stop_fd : -1, POLLIN, 0});
}

void RunningProcess::serve(const pollfd* polled) {
    if (polled[1].revents != 0 && !drain(process_.out, out_, job_.spec.on_output)) {
        terminate(ProcessEnd::stopped, Clock::now());
    }
    if (polled[2].revents != 0) {
        static_cast<void>(drain(process_.err, err_, nullptr));
    }
    if (polled[4].revents != 0) {
        terminate(ProcessEnd::stopped, Clock::now());
    }
    if (polled[3].revents != 0 && process_.in) {
        feed();
    }
    if (!leader_gone_ && (polled[0].revents != 0 || !process_.pidfd)) {
        look_for_exit();
    }
}

void RunningProcess::finish() {
    // The leader is not reaped yet, so the group's number cannot have passed to a stranger.
    ::kill(-process_.pid, SIGKILL);
    int status = 0;
    while (::waitpid(process_.pid, &status, leader_gone_ ? 0 : WNOHANG) < 0 && errno == EINTR) {
    }
    ProcessResult result;
    result.end = reason_;
    if (reason_ == ProcessEnd::exited && leader_gone_) {
        const bool exited = exit_.si_code == CLD_EXITED;
        result.end = exited ? ProcessEnd::exited : ProcessEnd::signaled;
        result.exit_code = exited ? exit_.si_status : -1;
        result.signal = exited ? 0 : exit_.si_status;
    }
    result.input_taken = !job_.spec.input || fed_ == job_.spec.input->size();
    result.out_truncated = out_.truncated();
    result.err_truncated = err_.truncated();
    result.out = out_.take();
    result.err = err_.take();
    result.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
    if (job_.done) {
        job_.done(std::move(result));
    }
}

void RunningProcess::feed() {
    const std::string& input = *job_.spec.input;
    while (fed_ < input.size()) {
        const ssize_t written = ::write(process_.in.get(), input.data() + fed_, input.size() - fed_);
        if (written < 0) {
            if (errno == EAGAIN) {
                return;
            }
            if (errno == EINTR) {
                continue;
            }
            break;
        }
        fed_ += static_cast<std::size_t>(written);
    }
    process_.in.reset();
}

void RunningProcess::look_for_exit() {
    exit_ = {};
    // WNOWAIT: it stays a zombie, and the group's number ours, until finish().
    if (::waitid(P_PID, static_cast<id_t>(process_.pid), &exit_, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno == EINTR) {
            return;
        }
        exit_.si_code = CLD_KILLED;
        exit_.si_status = SIGKILL;
    } else if (exit_.si_pid == 0) {
        return;
    }
    leader_gone_ = true;
    process_.in.reset();
    if (phase_ == Phase::running) {
        phase_ = Phase::terminating;
        next_step_ = Clock::now() + grace;
    }
}

}  // namespace rfsn::base
