// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <vector>

#include "base/captured_output.hpp"
#include "base/process.hpp"
#include "base/process_spawn.hpp"

namespace rfsn::base {

/// A child process under way: its pipes, its limits, and how it is brought to its end. For the loop that owns it.
class RunningProcess {
   public:
    using Clock = std::chrono::steady_clock;
    /// Entries that add_to() adds and serve() reads.
    static constexpr std::size_t polled_entries = 5;

    RunningProcess(ProcessJob job, SpawnedProcess spawned, Clock::time_point now);
    /// Asks the whole group to end. The first reason stands.
    void terminate(ProcessEnd why, Clock::time_point now);
    /// What time alone brings about.
    void advance(Clock::time_point now);
    [[nodiscard]] std::optional<Clock::time_point> next_event() const {
        return phase_ != Phase::running ? next_step_ : timeout_at_;
    }
    void add_to(std::vector<pollfd>& polled) const;
    void serve(const pollfd* polled);
    /// Whether its exit has to be looked for: the kernel has no pidfd_open.
    [[nodiscard]] bool blind() const { return !process_.pidfd; }
    [[nodiscard]] bool finished() const { return given_up_ || (leader_gone_ && !process_.out && !process_.err); }
    /// Kills what is left of the group, reaps the leader, and hands the result over.
    void finish();

   private:
    enum class Phase { running, terminating, killed };

    void feed();
    void look_for_exit();

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

}  // namespace rfsn::base
