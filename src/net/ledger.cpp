// SPDX-License-Identifier: MIT
#include "net/ledger.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rfsn::net {
namespace {

using base::Result;
using Lease = base::ConnectionPool::Lease;

/// Longer than any window that a budget can have.
constexpr Millis kept_for = 400LL * 24 * 3600 * 1000;

const std::vector<std::string>& migrations() {
    static const std::vector<std::string> steps{
        "CREATE TABLE gates ("
        " key TEXT PRIMARY KEY,"
        " r_capacity REAL NOT NULL, r_rate REAL NOT NULL, r_level REAL NOT NULL,"
        " t_capacity REAL NOT NULL, t_rate REAL NOT NULL, t_level REAL NOT NULL,"
        " updated INTEGER NOT NULL, blocked_until INTEGER NOT NULL,"
        " failures INTEGER NOT NULL, open_until INTEGER NOT NULL, trial_until INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "CREATE TABLE spend ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, target TEXT NOT NULL, model TEXT NOT NULL,"
        " settled INTEGER NOT NULL, tokens INTEGER NOT NULL, input INTEGER NOT NULL, cached INTEGER NOT NULL,"
        " output INTEGER NOT NULL, micro_usd INTEGER NOT NULL, priced INTEGER NOT NULL, millis INTEGER NOT NULL"
        ") STRICT;"
        "CREATE INDEX spend_at ON spend(at, tokens, micro_usd, millis)"};
    return steps;
}

struct Gate {
    TokenBucket requests;
    TokenBucket tokens;
    CircuitBreaker breaker;
    Millis blocked_until = 0;
};

Result<Gate> load(Lease& lease, const std::string& key) {
    RFSN_ASSIGN(auto* const row,
                lease.statement("SELECT r_capacity, r_rate, r_level, t_capacity, t_rate, t_level, updated,"
                                " blocked_until, failures, open_until, trial_until FROM gates WHERE key=?"));
    RFSN_ASSIGN(const bool found, row->bind_text(key).step());
    Gate gate;
    if (found) {
        const Millis updated = row->integer(6);
        gate.requests = {row->real(0), row->real(1), row->real(2), updated};
        gate.tokens = {row->real(3), row->real(4), row->real(5), updated};
        gate.blocked_until = row->integer(7);
        gate.breaker = {static_cast<int>(row->integer(8)), row->integer(9), row->integer(10)};
        row->reset();
    }
    return gate;
}

Result<void> store(Lease& lease, const std::string& key, Gate& gate, Millis now) {
    gate.requests.advance(now);
    gate.tokens.advance(now);
    RFSN_ASSIGN(auto* const row, lease.statement("INSERT OR REPLACE INTO gates VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"));
    row->bind_text(key).bind(gate.requests.capacity).bind(gate.requests.rate).bind(gate.requests.level);
    row->bind(gate.tokens.capacity).bind(gate.tokens.rate).bind(gate.tokens.level);
    row->bind(now).bind(gate.blocked_until);
    row->bind(std::int64_t{gate.breaker.failures}).bind(gate.breaker.open_until).bind(gate.breaker.trial_until);
    RFSN_TRY(row->step());
    return {};
}

/// The user's own limit makes the bucket, until the server says what it really is.
void use_setting(TokenBucket& bucket, std::int64_t per_minute, Millis now) {
    if (bucket.unlimited() && per_minute > 0) {
        bucket = TokenBucket::per_minute(static_cast<double>(per_minute), now);
    }
}

/// "" if it fits.
std::string over(const Budget& budget, const Spent& spent, std::int64_t spent_tokens, const Ask& ask) {
    const auto exceeds = [](std::int64_t limit, std::int64_t used, std::int64_t more) {
        return limit > 0 && used + more > limit;
    };
    const auto say = [](const char* what, const std::string& limit, const std::string& used) {
        return fmt::format("the budget of {} {} would be exceeded: {} are spent or reserved", limit, what, used);
    };
    if (exceeds(budget.requests, spent.requests, 1)) {
        return say("requests", std::to_string(budget.requests), std::to_string(spent.requests));
    }
    if (exceeds(budget.tokens, spent_tokens, ask.tokens)) {
        return say("tokens", std::to_string(budget.tokens), std::to_string(spent_tokens)) +
               fmt::format(", and this request may need {}", ask.tokens);
    }
    if (exceeds(budget.millis, spent.millis, ask.millis)) {
        return say("seconds", std::to_string(budget.millis / 1000), std::to_string(spent.millis / 1000)) +
               fmt::format(", and this request may take {}", ask.millis / 1000);
    }
    if (budget.micro_usd > 0 && ask.micro_usd < 0) {
        return fmt::format("there is a budget of money, and the price of {} is unknown", ask.target);
    }
    if (exceeds(budget.micro_usd, spent.micro_usd, ask.micro_usd)) {
        return say("US dollars", fmt::format("{:.4f}", static_cast<double>(budget.micro_usd) * 1e-6),
                   fmt::format("{:.4f}", static_cast<double>(spent.micro_usd) * 1e-6)) +
               fmt::format(", and this request may cost {:.4f}", static_cast<double>(ask.micro_usd) * 1e-6);
    }
    return {};
}

Result<std::int64_t> reserve(Lease& lease, const Ask& ask, Millis now) {
    RFSN_ASSIGN(auto* const row,
                lease.statement("INSERT INTO spend(at,target,model,settled,tokens,input,cached,output,micro_usd,"
                                "priced,millis) VALUES(?,?,?,0,?,0,0,0,?,?,?)"));
    row->bind(now).bind_text(ask.target).bind_text(ask.model).bind(ask.tokens);
    row->bind(std::max<std::int64_t>(ask.micro_usd, 0)).bind(std::int64_t{ask.micro_usd >= 0 ? 1 : 0});
    row->bind(ask.millis);
    RFSN_TRY(row->step());
    return lease.database().last_insert_id();
}

/// What all processes spent and reserved within the window; the budget's own view of it.
struct Window {
    Spent spent;
    std::int64_t tokens = 0;
};
Result<Window> window_of(Lease& lease, const Budget& budget, Millis now) {
    RFSN_ASSIGN(auto* const row, lease.statement("SELECT count(*), coalesce(sum(tokens),0), coalesce(sum(micro_usd),0),"
                                                 " coalesce(sum(millis),0) FROM spend WHERE at>?"));
    RFSN_TRY(row->bind(now - budget.window).step());
    Window window;
    window.spent.requests = row->integer(0);
    window.tokens = row->integer(1);
    window.spent.micro_usd = row->integer(2);
    window.spent.millis = row->integer(3);
    row->reset();
    return window;
}

Result<Admission> admit_one(Lease& lease, const Ask& ask, Gate& gate, const Budget& budget, Window& window,
                            Millis now) {
    if (const Millis pause = gate.breaker.wait(now); pause > 0) {
        return Admission{Admission::Kind::broken, pause, {}, 0};
    }
    use_setting(gate.requests, ask.requests_per_minute, now);
    use_setting(gate.tokens, ask.tokens_per_minute, now);
    // A clock that was set back must not block for longer than anybody asks for.
    constexpr Millis day = 24LL * 3600 * 1000;
    const Millis blocked = gate.blocked_until - now > day ? 0 : gate.blocked_until - now;
    const Millis wait =
        std::max({blocked, gate.requests.wait_for(1, now), gate.tokens.wait_for(static_cast<double>(ask.tokens), now)});
    if (wait > 0) {
        return Admission{Admission::Kind::wait, wait, {}, 0};
    }
    if (budget.any()) {
        if (std::string why = over(budget, window.spent, window.tokens, ask); !why.empty()) {
            return Admission{Admission::Kind::over_budget, 0, std::move(why), 0};
        }
    }
    RFSN_ASSIGN(const auto reservation, reserve(lease, ask, now));
    gate.requests.take(1);
    gate.tokens.take(static_cast<double>(ask.tokens));
    gate.breaker.begin(now);
    window.spent.requests += 1;
    window.tokens += ask.tokens;
    window.spent.micro_usd += std::max<std::int64_t>(ask.micro_usd, 0);
    window.spent.millis += ask.millis;
    return Admission{Admission::Kind::go, 0, {}, reservation};
}

void apply(const Settlement& one, Gate& gate, Millis now) {
    gate.requests.advance(now);
    gate.tokens.advance(now);
    gate.tokens.give_back(static_cast<double>(one.reserved_tokens - one.tokens));
    gate.requests.correct(one.limits.requests, one.requests_since, one.age, now);
    gate.tokens.correct(one.limits.tokens, one.tokens_since, one.age, now);
    if (one.blocked > 0) {
        gate.blocked_until = std::max(gate.blocked_until, now + one.blocked);
    }
    switch (one.health) {
        case Settlement::Health::good:
            gate.breaker.succeeded();
            break;
        case Settlement::Health::bad:
            gate.breaker.failed(now);
            break;
        case Settlement::Health::neither:
            gate.breaker.released();
            break;
    }
}

Result<void> settle_one(Lease& lease, const Settlement& one) {
    RFSN_ASSIGN(auto* const row,
                lease.statement("UPDATE spend SET settled=1, tokens=?, input=?, cached=?, output=?, micro_usd=?, "
                                "priced=?, millis=? WHERE id=?"));
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    row->bind(one.tokens).bind(number(one.usage.input + one.usage.cache_write)).bind(number(one.usage.cached_input));
    row->bind(number(one.usage.output)).bind(std::max<std::int64_t>(one.micro_usd, 0));
    row->bind(std::int64_t{one.micro_usd >= 0 ? 1 : 0}).bind(one.millis).bind(one.reservation);
    RFSN_TRY(row->step());
    return {};
}

}  // namespace

