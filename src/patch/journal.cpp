// SPDX-License-Identifier: MIT
#include "patch/journal.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "patch/json_bytes.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using git::WorkTreeOutcome;
using nlohmann::json;

constexpr std::string_view magic = "rfsn-journal 1 ";

json optional_to_json(const std::optional<std::string>& bytes) {
    return bytes ? bytes_to_json(*bytes) : json(nullptr);
}

std::optional<std::string> optional_from_json(const json& value) {
    return value.is_null() ? std::nullopt : std::optional<std::string>(bytes_from_json(value));
}

json file_to_json(const JournalFile& file) {
    return {{"path", bytes_to_json(file.path)},
            {"in_index", file.in_index},
            {"old_mode", static_cast<std::uint32_t>(file.old_mode)},
            {"new_mode", static_cast<std::uint32_t>(file.new_mode)},
            {"old_blob", file.old_blob},
            {"new_blob", file.new_blob},
            {"base", bytes_to_json(file.base)},
            {"theirs", bytes_to_json(file.theirs)},
            {"staged", optional_to_json(file.staged)},
            {"creates", file.creates},
            {"deletes", file.deletes},
            {"outcome", static_cast<int>(file.outcome)},
            {"reason", bytes_to_json(file.reason)},
            {"before", optional_to_json(file.before)},
            {"after", optional_to_json(file.after)},
            {"mode_before", file.mode_before},
            {"mode_after", file.mode_after}};
}

JournalFile file_from_json(const json& value) {
    JournalFile file;
    file.path = bytes_from_json(value.at("path"));
    file.in_index = value.at("in_index").get<bool>();
    file.old_mode = static_cast<model::FileMode>(value.at("old_mode").get<std::uint32_t>());
    file.new_mode = static_cast<model::FileMode>(value.at("new_mode").get<std::uint32_t>());
    file.old_blob = value.at("old_blob").get<std::string>();
    file.new_blob = value.at("new_blob").get<std::string>();
    file.base = bytes_from_json(value.at("base"));
    file.theirs = bytes_from_json(value.at("theirs"));
    file.staged = optional_from_json(value.value("staged", json(nullptr)));
    file.creates = value.at("creates").get<bool>();
    file.deletes = value.at("deletes").get<bool>();
    const int outcome = value.at("outcome").get<int>();
    if (outcome < 0 || outcome > static_cast<int>(WorkTreeOutcome::absent)) {
        throw json::other_error::create(599, "number out of range", &value);
    }
    file.outcome = static_cast<WorkTreeOutcome>(outcome);
    file.reason = bytes_from_json(value.at("reason"));
    file.before = optional_from_json(value.at("before"));
    file.after = optional_from_json(value.at("after"));
    file.mode_before = value.at("mode_before").get<std::uint32_t>();
    file.mode_after = value.at("mode_after").get<std::uint32_t>();
    return file;
}

tl::unexpected<base::Error> damaged(const std::string& why) {
    return base::fail(ErrorCode::corrupt, "the apply journal is damaged: " + why);
}

}  // namespace

std::string encode(const Journal& journal) {
    json files = json::array();
    for (const auto& file : journal.files) {
        files.push_back(file_to_json(file));
    }
    const json value{{"kind", journal.kind == Journal::Kind::apply ? "apply" : "undo"},
                     {"proposal", bytes_to_json(journal.proposal)},
                     {"index", bytes_to_json(journal.index_path)},
                     {"record", bytes_to_json(journal.record)},
                     {"files", std::move(files)}};
    const std::string body = value.dump();
    return std::string(magic) + base::sha256_hex(body) + "\n" + body;
}

base::Result<Journal> decode_journal(std::string_view bytes) {
    constexpr std::size_t head = magic.size() + 64 + 1;
    if (bytes.size() < head || bytes.substr(0, magic.size()) != magic || bytes[head - 1] != '\n') {
        return damaged("it does not begin as one does");
    }
    const auto body = bytes.substr(head);
    if (base::sha256_hex(body) != bytes.substr(magic.size(), 64)) {
        return damaged("its checksum does not hold");
    }
    try {
        const json value = json::parse(body);
        Journal journal;
        const std::string kind = value.at("kind").get<std::string>();
        if (kind != "apply" && kind != "undo") {
            return damaged("it is of an unknown kind");
        }
        journal.kind = kind == "apply" ? Journal::Kind::apply : Journal::Kind::undo;
        journal.proposal = bytes_from_json(value.at("proposal"));
        journal.index_path = bytes_from_json(value.at("index"));
        journal.record = bytes_from_json(value.at("record"));
        for (const auto& file : value.at("files")) {
            journal.files.push_back(file_from_json(file));
        }
        return journal;
    } catch (const json::exception& error) {
        return damaged(error.what());
    }
}

}  // namespace rfsn::patch
