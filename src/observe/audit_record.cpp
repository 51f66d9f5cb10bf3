// SPDX-License-Identifier: MIT
#include "observe/audit_record.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "base/hash.hpp"

namespace rfsn::observe {
namespace {

using nlohmann::json;

constexpr std::size_t mac_size = 64;
constexpr std::size_t max_digits = 9;

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::optional<AuditLine> read_audit_line(std::string_view bytes) {
    const auto colon = bytes.substr(0, max_digits + 1).find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return std::nullopt;
    }
    std::size_t length = 0;
    const auto parsed = std::from_chars(bytes.data(), bytes.data() + colon, length);
    const std::size_t size = colon + 1 + length + 1 + mac_size + 1;
    if (parsed.ec != std::errc() || parsed.ptr != bytes.data() + colon || size > bytes.size()) {
        return std::nullopt;
    }
    const std::size_t mac_at = colon + 1 + length + 1;
    if (bytes[mac_at - 1] != ' ' || bytes[size - 1] != '\n') {
        return std::nullopt;
    }
    return AuditLine{bytes.substr(colon + 1, length), bytes.substr(mac_at, mac_size), size};
}

std::string write_audit_line(std::string_view json_text, std::string_view mac) {
    return std::to_string(json_text.size()) + ":" + std::string(json_text) + " " + std::string(mac) + "\n";
}

std::string audit_mac(std::string_view key, std::string_view previous, std::string_view json_text) {
    // The digest of length-prefixed fields: where one ends can't be argued about.
    base::Sha256 fields;
    fields.field("rfsn audit 1").field(previous).field(json_text);
    return base::hmac_sha256_hex(key, fields.hex());
}

std::string to_json(const AuditRecord& record, const std::string& chain) {
    return dump({{"chain", chain},
                 {"number", record.number},
                 {"time", record.time},
                 {"event", record.event},
                 {"fields", record.fields}});
}

std::optional<ParsedRecord> record_from_json(std::string_view json_text) {
    try {
        const auto value = json::parse(json_text);
        ParsedRecord parsed;
        parsed.chain = value.at("chain").get<std::string>();
        parsed.record.number = value.at("number").get<std::uint64_t>();
        parsed.record.time = value.at("time").get<std::string>();
        parsed.record.event = value.at("event").get<std::string>();
        parsed.record.fields = value.at("fields").get<std::map<std::string, std::string>>();
        return parsed;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::string to_json(const AuditHead& head) {
    return dump({{"version", 1},
                 {"chain", head.chain},
                 {"records", head.records},
                 {"bytes", head.bytes},
                 {"mac", head.mac}}) +
           "\n";
}

std::optional<AuditHead> head_from_json(std::string_view json_text) {
    try {
        const auto value = json::parse(json_text);
        AuditHead head;
        head.chain = value.at("chain").get<std::string>();
        head.records = value.at("records").get<std::uint64_t>();
        head.bytes = value.at("bytes").get<std::uint64_t>();
        head.mac = value.at("mac").get<std::string>();
        return head;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace rfsn::observe
