// SPDX-License-Identifier: MIT
#include "observe/audit.hpp"

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/hash.hpp"
#include "observe/audit_record.hpp"

namespace rfsn::observe {
namespace {

using base::ErrorCode;

constexpr int lock_wait_ms = 5000;
constexpr std::uint64_t max_log = std::uint64_t{256} << 20;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t chain_bytes = 8;

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// Nothing if there is no such file.
base::Result<std::optional<std::string>> read_if_there(const std::string& path, std::uint64_t max) {
    auto bytes = base::read_file(path, max);
    if (bytes) {
        return std::optional<std::string>(std::move(*bytes));
    }
    if (bytes.error().code == ErrorCode::not_found) {
        return std::optional<std::string>();
    }
    return tl::make_unexpected(std::move(bytes.error()));
}

/// Writes at `offset` what is to be the file's end, and syncs.
base::Result<void> write_tail(const std::string& path, std::uint64_t offset, std::string_view bytes) {
    const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    const auto failed = [&](const char* what) {
        return base::fail(ErrorCode::io, std::string(what) + " " + path + " failed");
    };
    if (!fd) {
        return failed("opening");
    }
    if (::ftruncate(fd.get(), static_cast<off_t>(offset)) != 0) {
        return failed("writing");
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t wrote =
            ::pwrite(fd.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (wrote <= 0) {
            return failed("writing");
        }
        done += static_cast<std::size_t>(wrote);
    }
    return ::fsync(fd.get()) == 0 ? base::Result<void>{} : failed("syncing");
}

}  // namespace

/// What stands in the log, read against key and head.
struct AuditChain::Scan {
    std::optional<AuditHead> head;  ///< as it was kept
    bool log_there = false;
    AuditHead reached;  ///< as far as the records hold
    std::vector<std::string> macs;
    std::uint64_t torn = 0;  ///< bytes behind the last whole record, of a write that was cut off
    std::string problem;
};

std::string AuditChain::head_file() const {
    return place_.state_dir + "/" + base::sha256_hex(directory_of(place_.log)).substr(0, 32) + ".head";
}

base::Result<std::string> AuditChain::key() const {
    return base::read_file(place_.state_dir + "/key", 4096);
}

base::Result<std::string> AuditChain::make_key() const {
    const std::string path = place_.state_dir + "/key";
    auto known = key();
    if (known || known.error().code != ErrorCode::not_found) {
        return known;
    }
    RFSN_TRY(base::write_atomically(path, base::random_hex(key_bytes), 0600));
    return key();
}

base::Result<AuditChain::Scan> AuditChain::scan() const {
    Scan scan;
    RFSN_ASSIGN(const auto head_text, read_if_there(head_file(), 4096));
    RFSN_ASSIGN(const auto log, read_if_there(place_.log, max_log));
    scan.log_there = log.has_value();
    if (head_text) {
        scan.head = head_from_json(*head_text);
        if (!scan.head) {
            scan.problem = "the head in " + head_file() + " is damaged";
            return scan;
        }
    }
    if (!log) {
        if (scan.head && scan.head->records > 0) {
            scan.problem = "the log is gone; its head says that it had " + std::to_string(scan.head->records) +
                           " records (expected " + place_.log + ")";
        }
        return scan;
    }
    if (log->empty() && !scan.head) {
        return scan;
    }
    if (!scan.head) {
        scan.problem = "there is a log but no head for it in " + place_.state_dir +
                       ": the repository was moved, or the head was deleted";
        return scan;
    }
    const auto secret = key();
    if (!secret) {
        scan.problem = "the key in " + place_.state_dir + " is gone, so nothing can be checked";
        return scan;
    }
    scan.reached.chain = scan.head->chain;
    std::string previous = scan.head->chain;
    std::string_view rest = *log;
    while (!rest.empty()) {
        const std::string number = std::to_string(scan.reached.records + 1);
        const auto line = read_audit_line(rest);
        if (!line) {
            if (scan.reached.records < scan.head->records) {
                scan.problem = "record " + number + " is cut off or damaged";
            } else {
                scan.torn = rest.size();
            }
            return scan;
        }
        const auto parsed = record_from_json(line->json);
        if (!parsed || parsed->chain != scan.head->chain || parsed->record.number != scan.reached.records + 1 ||
            audit_mac(*secret, previous, line->json) != line->mac) {
            scan.problem = "record " + number + " was changed, added, or put out of order";
            return scan;
        }
        previous = std::string(line->mac);
        scan.macs.push_back(previous);
        ++scan.reached.records;
        scan.reached.bytes += line->size;
        scan.reached.mac = previous;
        rest.remove_prefix(line->size);
        if (scan.reached.records == scan.head->records &&
            (scan.reached.bytes != scan.head->bytes || scan.reached.mac != scan.head->mac)) {
            scan.problem = "record " + number + " is not the one that the head was made for";
            return scan;
        }
    }
    if (scan.reached.records < scan.head->records) {
        scan.problem = log->empty() ? "the log was emptied; its head says that it had " +
                                          std::to_string(scan.head->records) + " records"
                                    : "the log was cut off after record " + std::to_string(scan.reached.records) +
                                          "; its head says that it had " + std::to_string(scan.head->records);
    }
    return scan;
}

base::Result<AuditHead> AuditChain::write(const AuditHead& after, const std::string& key, const std::string& event,
                                          const std::map<std::string, std::string>& fields) const {
    AuditRecord record{after.records + 1, base::rfc3339_utc(base::SystemClock().system_now()), event, fields};
    const std::string json = to_json(record, after.chain);
    AuditHead head = after;
    head.mac = audit_mac(key, after.records == 0 ? after.chain : after.mac, json);
    const std::string line = write_audit_line(json, head.mac);
    RFSN_TRY(write_tail(place_.log, after.bytes, line));
    ++head.records;
    head.bytes += line.size();
    RFSN_TRY(base::write_atomically(head_file(), to_json(head), 0600));
    return head;
}

base::Result<AuditHead> AuditChain::append(const std::string& event, const std::map<std::string, std::string>& fields) {
    RFSN_TRY(base::make_directories(place_.state_dir, 0700));
    RFSN_TRY(base::make_directories(directory_of(place_.log), 0700));
    RFSN_ASSIGN(const auto lock, base::FileLock::acquire(place_.state_dir + "/lock", lock_wait_ms));
    RFSN_ASSIGN(const std::string secret, make_key());
    RFSN_ASSIGN(const auto seen, scan());
    if (!seen.problem.empty()) {
        return base::fail(ErrorCode::corrupt, seen.problem);
    }
    AuditHead head = seen.reached;
    if (head.chain.empty()) {
        head.chain = seen.head ? seen.head->chain : base::random_hex(chain_bytes);
        // The head first: a log without one is a broken chain.
        RFSN_TRY(base::write_atomically(head_file(), to_json(head), 0600));
    }
    if (seen.torn > 0) {
        RFSN_ASSIGN(head, write(head, secret, "cut-off-write", {{"bytes", std::to_string(seen.torn)}}));
    }
    return write(head, secret, event, fields);
}

base::Result<AuditVerdict> AuditChain::verify() const {
    // Without the lock an append under way would look like a tail without a head, which is no problem.
    RFSN_ASSIGN(const auto seen, scan());
    return AuditVerdict{seen.problem.empty(), seen.problem, seen.reached};
}

base::Result<std::vector<AuditRecord>> AuditChain::read() const {
    std::vector<AuditRecord> records;
    RFSN_ASSIGN(const auto log, read_if_there(place_.log, max_log));
    std::string_view rest = log ? std::string_view(*log) : std::string_view();
    while (const auto line = read_audit_line(rest)) {
        if (auto parsed = record_from_json(line->json)) {
            records.push_back(std::move(parsed->record));
        }
        rest.remove_prefix(line->size);
    }
    return records;
}

base::Result<std::string> AuditChain::restart(const std::string& problem) {
    RFSN_TRY(base::make_directories(place_.state_dir, 0700));
    std::string aside;
    std::string old_chain;
    {
        RFSN_ASSIGN(const auto lock, base::FileLock::acquire(place_.state_dir + "/lock", lock_wait_ms));
        RFSN_ASSIGN(const auto seen, scan());
        old_chain = seen.head ? seen.head->chain : "";
        if (seen.log_there) {
            aside = place_.log + ".broken-" + base::rfc3339_utc(base::SystemClock().system_now());
            if (::rename(place_.log.c_str(), aside.c_str()) != 0) {
                return base::fail(ErrorCode::io, "moving " + place_.log + " aside failed");
            }
        }
        RFSN_TRY(base::remove_tree(head_file()));
    }
    RFSN_ASSIGN(const auto head, append("restarted", {{"after", old_chain}, {"problem", problem}, {"log", aside}}));
    static_cast<void>(head);
    return aside;
}

base::Result<std::string> AuditChain::mac_of(std::uint64_t number) const {
    RFSN_ASSIGN(const auto seen, scan());
    return number == 0 || number > seen.macs.size() ? std::string() : seen.macs[number - 1];
}

}  // namespace rfsn::observe
