// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cache/disk_tier.hpp"
#include "cache/memory_tier.hpp"
#include "cache/tier.hpp"

namespace rfsn::cache {

struct CacheOptions {
    std::size_t memory_entries = 1000;
    std::size_t memory_bytes = std::size_t{16} << 20;
    DiskOptions disk;  ///< an empty path: no disk
    std::chrono::milliseconds ttl{72LL * 3600 * 1000};
    std::chrono::milliseconds negative_ttl{10LL * 60 * 1000};
    double similarity = 0.90;
    std::size_t candidates = 3;
    std::chrono::milliseconds lease{60000};  ///< how long a process may compute before another does it too
};

/// What is asked for. The key must cover everything that could change the answer; `partition` everything that must be
/// equal for a similar entry to be worth a try; `text` is what is compared.
struct Query {
    std::string key;
    std::string partition;
    std::string text;  ///< empty: nothing similar is looked for
};

enum class Tier { none, memory, disk };

struct Lookup {
    std::optional<Entry> entry;
    Tier tier = Tier::none;
    /// Where there is no entry: values of similar questions. To be proven like any other proposal; never an answer.
    std::vector<Similar> candidates;
};

struct CacheStats {
    TierStats memory;
    TierStats disk;
    std::uint64_t promotions = 0;  ///< from disk to memory
    std::uint64_t searches = 0;    ///< by similarity
    std::uint64_t candidates = 0;  ///< that they found
    std::uint64_t computed = 0;
    std::uint64_t joined = 0;              ///< answers that another thread was computing already
    std::uint64_t waited_for_process = 0;  ///< answers that another process was computing already
};

/// Memory, disk and similarity behind one question. Knows no key's meaning. Thread safe; other processes may use the
/// same file.
class Cache {
   public:
    /// A disk that cannot be used leaves the memory: never an error.
    explicit Cache(CacheOptions options, std::shared_ptr<const base::Clock> clock = nullptr);
    ~Cache();
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    [[nodiscard]] Lookup get(const Query& query);
    /// ttl 0: the cache's own. An empty reason is allowed for a negative entry.
    void put(const Query& query, std::string bytes, std::chrono::milliseconds ttl = std::chrono::milliseconds(0));
    void put_negative(const Query& query, std::string reason,
                      std::chrono::milliseconds ttl = std::chrono::milliseconds(0));
    void erase(const std::string& key);
    void clear();
    /// Of this process.
    [[nodiscard]] CacheStats stats();
    /// Of all processes that have ended since the last clear(): "memory_hits", "disk_hits", "misses", ...
    [[nodiscard]] std::map<std::string, std::uint64_t> history();
    /// Why there is no disk; "" if there is.
    [[nodiscard]] const std::string& disk_problem() const { return disk_problem_; }

    /// The entry, or what `compute` gives, which is stored; an error is not. However many threads and processes ask at
    /// once, one computes and the others take its answer, or its error within the process.
    using Compute = std::function<base::Result<std::string>()>;
    [[nodiscard]] base::Result<std::string> get_or_compute(const Query& query, std::chrono::milliseconds ttl,
                                                           const Compute& compute);

   private:
    struct Flight;
    [[nodiscard]] Time now() const { return clock_->system_now(); }
    [[nodiscard]] std::optional<Entry> find(const std::string& key, Tier& tier);
    void store(const Query& query, const Entry& entry);
    [[nodiscard]] base::Result<std::string> compute_alone(const Query& query, std::chrono::milliseconds ttl,
                                                          const Compute& compute);

    CacheOptions options_;
    std::shared_ptr<const base::Clock> clock_;
    MemoryTier memory_;
    std::unique_ptr<DiskTier> disk_;
    std::string disk_problem_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Flight>> flights_;
    CacheStats stats_;
};

}  // namespace rfsn::cache
