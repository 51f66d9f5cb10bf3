// SPDX-License-Identifier: MIT
#pragma once

#include "cli/context.hpp"
#include "gate/propose.hpp"

namespace rfsn::cli {

/// Shows what was proposed (or the whole report, for --format), applies it with --yes, and says what to type next. 0 if
/// something was proven, 1 if not.
[[nodiscard]] int present(const Context& context, const Invocation& invocation, gate::Session& session,
                          const gate::Judged& judged, const gate::Proposed& proposed);

/// Applies a stored proposal ("" = the newest) and says what became of each file.
[[nodiscard]] int apply_stored(const Context& context, gate::Session& session, const std::string& id);
/// Throws a stored proposal ("" = the newest) away for good and says so.
[[nodiscard]] int discard_stored(gate::Session& session, const std::string& id);
void say_outcome(const patch::ApplyOutcome& outcome, const char* verb);

/// The way to the configured model: with what was proven before, and with a line on `line` while it is asked.
[[nodiscard]] std::unique_ptr<llm::NetTransport> transport_to_model(Context& context, const gate::Session& session,
                                                                    base::StatusLine& line);

}  // namespace rfsn::cli
