// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rfsn::observe {

/// Where a chain is: its records in the repository, its key and its head where no checked code is meant to write.
struct AuditPlace {
    std::string log;        ///< <common dir>/rfsn/audit.log
    std::string state_dir;  ///< $XDG_STATE_HOME/git-rfsn/audit
};

/// Of one thing that was decided. Fields are redacted by the caller.
struct AuditRecord {
    std::uint64_t number = 0;  ///< from 1
    std::string time;          ///< RFC 3339, UTC
    std::string event;         ///< "proposed", "applied", "discarded", "undone", ...
    std::map<std::string, std::string> fields;
};

/// The chain's end: signs everything before it.
struct AuditHead {
    std::string chain;  ///< 16 hex digits, chosen when it began
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;  ///< of the log
    std::string mac;          ///< of the last record; hex
};

struct AuditVerdict {
    bool intact = false;
    std::string problem;  ///< what was found, with the record's number; empty when intact
    AuditHead head;       ///< as far as the records hold
};

/// Append-only, length-prefixed records, each with an HMAC-SHA-256 over it and its predecessor's: whoever has no key
/// can add, change, drop or reorder nothing unseen; the head, kept elsewhere, tells that records were cut off at the
/// end or that the log is gone. Each append is locked, written, synced, and then the head. Processes may append side by
/// side.
class AuditChain {
   public:
    explicit AuditChain(AuditPlace place) : place_(std::move(place)) {}
    /// Adds a record; begins a chain if there is none and never was one. A record that a crash left without a head is
    /// taken in, half a record is cut off and said in the next. Errors: corrupt (the chain does not hold: nothing is
    /// added until restart()), io, timeout.
    [[nodiscard]] base::Result<AuditHead> append(const std::string& event,
                                                 const std::map<std::string, std::string>& fields);
    /// Reads the whole chain against its head. Errors: io.
    [[nodiscard]] base::Result<AuditVerdict> verify() const;
    /// The records as far as they can be read, intact or not. Errors: io.
    [[nodiscard]] base::Result<std::vector<AuditRecord>> read() const;
    /// Puts a broken log aside (NAME.broken-TIME) and begins a new chain whose first record names the old one and
    /// `problem`. Returns where the old log is now, or nothing if there was none.
    [[nodiscard]] base::Result<std::string> restart(const std::string& problem);
    /// The MAC of record `number`, if the chain holds up to it; empty otherwise.
    [[nodiscard]] base::Result<std::string> mac_of(std::uint64_t number) const;

   private:
    struct Scan;
    [[nodiscard]] base::Result<Scan> scan() const;
    [[nodiscard]] base::Result<std::string> key() const;
    [[nodiscard]] base::Result<std::string> make_key() const;
    [[nodiscard]] std::string head_file() const;
    [[nodiscard]] base::Result<AuditHead> write(const AuditHead& after, const std::string& key,
                                                const std::string& event,
                                                const std::map<std::string, std::string>& fields) const;

    AuditPlace place_;
};

}  // namespace rfsn::observe
