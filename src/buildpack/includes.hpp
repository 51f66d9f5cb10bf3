// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

/// Whether a check looks at the file only through a source that includes it.
[[nodiscard]] bool is_header_of(const CheckSpec& spec, std::string_view path);

/// For each of the headers among `files`, one source of the project that includes it, directly if one does, else by way
/// of other headers; read from the #include lines of the tree. Preferred are sources that are among `files` anyway,
/// then those of the same name, then the nearest. Headers that no source includes are absent.
[[nodiscard]] std::map<std::string, std::string> including_sources(const CheckSpec& spec, const model::Project& project,
                                                                   const git::TreeView& view,
                                                                   const std::vector<std::string>& files);

}  // namespace rfsn::buildpack
