// SPDX-License-Identifier: MIT
#include "base/sqlite.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"

namespace rfsn::base {
namespace {

constexpr int busy_timeout_ms = 5000;

ErrorCode code_of(int result) {
    switch (result & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::conflict;
        case SQLITE_FULL:
        case SQLITE_TOOBIG:
        case SQLITE_NOMEM:
            return ErrorCode::limit;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::corrupt;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return ErrorCode::invalid;
        case SQLITE_ERROR:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
            return ErrorCode::internal;
        default:
            return ErrorCode::io;
    }
}

tl::unexpected<Error> failure(sqlite3* db, int result) {
    const char* const file = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
    const bool detailed = db != nullptr && sqlite3_errcode(db) != SQLITE_OK;
    std::string message = detailed ? sqlite3_errmsg(db) : sqlite3_errstr(result);
    if (file != nullptr && *file != '\0') {
        message = fmt::format("{}: {}", file, message);
    }
    return fail(code_of(result), std::move(message));
}

/// Whether the file can be ours: made here with the mode it should have, or a regular file already. Not through a
/// symlink: what we store may not land somewhere else.
Result<void> prepare_file(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd) {
        return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
    }
    struct stat info {};
    if (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return fail(ErrorCode::io, fmt::format("{}: not a regular file", path));
    }
    if ((info.st_mode & 0777U) != 0600) {
        static_cast<void>(fchmod(fd.get(), 0600));
    }
    return {};
}

Result<std::int64_t> query_integer(Database& db, std::string_view sql) {
    RFSN_ASSIGN(auto statement, db.prepare(sql));
    RFSN_ASSIGN(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

/// Switching to WAL can report busy without waiting, when two processes open a new file at once.
Result<void> use_wal(Database& db) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
    for (;;) {
        auto result = db.execute("PRAGMA journal_mode=WAL");
        if (result || result.error().code != ErrorCode::conflict || std::chrono::steady_clock::now() > give_up) {
            return result;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

Result<void> migrate(Database& db, const std::string& path, const std::vector<std::string>& migrations) {
    const auto newest = static_cast<std::int64_t>(migrations.size());
    RFSN_ASSIGN(const std::int64_t found, query_integer(db, "PRAGMA user_version"));
    // Reads the schema as well, so that a damaged one is noticed here.
    RFSN_TRY(query_integer(db, "SELECT count(*) FROM sqlite_schema"));
    if (found == newest) {
        return {};
    }
    return db.transaction([&]() -> Result<void> {
        // Another process may have been here first.
        RFSN_ASSIGN(const std::int64_t version, query_integer(db, "PRAGMA user_version"));
        if (version < 0 || version > newest) {
            return fail(ErrorCode::unsupported,
                        fmt::format("{}: schema version {}, made by a newer git-rfsn (this one knows {})", path,
                                    version, newest));
        }
        for (std::int64_t step = version; step < newest; ++step) {
            RFSN_TRY(db.execute(migrations[static_cast<std::size_t>(step)]));
        }
        return db.execute(fmt::format("PRAGMA user_version={}", newest));
    });
}

void rename_aside(const std::string& path) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto stamp = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const std::string aside = fmt::format("{}.corrupt-{}", path, stamp);
    for (const char* const suffix : {"", "-wal", "-shm"}) {
        static_cast<void>(std::rename((path + suffix).c_str(), (aside + suffix).c_str()));
    }
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : stmt_(std::exchange(other.stmt_, nullptr)),
      next_parameter_(other.next_parameter_),
      bind_result_(other.bind_result_) {}

Statement::~Statement() {
    sqlite3_finalize(stmt_);
}

Statement& Statement::bound(int result) {
    if (result != SQLITE_OK && bind_result_ == SQLITE_OK) {
        bind_result_ = result;
    }
    ++next_parameter_;
    return *this;
}

Statement& Statement::bind(std::int64_t value) {
    return bound(sqlite3_bind_int64(stmt_, next_parameter_, value));
}

Statement& Statement::bind(double value) {
    return bound(sqlite3_bind_double(stmt_, next_parameter_, value));
}

Statement& Statement::bind_text(std::string_view text) {
    // A null pointer would bind NULL.
    const char* const data = text.data() == nullptr ? "" : text.data();
    return bound(sqlite3_bind_text64(stmt_, next_parameter_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind_blob(std::string_view bytes) {
    if (bytes.empty()) {
        return bound(sqlite3_bind_zeroblob(stmt_, next_parameter_, 0));
    }
    return bound(sqlite3_bind_blob64(stmt_, next_parameter_, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind_null() {
    return bound(sqlite3_bind_null(stmt_, next_parameter_));
}

Result<bool> Statement::step() {
    const int result = bind_result_ == SQLITE_OK ? sqlite3_step(stmt_) : bind_result_;
    if (result == SQLITE_ROW) {
        return true;
    }
    auto error = result == SQLITE_DONE ? tl::make_unexpected(Error()) : failure(sqlite3_db_handle(stmt_), result);
    reset();
    if (result == SQLITE_DONE) {
        return false;
    }
    return error;
}

void Statement::reset() {
    sqlite3_reset(stmt_);
    sqlite3_clear_bindings(stmt_);
    next_parameter_ = 1;
    bind_result_ = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(stmt_, column);
}

double Statement::real(int column) const {
    return sqlite3_column_double(stmt_, column);
}

std::string Statement::text(int column) const {
    const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
    const int size = sqlite3_column_bytes(stmt_, column);
    return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::string Statement::blob(int column) const {
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
    const int size = sqlite3_column_bytes(stmt_, column);
    return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
    std::swap(db_, other.db_);
    return *this;
}

// close_v2: statements that outlive their database keep it alive.
Database::~Database() {
    sqlite3_close_v2(db_);
}

Result<Database> Database::open_once(const std::string& path, const std::vector<std::string>& migrations) {
    if (path != ":memory:") {
        RFSN_TRY(prepare_file(path));
    }
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &handle,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database db(handle);
    if (result != SQLITE_OK) {
        return failure(handle, result);
    }
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    RFSN_TRY(use_wal(db));
    RFSN_TRY(db.execute("PRAGMA synchronous=NORMAL"));
    RFSN_TRY(migrate(db, path, migrations));
    return db;
}

Result<Database> Database::open(const std::string& path, const std::vector<std::string>& migrations) {
    if (const auto slash = path.rfind('/'); slash != std::string::npos && slash != 0) {
        RFSN_TRY(make_directories(path.substr(0, slash), 0700));
    }
    auto db = open_once(path, migrations);
    if (db || db.error().code != ErrorCode::corrupt) {
        return db;
    }
    // One process at a time, and each looks again first, or the second would set the first one's new file aside.
    RFSN_ASSIGN(const auto lock, FileLock::acquire(path + ".lock", busy_timeout_ms));
    db = open_once(path, migrations);
    if (db || db.error().code != ErrorCode::corrupt) {
        return db;
    }
    rename_aside(path);
    return open_once(path, migrations);
}

Result<Database> Database::open_reader(const std::string& path) {
    // Read and write all the same: a reader of a file in WAL mode may have to make its -shm file.
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database db(handle);
    if (result != SQLITE_OK) {
        return failure(handle, result);
    }
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    RFSN_TRY(db.execute("PRAGMA query_only=ON"));
    return db;
}

Result<bool> Database::set_aside_if_damaged(const std::string& path) {
    RFSN_ASSIGN(const auto lock, FileLock::acquire(path + ".lock", busy_timeout_ms));
    {
        auto db = open_reader(path);
        if (db) {
            auto check = db->prepare("PRAGMA quick_check(1)");
            auto row = check ? check->step() : Result<bool>(tl::make_unexpected(check.error()));
            if (row && *row && check->text(0) == "ok") {
                return false;
            }
            if (!row && row.error().code != ErrorCode::corrupt) {
                return tl::make_unexpected(std::move(row.error()));
            }
        } else if (db.error().code != ErrorCode::corrupt) {
            return tl::make_unexpected(std::move(db.error()));
        }
    }
    rename_aside(path);
    return true;
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* stmt = nullptr;
    const int result = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &stmt, nullptr);
    if (result != SQLITE_OK) {
        return failure(db_, result);
    }
    if (stmt == nullptr) {
        return fail(ErrorCode::internal, "an SQL statement is empty");
    }
    return Statement(stmt);
}

Result<void> Database::execute(const std::string& sql) {
    const int result = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        return failure(db_, result);
    }
    return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& body) {
    RFSN_TRY(execute("BEGIN IMMEDIATE"));
    class Rollback {
       public:
        explicit Rollback(Database& db) : db_(db) {}
        Rollback(const Rollback&) = delete;
        Rollback& operator=(const Rollback&) = delete;
        ~Rollback() {
            // Some errors have rolled it back already.
            if (db_.in_transaction()) {
                static_cast<void>(db_.execute("ROLLBACK"));
            }
        }

       private:
        Database& db_;
    };
    const Rollback rollback(*this);
    RFSN_TRY(body());
    return execute("COMMIT");
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(db_) == 0;
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(db_);
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(db_);
}

}  // namespace rfsn::base
