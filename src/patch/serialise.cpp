// SPDX-License-Identifier: MIT
#include "patch/serialise.hpp"

#include "patch/json_bytes.hpp"
#include "patch/verified_patch_maker.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using nlohmann::json;

constexpr int body_version = 2;

json list_to_json(const std::vector<std::string>& list) {
    json values = json::array();
    for (const auto& text : list) {
        values.push_back(bytes_to_json(text));
    }
    return values;
}

std::vector<std::string> list_from_json(const json& values) {
    std::vector<std::string> list;
    for (const auto& value : values) {
        list.push_back(bytes_from_json(value));
    }
    return list;
}

/// An enumerator from its number, refused outside [0, last].
template <class Enum>
Enum enum_from_json(const json& value, Enum last) {
    const auto number = value.get<int>();
    if (number < 0 || number > static_cast<int>(last)) {
        throw json::other_error::create(599, "number out of range", &value);
    }
    return static_cast<Enum>(number);
}

model::FileMode mode_from_json(const json& value) {
    const auto mode = static_cast<model::FileMode>(value.get<std::uint32_t>());
    switch (mode) {
        case model::FileMode::none:
        case model::FileMode::regular:
        case model::FileMode::executable:
        case model::FileMode::symlink:
        case model::FileMode::gitlink:
            return mode;
    }
    throw json::other_error::create(599, "not a file mode", &value);
}

json edit_to_json(const model::FileEdit& edit) {
    return {{"path", bytes_to_json(edit.path)},
            {"old_blob", edit.old_blob},
            {"mode", static_cast<std::uint32_t>(edit.mode)},
            {"content", bytes_to_json(edit.content)},
            {"deletes", edit.deletes}};
}

model::FileEdit edit_from_json(const json& value) {
    model::FileEdit edit;
    edit.path = bytes_from_json(value.at("path"));
    edit.old_blob = value.at("old_blob").get<std::string>();
    edit.mode = mode_from_json(value.at("mode"));
    edit.content = bytes_from_json(value.at("content"));
    edit.deletes = value.at("deletes").get<bool>();
    return edit;
}

json snapshot_to_json(const model::Snapshot& snapshot) {
    json files = json::array();
    for (const auto& file : snapshot.files) {
        files.push_back({{"path", bytes_to_json(file.path)},
                         {"old_path", bytes_to_json(file.old_path)},
                         {"kind", static_cast<int>(file.kind)},
                         {"mode", static_cast<std::uint32_t>(file.mode)},
                         {"old_mode", static_cast<std::uint32_t>(file.old_mode)},
                         {"blob", file.blob},
                         {"old_blob", file.old_blob}});
    }
    return {{"id", snapshot.id},
            {"source", static_cast<int>(snapshot.source)},
            {"base_tree", snapshot.base_tree},
            {"result_tree", snapshot.result_tree},
            {"merging", snapshot.merging},
            {"files", std::move(files)}};
}

model::Snapshot snapshot_from_json(const json& value) {
    model::Snapshot snapshot;
    snapshot.id = value.at("id").get<std::string>();
    snapshot.source = enum_from_json(value.at("source"), model::SnapshotSource::all);
    snapshot.base_tree = value.at("base_tree").get<std::string>();
    snapshot.result_tree = value.at("result_tree").get<std::string>();
    snapshot.merging = value.at("merging").get<bool>();
    for (const auto& entry : value.at("files")) {
        model::StagedFile file;
        file.path = bytes_from_json(entry.at("path"));
        file.old_path = bytes_from_json(entry.at("old_path"));
        file.kind = enum_from_json(entry.at("kind"), model::ChangeKind::unchanged);
        file.mode = mode_from_json(entry.at("mode"));
        file.old_mode = mode_from_json(entry.at("old_mode"));
        file.blob = entry.at("blob").get<std::string>();
        file.old_blob = entry.at("old_blob").get<std::string>();
        snapshot.files.push_back(std::move(file));
    }
    return snapshot;
}

json proposal_to_json(const model::FixProposal& proposal) {
    json edits = json::array();
    for (const auto& edit : proposal.edits) {
        edits.push_back(edit_to_json(edit));
    }
    return {{"source", static_cast<int>(proposal.source)},
            {"strategy", bytes_to_json(proposal.strategy)},
            {"edits", std::move(edits)},
            {"match_levels", list_to_json(proposal.match_levels)},
            {"checks", list_to_json(proposal.checks)}};
}

model::FixProposal proposal_from_json(const json& value) {
    model::FixProposal proposal;
    proposal.source = enum_from_json(value.at("source"), model::ProposalSource::remembered);
    proposal.strategy = bytes_from_json(value.at("strategy"));
    for (const auto& edit : value.at("edits")) {
        proposal.edits.push_back(edit_from_json(edit));
    }
    proposal.match_levels = list_from_json(value.at("match_levels"));
    proposal.checks = list_from_json(value.at("checks"));
    return proposal;
}

