// SPDX-License-Identifier: MIT
#include "cache/memory_tier.hpp"

namespace rfsn::cache {
namespace {

std::size_t size_of(const std::string& key, const Entry& entry) {
    return key.size() + entry.bytes.size();
}

}  // namespace

std::optional<Entry> MemoryTier::get(const std::string& key, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) {
        ++stats_.misses;
        return std::nullopt;
    }
    if (found->second->entry.expires <= now) {
        ++stats_.misses;
        ++stats_.expired;
        drop(found->second);
        return std::nullopt;
    }
    ++stats_.hits;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->entry;
}

void MemoryTier::put(const std::string& key, const Entry& entry, Time now) {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) {
        drop(found->second);
    }
    const std::size_t size = size_of(key, entry);
    if (entry.expires <= now || size > max_bytes_ || max_entries_ == 0) {
        return;
    }
    while (order_.size() >= max_entries_ || bytes_ + size > max_bytes_) {
        drop(std::prev(order_.end()));
        ++stats_.evictions;
    }
    order_.push_front({key, entry});
    places_.emplace(key, order_.begin());
    bytes_ += size;
}

void MemoryTier::erase(const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) {
        drop(found->second);
    }
}

void MemoryTier::clear() {
    const std::lock_guard lock(mutex_);
    order_.clear();
    places_.clear();
    bytes_ = 0;
}

TierStats MemoryTier::stats() {
    const std::lock_guard lock(mutex_);
    TierStats stats = stats_;
    stats.entries = order_.size();
    stats.bytes = bytes_;
    return stats;
}

void MemoryTier::drop(Place place) {
    bytes_ -= size_of(place->key, place->entry);
    places_.erase(place->key);
    order_.erase(place);
}

}  // namespace rfsn::cache
