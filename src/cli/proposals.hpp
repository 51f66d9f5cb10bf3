// SPDX-License-Identifier: MIT
#pragma once

#include "cli/context.hpp"
#include "gate/fix.hpp"

namespace rfsn::cli {

/// Shows what was proposed (or the whole report, for --format), applies it with --yes, and says what to type next. 0 if
/// something was proven, 1 if not.
[[nodiscard]] int present(const Context& context, const Invocation& invocation, gate::Session& session,
                          const gate::Judged& judged, const gate::Proposed& proposed);

/// Applies a stored proposal ("" = the newest) and says what became of each file.
[[nodiscard]] int apply_stored(const Context& context, gate::Session& session, const std::string& id);
void say_outcome(const patch::ApplyOutcome& outcome, const char* verb);

}  // namespace rfsn::cli
