// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/env.hpp"

namespace rfsn::check {

/// Stands for what tools read from outside the tree that is checked: the user's own settings, and those in the
/// directories above the work tree, where tools look on their way up. By what the files are (size, times, inode), not
/// by what they hold. `work_tree`: absolute.
[[nodiscard]] std::string outside_settings(const base::Environment& env, const std::string& work_tree);

}  // namespace rfsn::check
