// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/atomic_file.hpp"
#include "patch/journal.hpp"
#include "patch/patch.hpp"

namespace rfsn::patch {

/// What has to hold of the index at the moment when it is replaced.
using Guard = std::function<base::Result<void>()>;

/// By id, what the index names since this apply or undo.
[[nodiscard]] std::map<std::string, std::string_view> staged_contents(const Journal& journal);
/// One apply or undo at a time in a worktree; what a killed one left is cleared away, but for its journal. Errors:
/// conflict (another one is under way).
[[nodiscard]] base::Result<base::FileLock> take_turn(const git::Repository& repository);
/// Errors: conflict, if git will throw away what is written to the index it handed us.
[[nodiscard]] base::Result<void> index_is_kept(const git::Repository& repository);
/// Fills in what is to happen to the work-tree file.
[[nodiscard]] base::Result<void> plan_file(const git::Repository& repository, JournalFile& file);
/// Sets the index entries that are still old; marks the files whose entry is neither old nor new.
[[nodiscard]] base::Result<void> move_index(const git::Repository& repository, Journal& journal,
                                            const Guard& guard = nullptr);
/// Writes the work-tree files that do not hold their bytes yet.
[[nodiscard]] base::Result<void> move_work_tree(const git::Repository& repository, Journal& journal);
/// Keeps what did not fit, records what was done, ends the journal.
[[nodiscard]] base::Result<ApplyOutcome> finish(const git::Repository& repository, git::StagedSource& source,
                                                const Journal& journal);
/// From a plan to the end, written ahead. Nothing is under way any more if the index could not be moved.
[[nodiscard]] base::Result<ApplyOutcome> carry_out(const git::Repository& repository, git::StagedSource& source,
                                                   Journal journal, const Guard& guard = nullptr);
/// recover() for a caller that has the turn and has seen a journal.
[[nodiscard]] base::Result<ApplyOutcome> recover_locked(const git::Repository& repository);

}  // namespace rfsn::patch
