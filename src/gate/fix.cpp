// SPDX-License-Identifier: MIT
#include "gate/fix.hpp"

#include <algorithm>

#include "check/run_builtins.hpp"
#include "check/run_tools.hpp"
#include "gate/audit.hpp"
#include "gate/edit_limits.hpp"
#include "gate/learning.hpp"
#include "gate/prover.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::gate {
namespace {

std::string join(const std::vector<std::string>& words, const char* separator) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : separator) + word;
    }
    return text;
}

std::vector<std::string> paths_of(const model::FixProposal& proposal) {
    std::vector<std::string> paths;
    for (const auto& edit : proposal.edits) {
        paths.push_back(edit.path);
    }
    return paths;
}

policy::Limits limits_of(const config::Loaded& config, const Judged& judged, std::size_t failed_rounds) {
    policy::Limits limits;
    for (const auto& outcome : judged.outcomes) {
        for (const auto& finding : outcome.findings) {
            if (finding.blocking && !finding.path.empty()) {
                limits.diagnosed.push_back(finding.path);
                limits.diagnosed_lines[finding.path].push_back(finding.line);
            }
        }
    }
    const llm::EditLimits size = edit_limits(config, failed_rounds);
    limits.lines = size.lines;
    limits.files = size.files;
    limits.hunks = size.hunks;
    limits.contains_secret = [](std::string_view text) { return !secrets::scan(text).empty(); };
    return limits;
}

struct Fixable {
    std::vector<const check::Planned*> built, tools;
    std::vector<std::string> ids;
};

Fixable fixable_checks(const Judged& judged) {
    Fixable fixable;
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        const auto& planned = judged.plans[i];
        if (judged.outcomes[i].run.state != model::RunState::blocked) {
            continue;
        }
        if (planned.builtin != nullptr && planned.builtin->fixes) {
            fixable.built.push_back(&planned);
        } else if (planned.spec != nullptr && planned.spec->fix) {
            fixable.tools.push_back(&planned);
        } else {
            continue;
        }
        if (std::find(fixable.ids.begin(), fixable.ids.end(), planned.plan.id) == fixable.ids.end()) {
            fixable.ids.push_back(planned.plan.id);
        }
    }
    return fixable;
}

/// `git commit -a`, `-p` and `-- PATH` judge an index that is gone when the commit has failed.
base::Result<std::string> kept_id_of(const Session& session, const Judged& judged) {
    const auto origin = judged.whole.origin;
    if (origin != model::IndexOrigin::commit_all && origin != model::IndexOrigin::commit_paths) {
        return std::string();
    }
    auto env = session.env();
    env.unset("GIT_INDEX_FILE");
    RFSN_ASSIGN(const auto own, git::Repository::open(session.repository().work_tree(), env, session.runner()));
    RFSN_ASSIGN(const auto source, git::staged_source(own));
    RFSN_ASSIGN(auto kept, source->snapshot({}));
    return std::move(kept.id);
}

base::Result<model::ProposalSummary> stored_summary(Session& session, const patch::VerifiedPatch& patch) {
    RFSN_ASSIGN(auto store, patch::Store::open(session.repository()));
    RFSN_ASSIGN(const auto id, store.add(patch));
    RFSN_ASSIGN(const auto stored, store.get(id));
    audit(session, "proposed", audit_fields(stored));
    return summarise(stored);
}

/// The id of a proposal that makes the same files and that the person threw away; empty if there is none. What a person
/// or a fixer brings again is asked for again.
std::string discarded_before(const Session& session, const model::FixProposal& proposal) {
    if (proposal.source == model::ProposalSource::fixer || proposal.source == model::ProposalSource::pasted) {
        return "";
    }
    auto store = patch::Store::open(session.repository());
    const auto all = store ? store->list(true) : base::Result<std::vector<patch::StoredProposal>>();
    if (!all) {
        return "";
    }
    const auto same = [&](const patch::StoredProposal& stored) {
        return stored.state == "discarded" && same_edits(stored.patch.proposal(), proposal);
    };
    const auto found = std::find_if(all->begin(), all->end(), same);
    return found == all->end() ? "" : found->id;
}

base::Result<model::ProposalSummary> refused_summary(const model::FixProposal& proposal,
                                                     const patch::Verification& verification, const model::Cost& cost) {
    model::ProposalSummary summary;
    summary.source = proposal.source;
    summary.strategy = proposal.strategy;
    summary.paths = paths_of(proposal);
    summary.cost = cost;
    if (verification.refusal) {
        summary.refusal = verification.refusal->reason;
        summary.diff = verification.refusal->diff;
        summary.evidence = verification.refusal->evidence;
    }
    return summary;
}

}  // namespace

bool same_edits(const model::FixProposal& a, const model::FixProposal& b) {
    return std::equal(a.edits.begin(), a.edits.end(), b.edits.begin(), b.edits.end(),
                      [](const model::FileEdit& one, const model::FileEdit& other) {
                          return one.path == other.path && one.content == other.content && one.deletes == other.deletes;
                      });
}

