// SPDX-License-Identifier: MIT
#include "cache/disk_tier.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <signal.h>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "base/hash.hpp"

namespace rfsn::cache {
namespace {

using base::Result;
using Lease = base::ConnectionPool::Lease;

constexpr std::size_t touches_kept = 64;

const std::vector<std::string>& migrations() {
    static const std::vector<std::string> steps{
        "CREATE TABLE entries ("
        " key TEXT PRIMARY KEY, kind INTEGER NOT NULL, bytes BLOB NOT NULL, checksum TEXT NOT NULL,"
        " size INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "CREATE INDEX entries_used ON entries(used);"
        "CREATE INDEX entries_expires ON entries(expires);"
        "CREATE TABLE totals (one INTEGER PRIMARY KEY CHECK (one=1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL"
        ") STRICT;"
        "INSERT INTO totals VALUES(1,0,0);"
        "CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN"
        " UPDATE totals SET entries=entries+1, bytes=bytes+new.size; END;"
        "CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN"
        " UPDATE totals SET entries=entries-1, bytes=bytes-old.size; DELETE FROM vectors WHERE key=old.key; END;"
        "CREATE TABLE vectors ("
        " id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, partition TEXT NOT NULL, vector BLOB NOT NULL) STRICT;"
        "CREATE INDEX vectors_partition ON vectors(partition, id);"
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
        "CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT "
        "ROWID"};
    return steps;
}

std::int64_t millis(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
Time from_millis(std::int64_t ms) {
    // A damaged row may say anything; its checksum tells, but first it has to be a time.
    constexpr std::int64_t latest =
        std::chrono::duration_cast<std::chrono::milliseconds>(Time::duration::max()).count();
    return Time(
        std::chrono::duration_cast<Time::duration>(std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, latest))));
}

std::string checksum_of(const std::string& key, const Entry& entry) {
    base::Sha256 hash;
    hash.field(key).field(entry.kind == Entry::Kind::value ? "v" : "n").field(entry.bytes);
    return hash.field(std::to_string(millis(entry.expires))).hex();
}

/// A process by its number and its start, since numbers come again.
std::string identity(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::stringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    // The name, which may hold anything, ends with the last parenthesis; the start is 20 fields behind it.
    std::istringstream fields(all.substr(std::min(all.size(), all.rfind(')') + 1)));
    std::string field;
    for (int i = 0; i < 20; ++i) {
        fields >> field;
    }
    return fmt::format("{} {}", pid, field);
}

/// Whether whoever made the claim can still release it. Where /proc says nothing, its lease decides.
bool is_alive(const std::string& owner) {
    const auto pid = static_cast<pid_t>(std::strtol(owner.c_str(), nullptr, 10));
    if (pid <= 0) {
        return false;
    }
    if (::kill(pid, 0) != 0 && errno == ESRCH) {
        return false;
    }
    const std::string now = identity(pid);
    return now.back() == ' ' || now == owner;
}

}  // namespace

DiskTier::DiskTier(DiskOptions options, base::ConnectionPool pool)
    : options_(std::move(options)), pool_(std::move(pool)) {}

DiskTier::~DiskTier() {
    flush_touched();
}

Result<std::unique_ptr<DiskTier>> DiskTier::open(DiskOptions options) {
    RFSN_ASSIGN(auto pool,
                base::ConnectionPool::open({options.path, migrations(), 4, std::chrono::milliseconds(5000)}));
    return std::unique_ptr<DiskTier>(new DiskTier(std::move(options), std::move(pool)));
}

bool DiskTier::read(const std::function<Result<void>(Lease&)>& body) {
    auto lease = pool_.reader();
    auto done = lease ? body(*lease) : Result<void>(tl::make_unexpected(lease.error()));
    if (!done) {
        if (lease) {
            const Lease returned = std::move(*lease);
        }
        failed(done.error());
    }
    return done.has_value();
}

bool DiskTier::write(const std::function<Result<void>(Lease&)>& body) {
    const auto done = pool_.write(body);
    if (!done) {
        failed(done.error());
    }
    return done.has_value();
}

void DiskTier::failed(const base::Error& error) {
    {
        const std::lock_guard lock(mutex_);
        ++stats_.failures;
    }
    if (error.code == base::ErrorCode::corrupt) {
        static_cast<void>(pool_.rebuild());
    }
}

std::optional<Entry> DiskTier::get(const std::string& key, Time now) {
    std::optional<Entry> found;
    bool damaged = false;
    bool expired = false;
    static_cast<void>(read([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT kind, bytes, checksum, expires FROM entries WHERE key=?"));
        RFSN_ASSIGN(const bool there, row->bind_text(key).step());
        if (there) {
            Entry entry{row->integer(0) == 0 ? Entry::Kind::value : Entry::Kind::negative, row->blob(1),
                        from_millis(row->integer(3))};
            damaged = checksum_of(key, entry) != row->text(2);
            expired = !damaged && entry.expires <= now;
            if (!damaged && !expired) {
                found = std::move(entry);
            }
        }
        return {};
    }));
    if (damaged || expired) {
        erase(key);
    }
    if (found) {
        touch(key, now);
    }
    const std::lock_guard lock(mutex_);
    ++(found ? stats_.hits : stats_.misses);
    stats_.damaged += damaged ? 1 : 0;
    stats_.expired += expired ? 1 : 0;
    return found;
}

