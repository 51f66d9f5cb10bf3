// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "buildpack/buildpack.hpp"
#include "config/config.hpp"
#include "gate/programs.hpp"
#include "git/repository.hpp"
#include "git/staged_source.hpp"
#include "isolate/isolate.hpp"
#include "patch/patch.hpp"

namespace rfsn::check {
class ResultMemory;
class ToolVersions;
}  // namespace rfsn::check

namespace rfsn::gate {

struct OpenRequest {
    std::string directory = ".";
    base::Environment env;
    std::map<std::string, std::string> overrides;  ///< --set KEY=VALUE
    base::ProcessRunner* runner = nullptr;         ///< must outlive the session
};

/// One invocation in one repository: what every use case starts from. Opening it completes an apply that was killed.
class Session {
   public:
    /// Errors: those of git::Repository::open, git::staged_source and patch::recover.
    [[nodiscard]] static base::Result<std::unique_ptr<Session>> open(OpenRequest request);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] const base::Environment& env() const { return request_.env; }
    [[nodiscard]] base::ProcessRunner& runner() const { return *request_.runner; }
    [[nodiscard]] const git::Repository& repository() const { return *repository_; }
    [[nodiscard]] git::StagedSource& source() const { return *source_; }
    [[nodiscard]] buildpack::Registry& registry() { return registry_; }
    [[nodiscard]] const Programs& programs() const { return programs_; }
    [[nodiscard]] config::Trust trust() const;
    /// Loads the layers; the repository's `.rfsn.yaml` from `view` (the tree that is judged, or the base in CI), none
    /// if nullptr.
    [[nodiscard]] base::Result<void> load_config(const git::TreeView* view);
    [[nodiscard]] const config::Loaded& config() const { return config_; }
    [[nodiscard]] isolate::Isolation& isolation();
    [[nodiscard]] const check::ToolVersions& tool_versions();
    /// nullptr if the configuration wants none.
    [[nodiscard]] check::ResultMemory* result_memory();
    [[nodiscard]] unsigned jobs() const;
    /// What was completed when the session was opened.
    std::optional<patch::ApplyOutcome> recovered;
    bool packs_loaded = false;  ///< the registry holds other people's packs too
    /// Said once above the verdict.
    std::vector<std::string> notices;

   private:
    explicit Session(OpenRequest request);
    OpenRequest request_;
    Programs programs_;
    std::unique_ptr<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    buildpack::Registry registry_;
    config::Loaded config_;
    std::unique_ptr<isolate::Isolation> isolation_;
    std::unique_ptr<check::ToolVersions> tool_versions_;
    std::unique_ptr<check::ResultMemory> result_memory_;
};

/// Whether the user has set anything at all: a file, a variable, an option. Cheap; without it the defaults hold.
[[nodiscard]] bool has_user_settings(const base::Environment& env, const std::map<std::string, std::string>& overrides);

/// The layers that need no repository: for commands that work anywhere.
[[nodiscard]] base::Result<config::Loaded> user_config(const base::Environment& env,
                                                       const std::map<std::string, std::string>& overrides);

}  // namespace rfsn::gate
