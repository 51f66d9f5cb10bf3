// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/sqlite_pool.hpp"
#include "base/text.hpp"
#include "patch/patch.hpp"
#include "patch/serialise.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;

const std::vector<std::string>& migrations() {
    static const std::vector<std::string> steps{
        "CREATE TABLE proposals ("
        " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
        " id TEXT NOT NULL UNIQUE,"
        " created_at TEXT NOT NULL,"
        " state TEXT NOT NULL,"
        " body BLOB NOT NULL,"
        " checksum TEXT NOT NULL"
        ") STRICT"};
    return steps;
}

constexpr std::string_view columns = "SELECT id, created_at, state, body, checksum FROM proposals ";

struct Row {
    std::string id;
    std::string created_at;
    std::string state;
    std::string body;
    std::string checksum;
};

std::string checksum_of(const Row& row) {
    base::Sha256 hash;
    return hash.field(row.id).field(row.created_at).field(row.state).field(row.body).hex();
}

Row row_of(const base::Statement& statement) {
    return {statement.text(0), statement.text(1), statement.text(2), statement.blob(3), statement.text(4)};
}

base::Result<StoredProposal> decode(const Row& row) {
    const auto damaged = [&] {
        return base::fail(
            ErrorCode::corrupt,
            fmt::format("proposal {} is damaged in the store; discard it and propose again", base::printable(row.id)));
    };
    if (checksum_of(row) != row.checksum) {
        return damaged();
    }
    auto patch = patch_from_json(row.body);
    return patch ? base::Result<StoredProposal>(StoredProposal{row.id, row.created_at, row.state, std::move(*patch)})
                 : damaged();
}

bool is_state(const std::string& state) {
    constexpr std::array<std::string_view, 4> states{"proposed", "applied", "discarded", "undone"};
    return std::find(states.begin(), states.end(), state) != states.end();
}

}  // namespace

struct Store::Impl {
    explicit Impl(base::ConnectionPool::Lease lease) : writer(std::move(lease)), database(writer.database()) {}

    base::ConnectionPool::Lease writer;
    base::Database& database;
    std::vector<std::string> damaged;

    base::Result<std::vector<Row>> rows(const std::string& where, const std::string& value) {
        RFSN_ASSIGN(auto statement, database.prepare(std::string(columns) + where));
        if (where.find('?') != std::string::npos) {
            statement.bind_text(value);
        }
        std::vector<Row> found;
        for (;;) {
            RFSN_ASSIGN(const bool more, statement.step());
            if (!more) {
                return found;
            }
            found.push_back(row_of(statement));
        }
    }

