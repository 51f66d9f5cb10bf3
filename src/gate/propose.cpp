// SPDX-License-Identifier: MIT
#include "gate/propose.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "gate/learning.hpp"
#include "gate/reply_proposal.hpp"
#include "gate/search.hpp"
#include "llm/targets.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

/// Files with a blocking finding that can be edited, or, where a check named none, the staged files it was about.
std::set<std::string> files_to_offer(const Judged& judged) {
    std::set<std::string> named, owned, tests;
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        owned.insert(outcome.run.plan.files.begin(), outcome.run.plan.files.end());
        const bool is_test = outcome.run.plan.kind == model::CheckKind::test;
        for (const auto& finding : outcome.findings) {
            if (finding.blocking && !finding.path.empty()) {
                (is_test ? tests : named).insert(finding.path);
            }
        }
    }
    // A failing test says where it is; what has to change is the code that was staged, never the test.
    const bool test_failed = std::any_of(judged.outcomes.begin(), judged.outcomes.end(), [](const auto& outcome) {
        return outcome.run.state == model::RunState::blocked && outcome.run.plan.kind == model::CheckKind::test;
    });
    if (named.empty() || test_failed) {
        named.insert(owned.begin(), owned.end());
    }
    for (auto path = named.begin(); test_failed && path != named.end();) {
        path = tests.count(*path) != 0 || policy::is_test_path(*path) ? named.erase(path) : std::next(path);
    }
    return named;
}

const model::StagedFile* staged(const Judged& judged, const std::string& path) {
    const auto& files = judged.whole.files;
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const model::StagedFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

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

base::Result<llm::Prompt> prompt_for(Session& /*session*/, const Judged& judged) {
    llm::PromptInput input;
    for (const auto& path : files_to_offer(judged)) {
        const auto* file = staged(judged, path);
        if (file != nullptr && !file->has_content()) {
            continue;
        }
        auto content = judged.view->read(path, max_offered);
        if (content && content->find('\0') == std::string::npos) {
            input.files.push_back({path, std::move(*content)});
        }
    }
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        llm::FailedCheck failed;
        failed.id = outcome.run.plan.id;
        failed.output = outcome.run.output;
        for (const auto& finding : outcome.findings) {
            if (finding.blocking) {
                failed.findings.push_back(finding);
            }
        }
        input.checks.push_back(std::move(failed));
    }
    if (input.checks.empty()) {
        return base::fail(base::ErrorCode::invalid, "nothing is red, so there is nothing to ask");
    }
    return llm::build_prompt(input);
}

base::Result<Proposed> propose_from_reply(Session& session, const Judged& judged, const std::string& reply) {
    Proposed proposed;
    RFSN_ASSIGN(const auto prompt, prompt_for(session, judged));
    RFSN_ASSIGN(const auto proposal, proposal_from(judged, reply, prompt.offered, model::ProposalSource::pasted, ""));
    RFSN_ASSIGN(auto summary, verify_and_store(session, judged, proposal, prompt.offered, {}));
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
    RFSN_ASSIGN(auto tried, settings.candidates > 1 ? search.ask_many() : search.ask_once(first));
    std::string problem = tried.problem;
    for (std::int64_t attempt = 1; attempt < settings.attempts && !tried.proven && tried.reply; ++attempt) {
        RFSN_ASSIGN(const auto prompt, llm::repair_prompt(first, tried.reply->content, problem));
        RFSN_ASSIGN(tried, search.ask_once(prompt));
        if (!tried.proven && tried.problem == problem) {
            break;  // the same failure again: asking on would only cost
        }
        problem = tried.problem;
    }
    if (tried.reply) {  // else it was known that none comes
        transport.judged(first, settings, tried.proven ? &*tried.reply : nullptr, problem);
    }
    auto proposed = search.take();
    if (!tried.proven) {
        proposed.reason = tried.reply ? "no answer could be proven" : problem;
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
