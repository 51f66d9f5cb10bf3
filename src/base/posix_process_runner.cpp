// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <memory>
#include <poll.h>
#include <signal.h>

#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/process_spawn.hpp"
#include "base/running_process.hpp"

namespace rfsn::base {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

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
                children_.push_back(
                    std::make_unique<RunningProcess>(*std::move(job), std::move(spawned), Clock::now()));
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
            children_[i]->serve(&polled_[1 + RunningProcess::polled_entries * i]);
        }
    }

    void finish_children() {
        for (std::size_t i = 0; i < children_.size();) {
            if (!children_[i]->finished()) {
                ++i;
                continue;
            }
            const std::unique_ptr<RunningProcess> child = std::move(children_[i]);
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
    std::vector<std::unique_ptr<RunningProcess>> children_;
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
