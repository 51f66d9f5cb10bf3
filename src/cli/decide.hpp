// SPDX-License-Identifier: MIT
#pragma once

#include "base/dialog.hpp"
#include "cli/context.hpp"
#include "gate/fix.hpp"

namespace rfsn::cli {

/// The person at the terminal who typed the command, if there is one to ask: stdin and stderr are both theirs, and no
/// CI service is running us.
[[nodiscard]] std::optional<base::Dialog> person(const Context& context);

/// Asks about each proven proposal in turn: apply it, throw it away for good, take some of its hunks (proven anew),
/// edit it (proven anew), or the next one. Returns the exit code: 0 applied or left for later, else that of what
/// failed.
[[nodiscard]] int decide(Context& context, gate::Session& session, const gate::Judged& judged,
                         const gate::Proposed& proposed, base::Dialog& dialog,
                         std::optional<std::chrono::steady_clock::time_point> deadline);

}  // namespace rfsn::cli
