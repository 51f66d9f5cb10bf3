// SPDX-License-Identifier: MIT
#include "gate/prover.hpp"

#include <algorithm>
#include <map>

#include "base/interrupt.hpp"
#include "check/settle.hpp"
#include "gate/flaky.hpp"

namespace rfsn::gate {
namespace {

bool touches(const check::Planned& planned, const model::FixProposal& proposal) {
    if (planned.plan.scope != model::Scope::files && planned.builtin == nullptr) {
        const std::string prefix =
            planned.plan.project == "." || planned.plan.project.empty() ? "" : planned.plan.project + "/";
        return std::any_of(proposal.edits.begin(), proposal.edits.end(),
                           [&](const model::FileEdit& edit) { return edit.path.rfind(prefix, 0) == 0; });
    }
    return std::any_of(proposal.edits.begin(), proposal.edits.end(), [&](const model::FileEdit& edit) {
        const auto& files = planned.plan.files;
        return std::find(files.begin(), files.end(), edit.path) != files.end();
    });
}

const check::Outcome* outcome_of(const Judged& judged, const check::Planned& planned) {
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        if (&judged.plans[i] == &planned) {
            return &judged.outcomes[i];
        }
    }
    return nullptr;
}

/// A test that was run before and is skipped or missing now, in words; empty if there is none.
std::string missing_test(const std::vector<check::TestCase>& before, const std::vector<check::TestCase>& after) {
    using Ending = check::TestCase::Ending;
    std::map<std::string, Ending> now;
    for (const auto& test : after) {
        now[test.id()] = test.ending;
    }
    for (const auto& test : before) {
        const auto found = now.find(test.id());
        if (test.ending != Ending::skipped && (found == now.end() || found->second == Ending::skipped)) {
            return "the test " + test.id() + (found == now.end() ? " is gone with it" : " is skipped with it");
        }
    }
    return "";
}

/// By the tool's name; where projects have different ones of it, the others' with the project.
void note_version(const check::Planned& planned, const model::CheckRun& run, patch::Proof& proof) {
    if (planned.tool == nullptr || run.tool_version.empty()) {
        return;
    }
    const auto [known, is_new] = proof.tool_versions.emplace(planned.tool->id, run.tool_version);
    if (!is_new && known->second != run.tool_version) {
        proof.tool_versions.emplace(planned.tool->id + " in " + planned.plan.project, run.tool_version);
    }
}

/// Findings that did not block before must not start to: they stand on lines that the patch may have moved.
check::Outcome tolerated(const check::Outcome& before) {
    check::Outcome old;
    for (const auto& finding : before.findings) {
        if (!finding.blocking) {
            old.findings.push_back(finding);
        }
    }
    return old;
}

/// Every blocking finding of it was there in one of two runs only.
bool red_by_luck(const check::Outcome& outcome) {
    const auto blocks = [](const auto& finding) { return finding.blocking; };
    return std::any_of(outcome.findings.begin(), outcome.findings.end(), blocks) &&
           std::all_of(outcome.findings.begin(), outcome.findings.end(),
                       [&](const auto& finding) { return finding.flaky || !blocks(finding); });
}

/// A patch on trial may loop for ever. What took a second without it is not waited for until the check's own limit.
check::Planned hurried(const check::Planned& planned, const check::Outcome* before) {
    constexpr std::chrono::milliseconds at_least{60000};
    auto copy = planned;
    if (before != nullptr && copy.plan.timeout.count() > 0) {
        copy.plan.timeout = std::min(copy.plan.timeout, at_least + 10 * before->run.duration);
    }
    return copy;
}

}  // namespace

std::vector<const check::Planned*> CheckProver::concerned(const model::FixProposal& proposal) const {
    std::vector<const check::Planned*> plans;
    for (const auto& planned : judged_->plans) {
        const auto& wanted = proposal.checks;
        if (touches(planned, proposal) || std::find(wanted.begin(), wanted.end(), planned.plan.id) != wanted.end()) {
            plans.push_back(&planned);
        }
    }
    return plans;
}

