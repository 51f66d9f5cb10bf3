// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"
#include "patch/patch.hpp"
#include "patch/verified_patch_maker.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using model::FileMode;
using model::RunState;

constexpr std::uint64_t max_edited_bytes = std::uint64_t{256} << 20;

/// What will be judged and proven: edits that change something, with what they change.
struct Prepared {
    model::FixProposal proposal;
    std::vector<policy::Change> changes;
    std::string refusal;
};

bool is_file(FileMode mode) {
    return mode == FileMode::regular || mode == FileMode::executable || mode == FileMode::symlink;
}

/// Why `edit` does not fit what is staged; empty if it does.
std::string mismatch(const model::FileEdit& edit, const std::optional<git::TreeEntry>& entry) {
    const std::string path = base::printable(edit.path);
    if (entry && entry->is_tree) {
        return path + " is a directory in what is staged";
    }
    if (!entry) {
        return edit.old_blob.empty() && !edit.deletes ? "" : path + " is not in what is staged";
    }
    if (edit.old_blob.empty()) {
        return path + " exists already in what is staged";
    }
    if (!is_file(entry->mode)) {
        return path + " is a submodule";
    }
    return entry->object == edit.old_blob ? "" : path + " was staged anew since the proposal was made";
}

base::Result<Prepared> prepare(const model::FixProposal& proposal, git::StagedSource& source,
                               const model::Snapshot& snapshot) {
    Prepared prepared;
    prepared.proposal = proposal;
    auto& edits = prepared.proposal.edits;
    std::sort(edits.begin(), edits.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    const auto repeated =
        std::adjacent_find(edits.begin(), edits.end(), [](const auto& a, const auto& b) { return a.path == b.path; });
    if (repeated != edits.end()) {
        prepared.refusal = base::printable(repeated->path) + " is edited twice in one proposal";
        return prepared;
    }
    const git::TreeView view(source, snapshot);
    std::vector<model::FileEdit> kept;
    for (auto& edit : edits) {
        RFSN_ASSIGN(const auto entry, view.find(edit.path));
        prepared.refusal = mismatch(edit, entry);
        if (!prepared.refusal.empty()) {
            return prepared;
        }
        policy::Change change;
        if (entry) {
            change.old_mode = entry->mode;
            RFSN_ASSIGN(change.before, source.read(edit.old_blob, max_edited_bytes));
            if (!edit.deletes && change.before == edit.content && entry->mode == edit.mode) {
                continue;
            }
        }
        change.edit = edit;
        prepared.changes.push_back(std::move(change));
        kept.push_back(std::move(edit));
    }
    edits = std::move(kept);
    if (edits.empty()) {
        prepared.refusal = "it changes nothing";
    }
    return prepared;
}

std::string called(const model::CheckDelta& delta) {
    const bool at_top = delta.project.empty() || delta.project == ".";
    return base::printable(at_top ? delta.check : delta.check + " in " + delta.project);
}

/// Why this check speaks against the patch; empty if it does not.
std::string objection(const model::CheckDelta& delta) {
    const std::string note = delta.note.empty() ? "" : ": " + base::printable(delta.note);
    if (delta.after == RunState::passed) {
        return "";
    }
    if (delta.after == RunState::error) {
        return called(delta) + " ended in an error with the patch" + note;
    }
    if (delta.after == RunState::unavailable) {
        return called(delta) + " could not be run with the patch" + note;
    }
    if (delta.before == RunState::passed) {
        return fmt::format("{} passed before and is {} with the patch{}", called(delta), model::name(delta.after),
                           note);
    }
    if (delta.after == RunState::blocked && delta.before != RunState::blocked) {
        return called(delta) + " is blocked with the patch" + note;
    }
    if (delta.after == RunState::blocked && delta.findings_after > delta.findings_before) {
        return fmt::format("{} has {} findings with the patch, {} before{}", called(delta), delta.findings_after,
                           delta.findings_before, note);
    }
    if (delta.after == RunState::skipped && delta.before != RunState::skipped) {
        return called(delta) + " was skipped with the patch" + note;
    }
    return "";
}

bool turned_green(const model::CheckDelta& delta, const std::vector<std::string>& wanted) {
    const bool was_red = delta.before == RunState::blocked || delta.before == RunState::error;
    return was_red && !delta.flaky && delta.after == RunState::passed &&
           std::find(wanted.begin(), wanted.end(), delta.check) != wanted.end();
}

/// A test check that is as red as before, where the patch turns another check of its project green: what the patch does
/// cannot be told from what it pretends to do. Null if there is none.
const model::CheckDelta* silent_witness(const Proof& proof, const std::vector<std::string>& wanted) {
    const auto is = [&](const model::CheckDelta& tests) {
        const bool as_red = tests.tests && tests.before == RunState::blocked && tests.after == RunState::blocked &&
                            tests.findings_after >= tests.findings_before &&
                            std::find(wanted.begin(), wanted.end(), tests.check) != wanted.end();
        return as_red && std::any_of(proof.checks.begin(), proof.checks.end(), [&](const model::CheckDelta& other) {
                   return other.project == tests.project && turned_green(other, wanted);
               });
    };
    const auto found = std::find_if(proof.checks.begin(), proof.checks.end(), is);
    return found == proof.checks.end() ? nullptr : &*found;
}

std::string judge_proof(const Proof& proof, const model::FixProposal& proposal) {
    const auto& wanted = proposal.checks;
    if (proof.checks.empty()) {
        return "no check could be run on it, so nothing speaks for it";
    }
    for (const auto& delta : proof.checks) {
        if (auto reason = objection(delta); !reason.empty()) {
            return reason;
        }
    }
    if (proposal.source != model::ProposalSource::fixer) {
        if (const auto* tests = silent_witness(proof, wanted)) {
            return fmt::format("{} is as red as before, so nothing tells whether it is right: {}", called(*tests),
                               base::printable(tests->note));
        }
    }
    const bool green = std::any_of(proof.checks.begin(), proof.checks.end(),
                                   [&](const auto& delta) { return turned_green(delta, wanted); });
    const auto lucky =
        std::find_if(proof.checks.begin(), proof.checks.end(), [](const auto& delta) { return delta.flaky; });
    if (!green && lucky != proof.checks.end()) {
        return called(*lucky) + " is flaky, so it proves nothing: " + base::printable(lucky->note);
    }
    return green ? "" : "it does not turn any failing check green";
}

Verification refuse(std::string reason, model::Evidence evidence, std::string diff) {
    Verification verification;
    verification.refusal = Refusal{std::move(reason), std::move(evidence), std::move(diff)};
    return verification;
}

}  // namespace

