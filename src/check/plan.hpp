// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/result.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/includes.hpp"
#include "check/builtin.hpp"
#include "config/config.hpp"
#include "git/staged_source.hpp"
#include "model/check.hpp"
#include "model/project.hpp"
#include "model/snapshot.hpp"

namespace rfsn::check {

/// What was asked for on the command line, by name: check ids, kinds, pack ids or the group "builtin".
struct Choice {
    std::vector<std::string> only;  ///< empty: everything
    std::vector<std::string> skip;
};

struct PlanInput {
    const model::Snapshot* snapshot = nullptr;
    /// Files that the change itself takes from the gate's sight: it is searched for secrets all the same.
    const std::vector<model::StagedFile>* self_excluded = nullptr;
    const git::TreeView* view = nullptr;  ///< what is judged: for the reason why which tests run
    const std::vector<model::Project>* projects = nullptr;
    buildpack::Registry* registry = nullptr;
    const config::Config* config = nullptr;
    model::Stage stage = model::Stage::pre_commit;
    Choice choice;
    bool clone_trusted = false;
    bool commands_trusted = false;
    std::string work_tree;    ///< absolute: project-local tools are looked for there
    std::string search_path;  ///< PATH
    /// Another work tree of the repository with the same installed dependencies, for a directory and a name that this
    /// one has not ("web", "node_modules"); "" = there is none. Unset: nothing is borrowed.
    std::function<std::string(const std::string& directory, const std::string& name)> lender;
};

/// A check that is going to run (or is already known not to, then plan.preset is set), with what it takes to run it.
struct Planned {
    model::CheckPlan plan;
    const Builtin* builtin = nullptr;
    bool integrity = false;  ///< the built-in check over the change as a whole
    BuiltinOptions options;
    std::shared_ptr<const buildpack::CheckSpec> spec;
    const buildpack::Pack* pack = nullptr;
    const buildpack::Tool* tool = nullptr;
    const model::Project* project = nullptr;     ///< lives in PlanInput::projects
    std::string program;                         ///< absolute path of the tool
    buildpack::BuildRecords records;             ///< for checks that look at headers through sources
    std::map<std::string, std::string> through;  ///< header -> source, in the tree that was planned for
    std::string search_path;                     ///< PATH
};

/// The checks for a snapshot, in the order they are shown: built-ins, then by project and pack, then the team's own.
/// Checks that do not belong to the stage are left out; ones that are switched off, untrusted or lack their tool are
/// there with a preset. Errors: usage (a name in `choice` that nothing has, with the nearest), config (a pack is
/// wrong).
[[nodiscard]] base::Result<std::vector<Planned>> make_plan(const PlanInput& input);

/// Whether `choice` wants only built-ins, so that no project has to be looked for.
[[nodiscard]] bool only_builtins(const Choice& choice);

/// Finds a tool: project-local places first when the clone is trusted, then PATH. Empty if it is nowhere.
[[nodiscard]] std::string find_tool(const buildpack::Tool& tool, const std::string& project_root,
                                    const PlanInput& input);

}  // namespace rfsn::check
