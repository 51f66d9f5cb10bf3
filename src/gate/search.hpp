// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/fix.hpp"
#include "llm/llm.hpp"

namespace rfsn::gate {

/// What one round came to.
struct Tried {
    bool proven = false;
    std::optional<llm::Reply> reply;  ///< the one that was proven, else the best of those that were not
    std::string problem;              ///< what is wrong with it, in words that can be sent back
};

/// Asks, judges and proves; keeps what came of it and what it cost.
class Search {
   public:
    /// All must outlive it; `first` is the question that later rounds repair.
    Search(Session& session, const Judged& judged, llm::NetTransport& transport, const llm::Prompt& first)
        : session_(&session), judged_(&judged), transport_(&transport), first_(&first) {}
    /// Errors: the transport's, and those of verify_and_store().
    [[nodiscard]] base::Result<Tried> ask_once(const llm::Prompt& prompt);
    /// Several at once, at different temperatures, those first that did well before. The best is proven first: exact
    /// matches, then the smallest; equal ones count once. Errors: as ask_once(), if no answer came at all.
    [[nodiscard]] base::Result<Tried> ask_many();
    [[nodiscard]] Proposed take() { return std::move(proposed_); }

   private:
    [[nodiscard]] const config::LlmSettings& settings() const { return session_->config().config.llm; }
    [[nodiscard]] std::string arm(double temperature) const;
    [[nodiscard]] base::Result<model::FixProposal> read(const llm::Reply& reply, const std::string& strategy) const;
    [[nodiscard]] base::Result<Tried> settle(const llm::Reply& reply, base::Result<model::FixProposal> proposal);
    [[nodiscard]] std::vector<double> choose_temperatures() const;
    [[nodiscard]] std::size_t changed_bytes(const model::FixProposal& proposal) const;

    Session* session_;
    const Judged* judged_;
    llm::NetTransport* transport_;
    const llm::Prompt* first_;
    Proposed proposed_;
    model::Cost cost_;
};

}  // namespace rfsn::gate
