// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/env.hpp"
#include "base/process.hpp"

namespace rfsn::isolate {

/// Where something is mounted below `directory`, or empty: an overlay would not show it, and the kernel refuses an
/// ordinary user one. `mountinfo`: of this process.
[[nodiscard]] std::string mounted_below(const std::string& directory, std::string_view mountinfo);
[[nodiscard]] std::string read_mountinfo();

/// Why overlayfs over `lower` with its writable layer in a directory below `upper_parent` does not work; empty if it
/// does. Tried by rfsn-exec, and remembered in `memory_dir` for a day.
[[nodiscard]] std::string why_no_overlay(const std::string& lower, const std::string& upper_parent,
                                         const std::string& memory_dir, const std::string& exec_program,
                                         const base::Environment& env, base::ProcessRunner& runner);

}  // namespace rfsn::isolate
