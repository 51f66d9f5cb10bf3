// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "policy/config_document.hpp"
#include "policy/rule_set.hpp"

namespace rfsn::policy {

struct SettingRule {
    std::string rule;
    std::string weaker;
    std::vector<std::vector<std::string>> keys;  ///< globs by part; "**" stands for any number of parts
    bool scoped = false;
    bool replaceable = false;  ///< something else in its place is as good
};
/// config/policy/settings.yaml, ready to use.
struct SettingRules {
    std::vector<ConfigForm> forms;
    std::map<std::string, std::string, std::less<>> names;
    std::vector<SettingRule> settings;
    std::vector<std::vector<std::string>> trades;  ///< tools of which one may take the place of another
    std::vector<std::string> pipeline_globs, strict_globs, program_globs;
    std::vector<std::pair<std::string, Patterns>> pipeline_kinds;
    Patterns masks, masks_all, narrowed, narrowed_anywhere, whole, strict, lower, higher, disabled;
};
[[nodiscard]] const base::Result<SettingRules>& setting_rules();
/// Errors: internal.
[[nodiscard]] base::Result<SettingRules> read_setting_rules(const base::DocNode& root);

/// A file of the change on both sides; nullptr: it is not there.
struct Sides {
    std::string path;  ///< as it is now, or was if it is gone
    const std::string* before = nullptr;
    const std::string* after = nullptr;
};
/// What a change loosened.
struct Loosened {
    std::string rule;
    std::string path;
    std::size_t line = 0;  ///< of the new file; 0: what is gone
    std::string what;
};
/// What settings came to.
[[nodiscard]] std::vector<Loosened> loosened_settings(const SettingRules& rules, const std::vector<Sides>& files);
/// What files that run checks came to: checks left out, failures masked, strict options given up.
[[nodiscard]] std::vector<Loosened> loosened_pipelines(const SettingRules& rules, const std::vector<Sides>& files);
/// Both: settings, pipelines and strict options that are weaker after the change, over all its files together: what
/// moved to another file is not gone.
[[nodiscard]] std::vector<Loosened> loosened(const SettingRules& rules, const std::vector<Sides>& files);

/// Settings that `after` has otherwise than `before`, by name with the line in `before` (0: new). nullopt if one of
/// them is not well formed, or is no configuration.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::size_t>>> changed_settings(
    const SettingRules& rules, const Sides& file);

}  // namespace rfsn::policy
