// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "net/pool.hpp"
#include "net/provider.hpp"
#include "net/reply_reader.hpp"

namespace rfsn::net {

using Steady = std::chrono::steady_clock;

/// One request on its way through the pool: through its lanes, and on each through its attempts.
struct Call {
    std::uint64_t id = 0;
    LlmRequest request;
    std::vector<Lane> lanes;
    Pool::Done done;
    Steady::time_point submitted;
    Steady::time_point deadline;

    std::size_t lane = 0;
    unsigned attempts_here = 0;  ///< on this lane
    Steady::time_point not_before;
    bool cancelled = false;
    unsigned crowded_out = 0;        ///< attempts that fell to a stream limit, which do not count
    std::vector<LlmError> failures;  ///< one a lane that failed
    Outcome outcome;
    bool unpriced = false;

    // While it is in flight.
    std::unique_ptr<Transfer> transfer;
    std::unique_ptr<ReplyReader> reader;
    std::jthread program;
    std::uint64_t program_run = 0;
    base::Fd stop_program;  ///< closing it stops the program
    Ask ask;
    Dialect dialect;
    std::int64_t reservation = 0;
    Steady::time_point sent;
    Steady::time_point last_text;
    std::size_t text_seen = 0;
    std::uint64_t requests_before = 0;  ///< sent to the same server, this one included
    std::int64_t tokens_before = 0;

    [[nodiscard]] bool in_flight() const { return transfer != nullptr || program.joinable(); }
    [[nodiscard]] Lane& current() { return lanes[lane]; }
};

/// The pool's thread and what it works on. What other threads hand in goes through the inbox.
struct Pool::Worker {
    Worker(PoolOptions wanted, Ledger opened);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    std::uint64_t submit(LlmRequest request, std::vector<Lane> lanes, Pool::Done done);
    void cancel(std::uint64_t id);
    void cancel_all();

    const PoolOptions options;

   private:
    struct ProgramEnd {
        std::uint64_t run;
        Answer<LlmAnswer> answer;
    };
    struct Sent {
        std::uint64_t requests = 0;
        std::int64_t tokens = 0;
    };

    /// How many requests at once a server has room for: one, until it can have said how many streams it allows; then
    /// all, until it breaks streams off that it has not answered.
    struct Room {
        std::size_t running = 0;
        std::optional<Steady::time_point> opens;  ///< for more than one
        std::size_t most = static_cast<std::size_t>(-1);
        Steady::time_point shrunk;
    };

    void run(const std::stop_token& stop);
    void take_inbox();
    void wake();
    [[nodiscard]] int next_wait(Steady::time_point now);

    // Sending (pool_dispatch.cpp).
    void admit_ready(Steady::time_point now);
    [[nodiscard]] Ask ask_for(Call& call);
    void send(Call& call, std::int64_t reservation, Steady::time_point now);
    [[nodiscard]] std::optional<LlmError> send_http(Call& call);
    [[nodiscard]] std::size_t places(Room& room, const std::string& key, Steady::time_point now);
    void start_program(Call& call, Steady::time_point now);
    void check_timers(Steady::time_point now);
    void stop_transfer(Call& call);

    // What comes of it (pool_outcome.cpp).
    void transfer_ended(Call& call, int code);
    [[nodiscard]] bool was_crowded_out(Call& call, int code);
    void leave_room(const Call& call);
    void attempt_ended(Call& call, Answer<LlmAnswer> answer, const HeaderFields& headers);
    void attempt_failed(Call& call, LlmError error);
    void abandon(Call& call, const LlmError& why);
    void settle(Call& call, const Answer<LlmAnswer>& answer, const HeaderFields& headers);
    void lane_failed(Call& call, LlmError error);
    void conclude(Call& call, Answer<LlmAnswer> answer);
    void flush_settlements();
    void deliver();
    void report_progress(Steady::time_point now);

    Ledger ledger_;
    void* multi_ = nullptr;
    std::list<Call> calls_;  ///< in the order of their submission
    std::map<std::string, Dialect> dialects_;
    std::map<std::string, Steady::time_point> gated_;  ///< servers that nobody may ask before then
    std::map<std::string, Sent> sent_;
    std::map<std::string, Room> rooms_;
    std::vector<Settlement> settlements_;
    std::vector<std::pair<Pool::Done, Outcome>> deliveries_;
    std::vector<std::jthread> leaving_programs_;
    std::uint64_t next_run_ = 1;
    std::mt19937_64 random_;
    std::size_t running_ = 0;
    std::size_t finished_text_ = 0;
    std::optional<Steady::time_point> began_;
    Steady::time_point reported_;

    std::mutex mutex_;
    std::uint64_t next_id_ = 1;
    std::vector<Call> inbox_;
    std::set<std::uint64_t> to_cancel_;
    bool cancel_everything_ = false;
    std::vector<ProgramEnd> ended_programs_;
    std::jthread thread_;  ///< last: it uses all the others
};

/// "host:port model": what limits, breakers and dialects belong to.
[[nodiscard]] std::string server_key(const Lane& lane);
[[nodiscard]] Millis system_millis();

}  // namespace rfsn::net