base::Result<Verification> verify(const model::FixProposal& proposal, git::StagedSource& source,
                                  const model::Snapshot& snapshot, Prover& prover, const VerifyRequest& request) {
    const auto started = std::chrono::steady_clock::now();
    RFSN_ASSIGN(auto prepared, prepare(proposal, source, snapshot));
    model::Evidence evidence;
    evidence.match_levels = prepared.proposal.match_levels;
    evidence.failed_rounds = request.failed_rounds;
    if (!prepared.refusal.empty()) {
        return refuse(std::move(prepared.refusal), std::move(evidence), "");
    }
    RFSN_ASSIGN(std::string diff, git::unified_diff(source, prepared.proposal.edits));
    evidence.policy = policy::judge(prepared.changes, prepared.proposal.source, request.limits, request.offered);
    const auto forbidden = std::find_if(evidence.policy.begin(), evidence.policy.end(),
                                        [](const auto& verdict) { return !verdict.allowed; });
    if (forbidden != evidence.policy.end()) {
        return refuse(fmt::format("policy {}: {}", forbidden->rule, forbidden->reason), std::move(evidence),
                      std::move(diff));
    }
    RFSN_ASSIGN(auto proof, prover.prove(prepared.proposal));
    evidence.checks = proof.checks;
    evidence.not_run = proof.not_run;
    evidence.isolation = proof.isolation;
    evidence.tool_versions = proof.tool_versions;
    evidence.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    if (auto reason = judge_proof(proof, prepared.proposal); !reason.empty()) {
        return refuse(std::move(reason), std::move(evidence), std::move(diff));
    }
    Verification verification;
    verification.patch = VerifiedPatchMaker::make(std::move(prepared.proposal), snapshot, snapshot.result_tree,
                                                  std::move(proof.result_tree), std::move(diff), std::move(evidence),
                                                  request.cost, request.kept_id);
    return verification;
}

}  // namespace rfsn::patch
