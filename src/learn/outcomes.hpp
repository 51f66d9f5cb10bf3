// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "learn/failure.hpp"

namespace rfsn::learn {

/// What became of one try to repair a failure.
enum class Ending {
    unusable,  ///< no edit could be read from the answer
    refused,   ///< by policy, or it did not prove
    proven,
    accepted,  ///< proven, and applied by the person
    rejected,  ///< proven, and discarded by the person
    reverted,  ///< accepted, and taken back later
};
[[nodiscard]] const char* name(Ending ending);

struct Outcome {
    Failure failure;
    std::string arm;       ///< what was tried: "gpt-x, temperature 0", "remembered"
    std::string proposal;  ///< its id in the store; empty if nothing was stored
    Ending ending = Ending::refused;
    std::uint64_t tokens = 0;
    std::chrono::milliseconds duration{0};
};

struct Counts {
    double proven = 0, failed = 0;
};
/// One arm as seen from one failure: how often it was proven and not, for this very failure, for one with a common
/// code, for the same check, and altogether; each holds the narrower ones. An outcome that was taken back is a failure.
struct ArmHistory {
    std::string arm;
    Counts same_failure, same_code, same_check, all;
    std::uint64_t accepted = 0, rejected = 0, reverted = 0;
    std::uint64_t tokens = 0;
    std::chrono::milliseconds median{0};
};

/// Outcomes in <common dir>/rfsn/learn.db. Advisory only: it orders what is tried and changes no verdict; deleting it
/// loses nothing else. Kept: 180 days, at most 20,000.
class Outcomes {
   public:
    /// `clock` must outlive it. Errors: io.
    [[nodiscard]] static base::Result<Outcomes> open(const std::string& directory, const base::Clock& clock);
    Outcomes(Outcomes&&) noexcept;
    Outcomes& operator=(Outcomes&&) noexcept;
    Outcomes(const Outcomes&) = delete;
    Outcomes& operator=(const Outcomes&) = delete;
    ~Outcomes();

    [[nodiscard]] base::Result<void> add(const Outcome& outcome);
    /// What the person made of a proven proposal. Nothing happens if it is not known.
    [[nodiscard]] base::Result<void> set_ending(const std::string& proposal, Ending ending);
    /// Every arm that was ever tried, seen from `failure`, by name.
    [[nodiscard]] base::Result<std::vector<ArmHistory>> arms(const Failure& failure);
    /// Proposals that were proven for this very failure and neither rejected nor reverted, the newest first.
    [[nodiscard]] base::Result<std::vector<std::string>> proven_for(const std::string& fingerprint, std::size_t limit);

   private:
    struct Impl;
    explicit Outcomes(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace rfsn::learn
