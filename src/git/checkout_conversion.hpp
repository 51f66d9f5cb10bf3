// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/scratch_index.hpp"

namespace rfsn::git {

/// Files whose bytes in a work tree may not be those that a checkout would write, although git calls them unchanged.
struct ConversionRisk {
    std::vector<std::string> paths;
    std::string obstacle;  ///< why it would take too long to say, else empty
};

/// Looks at those of `entries` that are not in `known`: line endings, encodings, idents and filter drivers by the
/// attributes of `git`'s index and the configuration. Errors: external.
[[nodiscard]] base::Result<ConversionRisk> conversion_risk(const Repository& repository, const ScratchGit& git,
                                                           const std::vector<TreeEntry>& entries,
                                                           const std::set<std::string, std::less<>>& known);

}  // namespace rfsn::git
