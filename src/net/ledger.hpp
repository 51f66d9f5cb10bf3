// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sqlite_pool.hpp"
#include "net/circuit_breaker.hpp"
#include "net/limits.hpp"
#include "net/llm_exchange.hpp"
#include "net/token_bucket.hpp"

namespace rfsn::net {

/// What may be spent within a window of time, by all processes together; 0 = no limit.
struct Budget {
    std::int64_t requests = 0;
    std::int64_t tokens = 0;
    std::int64_t micro_usd = 0;
    std::int64_t millis = 0;  ///< of waiting for servers, added up
    Millis window = 24LL * 3600 * 1000;

    [[nodiscard]] bool any() const { return requests > 0 || tokens > 0 || micro_usd > 0 || millis > 0; }
};

/// One HTTP request that wants to be sent.
struct Ask {
    std::string key;  ///< of the server and model, "host model"
    std::string target;
    std::string model;
    std::int64_t tokens = 0;     ///< at most: the prompt's estimate and the answer's limit
    std::int64_t micro_usd = 0;  ///< at most; negative: its price is unknown
    std::int64_t millis = 0;     ///< at most
    std::int64_t requests_per_minute = 0;
    std::int64_t tokens_per_minute = 0;
};
struct Admission {
    enum class Kind { go, wait, broken, over_budget };
    Kind kind = Kind::go;
    Millis wait = 0;               ///< for `wait` and `broken`
    std::string why;               ///< for `over_budget`
    std::int64_t reservation = 0;  ///< for `go`
};

/// What became of an admitted request.
struct Settlement {
    enum class Health { good, bad, neither };
    std::int64_t reservation = 0;
    std::string key;
    Usage usage;
    std::int64_t reserved_tokens = 0;
    std::int64_t tokens = 0;     ///< really
    std::int64_t micro_usd = 0;  ///< really; negative: unknown
    std::int64_t millis = 0;
    Health health = Health::neither;
    Millis blocked = 0;  ///< nobody should ask again for so long
    ServerLimits limits;
    double requests_since = 0;  ///< that we sent to the same server after this one
    double tokens_since = 0;
    Millis age = 0;  ///< since it was sent
};

struct Spent {
    std::string target;
    std::string model;
    std::int64_t requests = 0;
    std::int64_t unsettled = 0;  ///< of these, reserved and never settled: counted as reserved
    std::int64_t input_tokens = 0;
    std::int64_t cached_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t micro_usd = 0;
    std::int64_t unpriced = 0;  ///< requests without a known price
    std::int64_t millis = 0;
};

/// Rate limits, breakers and budgets of all processes, in one SQLite file. Admitting reserves: what is not settled, as
/// its process was killed, counts as spent. One thread at a time.
class Ledger {
   public:
    /// An empty path keeps it in memory, for this process alone.
    [[nodiscard]] static base::Result<Ledger> open(const std::string& path);

    /// In order, in one transaction. If the file cannot be written, a budget admits nothing; without one everything is
    /// admitted, and the servers' own limits remain.
    [[nodiscard]] std::vector<Admission> admit(const std::vector<Ask>& asks, const Budget& budget, Millis now);
    void settle(const std::vector<Settlement>& settlements, Millis now);
    /// By target and model, since `from`.
    [[nodiscard]] base::Result<std::vector<Spent>> spent(Millis from);

   private:
    explicit Ledger(base::ConnectionPool pool) : pool_(std::move(pool)) {}
    [[nodiscard]] base::Result<void> write(const std::function<base::Result<void>(base::ConnectionPool::Lease&)>& body);

    base::ConnectionPool pool_;
};

}  // namespace rfsn::net
