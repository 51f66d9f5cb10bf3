// SPDX-License-Identifier: MIT
#include "gate/search.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "gate/learning.hpp"
#include "gate/reply_proposal.hpp"

namespace rfsn::gate {
namespace {

/// An answer that is an edit, not yet judged.
struct Candidate {
    llm::Reply reply;
    model::FixProposal proposal;
    std::size_t bytes = 0;  ///< of what it changes

    [[nodiscard]] std::size_t inexact() const {
        return static_cast<std::size_t>(std::count_if(proposal.match_levels.begin(), proposal.match_levels.end(),
                                                      [](const std::string& level) { return level != "exact"; }));
    }
};

}  // namespace

base::Result<Tried> Search::ask_once(const llm::Prompt& prompt) {
    auto asked = transport_->ask(prompt, settings());
    if (!asked && asked.error().code == base::ErrorCode::not_found) {
        return Tried{false, std::nullopt, asked.error().message};
    }
    RFSN_ASSIGN(auto reply, asked);
    cost_.add(reply.cost);
    return settle(reply, read(reply, cost_.model));
}

base::Result<Tried> Search::ask_many() {
    const auto temperatures = choose_temperatures();
    std::vector<llm::Question> questions;
    for (const double temperature : temperatures) {
        questions.push_back({first_, temperature});
    }
    auto replies = transport_->ask_all(questions, settings(), [](std::size_t, const auto&) { return false; });
    std::vector<Candidate> candidates;
    Tried tried;
    std::optional<base::Error> error;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (!replies[i]) {
            error = error ? error : replies[i].error();
            continue;
        }
        cost_.add(replies[i]->cost);
        auto proposal = read(*replies[i], arm(temperatures[i]));
        if (!proposal) {
            RFSN_ASSIGN(tried, settle(*replies[i], std::move(proposal)));
            continue;
        }
        Candidate candidate{std::move(*replies[i]), std::move(*proposal), 0};
        candidate.bytes = changed_bytes(candidate.proposal);
        if (std::none_of(candidates.begin(), candidates.end(),
                         [&](const Candidate& other) { return same_edits(other.proposal, candidate.proposal); })) {
            candidates.push_back(std::move(candidate));
        }
    }
    if (candidates.empty() && !tried.reply && error && error->code == base::ErrorCode::not_found) {
        return Tried{false, std::nullopt, error->message};
    }
    if (candidates.empty() && !tried.reply && error) {
        return tl::make_unexpected(std::move(*error));
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::pair(a.inexact(), a.bytes) < std::pair(b.inexact(), b.bytes);
    });
    for (auto& candidate : candidates) {
        RFSN_ASSIGN(auto next, settle(candidate.reply, std::move(candidate.proposal)));
        if (next.proven || !tried.reply || tried.proven == next.proven) {
            tried = std::move(next);
        }
        if (tried.proven) {
            break;
        }
    }
    return tried;
}

std::string Search::arm(double temperature) const {
    return fmt::format("{}, temperature {:.1f}", settings().model, temperature);
}

base::Result<model::FixProposal> Search::read(const llm::Reply& reply, const std::string& strategy) const {
    return proposal_from(*judged_, reply.content, first_->offered, model::ProposalSource::model, strategy);
}

base::Result<Tried> Search::settle(const llm::Reply& reply, base::Result<model::FixProposal> proposal) {
    Tried tried;
    tried.reply = reply;
    if (!proposal) {
        tried.problem = proposal.error().describe();
        model::ProposalSummary refused;
        refused.source = model::ProposalSource::model;
        refused.strategy = cost_.model;
        refused.refusal = "the reply is no usable edit: " + tried.problem;
        refused.cost = cost_;
        note_outcome(*session_, *judged_, refused, {});
        proposed_.proposals.push_back(std::move(refused));
        return tried;
    }
    RFSN_ASSIGN(auto summary, verify_and_store(*session_, *judged_, *proposal, first_->offered, cost_));
    tried.proven = summary.proven;
    tried.problem = summary.refusal;
    proposed_.proposals.push_back(std::move(summary));
    return tried;
}

std::vector<double> Search::choose_temperatures() const {
    std::vector<double> pool{settings().temperature};
    for (const double temperature : {0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4}) {
        if (temperature != settings().temperature) {
            pool.push_back(temperature);
        }
    }
    std::map<std::string, double> by_arm;
    std::vector<std::string> arms;
    for (const double temperature : pool) {
        by_arm[arm(temperature)] = temperature;
        arms.push_back(arm(temperature));
    }
    std::vector<double> chosen;
    for (const auto& next : order_arms(*session_, failure_of(*judged_), arms)) {
        if (chosen.size() < static_cast<std::size_t>(settings().candidates)) {
            chosen.push_back(by_arm[next]);
        }
    }
    return chosen;
}

/// How far the new content is from the old in length of what differs between common ends.
std::size_t Search::changed_bytes(const model::FixProposal& proposal) const {
    std::size_t bytes = 0;
    for (const auto& edit : proposal.edits) {
        const auto before = judged_->view->read(edit.path, max_offered);
        const std::string_view old = before ? std::string_view(*before) : std::string_view();
        const std::string_view now = edit.content;
        const std::size_t shorter = std::min(old.size(), now.size());
        std::size_t head = 0, tail = 0;
        while (head < shorter && old[head] == now[head]) {
            ++head;
        }
        while (tail < shorter - head && old[old.size() - 1 - tail] == now[now.size() - 1 - tail]) {
            ++tail;
        }
        bytes += std::max(old.size(), now.size()) - head - tail;
    }
    return bytes;
}

}  // namespace rfsn::gate
