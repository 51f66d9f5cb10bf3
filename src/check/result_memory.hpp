// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/env.hpp"
#include "base/hash.hpp"
#include "cache/cache.hpp"
#include "check/outcome.hpp"
#include "check/tool_versions.hpp"
#include "git/staged_source.hpp"

namespace rfsn::check {

/// Outcomes of tool checks in the user's cache directory, so that what was asked a moment ago about the same bytes
/// starts no process: `git rfsn check` and then `git commit`, or a second attempt after another project was mended.
/// Only checks that see nothing but their files: a memory is believed where it covers all that could change the
/// answer, which are the files and the configuration above them, the command, the tool and what is installed beside it,
/// the project's installed dependencies, the user's settings, the environment, this program. Whole-tree checks, builds
/// and tests see more of the world than can be named (a linked package beside the repository, a service) and always
/// run, and so do other people's packs, the team's own commands and what asks the network. Never kept: anything but a
/// verdict. Proofs, reruns and CI do not use it. Safe to delete.
class ResultMemory {
   public:
    /// `versions` must outlive it. Without a cache directory nothing is remembered.
    ResultMemory(const base::Environment& env, const ToolVersions& versions, std::string work_tree);
    ~ResultMemory();
    ResultMemory(const ResultMemory&) = delete;
    ResultMemory& operator=(const ResultMemory&) = delete;

    /// Stands for everything that the outcome depends on; "" = this check is not remembered.
    [[nodiscard]] std::string key(const Planned& planned, const git::TreeView& view) const;
    /// With plan and version left to the caller.
    [[nodiscard]] std::optional<Outcome> find(const std::string& key);
    /// Keeps it if it is a verdict that may be kept. Failures only cost time.
    void keep(const std::string& key, const Outcome& outcome);

   private:
    [[nodiscard]] cache::Cache& cache();
    void add_dependencies(base::Sha256& hash, const Planned& planned) const;

    const ToolVersions* versions_;
    std::string work_tree_;
    std::string path_;  ///< of the file; "" = there is no cache directory
    std::string user_;  ///< stands for the environment and this program
    std::unique_ptr<cache::Cache> cache_;
};

/// A verdict without tests as bytes, and back. nullopt: not such bytes.
[[nodiscard]] std::string encode(const Outcome& outcome);
[[nodiscard]] std::optional<Outcome> decode_outcome(std::string_view bytes);

}  // namespace rfsn::check
