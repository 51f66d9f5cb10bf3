// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "model/snapshot.hpp"

namespace rfsn::git {

struct TreeEntry {
    std::string name;  ///< full path relative to the root
    model::FileMode mode = model::FileMode::none;
    /// Hex id; empty for what is no object yet: an edit, and a directory that differs from the base tree's.
    std::string object;
    bool is_tree = false;
};

/// What a run is about.
struct Selection {
    model::SnapshotSource source = model::SnapshotSource::index;
    std::string range;  ///< "A..B", "A...B" or "A" (= A..HEAD) when source is range
};

/// Reads the change to be judged and the tree it belongs to. Two real implementations (libgit2; git's plumbing) that
/// a contract test holds equal. One thread at a time, but for read().
class StagedSource {
   public:
    virtual ~StagedSource() = default;
    /// The change, sorted by path, intent-to-add entries left out. For `all`: every entry of the index as `unchanged`.
    /// Errors: conflict (unmerged index: names the paths), invalid, unsupported (the caller falls back), external.
    [[nodiscard]] virtual base::Result<model::Snapshot> snapshot(const Selection& selection) = 0;
    /// A blob's bytes; safe to call from several threads at once. Errors: not_found, limit (> max_bytes), external.
    [[nodiscard]] virtual base::Result<std::string> read(std::string_view blob, std::uint64_t max_bytes) = 0;
    [[nodiscard]] virtual base::Result<std::uint64_t> size(std::string_view blob) = 0;
    /// An entry of the tree `tree` ("" = the empty tree) by path, or nullopt.
    [[nodiscard]] virtual base::Result<std::optional<TreeEntry>> find(std::string_view tree, std::string_view path) = 0;
    /// The entries directly below `dir` ("" = root) of `tree`.
    [[nodiscard]] virtual base::Result<std::vector<TreeEntry>> list(std::string_view tree, std::string_view dir) = 0;
    /// Every blob, symlink and submodule of a tree, or of the index if `tree` is nullopt.
    [[nodiscard]] virtual base::Result<std::vector<TreeEntry>> walk(std::optional<std::string_view> tree) = 0;
    [[nodiscard]] virtual const char* name() const = 0;  ///< "libgit2" or "git"
};

/// The implementation that fits: libgit2 where it is right and quick (plain SHA-1 repository, small index), else git.
/// Falls back to git on its own when libgit2 answers `unsupported`.
[[nodiscard]] base::Result<std::unique_ptr<StagedSource>> staged_source(const Repository& repository);
[[nodiscard]] std::unique_ptr<StagedSource> libgit2_source(const Repository& repository);
[[nodiscard]] std::unique_ptr<StagedSource> plumbing_source(const Repository& repository);

/// The tree that would be committed, seen without writing or listing it: the base tree with the staged entries over it,
/// and edits (a proposal) over those. The way buildpacks, checks and proofs look at the repository.
class TreeView {
   public:
    TreeView(StagedSource& source, const model::Snapshot& snapshot);
    /// Later edits of a path win over earlier ones.
    [[nodiscard]] TreeView with_edits(std::vector<model::FileEdit> edits) const;

    [[nodiscard]] base::Result<std::optional<TreeEntry>> find(std::string_view path) const;
    [[nodiscard]] base::Result<std::vector<TreeEntry>> list(std::string_view dir) const;
    /// All files; walks the index (or the range's tree). Not on a commit's way.
    [[nodiscard]] base::Result<std::vector<TreeEntry>> walk() const;
    /// Content by path, edits included. Errors: not_found, limit.
    [[nodiscard]] base::Result<std::string> read(std::string_view path, std::uint64_t max_bytes = 64U << 20) const;
    [[nodiscard]] const std::vector<model::FileEdit>& edits() const;
    [[nodiscard]] const model::Snapshot& snapshot() const { return *snapshot_; }
    [[nodiscard]] StagedSource& source() const { return *source_; }

   private:
    struct Overlay;
    TreeView(StagedSource& source, const model::Snapshot& snapshot, std::vector<model::FileEdit> edits);

    StagedSource* source_;
    const model::Snapshot* snapshot_;
    std::shared_ptr<const Overlay> overlay_;  ///< staged entries and edits by path, shared by copies
};

/// Added and changed lines of the new side, per path, of a snapshot's files (all lines of an added file).
[[nodiscard]] base::Result<std::map<std::string, std::vector<model::LineRange>>> changed_lines(
    StagedSource& source, const model::Snapshot& snapshot, const std::vector<std::string>& paths);

/// A git-format unified diff of edits against their blobs, made by us (libgit2's differ): what is shown and stored.
[[nodiscard]] base::Result<std::string> unified_diff(StagedSource& source, const std::vector<model::FileEdit>& edits);

}  // namespace rfsn::git
