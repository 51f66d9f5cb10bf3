// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gate/fix.hpp"
#include "llm/llm.hpp"

namespace rfsn::gate {

/// What one round came to.
struct Tried {
    bool proven = false;
    bool repeats = false;             ///< it failed as a round before it did: asking on would only cost
    std::size_t green = 0;            ///< checks that it turns green
    std::optional<llm::Reply> reply;  ///< the one that was proven, else the best of those that were not
    std::string problem;              ///< what is wrong with it, in words that can be sent back
};

/// One way to ask. Two of them differ in temperature, and mostly in the hint or the model, too.
struct Strategy {
    std::string hint;  ///< of llm::hinted_prompt(); empty: none
    double temperature = 0;
    std::string target;  ///< of llm.order; empty: as they stand there
    std::string model;
    [[nodiscard]] std::string arm() const;  ///< what is learned about it
};
/// Every way to ask, the plain one at llm.temperature first.
[[nodiscard]] std::vector<Strategy> strategies(const config::LlmSettings& settings);

/// Asks, judges and proves; keeps what came of it and what it cost.
class Search {
   public:
    /// All must outlive it; `first` is the question that later rounds repair.
    Search(Session& session, const Judged& judged, llm::NetTransport& transport, const llm::Prompt& first)
        : session_(&session), judged_(&judged), transport_(&transport), first_(&first) {}
    /// Errors: the transport's, and those of verify_and_store().
    [[nodiscard]] base::Result<Tried> ask_once(const llm::Prompt& prompt);
    /// Proves what answered similar questions before; asks nobody. Only what is proven is reported. Errors: those of
    /// verify_and_store().
    [[nodiscard]] base::Result<Tried> try_similar();
    /// Several at once by different strategies, those first that did well before. Proven are the smallest first, of
    /// equal ones those that fit exactly, until one turns all that is red green; equal ones count once. The best is the
    /// one with the most green checks. Errors: as ask_once(), if no answer came at all.
    [[nodiscard]] base::Result<Tried> ask_many();
    /// The next question is one more round: the limits on edits grow.
    void failed_round() { ++failed_rounds_; }
    [[nodiscard]] std::size_t failed_rounds() const { return failed_rounds_; }
    [[nodiscard]] Proposed take() {
        proposed_.cost = cost_;
        return std::move(proposed_);
    }

   private:
    struct Earlier {
        model::FixProposal proposal;
        bool too_large = false;  ///< by the limits of its round, and nothing else is known against it
        std::string problem;
    };
    [[nodiscard]] const config::LlmSettings& settings() const { return session_->config().config.llm; }
    [[nodiscard]] base::Result<model::FixProposal> read(const llm::Reply& reply, const std::string& strategy) const;
    [[nodiscard]] base::Result<Tried> settle(const llm::Reply& reply, base::Result<model::FixProposal> proposal);
    [[nodiscard]] std::vector<Strategy> choose_strategies() const;
    [[nodiscard]] std::size_t changed_lines(const model::FixProposal& proposal) const;
    [[nodiscard]] bool is_new_problem(const std::string& problem);

    Session* session_;
    const Judged* judged_;
    llm::NetTransport* transport_;
    const llm::Prompt* first_;
    Proposed proposed_;
    model::Cost cost_;
    std::size_t failed_rounds_ = 0;
    std::vector<Earlier> earlier_;
    std::set<std::string> problems_;
};

}  // namespace rfsn::gate