    base::Result<void> write(const Row& row) {
        RFSN_ASSIGN(auto drop, database.prepare("DELETE FROM proposals WHERE id = ?"));
        RFSN_TRY(drop.bind_text(row.id).step());
        RFSN_ASSIGN(auto put, database.prepare("INSERT INTO proposals (id, created_at, state, body, checksum) "
                                               "VALUES (?, ?, ?, ?, ?)"));
        put.bind_text(row.id).bind_text(row.created_at).bind_text(row.state).bind_blob(row.body);
        RFSN_TRY(put.bind_text(checksum_of(row)).step());
        return {};
    }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

base::Result<Store> Store::open(const git::Repository& repository) {
    const std::string directory = repository.common_dir() + "/rfsn";
    RFSN_TRY(base::make_directories(directory, 0700));
    RFSN_ASSIGN(auto pool, base::ConnectionPool::open({directory + "/state.db", migrations(), 1}));
    RFSN_ASSIGN(auto writer, pool.writer());
    return Store(std::make_unique<Impl>(std::move(writer)));
}

base::Result<std::string> Store::add(const VerifiedPatch& patch) {
    Row row;
    row.body = to_json(patch);
    row.state = "proposed";
    row.created_at = base::rfc3339_utc(base::SystemClock().system_now());
    base::Sha256 hash;
    hash.field(patch.snapshot_id());
    for (const auto& edit : patch.proposal().edits) {
        hash.field(edit.path)
            .field(edit.old_blob)
            .field(fmt::format("{} {}", static_cast<unsigned>(edit.mode), edit.deletes));
        hash.field(edit.content);
    }
    const std::string full = hash.hex();
    RFSN_TRY(impl_->database.transaction([&]() -> base::Result<void> {
        // Longer where eight digits already name another patch.
        for (std::size_t length = 8;; length += 4) {
            row.id = full.substr(0, length);
            RFSN_ASSIGN(const auto same, impl_->rows("WHERE id = ?", row.id));
            const auto known =
                same.empty() ? base::Result<StoredProposal>(tl::unexpect, base::Error{}) : decode(same[0]);
            if (length >= full.size() || !known || known->patch.diff() == patch.diff()) {
                return impl_->write(row);
            }
        }
    }));
    return row.id;
}

base::Result<std::vector<StoredProposal>> Store::list(bool all) {
    RFSN_ASSIGN(const auto rows, impl_->rows("ORDER BY seq DESC", ""));
    impl_->damaged.clear();
    std::vector<StoredProposal> found;
    for (const auto& row : rows) {
        auto stored = decode(row);
        if (!stored) {
            impl_->damaged.push_back(row.id);
        } else if (all || stored->state == "proposed") {
            found.push_back(std::move(*stored));
        }
    }
    return found;
}

const std::vector<std::string>& Store::damaged() const {
    return impl_->damaged;
}

base::Result<StoredProposal> Store::get(const std::string& id) {
    if (id.empty()) {
        RFSN_ASSIGN(auto open, list(false));
        if (open.empty()) {
            return base::fail(ErrorCode::not_found, "there is no open proposal; make one with `git rfsn propose`");
        }
        return std::move(open.front());
    }
    const std::string shown = base::printable(id);
    if (id.find_first_not_of("0123456789abcdef") != std::string::npos) {
        return base::fail(ErrorCode::usage,
                          fmt::format("'{}' is no proposal id; `git rfsn show --all` lists them", shown));
    }
    RFSN_ASSIGN(const auto exact, impl_->rows("WHERE id = ?", id));
    if (!exact.empty()) {
        return decode(exact[0]);
    }
    RFSN_ASSIGN(const auto rows, impl_->rows("WHERE substr(id, 1, length(?1)) = ?1 ORDER BY seq DESC", id));
    if (rows.empty()) {
        return base::fail(ErrorCode::not_found, fmt::format("no proposal {}; `git rfsn show --all` lists them", shown));
    }
    if (rows.size() > 1) {
        std::string ids;
        for (const auto& row : rows) {
            ids += (ids.empty() ? "" : ", ") + row.id;
        }
        return base::fail(ErrorCode::usage, fmt::format("{} could be any of {}", shown, ids));
    }
    return decode(rows[0]);
}

base::Result<void> Store::set_state(const std::string& id, const std::string& state) {
    if (!is_state(state)) {
        return base::fail(ErrorCode::internal, fmt::format("'{}' is no state of a proposal", state));
    }
    return impl_->database.transaction([&]() -> base::Result<void> {
        RFSN_ASSIGN(auto rows, impl_->rows("WHERE id = ?", id));
        if (rows.empty()) {
            return base::fail(ErrorCode::not_found, "no proposal " + base::printable(id));
        }
        Row row = std::move(rows[0]);
        if (row.checksum != checksum_of(row)) {
            if (state != "discarded") {
                return base::fail(ErrorCode::corrupt, fmt::format("proposal {} is damaged in the store", row.id));
            }
            // A new checksum would vouch for bytes that nobody proved.
            RFSN_ASSIGN(auto drop, impl_->database.prepare("DELETE FROM proposals WHERE id = ?"));
            RFSN_TRY(drop.bind_text(id).step());
            return {};
        }
        row.state = state;
        RFSN_ASSIGN(auto update, impl_->database.prepare("UPDATE proposals SET state = ?, checksum = ? WHERE id = ?"));
        RFSN_TRY(update.bind_text(state).bind_text(checksum_of(row)).bind_text(id).step());
        return {};
    });
}

}  // namespace rfsn::patch