Result<Ledger> Ledger::open(const std::string& path) {
    RFSN_ASSIGN(auto pool, base::ConnectionPool::open(
                               {path.empty() ? ":memory:" : path, migrations(), 1, std::chrono::seconds(5)}));
    Ledger ledger(std::move(pool));
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const auto forget_old = [&](Lease& lease) -> Result<void> {
        RFSN_ASSIGN(auto* const row, lease.statement("DELETE FROM spend WHERE at<?"));
        RFSN_TRY(row->bind(now - kept_for).step());
        return {};
    };
    RFSN_TRY(ledger.write(forget_old));
    return ledger;
}

Result<void> Ledger::write(const std::function<Result<void>(Lease&)>& body) {
    auto done = pool_.write(body);
    if (!done && done.error().code == base::ErrorCode::corrupt && pool_.rebuild().value_or(false)) {
        done = pool_.write(body);
    }
    return done;
}

std::vector<Admission> Ledger::admit(const std::vector<Ask>& asks, const Budget& budget, Millis now) {
    std::vector<Admission> admissions;
    const auto done = write([&](Lease& lease) -> Result<void> {
        admissions.clear();
        std::map<std::string, Gate> gates;
        Window window;
        if (budget.any()) {
            RFSN_ASSIGN(window, window_of(lease, budget, now));
        }
        for (const auto& ask : asks) {
            auto known = gates.find(ask.key);
            if (known == gates.end()) {
                RFSN_ASSIGN(auto gate, load(lease, ask.key));
                known = gates.emplace(ask.key, gate).first;
            }
            RFSN_ASSIGN(auto admission, admit_one(lease, ask, known->second, budget, window, now));
            admissions.push_back(std::move(admission));
        }
        for (auto& [key, gate] : gates) {
            RFSN_TRY(store(lease, key, gate, now));
        }
        return {};
    });
    if (!done) {
        admissions.assign(asks.size(), budget.any()
                                           ? Admission{Admission::Kind::over_budget, 0,
                                                       "the record of what was spent cannot be kept, so nothing may be "
                                                       "spent: " +
                                                           done.error().describe(),
                                                       0}
                                           : Admission{});
    }
    return admissions;
}

