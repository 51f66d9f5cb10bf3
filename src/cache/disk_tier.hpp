// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/sqlite_pool.hpp"
#include "cache/similarity.hpp"
#include "cache/tier.hpp"

namespace rfsn::cache {

struct DiskOptions {
    std::string path;
    std::uint64_t max_entries = 5000;
    std::uint64_t max_bytes = std::uint64_t{256} << 20;
    std::size_t vectors = 2000;  ///< that a search for similar entries looks at, the newest first
};

/// An entry that resembles what was asked for, found by a search.
struct Similar {
    std::string key;
    std::string bytes;
    double similarity = 0;
};

/// One SQLite file, which many processes use at once: checksums on values, expiry, the least recently used go first. A
/// damaged file is set aside and made anew. Also who is computing what, so that two processes do not compute the same.
class DiskTier final : public CacheTier {
   public:
    /// Errors: those of base::ConnectionPool::open.
    [[nodiscard]] static base::Result<std::unique_ptr<DiskTier>> open(DiskOptions options);
    ~DiskTier() override;
    DiskTier(const DiskTier&) = delete;
    DiskTier& operator=(const DiskTier&) = delete;

    [[nodiscard]] std::optional<Entry> get(const std::string& key, Time now) override;
    void put(const std::string& key, const Entry& entry, Time now) override;
    void erase(const std::string& key) override;
    void clear() override;
    [[nodiscard]] TierStats stats() override;

    /// With the entry's vector, so that it can be found by similarity among those of the same partition.
    void put_similar(const std::string& key, const Entry& entry, const std::string& partition, const Vector& vector,
                     Time now);
    /// At most `most`, the most similar first, none below `least`. Values only, no negative entries.
    [[nodiscard]] std::vector<Similar> similar(const std::string& partition, const Vector& vector, double least,
                                               std::size_t most, Time now);

    /// Counters that outlive the process: adds to them, and reads them.
    void count(const std::map<std::string, std::uint64_t>& more);
    [[nodiscard]] std::map<std::string, std::uint64_t> counters();

    /// Whether this process now computes `key`: nobody else does, or whoever did is gone or past its lease.
    [[nodiscard]] bool claim(const std::string& key, std::chrono::milliseconds lease, Time now);
    void release(const std::string& key);
    /// Whether somebody else computes it.
    [[nodiscard]] bool is_claimed(const std::string& key, Time now);

   private:
    using Lease = base::ConnectionPool::Lease;
    DiskTier(DiskOptions options, base::ConnectionPool pool);
    [[nodiscard]] bool read(const std::function<base::Result<void>(Lease&)>& body);
    bool write(const std::function<base::Result<void>(Lease&)>& body);
    void failed(const base::Error& error);
    [[nodiscard]] base::Result<void> store(Lease& lease, const std::string& key, const Entry& entry, Time now);
    [[nodiscard]] base::Result<void> make_room(Lease& lease, Time now);
    void touch(const std::string& key, Time now);
    void flush_touched();

    DiskOptions options_;
    base::ConnectionPool pool_;
    std::mutex mutex_;  ///< of what follows
    TierStats stats_;
    std::vector<std::pair<std::string, Time>> touched_;  ///< used since they were last written down
};

}  // namespace rfsn::cache
