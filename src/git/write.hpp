// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "model/snapshot.hpp"

namespace rfsn::git {

/// Writes a blob into the repository's object database; returns its hex id.
[[nodiscard]] base::Result<std::string> write_blob(const Repository& repository, std::string_view content);

/// The same for many, with one child; ids in their order.
[[nodiscard]] base::Result<std::vector<std::string>> write_blobs(const Repository& repository,
                                                                 const std::vector<std::string_view>& contents);

struct IndexChange {
    std::string path;
    model::FileMode mode = model::FileMode::regular;
    std::string blob;      ///< empty: remove the entry
    std::string old_blob;  ///< what the index must hold now (empty: nothing), else conflict
};
/// Sets entries of the index that git handed us, through git's own plumbing (`update-index -z --index-info`), so that
/// every index extension stays right. All or nothing, in one rename. `guard` is asked before: what it finds in the
/// index is what is replaced. Errors: conflict (an entry is not old_blob, the index is locked, or changes all the
/// time), io, those of `guard`.
[[nodiscard]] base::Result<void> update_index(const Repository& repository, const std::vector<IndexChange>& changes,
                                              const std::function<base::Result<void>()>& guard = nullptr);
/// Removes the index lock that an update_index() left which was killed. For the one who may apply in this worktree.
void remove_stale_index_lock(const Repository& repository);
/// Writes the blobs that are not in the object database (any more): a `git gc --prune=now` beside us takes what the
/// index does not name yet. Returns how many were gone. Errors: external.
[[nodiscard]] base::Result<std::size_t> ensure_blobs(const Repository& repository,
                                                     const std::map<std::string, std::string_view>& contents);
/// Whether all of them are there. Errors: external.
[[nodiscard]] base::Result<bool> has_blobs(const Repository& repository,
                                           const std::map<std::string, std::string_view>& contents);
/// Notes the stat data of these paths, which are in the index, so that git need not look into the files again. A
/// convenience: a failure changes nothing and is not told.
void refresh_index(const Repository& repository, const std::vector<std::string>& paths);
struct IndexEntry {
    model::FileMode mode = model::FileMode::none;
    std::string blob;  ///< empty: no entry
    bool skip_worktree = false;
    bool assume_unchanged = false;
};
/// The index entry for each path, as of now; of the index file `index` if that is not empty. Errors: conflict (a path
/// is unmerged).
[[nodiscard]] base::Result<std::vector<IndexEntry>> index_entries(const Repository& repository,
                                                                  const std::vector<std::string>& paths,
                                                                  const std::string& index = "");
/// The index entry's blob for each path (empty if none), as of now.
[[nodiscard]] base::Result<std::vector<std::string>> index_blobs(const Repository& repository,
                                                                 const std::vector<std::string>& paths);

enum class WorkTreeOutcome { written, merged, already, conflict, absent };
[[nodiscard]] const char* name(WorkTreeOutcome outcome);
struct WorkTreeResult {
    WorkTreeOutcome outcome = WorkTreeOutcome::conflict;
    /// The bytes the file had before, for undo; nullopt if it was not touched or did not exist.
    std::optional<std::string> before;
    std::string reason;  ///< of a conflict
};
/// What the work-tree file at `path` should become when the blob `base` becomes `theirs`: the clean-filtered file equal
/// to base -> theirs; otherwise a three-way merge; conflict -> left alone. EOL and smudge attributes are honoured
/// through git. Nothing is written: the bytes to write are returned by plan, so that they can be journaled first.
struct WorkTreePlan {
    WorkTreeOutcome outcome = WorkTreeOutcome::conflict;
    std::optional<std::string> before;  ///< bytes on disk now; nullopt if there is no file
    std::string after;                  ///< bytes to write when outcome is written or merged
    std::uint32_t mode = 0644;
    std::string reason;
};
/// `creates`: the path is new, there is no base; without it a missing file is `absent`: the user deleted it.
[[nodiscard]] base::Result<WorkTreePlan> plan_work_tree(const Repository& repository, const std::string& path,
                                                        std::string_view base, std::string_view theirs, bool deletes,
                                                        bool creates = false);
/// A three-way merge of bytes; nullopt where both sides changed the same lines.
[[nodiscard]] base::Result<std::optional<std::string>> merge_bytes(std::string_view base, std::string_view ours,
                                                                   std::string_view theirs);
/// Removes what a write_work_tree() that was killed left beside `path`.
void sweep_work_tree(const Repository& repository, const std::string& path);
/// Writes bytes at a work-tree path by temp file and rename, if the file still holds `expected` (nullopt: does not
/// exist); nullopt `bytes` removes it. Never follows a symlink, in any component. Errors: conflict, denied, io.
[[nodiscard]] base::Result<void> write_work_tree(const Repository& repository, const std::string& path,
                                                 const std::optional<std::string>& expected,
                                                 const std::optional<std::string>& bytes, std::uint32_t mode);

}  // namespace rfsn::git
