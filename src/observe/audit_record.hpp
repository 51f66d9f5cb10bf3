// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "observe/audit.hpp"

namespace rfsn::observe {

/// One record as it stands in the log: "LENGTH:JSON MAC\n"; LENGTH is that of the JSON, in bytes.
struct AuditLine {
    std::string_view json;
    std::string_view mac;
    std::size_t size = 0;  ///< with its prefix and line end
};
/// The record that starts `bytes`; nothing if it is cut off or not one.
[[nodiscard]] std::optional<AuditLine> read_audit_line(std::string_view bytes);
[[nodiscard]] std::string write_audit_line(std::string_view json, std::string_view mac);
/// The MAC of a record that follows one with `previous`; the first follows the chain's own name.
[[nodiscard]] std::string audit_mac(std::string_view key, std::string_view previous, std::string_view json);

[[nodiscard]] std::string to_json(const AuditRecord& record, const std::string& chain);
struct ParsedRecord {
    AuditRecord record;
    std::string chain;
};
/// Nothing if it is not a record of ours.
[[nodiscard]] std::optional<ParsedRecord> record_from_json(std::string_view json_text);

[[nodiscard]] std::string to_json(const AuditHead& head);
[[nodiscard]] std::optional<AuditHead> head_from_json(std::string_view json_text);

}  // namespace rfsn::observe
