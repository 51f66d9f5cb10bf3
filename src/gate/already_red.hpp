// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "gate/judge.hpp"

namespace rfsn::gate {

/// Asks every blocked check with findings off the changed lines again on the tree before the change; what is red there
/// in the same way does not block. A break that this change makes somewhere else (a bracket removed, a signature
/// changed) is not there and blocks. Tests whose result may be luck are run twice (gate/flaky.hpp). Costs nothing when
/// all is green; a check that cannot be asked keeps blocking.
[[nodiscard]] base::Result<void> forgive_already_red(Session& session, Judged& judged);

/// Findings of the old tree under the names that their files have now, so that a rename excuses nothing and accuses
/// nobody.
void rename_to_now(check::Outcome& outcome, const model::Snapshot& now);

/// The change's files as they were before it: the tree that it starts from.
[[nodiscard]] model::Snapshot before_the_change(const model::Snapshot& now);

}  // namespace rfsn::gate
