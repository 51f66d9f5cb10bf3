// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rfsn::model {

/// A directory that a buildpack owns.
struct Project {
    std::string root;  ///< relative, "." for the top
    std::string pack;  ///< buildpack id
    /// Named values that the pack extracted (package manager, versions, configured tools): "pm" -> "uv", "has_ruff" ->
    /// "true".
    std::map<std::string, std::string, std::less<>> facts;
    std::vector<std::string> files;    ///< staged paths that it owns
    std::vector<std::string> reasons;  ///< why it is a project: "pyproject.toml (weight 60)", ...
    std::vector<std::string> members;  ///< workspace members that it absorbed
    bool fallback = false;             ///< no manifest: by extension or shebang, file-scope checks only
};

}  // namespace rfsn::model
