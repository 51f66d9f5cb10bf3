// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.hpp"

namespace rfsn::isolate {

/// What is around a place on this machine, as far as a sandbox has to know it. Real paths of what is there.
struct Surroundings {
    std::vector<std::string> secrets;      ///< keys, tokens, browsers: nothing for a check
    std::vector<std::string> settings;     ///< of package managers: may hold tokens, and only downloads need them
    std::vector<std::string> own;          ///< the gate's own configuration, state and caches
    std::vector<std::string> tool_caches;  ///< what tools download and compile once for all projects
};

[[nodiscard]] Surroundings surroundings(const base::Environment& env, const std::string& cache_root);

/// Variables by which tools take a directory of `cache_dir` for their own cache where the user's is not there yet:
/// outside the place they could not make one.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> missing_tool_caches(const base::Environment& env,
                                                                                   const std::string& cache_dir);

/// The entries of /tmp and /var/tmp that hold one of `paths` or what the environment names; nullopt if one of them is
/// such a directory itself, so that it cannot be replaced.
[[nodiscard]] std::optional<std::vector<std::string>> needed_below_tmp(const base::Environment& env,
                                                                       const std::vector<std::string>& paths);

[[nodiscard]] bool is_within(std::string_view path, std::string_view directory);

}  // namespace rfsn::isolate