Result<void> DiskTier::store(Lease& lease, const std::string& key, const Entry& entry, Time now) {
    // Not INSERT OR REPLACE: that would not run the trigger that counts what goes.
    RFSN_ASSIGN(auto* const drop, lease.statement("DELETE FROM entries WHERE key=?"));
    RFSN_TRY(drop->bind_text(key).step());
    const std::size_t size = key.size() + entry.bytes.size();
    if (entry.expires <= now || size > options_.max_bytes) {
        return {};
    }
    RFSN_ASSIGN(auto* const row, lease.statement("INSERT INTO entries VALUES(?,?,?,?,?,?,?)"));
    row->bind_text(key).bind(std::int64_t{entry.kind == Entry::Kind::value ? 0 : 1}).bind_blob(entry.bytes);
    // Stored in milliseconds, and so the checksum is over them.
    row->bind_text(checksum_of(key, entry)).bind(static_cast<std::int64_t>(size));
    row->bind(millis(entry.expires)).bind(millis(now));
    RFSN_TRY(row->step());
    return make_room(lease, now);
}

Result<void> DiskTier::make_room(Lease& lease, Time now) {
    RFSN_ASSIGN(auto* const totals, lease.statement("SELECT entries, bytes FROM totals"));
    const auto limit = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    const auto too_much = [&](double share) -> Result<bool> {
        RFSN_TRY(totals->step());
        const bool over =
            static_cast<double>(totals->integer(0)) > static_cast<double>(limit(options_.max_entries)) * share ||
            static_cast<double>(totals->integer(1)) > static_cast<double>(limit(options_.max_bytes)) * share;
        totals->reset();
        return over;
    };
    RFSN_ASSIGN(bool over, too_much(1));
    if (!over) {
        return {};
    }
    RFSN_ASSIGN(auto* const old, lease.statement("DELETE FROM entries WHERE expires<=?"));
    RFSN_TRY(old->bind(millis(now)).step());
    RFSN_ASSIGN(over, too_much(1));
    // A tenth at once, so that not every store has to make room. But the newest stays: it was stored just now.
    const double target = options_.max_entries >= 20 ? 0.9 : 1;
    std::uint64_t evicted = 0;
    RFSN_ASSIGN(auto* const least, lease.statement("DELETE FROM entries WHERE key=(SELECT key FROM entries "
                                                   "ORDER BY used LIMIT 1)"));
    while (over) {
        RFSN_TRY(least->step());
        evicted += 1;
        RFSN_ASSIGN(over, too_much(target));
    }
    const std::lock_guard lock(mutex_);
    stats_.evictions += evicted;
    return {};
}

void DiskTier::put(const std::string& key, const Entry& entry, Time now) {
    flush_touched();
    write([&](Lease& lease) { return store(lease, key, entry, now); });
}

void DiskTier::put_similar(const std::string& key, const Entry& entry, const std::string& partition,
                           const Vector& vector, Time now) {
    flush_touched();
    write([&](Lease& lease) -> Result<void> {
        RFSN_TRY(store(lease, key, entry, now));
        RFSN_ASSIGN(auto* const row,
                    lease.statement("INSERT OR REPLACE INTO vectors(key, partition, vector) SELECT ?,?,? "
                                    "WHERE EXISTS (SELECT 1 FROM entries WHERE key=?)"));
        row->bind_text(key).bind_text(partition).bind_blob(vector.bytes()).bind_text(key);
        RFSN_TRY(row->step());
        return {};
    });
}

std::vector<Similar> DiskTier::similar(const std::string& partition, const Vector& vector, double least,
                                       std::size_t most, Time now) {
    std::vector<Similar> found;
    static_cast<void>(read([&](Lease& lease) -> Result<void> {
        found.clear();
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT key, vector FROM vectors WHERE partition=? "
                                                     "ORDER BY id DESC LIMIT ?"));
        row->bind_text(partition).bind(static_cast<std::int64_t>(options_.vectors));
        for (;;) {
            RFSN_ASSIGN(const bool more, row->step());
            if (!more) {
                break;
            }
            const auto other = Vector::from_bytes(row->blob(1));
            const double similarity = other ? vector.similarity(*other) : 0;
            if (similarity >= least) {
                found.push_back({row->text(0), {}, similarity});
            }
        }
        return {};
    }));
    std::stable_sort(found.begin(), found.end(),
                     [](const Similar& a, const Similar& b) { return a.similarity > b.similarity; });
    std::vector<Similar> usable;
    for (auto& one : found) {
        if (usable.size() == most) {
            break;
        }
        if (auto entry = get(one.key, now); entry && entry->kind == Entry::Kind::value) {
            one.bytes = std::move(entry->bytes);
            usable.push_back(std::move(one));
        }
    }
    return usable;
}

