// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rfsn::model {

enum class ChangeKind { added, modified, deleted, renamed, type_changed, unchanged };

/// Git's tree-entry modes.
enum class FileMode : std::uint32_t {
    none = 0,
    regular = 0100644,
    executable = 0100755,
    symlink = 0120000,
    gitlink = 0160000,
};

/// One path of the change being judged. Paths are raw bytes as git has them, relative to the work tree, '/'-separated.
struct StagedFile {
    std::string path;
    std::string old_path;  ///< of a rename; else empty
    ChangeKind kind = ChangeKind::modified;
    FileMode mode = FileMode::none;      ///< none if deleted
    FileMode old_mode = FileMode::none;  ///< none if added
    std::string blob;                    ///< hex object id; empty if deleted
    std::string old_blob;                ///< hex object id; empty if added

    /// A blob with content to check: a regular or executable file that is not deleted.
    [[nodiscard]] bool has_content() const { return mode == FileMode::regular || mode == FileMode::executable; }
};

/// Which index git handed us; decides what an apply may write.
enum class IndexOrigin {
    normal,        ///< <git dir>/index
    commit_all,    ///< `git commit -a`: index.lock
    commit_paths,  ///< `git commit -- path`: next-index-PID.lock
    foreign,       ///< some other GIT_INDEX_FILE
};

enum class SnapshotSource { index, range, all };

struct Snapshot {
    /// SHA-256 over the base tree and the sorted raw diff records: equal ids, equal change.
    std::string id;
    SnapshotSource source = SnapshotSource::index;
    /// Tree of HEAD (or of A in A..B); empty when there is no commit yet.
    std::string base_tree;
    /// Tree of B for a range; empty for the index.
    std::string result_tree;
    IndexOrigin origin = IndexOrigin::normal;
    bool merging = false;           ///< MERGE_HEAD, CHERRY_PICK_HEAD, REVERT_HEAD or a rebase is under way
    std::vector<StagedFile> files;  ///< sorted by path
};

/// 1-based, inclusive.
struct LineRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

/// New content for one path, against a blob. What a fixer, a model or a person proposes.
struct FileEdit {
    std::string path;
    std::string old_blob;  ///< hex; empty for a creation
    FileMode mode = FileMode::regular;
    std::string content;  ///< the whole new content
    bool deletes = false;
};

}  // namespace rfsn::model
