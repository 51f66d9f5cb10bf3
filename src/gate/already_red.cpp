// SPDX-License-Identifier: MIT
#include "gate/already_red.hpp"

#include <algorithm>
#include <map>

#include "check/settle.hpp"
#include "gate/flaky.hpp"

namespace rfsn::gate {
namespace {

/// With changed_lines_only off, what stands in a changed file blocks wherever it stands.
bool worth_asking(const config::Config& config, const check::Planned& planned, const check::Outcome& outcome) {
    const bool is_about_lines =
        planned.plan.scope == model::Scope::files && planned.plan.kind != model::CheckKind::format;
    if (planned.integrity) {
        return false;  // it is about the change, and the tree before it has none
    }
    return check::may_be_old(outcome) && (config.changed_lines_only || !is_about_lines);
}

std::map<std::string, std::string> old_names(const model::Snapshot& now) {
    std::map<std::string, std::string> names;
    for (const auto& file : now.files) {
        names[file.path] = file.old_path.empty() ? file.path : file.old_path;
    }
    return names;
}

}  // namespace

void rename_to_now(check::Outcome& outcome, const model::Snapshot& now) {
    for (const auto& file : now.files) {
        if (file.old_path.empty()) {
            continue;
        }
        for (auto& finding : outcome.findings) {
            if (finding.path == file.old_path) {
                finding.path = file.path;
            }
        }
    }
    check::fingerprint(outcome.findings);
}

model::Snapshot before_the_change(const model::Snapshot& now) {
    model::Snapshot base;
    base.id = now.id + "-base";
    base.source = model::SnapshotSource::range;
    base.merging = now.merging;
    base.base_tree = base.result_tree = now.base_tree;
    for (const auto& file : now.files) {
        if (file.old_blob.empty()) {
            continue;
        }
        model::StagedFile old = file;
        old.path = file.old_path.empty() ? file.path : file.old_path;
        old.old_path.clear();
        old.kind = model::ChangeKind::unchanged;
        old.blob = file.old_blob;
        old.mode = file.old_mode;
        base.files.push_back(std::move(old));
    }
    std::sort(base.files.begin(), base.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return base;
}

base::Result<void> forgive_already_red(Session& session, Judged& judged) {
    const auto& snapshot = judged.whole;
    if (snapshot.base_tree.empty() || snapshot.source == model::SnapshotSource::all) {
        return {};
    }
    const model::Snapshot base = before_the_change(snapshot);
    const git::TreeView view(session.source(), base);
    const auto names = old_names(snapshot);
    std::map<std::size_t, OnHead> on_head;
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        if (!worth_asking(session.config().config, judged.plans[i], judged.outcomes[i])) {
            continue;
        }
        check::Planned copy = judged.plans[i];
        copy.plan.files.clear();
        copy.through.clear();
        for (const auto& path : judged.plans[i].plan.files) {
            const auto name = names.find(path);
            const std::string& old = name == names.end() ? path : name->second;
            if (std::any_of(base.files.begin(), base.files.end(),
                            [&](const auto& file) { return file.path == old && file.has_content(); })) {
                copy.plan.files.push_back(old);
            }
        }
        if (copy.plan.files.empty() && copy.plan.scope == model::Scope::files) {
            continue;
        }
        on_head[i].planned = std::move(copy);
    }
    std::vector<const check::Planned*> plans;
    for (const auto& [index, asked] : on_head) {
        plans.push_back(&asked.planned);
    }
    if (!plans.empty()) {
        RFSN_ASSIGN(auto outcomes, run_on(session, judged, view, plans, {}));
        std::size_t next = 0;
        for (auto& [index, asked] : on_head) {
            asked.outcome = std::move(outcomes[next++]);
            rename_to_now(asked.outcome, snapshot);
        }
    }
    RFSN_TRY(ask_tests_again(session, judged, view, on_head));
    for (const auto& [index, asked] : on_head) {
        if (asked.outcome.run.state == model::RunState::blocked) {
            check::forgive_old(judged.outcomes[index], asked.outcome);
        }
    }
    return {};
}

}  // namespace rfsn::gate
