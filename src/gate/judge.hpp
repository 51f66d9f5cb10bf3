// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "check/outcome.hpp"
#include "check/plan.hpp"
#include "gate/session.hpp"
#include "git/staged_source.hpp"
#include "model/report.hpp"

namespace rfsn::gate {

struct CheckRequest {
    git::Selection selection;
    std::vector<std::string> files;  ///< relative to the directory the command was started in; empty: all of the change
    model::Stage stage = model::Stage::pre_commit;
    check::Choice choice;
    bool trusted = false;           ///< ci: the machine is the sandbox
    bool config_from_base = false;  ///< ci: the change may not configure its own gate
    /// What was asked before about the same bytes need not be run again. For a verdict, never for a proof.
    bool remember = false;
    bool plan_only = false;  ///< --explain: nothing is run
    std::function<void(const std::vector<std::string>&)> progress;
    std::optional<model::Snapshot> replay;  ///< a change that was judged before, instead of `selection`
};

/// A change with its plan and what came of it. Addresses inside are stable: it is neither copied nor moved.
struct Judged {
    Judged() = default;
    Judged(const Judged&) = delete;
    Judged& operator=(const Judged&) = delete;
    Judged(Judged&&) = delete;
    Judged& operator=(Judged&&) = delete;
    ~Judged() = default;

    CheckRequest request;
    model::Snapshot whole;     ///< the change as git has it: what `view` needs to see the right tree
    model::Snapshot snapshot;  ///< the part of it that is judged (--files, excluded paths)
    std::vector<model::StagedFile> self_excluded;  ///< by the .rfsn.yaml that is part of the change
    std::unique_ptr<git::TreeView> view;
    buildpack::Detection detection;
    std::vector<check::Planned> plans;
    std::vector<check::Outcome> outcomes;                            ///< same order as plans
    std::chrono::milliseconds limit{0};                              ///< the stage's deadline, as a duration; 0 = none
    std::optional<base::ProcessRunner::Clock::time_point> deadline;  ///< of this run
    std::chrono::steady_clock::time_point started;
    std::chrono::system_clock::time_point started_at;
};

/// Snapshot -> projects -> plan -> runs -> findings. Errors: conflict (unmerged index), usage (unknown names, untracked
/// --files), config.
[[nodiscard]] base::Result<std::unique_ptr<Judged>> judge(Session& session, CheckRequest request);

struct Rerun {
    bool confined = false;  ///< the tree holds code that nobody has accepted yet
    /// A proof has the stage's time for itself; what belongs to the run itself shares the run's deadline.
    bool own_deadline = false;
    bool remembered = false;  ///< CheckRequest::remember holds
};
/// Runs `plans` on another view of the same change (a proposal over it, or the tree before it) and settles every
/// finding as blocking.
[[nodiscard]] base::Result<std::vector<check::Outcome>> run_on(Session& session, const Judged& judged,
                                                               const git::TreeView& view,
                                                               const std::vector<const check::Planned*>& plans,
                                                               const Rerun& how);

/// The verdict by the rules of DESIGN 8: blocked wins over error, a required check that could not run is an error, and
/// so is an interrupt.
[[nodiscard]] model::Report make_report(const Session& session, const Judged& judged);

}  // namespace rfsn::gate
