// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "git/scratch_index.hpp"

namespace rfsn::git {

/// Submodules within submodules are followed so far; one that holds itself ends there.
constexpr int max_submodule_depth = 8;

struct Submodule {
    std::string path;    ///< in the repository that records it
    std::string commit;  ///< that it records
};

/// The submodules of an index. Errors: external.
[[nodiscard]] base::Result<std::vector<Submodule>> submodules_of(const ScratchGit& git);

/// A submodule whose repository is at hand with the commit that is recorded.
struct OpenSubmodule {
    std::unique_ptr<Repository> repository;
    std::string tree;  ///< the commit's
};

/// Nothing if it is not checked out in the work tree, or has not fetched the commit. Starts git; writes nothing.
[[nodiscard]] std::optional<OpenSubmodule> open_submodule(const Repository& repository, const Submodule& submodule);

/// Where what is kept of a submodule lives below the state directory of the tree that holds it.
[[nodiscard]] std::string submodule_state(const std::string& state_dir, const std::string& path);

}  // namespace rfsn::git
