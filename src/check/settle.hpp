// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "check/outcome.hpp"
#include "git/staged_source.hpp"

namespace rfsn::check {

/// Fills in source lines (redacted), `on_changed_line` and fingerprints, drops repeats and masks messages. Every
/// finding that came as blocking still blocks. Errors: external (the differ failed).
[[nodiscard]] base::Result<void> settle(std::vector<Outcome>& outcomes, const git::TreeView& view);

/// Gives findings their fingerprints: tool, rule, path, text of the line, and an ordinal among equals.
void fingerprint(std::vector<model::Finding>& findings);

/// Whether it is worth asking if the outcome's blocking findings are old: any of them is not on a line that the change
/// touches.
[[nodiscard]] bool may_be_old(const Outcome& outcome);

/// Takes what was red before the change off the verdict: blocking findings of `now` that are not on a changed line and
/// that `on_head` (the same check on the tree before the change) has too, by fingerprint, are marked and no longer
/// block; one that is flaky there only if it is here too. A check without a blocking finding left is `passed`, and says
/// so; one that has judged nothing is an `error`, or, where a command says nothing but its status and is not required,
/// `skipped`.
void forgive_old(Outcome& now, const Outcome& on_head);

/// Makes one outcome of two runs of a check on the same tree: findings of both, those of one alone marked as flaky.
/// They block like any other. A second run that could not judge says nothing.
void name_flaky(Outcome& outcome, const Outcome& again);

}  // namespace rfsn::check
