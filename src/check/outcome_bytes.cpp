// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "check/result_memory.hpp"

namespace rfsn::check {
namespace {

using nlohmann::json;

json encode_finding(const model::Finding& finding) {
    json notes = json::array();
    for (const auto& note : finding.notes) {
        notes.push_back({note.path, note.line, note.message});
    }
    return {finding.path,     finding.line,       finding.column,
            finding.end_line, finding.end_column, static_cast<int>(finding.severity),
            finding.code,     finding.message,    finding.tool,
            std::move(notes), finding.blocking,   finding.fixable};
}

model::Finding decode_finding(const json& row) {
    model::Finding finding;
    finding.path = row.at(0).get<std::string>();
    finding.line = row.at(1).get<std::uint32_t>();
    finding.column = row.at(2).get<std::uint32_t>();
    finding.end_line = row.at(3).get<std::uint32_t>();
    finding.end_column = row.at(4).get<std::uint32_t>();
    finding.severity = static_cast<model::Severity>(row.at(5).get<int>());
    finding.code = row.at(6).get<std::string>();
    finding.message = row.at(7).get<std::string>();
    finding.tool = row.at(8).get<std::string>();
    for (const auto& note : row.at(9)) {
        finding.notes.push_back(
            {note.at(0).get<std::string>(), note.at(1).get<std::uint32_t>(), note.at(2).get<std::string>()});
    }
    finding.blocking = row.at(10).get<bool>();
    finding.fixable = row.at(11).get<bool>();
    return finding;
}

}  // namespace

std::string encode(const Outcome& outcome) {
    json findings = json::array();
    for (const auto& finding : outcome.findings) {
        findings.push_back(encode_finding(finding));
    }
    json document{{"state", static_cast<int>(outcome.run.state)},
                  {"output", outcome.run.output},
                  {"argv", outcome.run.argv},
                  {"isolation", outcome.run.isolation},
                  {"findings", std::move(findings)}};
    if (outcome.run.exit_code) {
        document["exit"] = *outcome.run.exit_code;
    }
    // Paths and what tools print need not be UTF-8; CBOR keeps them as they are.
    std::string bytes;
    json::to_cbor(document, bytes);
    return bytes;
}

std::optional<Outcome> decode_outcome(std::string_view bytes) {
    try {
        const auto document = json::from_cbor(bytes);
        Outcome outcome;
        outcome.run.state = static_cast<model::RunState>(document.at("state").get<int>());
        outcome.run.output = document.at("output").get<std::string>();
        outcome.run.argv = document.at("argv").get<std::vector<std::string>>();
        outcome.run.isolation = document.at("isolation").get<std::string>();
        for (const auto& row : document.at("findings")) {
            outcome.findings.push_back(decode_finding(row));
        }
        if (document.contains("exit")) {
            outcome.run.exit_code = document.at("exit").get<int>();
        }
        return outcome;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace rfsn::check
