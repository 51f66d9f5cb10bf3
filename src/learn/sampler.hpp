// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "learn/outcomes.hpp"

namespace rfsn::learn {

/// What is believed of an arm's chance to be proven: Beta(1 + proven, 1 + failed), each outcome weighed by how near its
/// failure is to this one.
struct Belief {
    std::string arm;
    double proven = 0;  ///< weighed
    double failed = 0;
    bool quarantined = false;
    std::string why;  ///< in words, for `git rfsn stats`
    [[nodiscard]] double mean() const { return (1 + proven) / (2 + proven + failed); }
    /// The square root of the posterior's variance.
    [[nodiscard]] double deviation() const;
};

/// What is believed of these arms; one without a history is an even bet. An arm is in quarantine if what it made was
/// taken back as often as kept, twice at least, or if it was tried eight times at this check without one proof.
[[nodiscard]] std::vector<Belief> beliefs(const std::vector<std::string>& arms,
                                          const std::vector<ArmHistory>& histories);

/// Thompson sampling: the arms in the order of one draw from each posterior; those in quarantine last.
class Sampler {
   public:
    explicit Sampler(std::uint64_t seed) : random_(seed) {}
    [[nodiscard]] std::vector<std::string> order(std::vector<Belief> beliefs);

   private:
    double draw(double alpha, double beta);
    std::mt19937_64 random_;
};

}  // namespace rfsn::learn
