// SPDX-License-Identifier: MIT
#include "check/integrity.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/glob.hpp"
#include "policy/integrity.hpp"

namespace rfsn::check {
namespace {

/// Larger files hold data; none of the rules is about them.
constexpr std::uint64_t max_content = std::uint64_t{4} << 20;

bool is_file(model::FileMode mode) {
    return mode == model::FileMode::regular || mode == model::FileMode::executable;
}

/// nullopt: larger than the limit.
base::Result<std::optional<std::string>> read(git::StagedSource& source, const std::string& blob) {
    auto content = source.read(blob, max_content);
    if (content) {
        return std::optional<std::string>(std::move(*content));
    }
    if (content.error().code == base::ErrorCode::limit) {
        return std::optional<std::string>();
    }
    return tl::make_unexpected(std::move(content.error()));
}

base::Result<std::vector<policy::StagedChange>> changes_of(const git::TreeView& view) {
    std::vector<policy::StagedChange> changes;
    std::set<std::string> edited;
    for (const auto& edit : view.edits()) {
        edited.insert(edit.path);
    }
    const auto edit_of = [&](const std::string& path) {
        return std::find_if(view.edits().begin(), view.edits().end(),
                            [&](const model::FileEdit& edit) { return edit.path == path; });
    };
    for (const auto& file : view.snapshot().files) {
        const bool is_edited = edited.erase(file.path) > 0;
        if (file.kind == model::ChangeKind::unchanged && !is_edited) {
            continue;
        }
        if (!policy::is_judged_path(file.path) && (file.old_path.empty() || !policy::is_judged_path(file.old_path))) {
            continue;
        }
        policy::StagedChange change{file.path, file.old_path, std::nullopt, std::nullopt};
        if (is_file(file.old_mode) && !file.old_blob.empty()) {
            RFSN_ASSIGN(change.before, read(view.source(), file.old_blob));
        }
        if (is_edited) {
            const auto edit = edit_of(file.path);
            if (!edit->deletes && is_file(edit->mode)) {
                change.after = edit->content;
            }
        } else if (file.has_content() && !file.blob.empty()) {
            RFSN_ASSIGN(change.after, read(view.source(), file.blob));
        }
        changes.push_back(std::move(change));
    }
    for (const auto& path : edited) {
        const auto edit = edit_of(path);
        policy::StagedChange change{path, "", std::nullopt, std::nullopt};
        if (!edit->old_blob.empty()) {
            RFSN_ASSIGN(change.before, read(view.source(), edit->old_blob));
        }
        if (!edit->deletes && is_file(edit->mode)) {
            change.after = edit->content;
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

bool approved(const Approval& approval, const policy::Weakening& weakening) {
    return !approval.needed || std::any_of(approval.rules.begin(), approval.rules.end(), [&](const std::string& entry) {
        const auto colon = entry.find(':');
        return entry.substr(0, colon) == weakening.rule &&
               (colon == std::string::npos || base::glob_match(entry.substr(colon + 1), weakening.path));
    });
}

model::Finding finding_of(const policy::Weakening& weakening, const Approval& approval) {
    model::Finding finding;
    finding.path = weakening.path;
    finding.line = static_cast<std::uint32_t>(weakening.line);
    finding.code = weakening.rule;
    finding.tool = "integrity";
    finding.message = weakening.message;
    if (weakening.noted && !weakening.allowed) {
        finding.blocking = false;
        finding.severity = model::Severity::info;
        finding.message += " (noted: few for a change of this size)";
        return finding;
    }
    if (!weakening.allowed) {
        return finding;
    }
    if (approved(approval, weakening)) {
        finding.blocking = false;
        finding.severity = model::Severity::info;
        finding.message += " (allowed: " + *weakening.allowed + ")";
    } else {
        finding.message += " (rfsn-allow gives a reason: " + *weakening.allowed +
                           "; it needs approval: integrity.allow in the base's .rfsn.yaml does not list " +
                           weakening.rule + ")";
    }
    return finding;
}

}  // namespace

bool changes_configuration(const model::Snapshot& snapshot) {
    return std::any_of(snapshot.files.begin(), snapshot.files.end(), [](const model::StagedFile& file) {
        return file.kind != model::ChangeKind::unchanged &&
               (file.path == ".rfsn.yaml" || file.old_path == ".rfsn.yaml");
    });
}

Planned plan_integrity(const model::Snapshot& snapshot) {
    Planned planned;
    planned.integrity = true;
    planned.plan.id = "integrity";
    planned.plan.pack = "builtin";
    planned.plan.kind = model::CheckKind::policy;
    planned.plan.scope = model::Scope::workspace;
    planned.plan.tier = model::Tier::blobs;
    planned.plan.reason = "built-in";
    for (const auto& file : snapshot.files) {
        if (file.kind != model::ChangeKind::unchanged) {
            planned.plan.files.push_back(file.path);
        }
    }
    return planned;
}

Outcome run_integrity(const Planned& planned, const git::TreeView& view, const Approval& approval) {
    if (planned.plan.preset) {
        return preset_outcome(planned);
    }
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome;
    outcome.run.plan = planned.plan;
    outcome.run.isolation = "blobs";
    outcome.run.state = model::RunState::passed;
    auto ready = policy::check_integrity_rules();
    auto changes =
        ready ? changes_of(view) : base::Result<std::vector<policy::StagedChange>>(tl::make_unexpected(ready.error()));
    if (!changes) {
        outcome.run.state = model::RunState::error;
        outcome.run.reason = changes.error().describe();
        return outcome;
    }
    std::set<std::string> files(planned.plan.files.begin(), planned.plan.files.end());
    for (const auto& file : view.snapshot().files) {
        if (files.count(file.path) != 0) {
            files.insert(file.old_path);  // what a file that was renamed did under its old name
        }
    }
    for (const auto& weakening : policy::weakenings(*changes)) {
        const bool edited = std::any_of(view.edits().begin(), view.edits().end(),
                                        [&](const model::FileEdit& edit) { return edit.path == weakening.path; });
        if (!edited && !changes_configuration(view.snapshot()) && files.count(weakening.path) == 0) {
            continue;
        }
        outcome.findings.push_back(finding_of(weakening, approval));
        if (outcome.findings.back().blocking) {
            outcome.run.state = model::RunState::blocked;
        }
    }
    outcome.run.remedy =
        outcome.run.state == model::RunState::blocked
            ? "undo it, or say why in a line `rfsn-allow: RULE reason` in that file (or `RULE PATH reason` in another)"
            : "";
    outcome.run.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return outcome;
}

}  // namespace rfsn::check
