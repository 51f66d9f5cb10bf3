// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "buildpack/tree.hpp"
#include "model/project.hpp"

namespace rfsn::buildpack {

/// A package of a project, as its build tool knows it.
struct Package {
    std::string name;             ///< what the others depend on: a crate, an import path, an artifact
    std::string argument;         ///< what the build tool is told
    std::set<std::string> needs;  ///< names, of any packages
};

/// The packages of a project by directory below its root (""= the root itself), read from manifests or imports; nullopt
/// where it cannot be told (or would take too long), so that everything counts as affected.
using PackageGraph = std::map<std::string, Package, std::less<>>;
[[nodiscard]] base::Result<std::optional<PackageGraph>> package_graph(Tree& tree, const Pack& pack,
                                                                      const model::Project& project);
/// The kind that the project's graph is of, or "".
[[nodiscard]] std::string package_graph_kind(const Pack& pack, const model::Project& project);

/// Gradle's projects by `include` in the settings, with `project(":x")` and `projects.x` in their build files; nullopt
/// where the settings compute them. The root itself is none. `root`: its directory.
[[nodiscard]] base::Result<std::optional<PackageGraph>> gradle_packages(Tree& tree, const std::string& root);
/// Members of an npm, yarn or pnpm workspace by the names in their manifests.
[[nodiscard]] base::Result<std::optional<PackageGraph>> npm_packages(Tree& tree, const Pack& pack,
                                                                     const std::string& root);
/// Projects of a solution by ProjectReference; only those that hold tests have an argument.
[[nodiscard]] base::Result<std::optional<PackageGraph>> dotnet_packages(Tree& tree, const Pack& pack,
                                                                        const std::string& root);

}  // namespace rfsn::buildpack
