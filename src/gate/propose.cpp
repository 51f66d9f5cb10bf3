// SPDX-License-Identifier: MIT
#include "gate/propose.hpp"

#include <algorithm>

#include "gate/edit_limits.hpp"
#include "gate/learning.hpp"
#include "gate/question.hpp"
#include "gate/reply_proposal.hpp"
#include "gate/search.hpp"
#include "llm/targets.hpp"

namespace rfsn::gate {
namespace {

/// Whether one proven proposal turns every blocked check green.
bool repairs_all(const Judged& judged, const Proposed& proposed) {
    const auto blocked = blocked_checks(judged);
    return std::any_of(proposed.proposals.begin(), proposed.proposals.end(), [&](const auto& proposal) {
        const auto green = [&](const std::string& check) {
            const auto& checks = proposal.evidence.checks;
            return std::any_of(checks.begin(), checks.end(), [&](const auto& delta) { return delta.check == check; }) &&
                   std::all_of(checks.begin(), checks.end(), [&](const auto& delta) {
                       return delta.check != check || delta.after == model::RunState::passed;
                   });
        };
        return proposal.proven && std::all_of(blocked.begin(), blocked.end(), green);
    });
}

}  // namespace

std::optional<std::string> why_no_endpoint(const config::LlmSettings& settings) {
    const auto asked = llm::targets(settings);
    if (!asked) {
        return asked.error().describe();
    }
    if (asked->empty()) {
        return "no model is configured, so none was asked: set llm.base_url and llm.model in the user configuration, "
               "then `git rfsn llm enable`; "
               "`git rfsn prompt` and `git rfsn propose --reply FILE` work with any chat window";
    }
    if (!settings.enabled) {
        return "a model is configured but not enabled, so none was asked: git rfsn llm enable";
    }
    return std::nullopt;
}

base::Result<Proposed> propose_from_reply(Session& session, const Judged& judged, const std::string& reply) {
    Proposed proposed;
    RFSN_ASSIGN(const auto prompt, prompt_for(session, judged));
    RFSN_ASSIGN(const auto proposal, proposal_from(judged, reply, prompt.offered, model::ProposalSource::pasted, ""));
    RFSN_ASSIGN(auto summary, verify_and_store(session, judged, proposal, {prompt.offered, {}, 0}));
    proposed.proposals.push_back(std::move(summary));
    return proposed;
}

base::Result<Proposed> propose_from_model(Session& session, const Judged& judged, llm::NetTransport& transport) {
    const auto& settings = session.config().config.llm;
    if (const auto why = why_no_endpoint(settings)) {
        return base::fail(base::ErrorCode::unavailable, *why);
    }
    RFSN_ASSIGN(const auto first, prompt_for(session, judged));
    Search search(session, judged, transport, first);
    RFSN_ASSIGN(auto tried, search.try_similar());
    if (!tried.proven) {
        RFSN_ASSIGN(tried, settings.candidates > 1 ? search.ask_many() : search.ask_once(first));
    }
    bool repeats = false;  // what several answers of one round have in common is told to the next one
    for (std::int64_t attempt = 1; attempt < settings.attempts && !tried.proven && tried.reply && !repeats; ++attempt) {
        search.failed_round();
        const auto limits = edit_limits(session.config(), search.failed_rounds());
        RFSN_ASSIGN(const auto prompt, llm::repair_prompt(first, tried.reply->content, tried.problem, limits));
        RFSN_ASSIGN(tried, search.ask_once(prompt));
        repeats = tried.repeats;
    }
    if (tried.reply) {  // else it was known that none comes
        transport.judged(first, settings, tried.proven ? &*tried.reply : nullptr, tried.problem);
    }
    auto proposed = search.take();
    if (!tried.proven) {
        proposed.reason = !tried.reply ? tried.problem
                          : repeats    ? "no answer could be proven: the last one failed as one before it"
                                       : "no answer could be proven";
    }
    return proposed;
}

base::Result<Proposed> propose(Session& session, const Judged& judged, llm::NetTransport& transport) {
    RFSN_ASSIGN(auto fixed, propose_from_fixers(session, judged));
    if (repairs_all(judged, fixed)) {
        return fixed;
    }
    RFSN_ASSIGN(auto remembered, propose_from_memory(session, judged));
    if (std::any_of(remembered.proposals.begin(), remembered.proposals.end(),
                    [](const auto& proposal) { return proposal.proven; })) {
        return remembered;
    }
    return propose_from_model(session, judged, transport);
}

}  // namespace rfsn::gate
