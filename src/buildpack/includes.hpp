// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

/// Whether a check looks at the file only through a source that includes it.
[[nodiscard]] bool is_header_of(const CheckSpec& spec, std::string_view path);

/// What a build of the project has recorded, by paths of the repository.
struct BuildRecords {
    std::set<std::string> compiled;                          ///< sources that are built; empty = not known
    std::map<std::string, std::set<std::string>> includers;  ///< by header, sources whose depfiles name it
};

/// For each of the headers among `files`, one source of the project that includes it, directly if one does, else by way
/// of other headers; by depfiles where they name it, else by the #include lines of the tree. Preferred are sources that
/// are built, then those among `files`, then those of the same name, then the nearest. Headers that no source includes
/// are absent.
[[nodiscard]] std::map<std::string, std::string> including_sources(const CheckSpec& spec, const model::Project& project,
                                                                   const git::TreeView& view,
                                                                   const std::vector<std::string>& files,
                                                                   const BuildRecords& records = {});

}  // namespace rfsn::buildpack
