// SPDX-License-Identifier: MIT
#include "learn/outcomes.hpp"

#include <algorithm>
#include <map>

#include "base/sqlite_pool.hpp"

namespace rfsn::learn {
namespace {

constexpr std::int64_t kept_seconds = std::int64_t{180} * 24 * 3600;
constexpr std::int64_t kept_rows = 20'000;

const std::vector<std::string>& migrations() {
    static const std::vector<std::string> steps{
        "CREATE TABLE outcomes ("
        " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
        " at INTEGER NOT NULL,"
        " fingerprint TEXT NOT NULL,"
        " pack TEXT NOT NULL,"
        " check_id TEXT NOT NULL,"
        " codes TEXT NOT NULL,"
        " arm TEXT NOT NULL,"
        " proposal TEXT NOT NULL,"
        " ending INTEGER NOT NULL,"
        " tokens INTEGER NOT NULL,"
        " ms INTEGER NOT NULL"
        ") STRICT;"
        "CREATE INDEX outcomes_fingerprint ON outcomes (fingerprint);"
        "CREATE INDEX outcomes_proposal ON outcomes (proposal)"};
    return steps;
}

/// Each code between separators, so that one is found in the list by its whole name.
std::string joined(const std::vector<std::string>& codes) {
    std::string text = "\n";
    for (const auto& code : codes) {
        text += code + "\n";
    }
    return text;
}

bool was_proven(Ending ending) {
    return ending == Ending::proven || ending == Ending::accepted || ending == Ending::rejected;
}

struct Row {
    std::string arm, fingerprint, check, codes;
    Ending ending = Ending::refused;
    std::int64_t tokens = 0, ms = 0;
};

void count(ArmHistory& history, const Row& row, const Failure& failure) {
    const auto add = [&](Counts& counts) { (was_proven(row.ending) ? counts.proven : counts.failed) += 1; };
    const bool same = row.fingerprint == failure.fingerprint && !failure.fingerprint.empty();
    const bool shares_code =
        same || std::any_of(failure.codes.begin(), failure.codes.end(), [&](const std::string& code) {
            return row.codes.find("\n" + code + "\n") != std::string::npos;
        });
    add(history.all);
    if (shares_code || row.check == failure.check) {
        add(history.same_check);
    }
    if (shares_code) {
        add(history.same_code);
    }
    if (same) {
        add(history.same_failure);
    }
    history.accepted += row.ending == Ending::accepted ? 1U : 0U;
    history.rejected += row.ending == Ending::rejected ? 1U : 0U;
    history.reverted += row.ending == Ending::reverted ? 1U : 0U;
    history.tokens += static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.tokens));
}

}  // namespace

const char* name(Ending ending) {
    switch (ending) {
        case Ending::unusable:
            return "unusable";
        case Ending::refused:
            return "refused";
        case Ending::proven:
            return "proven";
        case Ending::accepted:
            return "accepted";
        case Ending::rejected:
            return "rejected";
        case Ending::reverted:
            return "reverted";
    }
    return "?";
}

struct Outcomes::Impl {
    Impl(base::ConnectionPool::Lease lease, const base::Clock* of)
        : writer(std::move(lease)), database(writer.database()), clock(of) {}

    base::ConnectionPool::Lease writer;
    base::Database& database;
    const base::Clock* clock;

    [[nodiscard]] std::int64_t now() const {
        return std::chrono::duration_cast<std::chrono::seconds>(clock->system_now().time_since_epoch()).count();
    }
};

Outcomes::Outcomes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Outcomes::Outcomes(Outcomes&&) noexcept = default;
Outcomes& Outcomes::operator=(Outcomes&&) noexcept = default;
Outcomes::~Outcomes() = default;

base::Result<Outcomes> Outcomes::open(const std::string& directory, const base::Clock& clock) {
    RFSN_ASSIGN(auto pool, base::ConnectionPool::open({directory + "/learn.db", migrations(), 1}));
    RFSN_ASSIGN(auto writer, pool.writer());
    return Outcomes(std::make_unique<Impl>(std::move(writer), &clock));
}