json evidence_to_json(const model::Evidence& evidence) {
    json checks = json::array();
    for (const auto& delta : evidence.checks) {
        checks.push_back({{"check", bytes_to_json(delta.check)},
                          {"project", bytes_to_json(delta.project)},
                          {"before", static_cast<int>(delta.before)},
                          {"after", static_cast<int>(delta.after)},
                          {"findings_before", delta.findings_before},
                          {"findings_after", delta.findings_after},
                          {"note", bytes_to_json(delta.note)},
                          {"flaky", delta.flaky}});
    }
    json policy = json::array();
    for (const auto& verdict : evidence.policy) {
        policy.push_back({{"rule", bytes_to_json(verdict.rule)},
                          {"allowed", verdict.allowed},
                          {"reason", bytes_to_json(verdict.reason)}});
    }
    json versions = json::array();
    for (const auto& [tool, version] : evidence.tool_versions) {
        versions.push_back({bytes_to_json(tool), bytes_to_json(version)});
    }
    return {{"checks", std::move(checks)},
            {"not_run", list_to_json(evidence.not_run)},
            {"policy", std::move(policy)},
            {"match_levels", list_to_json(evidence.match_levels)},
            {"isolation", list_to_json(evidence.isolation)},
            {"tool_versions", std::move(versions)},
            {"duration_ms", evidence.duration.count()},
            {"failed_rounds", evidence.failed_rounds}};
}

model::Evidence evidence_from_json(const json& value) {
    model::Evidence evidence;
    for (const auto& entry : value.at("checks")) {
        model::CheckDelta delta;
        delta.check = bytes_from_json(entry.at("check"));
        delta.project = bytes_from_json(entry.at("project"));
        delta.before = enum_from_json(entry.at("before"), model::RunState::error);
        delta.after = enum_from_json(entry.at("after"), model::RunState::error);
        delta.findings_before = entry.at("findings_before").get<std::size_t>();
        delta.findings_after = entry.at("findings_after").get<std::size_t>();
        delta.note = bytes_from_json(entry.at("note"));
        delta.flaky = entry.value("flaky", false);
        evidence.checks.push_back(std::move(delta));
    }
    evidence.not_run = list_from_json(value.at("not_run"));
    for (const auto& entry : value.at("policy")) {
        evidence.policy.push_back(
            {bytes_from_json(entry.at("rule")), entry.at("allowed").get<bool>(), bytes_from_json(entry.at("reason"))});
    }
    evidence.match_levels = list_from_json(value.at("match_levels"));
    evidence.isolation = list_from_json(value.at("isolation"));
    for (const auto& entry : value.at("tool_versions")) {
        evidence.tool_versions[bytes_from_json(entry.at(0))] = bytes_from_json(entry.at(1));
    }
    evidence.duration = std::chrono::milliseconds(value.at("duration_ms").get<std::int64_t>());
    evidence.failed_rounds = value.value("failed_rounds", std::size_t{0});  // not there before it was kept
    return evidence;
}

}  // namespace

std::string to_json(const VerifiedPatch& patch) {
    const auto& cost = patch.cost();
    const json value{{"version", body_version},
                     {"proposal", proposal_to_json(patch.proposal())},
                     {"snapshot", snapshot_to_json(patch.snapshot())},
                     {"kept", patch.kept_id()},
                     {"base_tree", patch.base_tree()},
                     {"result_tree", patch.result_tree()},
                     {"diff", bytes_to_json(patch.diff())},
                     {"evidence", evidence_to_json(patch.evidence())},
                     {"cost",
                      {{"requests", cost.requests},
                       {"input_tokens", cost.input_tokens},
                       {"output_tokens", cost.output_tokens},
                       {"cached_tokens", cost.cached_tokens},
                       {"micro_usd", cost.micro_usd},
                       {"priced", cost.priced},
                       {"model", bytes_to_json(cost.model)}}}};
    return value.dump();
}

base::Result<VerifiedPatch> patch_from_json(std::string_view text) {
    try {
        const json value = json::parse(text);
        if (value.at("version").get<int>() != body_version) {
            return base::fail(ErrorCode::corrupt, "a stored proposal of an unknown version");
        }
        model::Cost cost;
        cost.requests = value.at("cost").at("requests").get<std::uint64_t>();
        cost.input_tokens = value.at("cost").at("input_tokens").get<std::uint64_t>();
        cost.output_tokens = value.at("cost").at("output_tokens").get<std::uint64_t>();
        cost.model = bytes_from_json(value.at("cost").at("model"));
        // Not in proposals of earlier versions.
        cost.cached_tokens = value.at("cost").value("cached_tokens", std::uint64_t{0});
        cost.micro_usd = value.at("cost").value("micro_usd", std::uint64_t{0});
        cost.priced = value.at("cost").value("priced", false);
        return VerifiedPatchMaker::make(
            proposal_from_json(value.at("proposal")), snapshot_from_json(value.at("snapshot")),
            value.at("base_tree").get<std::string>(), value.at("result_tree").get<std::string>(),
            bytes_from_json(value.at("diff")), evidence_from_json(value.at("evidence")), std::move(cost),
            value.value("kept", std::string()));
    } catch (const json::exception& error) {
        return base::fail(ErrorCode::corrupt, std::string("a stored proposal can't be read: ") + error.what());
    }
}

}  // namespace rfsn::patch
