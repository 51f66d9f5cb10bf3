// SPDX-License-Identifier: MIT
#pragma once

#include "config/config.hpp"
#include "llm/llm.hpp"

namespace rfsn::gate {

/// How large an edit of a model, of a pasted reply or of memory may be when so many rounds of the same search have
/// failed: 40 lines in 3 files and 6 hunks; 80, 4, 9 after one; 120, 5, 12 after two; 200, 5, 15 after three and more.
/// A limit that is set (patch.max_lines, patch.max_files, patch.max_hunks) holds as it is and does not grow; only the
/// user can set it higher than its default.
[[nodiscard]] llm::EditLimits edit_limits(const config::Loaded& config, std::size_t failed_rounds);

}  // namespace rfsn::gate
