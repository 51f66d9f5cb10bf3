// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rfsn::cache {

using Time = std::chrono::system_clock::time_point;

/// Values are bytes. A negative entry says that there is no usable value, and why.
struct Entry {
    enum class Kind { value, negative };
    Kind kind = Kind::value;
    std::string bytes;
    Time expires;
};

struct TierStats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t expired = 0;    ///< of the misses: there, but too old
    std::uint64_t damaged = 0;    ///< of the misses: there, but with a wrong checksum
    std::uint64_t evictions = 0;  ///< to make room
    std::uint64_t failures = 0;   ///< of the disk: a full or broken one costs misses, never an error
    std::uint64_t entries = 0;    ///< now
    std::uint64_t bytes = 0;      ///< now
};

/// One tier. Keys are opaque. Nothing here fails: what cannot be stored is not, what cannot be read is a miss. Thread
/// safe.
class CacheTier {
   public:
    virtual ~CacheTier() = default;
    [[nodiscard]] virtual std::optional<Entry> get(const std::string& key, Time now) = 0;
    virtual void put(const std::string& key, const Entry& entry, Time now) = 0;
    virtual void erase(const std::string& key) = 0;
    virtual void clear() = 0;
    [[nodiscard]] virtual TierStats stats() = 0;
};

}  // namespace rfsn::cache
