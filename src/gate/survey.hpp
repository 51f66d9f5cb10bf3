// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "gate/session.hpp"

namespace rfsn::gate {

/// A check that a project's pack has switched on, with its tool.
struct SurveyedCheck {
    std::string id;
    std::string kind;
    std::vector<std::string> stages;
    std::string tool;
    std::string program;  ///< absolute path; empty if missing
    std::string hint;     ///< how to get it
    bool runs_repository_code = false;
    std::string tool_version;  ///< by find_versions; "" where it cannot be told
};
struct SurveyedProject {
    model::Project project;
    std::vector<SurveyedCheck> checks;
};
/// What is in the index tree: for `detect` and `doctor`.
struct Survey {
    std::vector<std::string> packs;  ///< main language first
    std::vector<SurveyedProject> projects;
    std::vector<std::string> notes;
    bool clone_trusted = false;
};
[[nodiscard]] base::Result<Survey> survey(Session& session);
/// Adds the versions of the tools that are there: what is remembered, or else what they say themselves.
[[nodiscard]] base::Result<void> find_versions(Session& session, Survey& survey);

/// A pack in a few lines for people. Errors: not_found with the nearest name.
[[nodiscard]] base::Result<std::string> explain_pack(buildpack::Registry& registry, const std::string& id);
/// What the schema cannot say is wrong with a pack: parsers that are not there, tests that claim to run no code.
[[nodiscard]] std::vector<std::string> pack_problems(const buildpack::Pack& pack);

/// What a check, kind, pack or finding code is, in a few lines for people. Errors: not_found with the nearest name.
[[nodiscard]] base::Result<std::string> explain(buildpack::Registry& registry, const std::string& word);

}  // namespace rfsn::gate
