// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/machine_form.hpp"
#include "report/report.hpp"

namespace rfsn::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int report_version = 1;

std::string text(std::string_view bytes) {
    return base::to_valid_utf8(bytes);
}

/// A path is bytes; JSON is not. The exact bytes stand beside a path that lost some.
void put_path(Json& to, const char* key, std::string_view path) {
    to[key] = text(path);
    if (!base::is_valid_utf8(path)) {
        to[std::string(key) + "_bytes"] = hex(path);
    }
}

Json texts(const std::vector<std::string>& items) {
    Json out = Json::array();
    for (const std::string& item : items) {
        out.push_back(text(item));
    }
    return out;
}

void put_paths(Json& to, const char* key, const std::vector<std::string>& paths) {
    to[key] = texts(paths);
    bool exact = true;
    Json bytes = Json::array();
    for (const std::string& path : paths) {
        exact = exact && base::is_valid_utf8(path);
        bytes.push_back(hex(path));
    }
    if (!exact) {
        to[std::string(key) + "_bytes"] = std::move(bytes);
    }
}

const char* kind_name(model::ChangeKind kind) {
    switch (kind) {
        case model::ChangeKind::added:
            return "added";
        case model::ChangeKind::modified:
            return "modified";
        case model::ChangeKind::deleted:
            return "deleted";
        case model::ChangeKind::renamed:
            return "renamed";
        case model::ChangeKind::type_changed:
            return "type_changed";
        case model::ChangeKind::unchanged:
            return "unchanged";
    }
    return "modified";
}

const char* source_name(model::SnapshotSource source) {
    switch (source) {
        case model::SnapshotSource::index:
            return "index";
        case model::SnapshotSource::range:
            return "range";
        case model::SnapshotSource::all:
            return "all";
    }
    return "index";
}

Json mode_json(model::FileMode mode) {
    return mode == model::FileMode::none ? Json(nullptr)
                                         : Json(fmt::format("{:06o}", static_cast<std::uint32_t>(mode)));
}

Json id_json(const std::string& id) {
    return id.empty() ? Json(nullptr) : Json(text(id));
}

Json snapshot_json(const model::Snapshot& snapshot) {
    Json files = Json::array();
    for (const model::StagedFile& file : snapshot.files) {
        Json one;
        put_path(one, "path", file.path);
        one["old_path"] = nullptr;
        if (!file.old_path.empty()) {
            put_path(one, "old_path", file.old_path);
        }
        one["kind"] = kind_name(file.kind);
        one["mode"] = mode_json(file.mode);
        one["blob"] = id_json(file.blob);
        files.push_back(std::move(one));
    }
    return {{"id", text(snapshot.id)},
            {"source", source_name(snapshot.source)},
            {"base_tree", id_json(snapshot.base_tree)},
            {"result_tree", id_json(snapshot.result_tree)},
            {"merging", snapshot.merging},
            {"files", std::move(files)}};
}

Json project_json(const model::Project& project) {
    Json out;
    put_path(out, "root", project.root);
    out["pack"] = text(project.pack);
    out["fallback"] = project.fallback;
    Json facts = Json::object();
    for (const auto& entry : project.facts) {
        facts[text(entry.first)] = text(entry.second);
    }
    out["facts"] = std::move(facts);
    put_paths(out, "files", project.files);
    out["reasons"] = texts(project.reasons);
    put_paths(out, "members", project.members);
    return out;
}

Json run_json(const model::CheckRun& run) {
    Json out;
    out["check"] = text(run.plan.id);
    out["pack"] = text(run.plan.pack);
    put_path(out, "project", run.plan.project);
    out["kind"] = model::name(run.plan.kind);
    out["scope"] = model::name(run.plan.scope);
    out["tier"] = model::name(run.plan.tier);
    out["state"] = model::name(run.state);
    out["reason"] = text(run.reason.empty() ? run.plan.preset_reason : run.reason);
    out["remedy"] = text(run.remedy.empty() ? run.plan.remedy : run.remedy);
    out["planned_because"] = text(run.plan.reason);
    out["required"] = run.plan.required;
    out["exit_code"] = run.exit_code ? Json(*run.exit_code) : Json(nullptr);
    out["duration_ms"] = run.duration.count();
    out["cached"] = run.from_cache;
    put_paths(out, "files", run.plan.files);
    out["tool_version"] = text(run.tool_version);
    out["isolation"] = text(run.isolation);
    out["argv"] = texts(run.argv);
    out["findings"] = run.findings;
    out["tests"] = run.tests ? Json(*run.tests) : Json(nullptr);
    out["flaky"] = run.flaky;
    if (run.state == model::RunState::error || (run.state == model::RunState::blocked && run.findings == 0)) {
        out["output"] = text(run.output);
    }
    return out;
}

