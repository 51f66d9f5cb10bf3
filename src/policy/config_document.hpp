// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::policy {

/// How a configuration file is read, and what its keys begin with.
struct ConfigForm {
    std::vector<std::string> globs;
    std::string format;  ///< toml, json (with comments), yaml, xml, ini, lines
    std::string tool;
    std::string strip;  ///< first key that is left out: pyproject's "tool"
};

/// One setting: a scalar, or a list with what is in it. A map's and a list of maps' own entry holds its keys.
struct Setting {
    std::vector<std::string> path;
    std::vector<std::string> values;
    bool several = false;
    std::size_t line = 0;
    [[nodiscard]] std::string name() const;  ///< "ruff.lint.ignore"
};

/// The settings in a file, in its order; `names`: sections that are called otherwise elsewhere. nullopt if the file is
/// not well formed.
[[nodiscard]] std::optional<std::vector<Setting>> read_settings(
    const ConfigForm& form, const std::map<std::string, std::string, std::less<>>& names, std::string_view content);

}  // namespace rfsn::policy
