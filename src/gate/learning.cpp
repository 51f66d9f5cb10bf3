// SPDX-License-Identifier: MIT
#include "gate/learning.hpp"

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "edit/edit.hpp"
#include "observe/log.hpp"

namespace rfsn::gate {
namespace {

constexpr std::size_t max_remembered = 3;
constexpr std::uint64_t max_file = std::uint64_t{1} << 20;

const base::Clock& system_clock() {
    static const base::SystemClock clock;
    return clock;
}

base::Result<learn::Outcomes> open(const Session& session) {
    return learn::Outcomes::open(session.repository().common_dir() + "/rfsn", system_clock());
}

void tell(const base::Result<void>& result) {
    if (!result) {
        observe::log(observe::Level::warn, "learn", "not kept", {{"error", result.error().describe()}});
    }
}

std::string arm_of(const model::ProposalSummary& summary) {
    switch (summary.source) {
        case model::ProposalSource::model:
            return summary.strategy.empty() ? summary.cost.model : summary.strategy;
        case model::ProposalSource::remembered:
            return "remembered";
        case model::ProposalSource::pasted:
            return "pasted";
        case model::ProposalSource::fixer:
            break;
    }
    return "fixers: " + summary.strategy;
}

learn::Ending ending_of(const model::ProposalSummary& summary) {
    if (summary.proven) {
        return learn::Ending::proven;
    }
    return summary.paths.empty() ? learn::Ending::unusable : learn::Ending::refused;
}

/// The stored edit made on what is staged now. Errors: invalid (it does not fit).
base::Result<model::FileEdit> fitted(const Judged& judged, const model::FileEdit& old, const std::string& diff) {
    RFSN_ASSIGN(const auto entry, judged.view->find(old.path));
    model::FileEdit edit = old;
    if (!entry) {
        edit.old_blob.clear();
        return old.old_blob.empty() ? base::Result<model::FileEdit>(edit)
                                    : base::fail(base::ErrorCode::invalid, "the file is gone");
    }
    edit.old_blob = entry->object;
    edit.mode = entry->mode;
    if (entry->object == old.old_blob || old.deletes) {
        return edit;
    }
    RFSN_ASSIGN(const std::string content, judged.view->read(old.path, max_file));
    RFSN_ASSIGN(const auto blocks, edit::parse_reply(diff, edit::Format::unified_diff));
    std::vector<edit::Block> of_path;
    std::copy_if(blocks.begin(), blocks.end(), std::back_inserter(of_path),
                 [&](const edit::Block& block) { return block.path == old.path; });
    RFSN_ASSIGN(auto applied, edit::apply_blocks(content, of_path));
    edit.content = std::move(applied.content);
    return edit;
}

base::Result<model::FixProposal> recalled(const Judged& judged, const patch::StoredProposal& stored) {
    model::FixProposal proposal;
    proposal.source = model::ProposalSource::remembered;
    proposal.strategy = "proposal " + stored.id;
    proposal.checks = blocked_checks(judged);
    for (const auto& old : stored.patch.proposal().edits) {
        RFSN_ASSIGN(auto edit, fitted(judged, old, stored.patch.diff()));
        proposal.edits.push_back(std::move(edit));
    }
    return proposal;
}

}  // namespace

learn::Failure failure_of(const Judged& judged) {
    std::string check, pack, output;
    std::vector<model::Finding> findings;
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        if (check.empty()) {
            check = outcome.run.plan.id;
            pack = outcome.run.plan.pack;
            output = outcome.run.output;
        }
        findings.insert(findings.end(), outcome.findings.begin(), outcome.findings.end());
    }
    return learn::describe_failure(check, pack, findings, output);
}

void note_outcome(const Session& session, const Judged& judged, const model::ProposalSummary& summary,
                  std::chrono::milliseconds duration) {
    learn::Outcome outcome;
    outcome.failure = failure_of(judged);
    outcome.arm = arm_of(summary);
    outcome.proposal = summary.id;
    outcome.ending = ending_of(summary);
    outcome.tokens = summary.cost.input_tokens + summary.cost.output_tokens;
    outcome.duration = duration;
    auto outcomes = open(session);
    tell(outcomes ? outcomes->add(outcome) : base::Result<void>(tl::unexpect, outcomes.error()));
}

void note_ending(const Session& session, const std::string& proposal, learn::Ending ending) {
    auto outcomes = open(session);
    tell(outcomes ? outcomes->set_ending(proposal, ending) : base::Result<void>(tl::unexpect, outcomes.error()));
}

std::vector<std::string> order_arms(const Session& session, const learn::Failure& failure,
                                    const std::vector<std::string>& arms) {
    std::vector<learn::ArmHistory> histories;
    if (auto outcomes = open(session)) {
        if (auto known = outcomes->arms(failure)) {
            histories = std::move(*known);
        }
    }
    std::uint64_t seed = 0;
    const std::string digits = base::random_hex(sizeof seed);
    std::from_chars(digits.data(), digits.data() + digits.size(), seed, 16);
    return learn::Sampler(seed).order(learn::beliefs(arms, histories));
}

base::Result<Proposed> propose_from_memory(Session& session, const Judged& judged) {
    Proposed proposed;
    auto outcomes = open(session);
    const auto ids = outcomes ? outcomes->proven_for(failure_of(judged).fingerprint, max_remembered)
                              : base::Result<std::vector<std::string>>();
    auto store = patch::Store::open(session.repository());
    if (!ids || !store) {
        return proposed;  // nothing is remembered, and nothing depends on it
    }
    for (const auto& id : *ids) {
        const auto stored = store->get(id);
        if (!stored || stored->patch.proposal().source == model::ProposalSource::fixer) {
            continue;
        }
        const auto proposal = recalled(judged, *stored);
        if (!proposal) {
            continue;
        }
        RFSN_ASSIGN(auto summary,
                    verify_and_store(session, judged, *proposal, {{}, {}, stored->patch.evidence().failed_rounds}));
        const bool proven = summary.proven;
        proposed.proposals.push_back(std::move(summary));
        if (proven) {
            break;
        }
    }
    return proposed;
}

base::Result<std::vector<Believed>> believed(const Session& session, const learn::Failure& failure) {
    RFSN_ASSIGN(auto outcomes, open(session));
    RFSN_ASSIGN(const auto histories, outcomes.arms(failure));
    std::vector<std::string> arms;
    arms.reserve(histories.size());
    for (const auto& history : histories) {
        arms.push_back(history.arm);
    }
    const auto beliefs = learn::beliefs(arms, histories);
    std::vector<Believed> all;
    for (std::size_t i = 0; i < histories.size(); ++i) {
        all.push_back({histories[i], beliefs[i]});
    }
    return all;
}

}  // namespace rfsn::gate
