// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "check/outcome.hpp"
#include "git/staged_source.hpp"

namespace rfsn::check {

struct SettleOptions {
    bool changed_lines_only = true;
};

/// Decides which findings block. A finding of a file-scope check other than a formatter blocks only on a line that the
/// change added or changed; all others block. Fills in source lines (redacted), `on_changed_line` and fingerprints,
/// drops repeats, and makes a blocked check without a blocking finding `passed`, saying so. Errors: external (the
/// differ failed).
[[nodiscard]] base::Result<void> settle(std::vector<Outcome>& outcomes, const git::TreeView& view,
                                        const SettleOptions& options);

/// Takes what was red before the change off the verdict: findings of `now` that `on_head` (the same check on the base
/// tree) has too, by fingerprint, are marked and no longer block.
void forgive_old(Outcome& now, const Outcome& on_head);

}  // namespace rfsn::check
