// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/check.hpp"
#include "model/snapshot.hpp"

namespace rfsn::model {

enum class ProposalSource { fixer, model, pasted, remembered };
[[nodiscard]] const char* name(ProposalSource source);

/// Not yet proven, not yet judged.
struct FixProposal {
    ProposalSource source = ProposalSource::fixer;
    std::string strategy;         ///< "black, trailing-whitespace" or "gpt-x, temperature 0"
    std::vector<FileEdit> edits;  ///< sorted by path
    std::vector<std::string>
        match_levels;                 ///< per hunk, how the reply's text was found: "exact", "trailing whitespace", ...
    std::vector<std::string> checks;  ///< ids of the failing checks it is for
};

/// One check before and after a patch.
struct CheckDelta {
    std::string check;
    std::string project;
    RunState before = RunState::error;
    RunState after = RunState::error;
    std::size_t findings_before = 0;
    std::size_t findings_after = 0;
    std::string note;
    bool flaky = false;  ///< its result depends on luck, so it speaks for no patch
    bool tests = false;  ///< it runs the project's tests; not stored
};

struct PolicyVerdict {
    std::string rule;
    bool allowed = true;
    std::string reason;
};

/// What was run and seen; the reason to believe a patch.
struct Evidence {
    std::vector<CheckDelta> checks;
    std::vector<std::string> not_run;  ///< "pytest: not installed", ...
    std::vector<PolicyVerdict> policy;
    std::vector<std::string> match_levels;
    std::vector<std::string> isolation;
    std::map<std::string, std::string, std::less<>> tool_versions;
    std::chrono::milliseconds duration{0};
    std::size_t failed_rounds = 0;  ///< of the search, before this patch: they decide how large it might be
};

/// What was spent on a model.
struct Cost {
    std::uint64_t requests = 0;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::string model;
    std::uint64_t cached_tokens = 0;  ///< of input_tokens, read from the provider's cache
    std::uint64_t micro_usd = 0;
    bool priced = false;  ///< whether all of it is in micro_usd

    /// Adds up what several requests cost; the model is the last one's.
    void add(const Cost& more);
};

}  // namespace rfsn::model
