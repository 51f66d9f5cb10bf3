// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/backoff.hpp"
#include "net/http.hpp"
#include "net/ledger.hpp"
#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// A target with what it takes to ask it, or why it cannot be asked.
struct Lane {
    Target target;
    Answer<Endpoint> to = llm_error("not_configured", "no endpoint");
    Answer<std::shared_ptr<const Key>> key = llm_error("not_configured", "no key");
};
/// Finds the endpoint and the key. Blocks while a program or Vault is asked; call it from the main thread.
[[nodiscard]] Lane make_lane(const Target& target, const Network& network);

struct Progress {
    std::size_t running = 0;  ///< on their way
    std::size_t waiting = 0;  ///< for a limit, a retry or a free place
    std::size_t text_bytes = 0;
    std::chrono::milliseconds elapsed{0};  ///< since the first request
};

struct PoolOptions {
    Network network;
    Budget budget;
    std::string ledger;  ///< path; empty: kept in memory
    Backoff backoff;
    std::size_t in_flight = 100;  ///< HTTP requests at once
    long connections_per_host = 6;
    std::function<void(const Progress&)> progress;  ///< about five times a second, on the pool's thread
};

struct BatchOptions {
    std::chrono::milliseconds deadline{0};                       ///< of the whole batch; 0: none
    std::function<bool(std::size_t, const Outcome&)> is_enough;  ///< true: the rest is cancelled
};

/// Asks models: one thread, one curl multi handle, as many requests on one HTTP/2 connection as the server allows.
/// Limits, retries, failover, budgets and breakers are its own; nothing throws.
class Pool {
   public:
    using Done = std::function<void(Outcome)>;

    /// Errors: those of Ledger::open.
    [[nodiscard]] static base::Result<std::unique_ptr<Pool>> start(PoolOptions options);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    /// Cancels what is under way.
    ~Pool();

    /// `done` is called once, on the pool's thread. Lanes are tried in their order. Any thread.
    std::uint64_t submit(LlmRequest request, std::vector<Lane> lanes, Done done);
    void cancel(std::uint64_t id);
    void cancel_all();
    /// Outcomes in the order of the requests. Blocks; any thread but the pool's own.
    [[nodiscard]] std::vector<Outcome> call_batch(const std::vector<LlmRequest>& requests, const BatchOptions& options);

   private:
    struct Worker;
    explicit Pool(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> worker_;
};

/// In millionths of a US dollar; negative if a price is unknown.
[[nodiscard]] std::int64_t cost_of(const Prices& prices, const Usage& usage);
/// Rather too many: about 3.5 bytes a token.
[[nodiscard]] std::int64_t estimated_input(const LlmRequest& request);

}  // namespace rfsn::net