void Ledger::settle(const std::vector<Settlement>& settlements, Millis now) {
    // If it fails, the reservations stand: what was spent is never counted too low.
    static_cast<void>(write([&](Lease& lease) -> Result<void> {
        std::map<std::string, Gate> gates;
        for (const auto& one : settlements) {
            RFSN_TRY(settle_one(lease, one));
            auto known = gates.find(one.key);
            if (known == gates.end()) {
                RFSN_ASSIGN(auto gate, load(lease, one.key));
                known = gates.emplace(one.key, gate).first;
            }
            apply(one, known->second, now);
        }
        for (auto& [key, gate] : gates) {
            RFSN_TRY(store(lease, key, gate, now));
        }
        return {};
    }));
}

Result<std::vector<Spent>> Ledger::spent(Millis from) {
    RFSN_ASSIGN(auto lease, pool_.reader());
    RFSN_ASSIGN(auto* const row,
                lease.statement("SELECT target, model, count(*), sum(settled=0), sum(input), sum(cached), sum(output),"
                                " sum(micro_usd), sum(priced=0), sum(millis) FROM spend WHERE at>=?"
                                " GROUP BY target, model ORDER BY target, model"));
    row->bind(from);
    std::vector<Spent> rows;
    for (;;) {
        RFSN_ASSIGN(const bool more, row->step());
        if (!more) {
            return rows;
        }
        rows.push_back({row->text(0), row->text(1), row->integer(2), row->integer(3), row->integer(4), row->integer(5),
                        row->integer(6), row->integer(7), row->integer(8), row->integer(9)});
    }
}

}  // namespace rfsn::net
