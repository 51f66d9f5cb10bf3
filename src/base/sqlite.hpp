// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace rfsn::base {

/// A prepared statement. After the last row (step() is false) or an error it is reset and its parameters are unbound,
/// ready to be bound and stepped again. A bind that fails is reported by the next step(). Not thread safe.
class Statement {
   public:
    explicit Statement(sqlite3_stmt* stmt) : stmt_(stmt) {}
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();
    /// Binds the next parameter.
    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind_text(std::string_view text);
    Statement& bind_blob(std::string_view bytes);
    Statement& bind_null();
    /// True while there is a row. Errors: io, corrupt, conflict (busy after the timeout), limit (disk full), invalid (a
    /// constraint), internal.
    [[nodiscard]] Result<bool> step();
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;
    /// As after the last row: for a statement that is left before its end.
    void reset();

   private:
    Statement& bound(int result);

    sqlite3_stmt* stmt_;
    int next_parameter_ = 1;
    int bind_result_ = 0;
};

/// One SQLite connection, opened as every store of ours is: busy_timeout first, WAL, synchronous=NORMAL, trusted_schema
/// off, file mode 0600 (its directory is made, 0700, if absent), migrations by user_version inside BEGIN IMMEDIATE. A
/// corrupt file is renamed to NAME.corrupt-TIME and rebuilt. One thread at a time.
class Database {
   public:
    /// `migrations[i]` takes the schema from version i to i+1. Errors: io, corrupt, unsupported (made by a newer
    /// program).
    [[nodiscard]] static Result<Database> open(const std::string& path, const std::vector<std::string>& migrations);
    /// A connection to a file that open() has prepared, which cannot write.
    [[nodiscard]] static Result<Database> open_reader(const std::string& path);
    /// Reads the whole file; if it is damaged it is renamed to NAME.corrupt-TIME, for the next open() to make a new
    /// one. True if it was. Connections that are open still hold the damaged file.
    [[nodiscard]] static Result<bool> set_aside_if_damaged(const std::string& path);
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    [[nodiscard]] Result<void> execute(const std::string& sql);
    /// BEGIN IMMEDIATE, `body`, COMMIT; ROLLBACK if body fails or throws.
    [[nodiscard]] Result<void> transaction(const std::function<Result<void>()>& body);
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] std::int64_t last_insert_id() const;
    [[nodiscard]] std::int64_t changes() const;

   private:
    explicit Database(sqlite3* db) : db_(db) {}
    [[nodiscard]] static Result<Database> open_once(const std::string& path,
                                                    const std::vector<std::string>& migrations);

    sqlite3* db_ = nullptr;
};

}  // namespace rfsn::base
