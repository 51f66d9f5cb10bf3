// SPDX-License-Identifier: MIT
#include "learn/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace rfsn::learn {
namespace {

/// How much an outcome counts: of this very failure, of one with a common code, of the same check, of any other.
constexpr double of_same_failure = 1.0;
constexpr double of_same_code = 0.5;
constexpr double of_same_check = 0.2;
constexpr double of_others = 0.05;
constexpr std::uint64_t reverts_that_count = 2;
constexpr double failures_that_count = 8;

double pooled(double failure, double code, double check, double all) {
    return of_same_failure * failure + of_same_code * (code - failure) + of_same_check * (check - code) +
           of_others * (all - check);
}

Belief believe(const std::string& arm, const ArmHistory* history) {
    Belief belief;
    belief.arm = arm;
    if (history == nullptr) {
        belief.why = "never tried";
        return belief;
    }
    const auto& h = *history;
    belief.proven = pooled(h.same_failure.proven, h.same_code.proven, h.same_check.proven, h.all.proven);
    belief.failed = pooled(h.same_failure.failed, h.same_code.failed, h.same_check.failed, h.all.failed);
    belief.why = fmt::format("{:.0f} of {:.0f} proven", h.all.proven, h.all.proven + h.all.failed);
    if (h.reverted >= reverts_that_count && h.reverted >= h.accepted) {
        belief.quarantined = true;
        belief.why += fmt::format("; in quarantine: {} taken back later, {} kept", h.reverted, h.accepted);
    } else if (h.same_check.proven == 0 && h.same_check.failed >= failures_that_count) {
        belief.quarantined = true;
        belief.why += fmt::format("; in quarantine: {:.0f} tries at this check, none proven", h.same_check.failed);
    }
    return belief;
}

}  // namespace

double Belief::deviation() const {
    const double a = 1 + proven, b = 1 + failed;
    return std::sqrt(a * b / ((a + b) * (a + b) * (a + b + 1)));
}

std::vector<Belief> beliefs(const std::vector<std::string>& arms, const std::vector<ArmHistory>& histories) {
    std::vector<Belief> all;
    all.reserve(arms.size());
    for (const auto& arm : arms) {
        const auto history = std::find_if(histories.begin(), histories.end(),
                                          [&](const ArmHistory& candidate) { return candidate.arm == arm; });
        all.push_back(believe(arm, history == histories.end() ? nullptr : &*history));
    }
    return all;
}

double Sampler::draw(double alpha, double beta) {
    // X/(X+Y) of two gamma variates is a beta variate.
    const double x = std::gamma_distribution<double>(alpha, 1.0)(random_);
    const double y = std::gamma_distribution<double>(beta, 1.0)(random_);
    return x + y > 0 ? x / (x + y) : 0.5;
}

std::vector<std::string> Sampler::order(std::vector<Belief> beliefs) {
    std::vector<std::pair<double, std::string>> drawn;
    drawn.reserve(beliefs.size());
    for (auto& belief : beliefs) {
        const double chance = draw(1 + belief.proven, 1 + belief.failed);
        drawn.emplace_back(belief.quarantined ? chance - 1 : chance, std::move(belief.arm));
    }
    std::stable_sort(drawn.begin(), drawn.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> arms;
    arms.reserve(drawn.size());
    for (auto& [chance, arm] : drawn) {
        arms.push_back(std::move(arm));
    }
    return arms;
}

}  // namespace rfsn::learn
