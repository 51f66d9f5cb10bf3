// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "buildpack/buildpack.hpp"
#include "check/run_tools.hpp"

namespace rfsn::check {

/// A tool whose version is of interest, as it was found for a project.
struct VersionQuestion {
    const buildpack::Tool* tool = nullptr;
    std::string program;  ///< absolute
    std::string project;  ///< its root: what pins a version there counts
    std::string search_path;
};
[[nodiscard]] VersionQuestion version_question(const Planned& planned);

/// Versions in the user's cache directory, by what the programs are (path, size, times, inode, the packages installed
/// beside them) and what the project pins: where none of it has changed, no process is started. Safe to delete.
class ToolVersions {
   public:
    explicit ToolVersions(const base::Environment& env);
    /// Names a version for as long as it can be believed; "" where the tool says none that we could ask for.
    [[nodiscard]] std::string key(const VersionQuestion& question, const git::TreeView& view) const;
    /// What is remembered: "" = it was asked within the last day and said nothing that we could read.
    [[nodiscard]] std::optional<std::string> find(const std::string& key) const;
    /// Failures only cost time.
    void keep(const std::string& key, const std::string& version) const;

   private:
    [[nodiscard]] const std::string& identity(const std::string& program) const;

    std::string directory_;
    mutable std::map<std::string, std::string> identities_;  ///< by program, "" = it is not there
    std::string user_;                                       ///< stands for what the user chose for all projects
};

/// Asks tools for their versions, each once, beside whatever else runs: confined like a check, in a place that holds
/// nothing but the files that pin versions. What cannot be asked stays without one.
class VersionProbes {
   public:
    explicit VersionProbes(const ToolContext& context) : context_(&context) {}
    /// Looks it up, or queues it.
    void ask(const VersionQuestion& question);
    [[nodiscard]] std::optional<base::ProcessJob> next();
    /// "" if it is not known (yet).
    [[nodiscard]] std::string version(const VersionQuestion& question) const;

   private:
    struct Waiting {
        std::string key;
        VersionQuestion question;
    };
    [[nodiscard]] const isolate::Place* place_for(const std::string& project);
    void take(const Waiting& asked, const base::ProcessResult& result);

    const ToolContext* context_;
    std::map<std::string, std::string> keys_;      ///< by tool, program and project
    std::map<std::string, std::string> versions_;  ///< by key
    std::deque<Waiting> waiting_;
    std::map<std::string, std::unique_ptr<isolate::Place>> places_;
};

/// The version in what a tool printed, or "".
[[nodiscard]] std::string version_in(const buildpack::Tool& tool, const base::ProcessResult& result);

}  // namespace rfsn::check