/// Tests that the patch turned green, or red, are run once more with it: neither may be luck.
base::Result<void> CheckProver::try_luck(const git::TreeView& view, const std::vector<const check::Planned*>& plans,
                                         const std::vector<const check::Planned*>& to_run, bool confined,
                                         std::vector<check::Outcome>& outcomes) {
    std::vector<const check::Planned*> again;
    std::vector<check::Outcome*> of;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const auto* before = outcome_of(*judged_, *plans[i]);
        const auto state = outcomes[i].run.state;
        const bool judged = state == model::RunState::passed || state == model::RunState::blocked;
        const bool was_green = before != nullptr && before->run.state == model::RunState::passed;
        if (judged && may_be_flaky(*plans[i]) && was_green != (state == model::RunState::passed)) {
            again.push_back(to_run[i]);
            of.push_back(&outcomes[i]);
        }
    }
    if (again.empty() || base::interrupted()) {
        return {};
    }
    RFSN_ASSIGN(const auto second, run_on(*session_, *judged_, view, again, {confined, true}));
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (of[i]->run.state == model::RunState::passed && second[i].run.state != model::RunState::passed &&
            second[i].run.state != model::RunState::blocked) {
            *of[i] = second[i];  // it could not be shown twice
        }
        check::name_flaky(*of[i], second[i]);
    }
    return {};
}

base::Result<patch::Proof> CheckProver::prove(const model::FixProposal& proposal) {
    const auto plans = concerned(proposal);
    const bool confined = proposal.source != model::ProposalSource::fixer;
    const auto view = judged_->view->with_edits(proposal.edits);
    std::vector<check::Planned> limited;
    std::vector<const check::Planned*> to_run;
    limited.reserve(plans.size());
    for (const auto* planned : plans) {
        limited.push_back(confined ? hurried(*planned, outcome_of(*judged_, *planned)) : *planned);
        to_run.push_back(&limited.back());
    }
    RFSN_ASSIGN(auto outcomes, run_on(*session_, *judged_, view, to_run, {confined, true}));
    if (base::interrupted()) {
        return base::fail(base::ErrorCode::interrupted, "interrupted while a patch was being proven");
    }
    RFSN_TRY(try_luck(view, plans, to_run, confined, outcomes));
    patch::Proof proof;
    std::set<std::string> isolation;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const auto* before = outcome_of(*judged_, *plans[i]);
        if (before == nullptr) {
            return base::fail(base::ErrorCode::internal, "a check was proven that had not been run");
        }
        auto& after = outcomes[i];
        for (auto& finding :
             after.findings) {  // the patch has moved lines: only the fingerprint says what was there before
            finding.on_changed_line.reset();
        }
        check::forgive_old(after, tolerated(*before));
        if (plans[i]->plan.preset || before->run.state == model::RunState::unavailable ||
            before->run.state == model::RunState::skipped) {
            if (plans[i]->plan.preset_reason != "no staged file for it") {
                proof.not_run.push_back(plans[i]->plan.id + ": " + before->run.reason);
            }
            continue;
        }
        model::CheckDelta delta;
        delta.check = plans[i]->plan.id;
        delta.project = plans[i]->plan.project;
        delta.tests = plans[i]->plan.kind == model::CheckKind::test;
        delta.before = before->run.state;
        delta.after = after.run.state;
        delta.findings_before = before->run.findings;
        delta.findings_after = after.run.findings;
        delta.note = after.run.state == model::RunState::passed ? "" : after.run.reason;
        if (after.run.state == model::RunState::blocked && delta.note.empty()) {
            const auto first = std::find_if(after.findings.begin(), after.findings.end(),
                                            [](const auto& finding) { return finding.blocking; });
            delta.note = first == after.findings.end()
                             ? ""
                             : first->path + ":" + std::to_string(first->line) + ": " + first->message;
        }
        if (const std::string gone = missing_test(before->tests, after.tests);
            !gone.empty() && after.run.state == model::RunState::passed) {
            delta.after = model::RunState::blocked;
            delta.note = gone;
        }
        delta.flaky = after.run.flaky != 0 || red_by_luck(*before);
        if (delta.flaky && delta.note.empty()) {
            delta.note = after.run.flaky != 0 ? "two runs with the patch did not end alike"
                                              : "it was red in one of two runs without the patch";
        }
        if (before->run.tests && after.run.tests.value_or(0) < *before->run.tests &&
            after.run.state == model::RunState::passed) {
            delta.after = model::RunState::blocked;
            delta.note = std::to_string(*before->run.tests) + " tests ran before the patch and " +
                         std::to_string(after.run.tests.value_or(0)) + " with it";
        }
        note_version(*plans[i], after.run, proof);
        proof.checks.push_back(std::move(delta));
        isolation.insert(after.run.isolation);
    }
    isolation.erase("");
    proof.isolation.assign(isolation.begin(), isolation.end());
    isolate::Limits limits;
    limits.confined = confined;
    limits.network = !confined;
    for (auto& fact : session_->isolation().sandbox_facts(limits)) {
        proof.isolation.push_back(std::move(fact));
    }
    if (confined && !session_->isolation().can_confine()) {
        proof.isolation.emplace_back("no confinement: this machine does not allow it (git rfsn doctor)");
    }
    return proof;
}

}  // namespace rfsn::gate
