// SPDX-License-Identifier: MIT
#include "gate/search.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "gate/learning.hpp"
#include "gate/reply_proposal.hpp"
#include "llm/targets.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

/// An answer that is an edit, not yet judged.
struct Candidate {
    llm::Reply reply;
    model::FixProposal proposal;
    std::size_t lines = 0;  ///< that it changes

    [[nodiscard]] std::size_t inexact() const {
        return static_cast<std::size_t>(std::count_if(proposal.match_levels.begin(), proposal.match_levels.end(),
                                                      [](const std::string& level) { return level != "exact"; }));
    }
};

std::size_t green_checks(const model::ProposalSummary& summary) {
    const auto& checks = summary.evidence.checks;
    return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const model::CheckDelta& delta) {
        return delta.before != model::RunState::passed && delta.after == model::RunState::passed;
    }));
}

bool only_too_large(const model::Evidence& evidence) {
    bool size = false;
    for (const auto& verdict : evidence.policy) {
        if (!verdict.allowed && verdict.rule != "size") {
            return false;
        }
        size = size || !verdict.allowed;
    }
    return size;
}

std::size_t red_checks(const Judged& judged) {
    return static_cast<std::size_t>(
        std::count_if(judged.outcomes.begin(), judged.outcomes.end(),
                      [](const auto& outcome) { return outcome.run.state == model::RunState::blocked; }));
}

}  // namespace

std::string Strategy::arm() const {
    return fmt::format("{}, temperature {:.1f}{}{}", model, temperature, hint.empty() ? "" : ", " + hint,
                       target.empty() ? "" : ", " + target);
}

std::vector<Strategy> strategies(const config::LlmSettings& settings) {
    static constexpr std::pair<const char*, double> ways[] = {{"cause", 0.4},   {"change", 0.7}, {"smallest", 0.2},
                                                              {"", 0.8},        {"cause", 1.0},  {"change", 1.2},
                                                              {"smallest", 1.4}};
    std::vector<std::pair<std::string, std::string>> models;  // target, model
    if (const auto targets = llm::targets(settings)) {
        for (const auto& target : *targets) {
            models.emplace_back(targets->size() > 1 ? target.name : "", target.settings.model);
        }
    }
    if (models.empty()) {
        models.emplace_back("", settings.model);
    }
    std::vector<Strategy> all;
    for (const auto& [target, model] : models) {
        all.push_back({"", settings.temperature, target, model});
    }
    for (const auto& [hint, temperature] : ways) {
        for (const auto& [target, model] : models) {
            if (temperature != settings.temperature) {
                all.push_back({hint, temperature, target, model});
            }
        }
    }
    return all;
}

base::Result<Tried> Search::ask_once(const llm::Prompt& prompt) {
    auto asked = transport_->ask(prompt, settings());
    if (!asked && asked.error().code == base::ErrorCode::not_found) {
        Tried tried;
        tried.problem = asked.error().message;
        return tried;
    }
    RFSN_ASSIGN(auto reply, asked);
    cost_.add(reply.cost);
    return settle(reply, read(reply, cost_.model));
}

base::Result<Tried> Search::try_similar() {
    for (auto& reply : transport_->similar(*first_, settings())) {
        auto proposal = read(reply, "the answer to a similar question");
        if (!proposal) {
            continue;  // made for other files
        }
        RFSN_ASSIGN(auto summary,
                    verify_and_store(*session_, *judged_, *proposal, {first_->offered, cost_, failed_rounds_}));
        if (!summary.proven) {
            continue;
        }
        Tried tried;
        tried.proven = true;
        tried.green = green_checks(summary);
        reply.remembered = false;  // to this question it is a new answer
        tried.reply = std::move(reply);
        proposed_.proposals.push_back(std::move(summary));
        return tried;
    }
    return Tried();
}

