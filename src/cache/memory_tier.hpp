// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "cache/tier.hpp"

namespace rfsn::cache {

/// The least recently used goes first, when there are too many entries or too many bytes.
class MemoryTier final : public CacheTier {
   public:
    MemoryTier(std::size_t max_entries, std::size_t max_bytes) : max_entries_(max_entries), max_bytes_(max_bytes) {}

    [[nodiscard]] std::optional<Entry> get(const std::string& key, Time now) override;
    void put(const std::string& key, const Entry& entry, Time now) override;
    void erase(const std::string& key) override;
    void clear() override;
    [[nodiscard]] TierStats stats() override;

   private:
    struct Held {
        std::string key;
        Entry entry;
    };
    using Place = std::list<Held>::iterator;
    void drop(Place place);

    const std::size_t max_entries_;
    const std::size_t max_bytes_;
    std::mutex mutex_;
    std::list<Held> order_;  ///< most recently used first
    std::unordered_map<std::string, Place> places_;
    std::size_t bytes_ = 0;
    TierStats stats_;
};

}  // namespace rfsn::cache