base::Result<void> Outcomes::add(const Outcome& outcome) {
    return impl_->database.transaction([&]() -> base::Result<void> {
        RFSN_ASSIGN(auto put,
                    impl_->database.prepare(
                        "INSERT INTO outcomes (at, fingerprint, pack, check_id, codes, arm, proposal, ending, "
                        "tokens, ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        const auto& failure = outcome.failure;
        put.bind(impl_->now()).bind_text(failure.fingerprint).bind_text(failure.pack).bind_text(failure.check);
        put.bind_text(joined(failure.codes)).bind_text(outcome.arm).bind_text(outcome.proposal);
        put.bind(static_cast<std::int64_t>(outcome.ending)).bind(static_cast<std::int64_t>(outcome.tokens));
        RFSN_TRY(put.bind(std::int64_t{outcome.duration.count()}).step());
        RFSN_ASSIGN(
            auto forget,
            impl_->database.prepare("DELETE FROM outcomes WHERE at < ? OR seq <= (SELECT max(seq) FROM outcomes) - ?"));
        RFSN_TRY(forget.bind(impl_->now() - kept_seconds).bind(kept_rows).step());
        return {};
    });
}

base::Result<void> Outcomes::set_ending(const std::string& proposal, Ending ending) {
    RFSN_ASSIGN(auto update, impl_->database.prepare(
                                 "UPDATE outcomes SET ending = ? WHERE proposal <> '' AND seq = (SELECT max(seq) "
                                 "FROM outcomes WHERE proposal = ?)"));
    RFSN_TRY(update.bind(static_cast<std::int64_t>(ending)).bind_text(proposal).step());
    return {};
}

base::Result<std::vector<ArmHistory>> Outcomes::arms(const Failure& failure) {
    RFSN_ASSIGN(auto rows,
                impl_->database.prepare(
                    "SELECT arm, fingerprint, check_id, codes, ending, tokens, ms FROM outcomes ORDER BY seq"));
    std::map<std::string, ArmHistory> by_arm;
    std::map<std::string, std::vector<std::int64_t>> durations;
    for (;;) {
        RFSN_ASSIGN(const bool more, rows.step());
        if (!more) {
            break;
        }
        const std::int64_t stored = rows.integer(4);
        if (stored < 0 || stored > static_cast<std::int64_t>(Ending::reverted)) {
            continue;
        }
        const Row row{rows.text(0),    rows.text(1),   rows.text(2), rows.text(3), static_cast<Ending>(stored),
                      rows.integer(5), rows.integer(6)};
        ArmHistory& history = by_arm[row.arm];
        history.arm = row.arm;
        count(history, row, failure);
        durations[row.arm].push_back(row.ms);
    }
    std::vector<ArmHistory> arms;
    for (auto& [arm, history] : by_arm) {
        auto& times = durations[arm];
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        history.median = std::chrono::milliseconds(*middle);
        arms.push_back(std::move(history));
    }
    return arms;
}

base::Result<std::vector<std::string>> Outcomes::proven_for(const std::string& fingerprint, std::size_t limit) {
    std::vector<std::string> ids;
    if (fingerprint.empty()) {
        return ids;
    }
    RFSN_ASSIGN(auto rows, impl_->database.prepare("SELECT proposal FROM outcomes WHERE fingerprint = ? AND ending IN "
                                                   "(?, ?) AND proposal <> '' ORDER BY seq DESC"));
    rows.bind_text(fingerprint)
        .bind(static_cast<std::int64_t>(Ending::proven))
        .bind(static_cast<std::int64_t>(Ending::accepted));
    for (;;) {
        RFSN_ASSIGN(const bool more, rows.step());
        if (!more) {
            return ids;
        }
        if (ids.size() < limit && std::find(ids.begin(), ids.end(), rows.text(0)) == ids.end()) {
            ids.push_back(rows.text(0));
        }
    }
}

}  // namespace rfsn::learn