void DiskTier::erase(const std::string& key) {
    write([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("DELETE FROM entries WHERE key=?"));
        RFSN_TRY(row->bind_text(key).step());
        return {};
    });
}

void DiskTier::clear() {
    {
        const std::lock_guard lock(mutex_);
        touched_.clear();
    }
    const bool cleared = write([](Lease& lease) -> Result<void> {
        RFSN_TRY(lease.database().execute("DELETE FROM entries"));
        RFSN_TRY(lease.database().execute("DELETE FROM counters"));
        return lease.database().execute("DELETE FROM claims");
    });
    if (cleared) {
        if (auto lease = pool_.writer()) {
            static_cast<void>(lease->database().execute("VACUUM"));
        }
    }
}

TierStats DiskTier::stats() {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    static_cast<void>(read([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT entries, bytes FROM totals"));
        RFSN_TRY(row->step());
        entries = static_cast<std::uint64_t>(row->integer(0));
        bytes = static_cast<std::uint64_t>(row->integer(1));
        return {};
    }));
    const std::lock_guard lock(mutex_);
    TierStats stats = stats_;
    stats.entries = entries;
    stats.bytes = bytes;
    return stats;
}

void DiskTier::count(const std::map<std::string, std::uint64_t>& more) {
    write([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("INSERT INTO counters VALUES(?,?) ON CONFLICT(name) "
                                                     "DO UPDATE SET value=value+excluded.value"));
        for (const auto& [name, value] : more) {
            RFSN_TRY(row->bind_text(name).bind(static_cast<std::int64_t>(value)).step());
        }
        return {};
    });
}

std::map<std::string, std::uint64_t> DiskTier::counters() {
    std::map<std::string, std::uint64_t> all;
    static_cast<void>(read([&](Lease& lease) -> Result<void> {
        all.clear();
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT name, value FROM counters"));
        for (;;) {
            RFSN_ASSIGN(const bool more, row->step());
            if (!more) {
                return {};
            }
            all[row->text(0)] = static_cast<std::uint64_t>(row->integer(1));
        }
    }));
    return all;
}

/// Every hit is a use, but no write: they are written down together.
void DiskTier::touch(const std::string& key, Time now) {
    bool full = false;
    {
        const std::lock_guard lock(mutex_);
        touched_.emplace_back(key, now);
        full = touched_.size() >= touches_kept;
    }
    if (full) {
        flush_touched();
    }
}

void DiskTier::flush_touched() {
    std::vector<std::pair<std::string, Time>> touched;
    {
        const std::lock_guard lock(mutex_);
        touched.swap(touched_);
    }
    if (touched.empty()) {
        return;
    }
    write([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("UPDATE entries SET used=max(used+1,?) WHERE key=?"));
        for (const auto& [key, when] : touched) {
            RFSN_TRY(row->bind(millis(when)).bind_text(key).step());
        }
        return {};
    });
}

bool DiskTier::claim(const std::string& key, std::chrono::milliseconds lease_time, Time now) {
    bool mine = false;
    const bool wrote = write([&](Lease& lease) -> Result<void> {
        mine = false;
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT owner, until FROM claims WHERE key=?"));
        RFSN_ASSIGN(const bool there, row->bind_text(key).step());
        const bool taken = there && row->integer(1) > millis(now) && is_alive(row->text(0));
        row->reset();
        if (taken) {
            return {};
        }
        RFSN_ASSIGN(auto* const take, lease.statement("INSERT OR REPLACE INTO claims VALUES(?,?,?)"));
        RFSN_TRY(take->bind_text(key).bind_text(identity(getpid())).bind(millis(now + lease_time)).step());
        mine = true;
        return {};
    });
    // Without a disk everybody computes for themselves.
    return mine || !wrote;
}

void DiskTier::release(const std::string& key) {
    write([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("DELETE FROM claims WHERE key=? AND owner=?"));
        RFSN_TRY(row->bind_text(key).bind_text(identity(getpid())).step());
        return {};
    });
}

bool DiskTier::is_claimed(const std::string& key, Time now) {
    bool taken = false;
    static_cast<void>(read([&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("SELECT owner, until FROM claims WHERE key=?"));
        RFSN_ASSIGN(const bool there, row->bind_text(key).step());
        taken = there && row->integer(1) > millis(now) && is_alive(row->text(0));
        row->reset();
        return {};
    }));
    return taken;
}

}  // namespace rfsn::cache
