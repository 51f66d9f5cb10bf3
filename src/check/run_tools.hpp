// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "base/result.hpp"
#include "check/outcome.hpp"
#include "git/staged_source.hpp"
#include "isolate/isolate.hpp"

namespace rfsn::check {

class ResultMemory;
class ToolVersions;

struct ToolContext {
    const git::TreeView* view = nullptr;
    isolate::Isolation* isolation = nullptr;
    base::ProcessRunner* runner = nullptr;
    unsigned slots = 1;
    std::optional<base::ProcessRunner::Clock::time_point> deadline;
    /// While a patch that nobody has accepted is being proven: no network, nothing outside the place can be written.
    bool confined = false;
    /// Where the versions of what ran are remembered; nullptr: none is asked for.
    const ToolVersions* versions = nullptr;
    /// What is known already about the same bytes; nullptr: everything is run.
    ResultMemory* memory = nullptr;
    /// Told about twice a second which checks are running.
    std::function<void(const std::vector<std::string>&)> progress;
};

/// Runs the tool checks among `plans` (built-ins are ignored), several at once; checks of one project that need the
/// whole tree share one place and go one after the other. One outcome per plan, in their order. Never fails as a whole:
/// what goes wrong with a check is that check's `error` or `unavailable`. Main thread only.
[[nodiscard]] std::vector<Outcome> run_tools(const std::vector<const Planned*>& plans, const ToolContext& context);

/// The edits that the fix commands of `plans` make, each working on what the ones before left.
[[nodiscard]] base::Result<std::vector<model::FileEdit>> run_fixers(const std::vector<const Planned*>& plans,
                                                                    const ToolContext& context);

}  // namespace rfsn::check
