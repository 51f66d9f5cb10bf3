// SPDX-License-Identifier: MIT
#include "base/sqlite_pool.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

namespace rfsn::base {

struct ConnectionPool::Lease::Connection {
    // The statements go before their database.
    Database database;
    std::map<std::string, Statement, std::less<>> kept;
    bool writes = false;
    std::uint64_t generation = 0;

    Connection(Database db, bool is_writer, std::uint64_t of)
        : database(std::move(db)), writes(is_writer), generation(of) {}
};

struct ConnectionPool::Shared {
    using Connection = Lease::Connection;

    explicit Shared(Options wanted) : options(std::move(wanted)) {}

    const Options options;
    std::mutex mutex;
    std::condition_variable returned;
    std::vector<std::unique_ptr<Connection>> idle_readers;
    std::unique_ptr<Connection> idle_writer;
    unsigned readers_out = 0;
    bool writer_out = false;
    std::uint64_t generation = 0;  ///< connections of an earlier one hold a file that was set aside

    void give_back(std::unique_ptr<Connection> connection) {
        bool usable = true;
        for (auto& [sql, statement] : connection->kept) {
            statement.reset();
        }
        if (connection->database.in_transaction()) {
            usable = connection->database.execute("ROLLBACK").has_value();
        }
        const bool writes = connection->writes;
        {
            const std::lock_guard lock(mutex);
            usable = usable && connection->generation == generation;
            if (writes) {
                writer_out = false;
                idle_writer = usable ? std::move(connection) : nullptr;
            } else {
                --readers_out;
                if (usable) {
                    idle_readers.push_back(std::move(connection));
                }
            }
        }
        returned.notify_all();
    }
};

ConnectionPool::ConnectionPool(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
ConnectionPool::ConnectionPool(ConnectionPool&&) noexcept = default;
ConnectionPool& ConnectionPool::operator=(ConnectionPool&&) noexcept = default;
ConnectionPool::~ConnectionPool() = default;

Result<ConnectionPool> ConnectionPool::open(Options options) {
    ConnectionPool pool(std::make_shared<Shared>(std::move(options)));
    RFSN_TRY(pool.writer());
    return pool;
}

const std::string& ConnectionPool::path() const {
    return shared_->options.path;
}

Result<ConnectionPool::Lease> ConnectionPool::writer() {
    return lease(true);
}

Result<ConnectionPool::Lease> ConnectionPool::reader() {
    // Each connection to ":memory:" would be a database of its own.
    return lease(shared_->options.path == ":memory:");
}

Result<ConnectionPool::Lease> ConnectionPool::lease(bool writes) {
    Shared& shared = *shared_;
    std::unique_lock lock(shared.mutex);
    const auto is_free = [&] { return writes ? !shared.writer_out : shared.readers_out < shared.options.readers; };
    if (!shared.returned.wait_for(lock, shared.options.wait, is_free)) {
        return fail(ErrorCode::timeout, shared.options.path + ": no connection became free in time");
    }
    std::unique_ptr<Lease::Connection> connection;
    if (writes) {
        shared.writer_out = true;
        connection = std::move(shared.idle_writer);
    } else {
        ++shared.readers_out;
        if (!shared.idle_readers.empty()) {
            connection = std::move(shared.idle_readers.back());
            shared.idle_readers.pop_back();
        }
    }
    const std::uint64_t generation = shared.generation;
    lock.unlock();
    if (connection == nullptr) {
        auto database = writes ? Database::open(shared.options.path, shared.options.migrations)
                               : Database::open_reader(shared.options.path);
        if (!database) {
            lock.lock();
            writes ? static_cast<void>(shared.writer_out = false) : static_cast<void>(--shared.readers_out);
            lock.unlock();
            shared.returned.notify_all();
            return tl::make_unexpected(std::move(database.error()));
        }
        connection = std::make_unique<Lease::Connection>(std::move(*database), writes, generation);
    }
    return Lease(shared_, std::move(connection));
}

Result<void> ConnectionPool::write(const std::function<Result<void>(Lease&)>& body) {
    RFSN_ASSIGN(auto lease, writer());
    return lease.database().transaction([&] { return body(lease); });
}

Result<bool> ConnectionPool::rebuild() {
    std::unique_ptr<Lease::Connection> writer;
    std::vector<std::unique_ptr<Lease::Connection>> readers;
    {
        const std::lock_guard lock(shared_->mutex);
        ++shared_->generation;
        writer = std::move(shared_->idle_writer);
        readers = std::move(shared_->idle_readers);
        shared_->idle_readers.clear();
    }
    readers.clear();
    writer.reset();
    return Database::set_aside_if_damaged(shared_->options.path);
}

ConnectionPool::Lease::Lease(std::shared_ptr<Shared> shared, std::unique_ptr<Connection> connection)
    : shared_(std::move(shared)), connection_(std::move(connection)) {}
ConnectionPool::Lease::Lease(Lease&&) noexcept = default;

ConnectionPool::Lease::~Lease() {
    if (connection_ != nullptr) {
        shared_->give_back(std::move(connection_));
    }
}

Database& ConnectionPool::Lease::database() {
    return connection_->database;
}

Result<Statement*> ConnectionPool::Lease::statement(std::string_view sql) {
    auto& kept = connection_->kept;
    auto found = kept.find(sql);
    if (found == kept.end()) {
        RFSN_ASSIGN(auto statement, connection_->database.prepare(sql));
        found = kept.emplace(std::string(sql), std::move(statement)).first;
    }
    found->second.reset();
    return &found->second;
}

}  // namespace rfsn::base
