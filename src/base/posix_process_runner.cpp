// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/captured_output.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/process_spawn.hpp"

namespace rfsn::base {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Between SIGTERM and SIGKILL; also how long descendants may hold the pipes after their leader is gone.
constexpr milliseconds grace{300};
/// After SIGKILL: then a process stuck in the kernel, or one that left the group with our pipes, is given up.
constexpr milliseconds patience{400};
constexpr milliseconds tick_interval{100};
/// How often exits are looked for where there is no pidfd.
constexpr milliseconds blind_interval{10};

/// A child whose stdin is closed must give us EPIPE, whatever this process does about SIGPIPE otherwise.
class SigpipeBlocked {
   public:
    SigpipeBlocked() {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
    ~SigpipeBlocked() {
        if (!was_pending_) {
            const timespec now{0, 0};
            while (sigtimedwait(&sigpipe_, nullptr, &now) < 0 && errno == EINTR) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

   private:
    sigset_t sigpipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

class Child {
   public:
    Child(ProcessJob job, SpawnedProcess spawned, Clock::time_point now)
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

    /// Asks the whole group to end. The first reason stands.
    void terminate(ProcessEnd why, Clock::time_point now) {
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

    /// What time alone brings about.
    void advance(Clock::time_point now) {
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

    [[nodiscard]] std::optional<Clock::time_point> next_event() const {
        return phase_ != Phase::running ? next_step_ : timeout_at_;
    }

    void add_to(std::vector<pollfd>& polled) const {
        // A negative descriptor is skipped by ppoll; always four, so that places can be counted.
        polled.push_back({leader_gone_ ? -1 : process_.pidfd.get(), POLLIN, 0});
        polled.push_back({process_.out.get(), POLLIN, 0});
        polled.push_back({process_.err.get(), POLLIN, 0});
        polled.push_back({process_.in.get(), POLLOUT, 0});
    }

    void serve(const pollfd* polled) {
        if (polled[1].revents != 0) {
            drain(process_.out, out_);
        }
        if (polled[2].revents != 0) {
            drain(process_.err, err_);
        }
        if (polled[3].revents != 0 && process_.in) {
            feed();
        }
        if (!leader_gone_ && (polled[0].revents != 0 || !process_.pidfd)) {
            look_for_exit();
        }
    }

    [[nodiscard]] bool blind() const { return !process_.pidfd; }
    [[nodiscard]] bool finished() const { return given_up_ || (leader_gone_ && !process_.out && !process_.err); }

    void finish() {
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
        result.out_truncated = out_.truncated();
        result.err_truncated = err_.truncated();
        result.out = out_.take();
        result.err = err_.take();
        result.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
        if (job_.done) {
            job_.done(std::move(result));
        }
    }

   private:
    enum class Phase { running, terminating, killed };

    /// A flood must not keep the loop from the others: so much at a time.
    static void drain(Fd& fd, CapturedOutput& output) {
        static thread_local std::array<char, 65536> buffer;
        for (int round = 0; round < 16 && fd; ++round) {
            const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
            if (got > 0) {
                output.append({buffer.data(), static_cast<std::size_t>(got)});
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                fd.reset();
            } else if (errno == EAGAIN) {
                return;
            }
        }
    }

    void feed() {
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

    void look_for_exit() {
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

    ProcessJob job_;
    SpawnedProcess process_;
    CapturedOutput out_;
    CapturedOutput err_;
    Clock::time_point started_;
    std::optional<Clock::time_point> timeout_at_;
    Phase phase_ = Phase::running;
    Clock::time_point next_step_;
    ProcessEnd reason_ = ProcessEnd::exited;
    std::size_t fed_ = 0;
    siginfo_t exit_{};
    bool leader_gone_ = false;
    bool given_up_ = false;
};

/// One run(): the children, and the loop over them.
class Loop {
   public:
    Loop(const ProcessRunner::Next& next, unsigned slots, std::optional<Clock::time_point> deadline,
         const ProcessRunner::Tick& tick)
        : next_(next), slots_(std::max(slots, 1U)), deadline_(deadline), tick_(tick), ticked_(Clock::now()) {}

    void run() {
        for (;;) {
            start_jobs();
            if (children_.empty()) {
                return;
            }
            wait();
            if (tick_ && Clock::now() - ticked_ >= tick_interval) {
                ticked_ = Clock::now();
                tick_();
            }
            finish_children();
        }
    }

   private:
    [[nodiscard]] std::optional<ProcessEnd> stop_reason() const {
        if (interrupted()) {
            return ProcessEnd::interrupted;
        }
        return deadline_ && Clock::now() >= *deadline_ ? std::optional(ProcessEnd::deadline) : std::nullopt;
    }

    void start_jobs() {
        while (ask_ && children_.size() < slots_ && !stop_reason()) {
            auto job = next_();
            if (!job) {
                ask_ = false;
                return;
            }
            SpawnedProcess spawned = spawn_process(job->spec);
            if (spawned.pid >= 0) {
                children_.push_back(std::make_unique<Child>(*std::move(job), std::move(spawned), Clock::now()));
                continue;
            }
            ProcessResult result;
            result.end = spawned.failure;
            result.start_error = std::move(spawned.error);
            if (job->done) {
                job->done(std::move(result));
            }
        }
    }

    void wait() {
        auto now = Clock::now();
        const auto stop = stop_reason();
        polled_.clear();
        // Once it is known, its pipe stays readable and would only spin the loop.
        polled_.push_back({stop == ProcessEnd::interrupted ? -1 : interrupt_fd(), POLLIN, 0});
        std::optional<Clock::time_point> wake;
        const auto wake_by = [&wake](Clock::time_point time) { wake = wake ? std::min(*wake, time) : time; };
        if (deadline_ && !stop) {
            wake_by(*deadline_);
        }
        if (tick_) {
            wake_by(ticked_ + tick_interval);
        }
        for (const auto& child : children_) {
            if (stop) {
                child->terminate(*stop, now);
            }
            child->advance(now);
            child->add_to(polled_);
            if (const auto event = child->next_event()) {
                wake_by(*event);
            }
            if (child->blind()) {
                wake_by(now + blind_interval);
            }
        }
        timespec timeout{};
        if (wake) {
            const auto left = std::max(std::chrono::nanoseconds(0),
                                       std::chrono::duration_cast<std::chrono::nanoseconds>(*wake - now));
            timeout.tv_sec = left.count() / 1'000'000'000;
            timeout.tv_nsec = left.count() % 1'000'000'000;
        }
        if (::ppoll(polled_.data(), polled_.size(), wake ? &timeout : nullptr, nullptr) < 0) {
            for (auto& entry : polled_) {
                entry.revents = 0;
            }
        }
        for (std::size_t i = 0; i < children_.size(); ++i) {
            children_[i]->serve(&polled_[1 + 4 * i]);
        }
    }

    void finish_children() {
        for (std::size_t i = 0; i < children_.size();) {
            if (!children_[i]->finished()) {
                ++i;
                continue;
            }
            const std::unique_ptr<Child> child = std::move(children_[i]);
            children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
            child->finish();
            ask_ = true;
        }
    }

    const ProcessRunner::Next& next_;
    unsigned slots_;
    std::optional<Clock::time_point> deadline_;
    const ProcessRunner::Tick& tick_;
    Clock::time_point ticked_;
    bool ask_ = true;
    std::vector<std::unique_ptr<Child>> children_;
    std::vector<pollfd> polled_;
};

}  // namespace

void PosixProcessRunner::run(const Next& next, unsigned slots, std::optional<Clock::time_point> deadline,
                             const Tick& tick) {
    const SigpipeBlocked guard;
    struct sigaction action {};
    if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
        // Inherited from whoever started us: the kernel would reap our children and lose how they ended.
        action.sa_handler = SIG_DFL;
        ::sigaction(SIGCHLD, &action, nullptr);
    }
    Loop(next, slots, deadline, tick).run();
}

}  // namespace rfsn::base
