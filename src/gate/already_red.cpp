// SPDX-License-Identifier: MIT
#include "gate/already_red.hpp"

#include <algorithm>

#include "check/settle.hpp"

namespace rfsn::gate {
namespace {

bool worth_asking(const check::Planned& planned, const check::Outcome& outcome) {
    return planned.builtin == nullptr && outcome.run.state == model::RunState::blocked &&
           (planned.plan.scope != model::Scope::files || planned.plan.kind == model::CheckKind::format);
}

/// The change's files as they were before it.
model::Snapshot before_the_change(const model::Snapshot& now) {
    model::Snapshot base;
    base.id = now.id + "-base";
    base.source = model::SnapshotSource::range;
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

}  // namespace

base::Result<void> forgive_already_red(Session& session, Judged& judged) {
    const auto& snapshot = judged.snapshot;
    if (snapshot.base_tree.empty() || snapshot.source == model::SnapshotSource::all) {
        return {};
    }
    const model::Snapshot base = before_the_change(snapshot);
    const git::TreeView view(session.source(), base);
    std::vector<check::Planned> again;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        if (!worth_asking(judged.plans[i], judged.outcomes[i])) {
            continue;
        }
        check::Planned copy = judged.plans[i];
        auto& files = copy.plan.files;
        files.erase(std::remove_if(files.begin(), files.end(),
                                   [&](const std::string& path) {
                                       return std::none_of(base.files.begin(), base.files.end(), [&](const auto& file) {
                                           return file.path == path && file.has_content();
                                       });
                                   }),
                    files.end());
        if (files.empty() && copy.plan.scope == model::Scope::files) {
            continue;
        }
        again.push_back(std::move(copy));
        of.push_back(i);
    }
    if (again.empty()) {
        return {};
    }
    std::vector<const check::Planned*> plans;
    for (const auto& planned : again) {
        plans.push_back(&planned);
    }
    RFSN_ASSIGN(const auto outcomes, run_on(session, judged, view, plans, {}));
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (outcomes[i].run.state == model::RunState::blocked) {
            check::forgive_old(judged.outcomes[of[i]], outcomes[i]);
        }
    }
    return {};
}

}  // namespace rfsn::gate
