// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "gate/judge.hpp"

namespace rfsn::gate {

/// A check as it ran on the tree before the change.
struct OnHead {
    check::Planned planned;
    check::Outcome outcome;
};

/// Runs tests, and commands of the team's own, a second time where luck could decide: those that are red here and not
/// on HEAD, and those that would be let off because they are red there; at most once on each tree, and only if the
/// run's deadline leaves as much time as the first took. What only one of two runs had is marked as flaky. The rule: a
/// flaky red blocks, unless it is flaky or red on HEAD too; a test that is flaky on HEAD and red in both runs here
/// blocks.
[[nodiscard]] base::Result<void> ask_tests_again(Session& session, Judged& judged, const git::TreeView& head,
                                                 std::map<std::size_t, OnHead>& on_head);

/// Whether a check's verdict may be a matter of luck.
[[nodiscard]] bool may_be_flaky(const check::Planned& planned);

}  // namespace rfsn::gate