Json finding_json(const model::Finding& finding) {
    Json notes = Json::array();
    for (const model::Note& note : finding.notes) {
        Json one;
        put_path(one, "path", note.path);
        one["line"] = note.line;
        one["message"] = text(note.message);
        notes.push_back(std::move(one));
    }
    Json out;
    put_path(out, "path", finding.path);
    out["line"] = finding.line;
    out["column"] = finding.column;
    out["end_line"] = finding.end_line;
    out["end_column"] = finding.end_column;
    out["severity"] = model::name(finding.severity);
    out["code"] = text(finding.code);
    out["message"] = text(finding.message);
    out["tool"] = text(finding.tool);
    out["blocking"] = finding.blocking;
    out["fixable"] = finding.fixable;
    out["on_changed_line"] = finding.on_changed_line ? Json(*finding.on_changed_line) : Json(nullptr);
    out["already_on_head"] = finding.already_on_head;
    out["flaky"] = finding.flaky;
    out["source_line"] = text(finding.source_line);
    out["fingerprint"] = text(finding.fingerprint);
    out["notes"] = std::move(notes);
    return out;
}

Json evidence_json(const model::Evidence& evidence) {
    Json checks = Json::array();
    for (const model::CheckDelta& delta : evidence.checks) {
        Json one;
        one["check"] = text(delta.check);
        put_path(one, "project", delta.project);
        one["before"] = model::name(delta.before);
        one["after"] = model::name(delta.after);
        one["findings_before"] = delta.findings_before;
        one["findings_after"] = delta.findings_after;
        one["note"] = text(delta.note);
        one["flaky"] = delta.flaky;
        checks.push_back(std::move(one));
    }
    Json policy = Json::array();
    for (const model::PolicyVerdict& verdict : evidence.policy) {
        policy.push_back(
            {{"rule", text(verdict.rule)}, {"allowed", verdict.allowed}, {"reason", text(verdict.reason)}});
    }
    Json versions = Json::object();
    for (const auto& entry : evidence.tool_versions) {
        versions[text(entry.first)] = text(entry.second);
    }
    return {{"checks", std::move(checks)},
            {"not_run", texts(evidence.not_run)},
            {"policy", std::move(policy)},
            {"match_levels", texts(evidence.match_levels)},
            {"isolation", texts(evidence.isolation)},
            {"tool_versions", std::move(versions)},
            {"duration_ms", evidence.duration.count()}};
}

Json cost_json(const model::Cost& cost) {
    Json out{{"requests", cost.requests},
             {"input_tokens", cost.input_tokens},
             {"output_tokens", cost.output_tokens},
             {"cached_tokens", cost.cached_tokens},
             {"model", text(cost.model)}};
    if (cost.priced) {
        out["usd"] = static_cast<double>(cost.micro_usd) * 1e-6;
    }
    return out;
}

Json proposal_json(const model::ProposalSummary& proposal) {
    Json out;
    out["id"] = text(proposal.id);
    out["source"] = model::name(proposal.source);
    out["strategy"] = text(proposal.strategy);
    out["proven"] = proposal.proven;
    out["refusal"] = text(proposal.refusal);
    put_paths(out, "paths", proposal.paths);
    put_path(out, "diff", proposal.diff);
    out["evidence"] = evidence_json(proposal.evidence);
    out["cost"] = cost_json(proposal.cost);
    return out;
}

template <class Items, class ToJson>
Json list(const Items& items, ToJson to_json) {
    Json out = Json::array();
    for (const auto& item : items) {
        out.push_back(to_json(item));
    }
    return out;
}

}  // namespace

std::string json(const model::Report& report) {
    Json out;
    out["version"] = report_version;
    out["verdict"] = model::name(report.verdict);
    out["exit_code"] = report.exit_code;
    out["verdict_reason"] = text(report.verdict_reason);
    out["run_id"] = text(report.run_id);
    out["started_at"] = text(report.started_at);
    out["duration_ms"] = report.duration.count();
    out["stage"] = model::name(report.stage);
    out["files"] = report.files;
    out["fixable"] = report.fixable;
    out["snapshot"] = snapshot_json(report.snapshot);
    out["projects"] = list(report.projects, project_json);
    out["runs"] = list(report.runs, run_json);
    out["findings"] = list(report.findings, finding_json);
    out["proposals"] = list(report.proposals, proposal_json);
    if (report.cost.requests > 0) {
        out["cost"] = cost_json(report.cost);
    }
    out["notices"] = texts(report.notices);
    Json counters = Json::object();
    for (const auto& entry : report.counters) {
        counters[text(entry.first)] = entry.second;
    }
    out["counters"] = std::move(counters);
    // Only ASCII, so that no character of a file or a message can act on a terminal that shows it.
    return out.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace rfsn::report