std::vector<std::string> blocked_checks(const Judged& judged) {
    std::vector<std::string> ids;
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state == model::RunState::blocked &&
            std::find(ids.begin(), ids.end(), outcome.run.plan.id) == ids.end()) {
            ids.push_back(outcome.run.plan.id);
        }
    }
    return ids;
}

model::ProposalSummary summarise(const patch::StoredProposal& stored) {
    model::ProposalSummary summary;
    summary.id = stored.id;
    summary.source = stored.patch.proposal().source;
    summary.strategy = stored.patch.proposal().strategy;
    summary.diff = stored.patch.diff();
    summary.paths = paths_of(stored.patch.proposal());
    summary.proven = true;
    summary.evidence = stored.patch.evidence();
    summary.cost = stored.patch.cost();
    return summary;
}

base::Result<patch::Verification> verify_only(Session& session, const Judged& judged,
                                              const model::FixProposal& proposal, const Provenance& provenance) {
    CheckProver prover(session, judged);
    patch::VerifyRequest request;
    request.limits = limits_of(session.config(), judged, provenance.failed_rounds);
    request.offered = provenance.offered;
    request.cost = provenance.cost;
    request.failed_rounds = provenance.failed_rounds;
    RFSN_ASSIGN(request.kept_id, kept_id_of(session, judged));
    return patch::verify(proposal, session.source(), judged.whole, prover, request);
}

base::Result<model::ProposalSummary> verify_and_store(Session& session, const Judged& judged,
                                                      const model::FixProposal& proposal,
                                                      const Provenance& provenance) {
    const auto started = std::chrono::steady_clock::now();
    if (const std::string id = discarded_before(session, proposal); !id.empty()) {
        patch::Verification refused;
        refused.refusal = patch::Refusal{"it is the same as proposal " + id + ", which you discarded", {}, ""};
        return refused_summary(proposal, refused, provenance.cost);
    }
    RFSN_ASSIGN(const auto verification, verify_only(session, judged, proposal, provenance));
    RFSN_ASSIGN(auto summary, verification.patch ? stored_summary(session, *verification.patch)
                                                 : refused_summary(proposal, verification, provenance.cost));
    note_outcome(session, judged, summary,
                 std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started));
    return summary;
}

void keep_fixes_of_passing_index(Session& session, const Judged& judged, model::Report& report) {
    const auto origin = judged.whole.origin;
    const bool passing = origin == model::IndexOrigin::commit_all || origin == model::IndexOrigin::commit_paths;
    if (!passing || report.verdict != model::Verdict::blocked || report.fixable == 0 ||
        judged.whole.source != model::SnapshotSource::index) {
        return;
    }
    auto proposed = propose_from_fixers(session, judged);
    if (!proposed) {
        report.notices.push_back("no patch could be made of what the fixers would do: " + proposed.error().message);
        return;
    }
    for (auto& proposal : proposed->proposals) {
        if (proposal.proven) {
            report.proposals.push_back(std::move(proposal));
        }
    }
}

base::Result<std::optional<patch::StoredProposal>> kept_proposal(Session& session, const Judged& judged) {
    if (judged.whole.origin != model::IndexOrigin::normal) {
        return std::nullopt;
    }
    RFSN_ASSIGN(auto store, patch::Store::open(session.repository()));
    RFSN_ASSIGN(auto open, store.list(false));
    for (auto& stored : open) {
        if (!stored.patch.kept_id().empty()) {
            return stored.patch.kept_id() == judged.whole.id ? std::optional(std::move(stored)) : std::nullopt;
        }
    }
    return std::nullopt;
}

base::Result<Proposed> propose_from_fixers(Session& session, const Judged& judged) {
    Proposed proposed;
    const auto fixable = fixable_checks(judged);
    if (fixable.ids.empty()) {
        proposed.reason = blocked_checks(judged).empty() ? "nothing is red" : "none of the blocked checks has a fixer";
        return proposed;
    }
    RFSN_ASSIGN(auto edits, check::fix_builtins(fixable.built, *judged.view));
    if (!fixable.tools.empty()) {
        const auto view = judged.view->with_edits(edits);
        check::ToolContext context;
        context.view = &view;
        context.isolation = &session.isolation();
        context.runner = &session.runner();
        RFSN_ASSIGN(edits, check::run_fixers(fixable.tools, context));
    }
    if (edits.empty()) {
        proposed.reason = "the fixers changed nothing";
        return proposed;
    }
    model::FixProposal proposal;
    proposal.source = model::ProposalSource::fixer;
    proposal.strategy = join(fixable.ids, ", ");
    proposal.edits = std::move(edits);
    proposal.checks = fixable.ids;
    RFSN_ASSIGN(auto summary, verify_and_store(session, judged, proposal, {}));
    proposed.proposals.push_back(std::move(summary));
    return proposed;
}

}  // namespace rfsn::gate
