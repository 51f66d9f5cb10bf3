// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/sqlite.hpp"

namespace rfsn::base {

/// The connections of one store: one that writes and a few that read, opened when first wanted. Any number of threads
/// and processes may work at once. A lease gives one thread one connection; what it leaves open is rolled back when it
/// returns, and its statements stay prepared for the next one.
class ConnectionPool {
   public:
    struct Options {
        std::string path;
        std::vector<std::string> migrations;  ///< as Database::open takes them
        unsigned readers = 4;
        std::chrono::milliseconds wait{5000};  ///< for a free connection
    };
    class Lease;

    /// Opens the writer, so that the file is there and migrated. Errors: those of Database::open.
    [[nodiscard]] static Result<ConnectionPool> open(Options options);
    ConnectionPool(ConnectionPool&&) noexcept;
    ConnectionPool& operator=(ConnectionPool&&) noexcept;
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;
    ~ConnectionPool();

    /// Errors: timeout (all are out for longer than `wait`), those of Database::open.
    [[nodiscard]] Result<Lease> writer();
    [[nodiscard]] Result<Lease> reader();
    /// `body` within BEGIN IMMEDIATE on the writer; committed if it succeeds.
    [[nodiscard]] Result<void> write(const std::function<Result<void>(Lease&)>& body);
    /// After an error `corrupt`: sets a damaged file aside and forgets every connection, so that the next lease starts
    /// with a sound one. True if the file was damaged.
    [[nodiscard]] Result<bool> rebuild();
    [[nodiscard]] const std::string& path() const;

   private:
    struct Shared;
    explicit ConnectionPool(std::shared_ptr<Shared> shared);
    [[nodiscard]] Result<Lease> lease(bool writes);
    std::shared_ptr<Shared> shared_;
};

class ConnectionPool::Lease {
   public:
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    [[nodiscard]] Database& database();
    /// Prepared once per connection, ready to be bound; valid as long as the lease.
    [[nodiscard]] Result<Statement*> statement(std::string_view sql);

   private:
    friend class ConnectionPool;
    struct Connection;
    Lease(std::shared_ptr<Shared> shared, std::unique_ptr<Connection> connection);
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace rfsn::base
