// SPDX-License-Identifier: MIT
#pragma once

#include "gate/judge.hpp"
#include "llm/llm.hpp"

namespace rfsn::gate {

/// What a model would be sent about the blocked checks: the files that it may edit, and of other tracked files what the
/// failure leads to. Files that hold keys, files that the configuration excludes and links are never read. Errors:
/// denied (a secret that cannot be masked), invalid (nothing is red, or no file can be offered), limit.
[[nodiscard]] base::Result<llm::Prompt> prompt_for(Session& session, const Judged& judged);

}  // namespace rfsn::gate
