// SPDX-License-Identifier: MIT
#include "cache/cache.hpp"

#include <algorithm>
#include <thread>

namespace rfsn::cache {
namespace {

constexpr std::chrono::milliseconds look_again{20};

/// What a negative entry is for those who wanted a value.
base::Result<std::string> value_of(const Entry& entry) {
    if (entry.kind == Entry::Kind::negative) {
        return base::fail(base::ErrorCode::not_found, entry.bytes);
    }
    return entry.bytes;
}

}  // namespace

/// One computation that others wait for.
struct Cache::Flight {
    std::condition_variable landed;
    std::optional<base::Result<std::string>> result;
};

Cache::Cache(CacheOptions options, std::shared_ptr<const base::Clock> clock)
    : options_(std::move(options)),
      clock_(clock != nullptr ? std::move(clock) : std::make_shared<const base::SystemClock>()),
      memory_(options_.memory_entries, options_.memory_bytes) {
    if (options_.disk.path.empty()) {
        disk_problem_ = "no directory for it is known";
        return;
    }
    auto disk = DiskTier::open(options_.disk);
    if (disk) {
        disk_ = std::move(*disk);
    } else {
        disk_problem_ = disk.error().describe();
    }
}

Cache::~Cache() {
    const CacheStats all = stats();
    if (disk_ == nullptr || all.memory.hits + all.memory.misses == 0) {
        return;
    }
    disk_->count({{"memory_hits", all.memory.hits},
                  {"disk_hits", all.disk.hits},
                  {"misses", all.memory.misses - std::min(all.memory.misses, all.promotions)},
                  {"expired", all.memory.expired + all.disk.expired},
                  {"evictions", all.disk.evictions},
                  {"damaged", all.disk.damaged},
                  {"searches", all.searches},
                  {"candidates", all.candidates},
                  {"computed", all.computed},
                  {"joined", all.joined + all.waited_for_process}});
}

std::map<std::string, std::uint64_t> Cache::history() {
    return disk_ == nullptr ? std::map<std::string, std::uint64_t>() : disk_->counters();
}

std::optional<Entry> Cache::find(const std::string& key, Tier& tier) {
    const Time time = now();
    if (auto entry = memory_.get(key, time)) {
        tier = Tier::memory;
        return entry;
    }
    if (disk_ == nullptr) {
        return std::nullopt;
    }
    auto entry = disk_->get(key, time);
    if (entry) {
        tier = Tier::disk;
        memory_.put(key, *entry, time);
        const std::lock_guard lock(mutex_);
        ++stats_.promotions;
    }
    return entry;
}

Lookup Cache::get(const Query& query) {
    Lookup lookup;
    lookup.entry = find(query.key, lookup.tier);
    if (!lookup.entry && disk_ != nullptr && !query.text.empty()) {
        lookup.candidates =
            disk_->similar(query.partition, Vector::of(query.text), options_.similarity, options_.candidates, now());
        const std::lock_guard lock(mutex_);
        ++stats_.searches;
        stats_.candidates += lookup.candidates.size();
    }
    return lookup;
}

void Cache::store(const Query& query, const Entry& entry) {
    const Time time = now();
    memory_.put(query.key, entry, time);
    if (disk_ == nullptr) {
        return;
    }
    if (query.text.empty() || entry.kind == Entry::Kind::negative) {
        disk_->put(query.key, entry, time);
    } else {
        disk_->put_similar(query.key, entry, query.partition, Vector::of(query.text), time);
    }
}

void Cache::put(const Query& query, std::string bytes, std::chrono::milliseconds ttl) {
    store(query, {Entry::Kind::value, std::move(bytes), now() + (ttl.count() > 0 ? ttl : options_.ttl)});
}

void Cache::put_negative(const Query& query, std::string reason, std::chrono::milliseconds ttl) {
    store(query, {Entry::Kind::negative, std::move(reason), now() + (ttl.count() > 0 ? ttl : options_.negative_ttl)});
}

void Cache::erase(const std::string& key) {
    memory_.erase(key);
    if (disk_ != nullptr) {
        disk_->erase(key);
    }
}

void Cache::clear() {
    memory_.clear();
    if (disk_ != nullptr) {
        disk_->clear();
    }
}

CacheStats Cache::stats() {
    CacheStats stats;
    {
        const std::lock_guard lock(mutex_);
        stats = stats_;
    }
    stats.memory = memory_.stats();
    if (disk_ != nullptr) {
        stats.disk = disk_->stats();
    }
    return stats;
}

base::Result<std::string> Cache::get_or_compute(const Query& query, std::chrono::milliseconds ttl,
                                                const Compute& compute) {
    Tier tier = Tier::none;
    if (const auto entry = find(query.key, tier)) {
        return value_of(*entry);
    }
    std::shared_ptr<Flight> flight;
    {
        std::unique_lock lock(mutex_);
        auto& known = flights_[query.key];
        if (known != nullptr) {
            flight = known;
            ++stats_.joined;
            flight->landed.wait(lock, [&] { return flight->result.has_value(); });
            return *flight->result;
        }
        known = flight = std::make_shared<Flight>();
    }
    auto result = compute_alone(query, ttl, compute);
    {
        const std::lock_guard lock(mutex_);
        flight->result = result;
        flights_.erase(query.key);
    }
    flight->landed.notify_all();
    return result;
}

/// The only thread of this process that computes this key; other processes may want to as well.
base::Result<std::string> Cache::compute_alone(const Query& query, std::chrono::milliseconds ttl,
                                               const Compute& compute) {
    bool waited = false;
    const auto give_up = std::chrono::steady_clock::now() + options_.lease;
    while (disk_ != nullptr && !disk_->claim(query.key, options_.lease, now())) {
        waited = true;
        std::this_thread::sleep_for(look_again);
        Tier tier = Tier::none;
        if (const auto entry = find(query.key, tier)) {
            const std::lock_guard lock(mutex_);
            ++stats_.waited_for_process;
            return value_of(*entry);
        }
        if (std::chrono::steady_clock::now() > give_up) {
            break;
        }
    }
    Tier tier = Tier::none;
    // Between our look and our claim somebody may have been done with it.
    if (const auto entry = disk_ == nullptr ? std::nullopt : find(query.key, tier)) {
        disk_->release(query.key);
        const std::lock_guard lock(mutex_);
        stats_.waited_for_process += waited ? 1 : 0;
        return value_of(*entry);
    }
    const auto give_up_claim = [&query](DiskTier* disk) { disk->release(query.key); };
    const std::unique_ptr<DiskTier, decltype(give_up_claim)> claim(disk_.get(), give_up_claim);
    auto result = compute();
    {
        const std::lock_guard lock(mutex_);
        ++stats_.computed;
    }
    if (result) {
        put(query, *result, ttl);
    }
    return result;
}

}  // namespace rfsn::cache
