// SPDX-License-Identifier: MIT
#include "gate/propose.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "edit/edit.hpp"
#include "gate/learning.hpp"
#include "llm/targets.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

constexpr std::uint64_t max_offered = std::uint64_t{1} << 20;

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

/// Reply -> edits against the staged blobs. Errors: invalid, in words that can be sent back.
base::Result<model::FixProposal> proposal_from(const Judged& judged, const std::string& reply,
                                               const std::vector<std::string>& offered, model::ProposalSource source,
                                               const std::string& strategy) {
    RFSN_ASSIGN(const auto blocks, edit::parse_reply(reply, edit::Format::automatic));
    std::map<std::string, std::vector<edit::Block>> by_path;
    for (const auto& block : blocks) {
        by_path[block.path].push_back(block);
    }
    model::FixProposal proposal;
    proposal.source = source;
    proposal.strategy = strategy;
    proposal.checks = blocked_checks(judged);
    for (const auto& [path, of_path] : by_path) {
        if (!offered.empty() && std::find(offered.begin(), offered.end(), path) == offered.end()) {
            return base::fail(
                base::ErrorCode::invalid,
                "'" + base::printable(path) + "' was not offered; only these files may be edited: " + [&] {
                    std::string list;
                    for (const auto& one : offered) {
                        list += (list.empty() ? "" : ", ") + base::printable(one);
                    }
                    return list;
                }());
        }
        RFSN_ASSIGN(const auto entry, judged.view->find(path));
        std::string before;
        model::FileEdit edit;
        edit.path = path;
        if (entry) {
            RFSN_ASSIGN(before, judged.view->read(path, max_offered));
            edit.old_blob = entry->object;
            edit.mode = entry->mode;
        }
        auto applied = edit::apply_blocks(before, of_path);
        if (!applied) {
            return tl::make_unexpected(std::move(applied.error()).with("in " + base::printable(path)));
        }
        edit.content = std::move(applied->content);
        for (const auto& level : applied->levels) {
            proposal.match_levels.push_back(level == "exact" ? level : level + " in " + path);
        }
        proposal.edits.push_back(std::move(edit));
    }
    return proposal;
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
    Proposed proposed;
    auto prompt = first;
    model::Cost cost;
    std::string problem;
    for (std::int64_t attempt = 0; attempt < settings.attempts; ++attempt) {
        const auto asked = transport.ask(prompt, settings);
        if (!asked && asked.error().code == base::ErrorCode::not_found) {
            proposed.reason = asked.error().message;
            return proposed;
        }
        RFSN_ASSIGN(const auto reply, asked);
        cost.add(reply.cost);
        problem.clear();
        auto proposal = proposal_from(judged, reply.content, first.offered, model::ProposalSource::model, cost.model);
        if (proposal) {
            RFSN_ASSIGN(auto summary, verify_and_store(session, judged, *proposal, first.offered, cost));
            const bool proven = summary.proven;
            problem = summary.refusal;
            proposed.proposals.push_back(std::move(summary));
            if (proven) {
                transport.judged(first, settings, &reply, "");
                return proposed;
            }
        } else {
            problem = proposal.error().describe();
            model::ProposalSummary refused;
            refused.source = model::ProposalSource::model;
            refused.strategy = cost.model;
            refused.refusal = "the reply is no usable edit: " + problem;
            refused.cost = cost;
            note_outcome(session, judged, refused, {});
            proposed.proposals.push_back(std::move(refused));
        }
        if (attempt + 1 < settings.attempts) {
            RFSN_ASSIGN(prompt, llm::repair_prompt(first, reply.content, problem));
        }
    }
    transport.judged(first, settings, nullptr, problem);
    proposed.reason = "no answer could be proven";
    return proposed;
}

}  // namespace rfsn::gate
