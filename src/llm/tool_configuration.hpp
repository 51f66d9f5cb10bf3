// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/snapshot.hpp"

// Which part of a repository's configuration belongs to a check (config/llm/tools.yaml).
namespace rfsn::llm {

struct ConfigurationPart {
    std::string file;                   ///< a glob of names
    std::vector<std::string> sections;  ///< empty: the whole file
};
/// Of one check. Errors: internal.
[[nodiscard]] base::Result<std::vector<ConfigurationPart>> configuration_of(const std::string& check);

/// Where these sections stand in a TOML, INI or JSON file, told by its name: a table with the tables below it, a key of
/// the top object. Without sections the whole file. Empty if none is there.
[[nodiscard]] std::vector<model::LineRange> section_lines(const std::string& name, std::string_view content,
                                                          const std::vector<std::string>& sections);

}  // namespace rfsn::llm
