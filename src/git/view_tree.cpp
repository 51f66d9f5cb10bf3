// SPDX-License-Identifier: MIT
#include "git/view_tree.hpp"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "git/raw_diff.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::FileMode;
using model::SnapshotSource;

constexpr std::uint64_t max_index_bytes = std::uint64_t{2} << 30;

std::string trimmed(const std::string& text) {
    return std::string(base::trim(text));
}

std::string records_of(const model::Snapshot& snapshot) {
    std::string records;
    for (const auto& file : snapshot.files) {
        if (!file.old_path.empty()) {
            ScratchGit::append_record(records, FileMode::none, file.old_blob, file.old_path);
        }
    }
    for (const auto& file : snapshot.files) {  // after the renames: a path may be left and taken at once
        if (file.mode == FileMode::none) {
            ScratchGit::append_record(records, FileMode::none, file.old_blob, file.path);
        }
    }
    for (const auto& file : snapshot.files) {
        if (file.mode != FileMode::none) {
            ScratchGit::append_record(records, file.mode, file.blob, file.path);
        }
    }
    return records;
}

using Entry = std::pair<FileMode, std::string>;

std::map<std::string, Entry> without_renames(const std::vector<model::StagedFile>& files) {
    std::map<std::string, Entry> entries;
    for (const auto& file : files) {
        if (!file.old_path.empty()) {
            entries[file.old_path] = {FileMode::none, ""};
        }
    }
    for (const auto& file : files) {
        entries[file.path] = {file.mode, file.blob};
    }
    return entries;
}

/// A copy of the index git handed us knows all subtrees' ids already. False if it is not the snapshot's index any more.
base::Result<bool> seed_from_index(const Repository& repository, const model::Snapshot& snapshot,
                                   const ScratchGit& git) {
    auto bytes = base::read_file(repository.index_path(), max_index_bytes);
    if (!bytes) {
        return false;
    }
    RFSN_TRY(base::write_atomically(git.index(), *bytes, 0600));
    std::vector<std::string> command{"diff",          "--cached",
                                     "--raw",         "-z",
                                     "--no-abbrev",   "--no-renames",
                                     "--no-ext-diff", "--no-color",
                                     "--no-relative", "--ignore-submodules=none"};
    if (!snapshot.base_tree.empty()) {
        command.push_back(snapshot.base_tree);
    }
    command.emplace_back("--");
    const auto output = git.run(std::move(command));
    if (!output) {
        return false;
    }
    RFSN_ASSIGN(const auto diff, parse_raw_diff(*output));
    return diff.unmerged.empty() && without_renames(diff.files) == without_renames(snapshot.files);
}

base::Result<void> fill_index(const Repository& repository, const model::Snapshot& snapshot, const ScratchGit& git) {
    if (snapshot.source == SnapshotSource::index && !snapshot.base_tree.empty()) {
        RFSN_ASSIGN(const bool seeded, seed_from_index(repository, snapshot, git));
        if (seeded) {
            return {};
        }
    }
    RFSN_TRY(base::remove_tree(git.index()));
    if (snapshot.source == SnapshotSource::range) {
        RFSN_TRY(git.run({"read-tree", snapshot.result_tree}));
        return {};
    }
    const bool over_base = snapshot.source == SnapshotSource::index && !snapshot.base_tree.empty();
    RFSN_TRY(over_base ? git.run({"read-tree", snapshot.base_tree}) : git.run({"read-tree", "--empty"}));
    RFSN_TRY(git.run({"update-index", "-z", "--index-info"}, records_of(snapshot)));
    return {};
}

}  // namespace

base::Result<std::string> build_view_tree(const Repository& repository, const TreeView& view, const ScratchGit& git,
                                          const std::string& scratch_dir) {
    const auto& snapshot = view.snapshot();
    if (snapshot.source == SnapshotSource::range && view.edits().empty()) {
        return snapshot.result_tree;
    }
    RFSN_TRY(fill_index(repository, snapshot, git));
    if (!view.edits().empty()) {
        std::vector<const model::FileEdit*> written;
        for (const auto& edit : view.edits()) {
            if (!edit.deletes) {
                written.push_back(&edit);
            }
        }
        RFSN_ASSIGN(const auto ids, git.write_blobs(written, scratch_dir));
        std::string records;
        for (const auto& edit : view.edits()) {
            if (edit.deletes) {
                ScratchGit::append_record(records, FileMode::none, edit.old_blob, edit.path);
            }
        }
        for (std::size_t i = 0; i < written.size(); ++i) {
            ScratchGit::append_record(records, written[i]->mode, ids[i], written[i]->path);
        }
        RFSN_TRY(git.run({"update-index", "-z", "--index-info"}, records));
    }
    RFSN_ASSIGN(const std::string tree, git.run({"write-tree"}));
    return trimmed(tree);
}

base::Result<void> limit_objects(const std::string& objects) {
    // About 256 times what the one directory holds.
    constexpr std::size_t max_sampled = 20;
    std::size_t count = 0;
    if (DIR* dir = opendir((objects + "/17").c_str()); dir != nullptr) {
        while (readdir(dir) != nullptr) {
            ++count;
        }
        closedir(dir);
    }
    return count > max_sampled ? base::remove_tree(objects) : base::Result<void>{};
}

}  // namespace rfsn::git
