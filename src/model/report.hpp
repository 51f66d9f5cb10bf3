// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/check.hpp"
#include "model/finding.hpp"
#include "model/patch.hpp"
#include "model/project.hpp"
#include "model/snapshot.hpp"

namespace rfsn::model {

enum class Verdict { passed, blocked, error, interrupted };
[[nodiscard]] const char* name(Verdict verdict);

/// A proposal as a report shows it.
struct ProposalSummary {
    std::string id;
    ProposalSource source = ProposalSource::fixer;
    std::string strategy;
    std::string diff;  ///< unified, git format
    std::vector<std::string> paths;
    bool proven = false;
    std::string refusal;  ///< why not, if not proven
    Evidence evidence;
    Cost cost;
};

/// The only input of every renderer.
struct Report {
    Verdict verdict = Verdict::error;
    int exit_code = 3;
    std::string verdict_reason;  ///< of an error: which required check could not run, ...
    std::string run_id;
    std::string started_at;  ///< RFC 3339, UTC
    Stage stage = Stage::pre_commit;
    Snapshot snapshot;
    std::vector<Project> projects;
    std::vector<CheckRun> runs;     ///< in plan order
    std::vector<Finding> findings;  ///< by path, line, column, tool
    std::vector<ProposalSummary> proposals;
    Cost cost;                         ///< of all that a model was asked for it
    std::vector<std::string> notices;  ///< said once, above the verdict: a completed apply, how to set up a model, ...
    std::size_t files = 0;
    std::size_t fixable = 0;  ///< findings with a fix in memory
    std::map<std::string, std::size_t, std::less<>> counters;
    std::chrono::milliseconds duration{0};
};

}  // namespace rfsn::model