base::Result<Tried> Search::ask_many() {
    const auto chosen = choose_strategies();
    std::deque<llm::Prompt> prompts;
    std::vector<llm::Question> questions;
    for (const auto& strategy : chosen) {
        const llm::Prompt* prompt = first_;
        if (!strategy.hint.empty()) {
            RFSN_ASSIGN(auto hinted, llm::hinted_prompt(*first_, strategy.hint));
            prompt = &prompts.emplace_back(std::move(hinted));
        }
        questions.push_back({prompt, strategy.temperature, first_, strategy.target});
    }
    auto replies = transport_->ask_all(questions, settings(), [](std::size_t, const auto&) { return false; });
    std::vector<Candidate> candidates;
    Tried best;
    std::optional<base::Error> error;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (!replies[i]) {
            error = error ? error : replies[i].error();
            continue;
        }
        cost_.add(replies[i]->cost);
        auto proposal = read(*replies[i], chosen[i].arm());
        if (!proposal) {
            RFSN_ASSIGN(best, settle(*replies[i], std::move(proposal)));
            continue;
        }
        Candidate candidate{std::move(*replies[i]), std::move(*proposal), 0};
        candidate.lines = changed_lines(candidate.proposal);
        if (std::none_of(candidates.begin(), candidates.end(),
                         [&](const Candidate& other) { return same_edits(other.proposal, candidate.proposal); })) {
            candidates.push_back(std::move(candidate));
        }
    }
    if (candidates.empty() && !best.reply && error && error->code == base::ErrorCode::not_found) {
        best.problem = error->message;
        return best;
    }
    if (candidates.empty() && !best.reply && error) {
        return tl::make_unexpected(std::move(*error));
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::pair(a.lines, a.inexact()) < std::pair(b.lines, b.inexact());
    });
    const std::size_t red = red_checks(*judged_);
    std::size_t best_at = 0;
    bool first = true;
    for (auto& candidate : candidates) {
        RFSN_ASSIGN(auto next, settle(candidate.reply, std::move(candidate.proposal)));
        if (first || std::pair(next.proven, next.green) > std::pair(best.proven, best.green)) {
            best = std::move(next);
            best_at = proposed_.proposals.size() - 1;
        }
        first = false;
        if (best.proven && best.green >= red) {
            break;
        }
    }
    if (best.proven) {  // it is what a person is shown first
        const auto at = proposed_.proposals.begin() + static_cast<std::ptrdiff_t>(best_at);
        std::rotate(proposed_.proposals.begin(), at, at + 1);
    }
    return best;
}

base::Result<model::FixProposal> Search::read(const llm::Reply& reply, const std::string& strategy) const {
    return proposal_from(*judged_, reply.content, first_->offered, model::ProposalSource::model, strategy);
}

base::Result<Tried> Search::settle(const llm::Reply& reply, base::Result<model::FixProposal> proposal) {
    Tried tried;
    tried.reply = reply;
    const auto unproven = [&](const std::string& refusal) {
        model::ProposalSummary refused;
        refused.source = model::ProposalSource::model;
        refused.strategy = proposal ? proposal->strategy : cost_.model;
        refused.refusal = refusal;
        refused.cost = cost_;
        note_outcome(*session_, *judged_, refused, {});
        proposed_.proposals.push_back(std::move(refused));
        tried.repeats = !is_new_problem(tried.problem) || tried.repeats;
    };
    if (!proposal) {
        tried.problem = proposal.error().describe();
        unproven("the reply is no usable edit: " + tried.problem);
        return tried;
    }
    const auto same = std::find_if(earlier_.begin(), earlier_.end(), [&](const Earlier& one) {
        return !one.too_large && same_edits(one.proposal, *proposal);
    });
    if (same != earlier_.end()) {
        tried.repeats = true;
        tried.problem = same->problem;
        unproven("it is the same edit as before: " + same->problem);
        return tried;
    }
    RFSN_ASSIGN(auto summary,
                verify_and_store(*session_, *judged_, *proposal, {first_->offered, cost_, failed_rounds_}));
    tried.proven = summary.proven;
    tried.problem = summary.refusal;
    tried.green = summary.proven ? green_checks(summary) : 0;
    tried.repeats = !tried.proven && !is_new_problem(tried.problem);
    earlier_.push_back({std::move(*proposal), only_too_large(summary.evidence), summary.refusal});
    proposed_.proposals.push_back(std::move(summary));
    return tried;
}

bool Search::is_new_problem(const std::string& problem) {
    return problems_.insert(problem).second;
}

std::vector<Strategy> Search::choose_strategies() const {
    const auto pool = strategies(settings());
    std::vector<std::string> arms;
    arms.reserve(pool.size());
    for (const auto& strategy : pool) {
        arms.push_back(strategy.arm());
    }
    std::vector<Strategy> chosen;
    for (const auto& next : order_arms(*session_, failure_of(*judged_), arms)) {
        if (chosen.size() < static_cast<std::size_t>(settings().candidates)) {
            const auto at = std::find(arms.begin(), arms.end(), next) - arms.begin();
            chosen.push_back(pool[static_cast<std::size_t>(at)]);
        }
    }
    return chosen;
}

std::size_t Search::changed_lines(const model::FixProposal& proposal) const {
    std::size_t lines = 0;
    for (const auto& edit : proposal.edits) {
        const auto before = judged_->view->read(edit.path, max_offered);
        lines += policy::changed_lines(before ? *before : std::string(), edit.content);
    }
    return lines;
}

}  // namespace rfsn::gate
