// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "git/source_base.hpp"
#include "opened.hpp"

/// What holds for every reader of the stage on one repository, and how it is told.
namespace rfsn::test {

using base::ErrorCode;
using git::Selection;
using model::ChangeKind;
using model::FileMode;
using model::IndexOrigin;
using model::SnapshotSource;

inline void start(TempRepo& repo) {
    repo.write("a.txt", "one\ntwo\nthree\n");
    repo.write("dir/b.txt", "b\n");
    repo.write("dir/deep/c.txt", "c\n");
    repo.write("run.sh", "#!/bin/sh\n", true);
    repo.git({"add", "."});
    repo.commit();
}

inline std::string letter(const model::StagedFile& file) {
    switch (file.kind) {
        case ChangeKind::added:
            return "A";
        case ChangeKind::modified:
            return "M";
        case ChangeKind::deleted:
            return "D";
        case ChangeKind::renamed:
            return "R";
        case ChangeKind::type_changed:
            return "T";
        case ChangeKind::unchanged:
            break;
    }
    return "=";
}

inline std::vector<std::string> describe(const model::Snapshot& snapshot) {
    std::vector<std::string> lines;
    for (const auto& file : snapshot.files) {
        lines.push_back(letter(file) + " " + (file.old_path.empty() ? "" : file.old_path + " -> ") + file.path);
    }
    return lines;
}

inline void expect_equal(const model::Snapshot& a, const model::Snapshot& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.base_tree, b.base_tree);
    EXPECT_EQ(a.result_tree, b.result_tree);
    EXPECT_EQ(a.origin, b.origin);
    EXPECT_EQ(a.merging, b.merging);
    ASSERT_EQ(describe(a), describe(b));
    for (std::size_t i = 0; i < a.files.size(); ++i) {
        EXPECT_EQ(a.files[i].mode, b.files[i].mode) << a.files[i].path;
        EXPECT_EQ(a.files[i].old_mode, b.files[i].old_mode) << a.files[i].path;
        EXPECT_EQ(a.files[i].blob, b.files[i].blob) << a.files[i].path;
        EXPECT_EQ(a.files[i].old_blob, b.files[i].old_blob) << a.files[i].path;
    }
}

inline std::vector<std::string> names(const std::vector<git::TreeEntry>& entries) {
    std::vector<std::string> result;
    for (const auto& entry : entries) {
        result.push_back(entry.name + " " + std::to_string(static_cast<unsigned>(entry.mode)) + " " + entry.object +
                         (entry.is_tree ? "/" : ""));
    }
    return result;
}

/// What would be committed, from git itself.
inline std::vector<std::string> committed_paths(const std::string& directory, const base::Environment& env) {
    auto opened = open_repository(directory, env);
    const std::string tree = must(opened.git({"write-tree"}));
    const std::string listing =
        must(opened.git({"ls-tree", "-r", "-z", "--name-only", tree.substr(0, tree.size() - 1)}));
    std::vector<std::string> paths;
    for (std::size_t at = 0; at < listing.size();) {
        const auto end = listing.find('\0', at);
        paths.push_back(listing.substr(at, end - at));
        at = end + 1;
    }
    return paths;
}

inline std::string blob_of(const TempRepo& repo, const std::string& bytes) {
    auto id = repo.git({"hash-object", "-w", "--stdin"}, bytes);
    id.pop_back();
    return id;
}

/// Every reader on the repository at `directory`: equal snapshots and trees, or a refusal of libgit2's and git's
/// answer.
inline model::Snapshot expect_contract(const std::string& directory, const base::Environment& env,
                                       const Selection& selection, const std::vector<std::string>& expected,
                                       std::optional<bool> libgit2_serves) {
    const auto repository = open_repository(directory, env);
    const auto by_git = git::plumbing_source(repository);
    const auto by_git_alone = git::plumbing_source(repository, git::cat_file_reader(repository));
    const auto by_libgit2 = git::libgit2_source(repository);
    const auto chosen = must(git::staged_source(repository));

    const auto snapshot = must(by_git->snapshot(selection));
    EXPECT_EQ(describe(snapshot), expected);
    expect_equal(must(chosen->snapshot(selection)), snapshot);
    expect_equal(must(by_git_alone->snapshot(selection)), snapshot);
    const auto other = by_libgit2->snapshot(selection);
    if (libgit2_serves) {
        EXPECT_EQ(other.has_value(), *libgit2_serves) << (other ? "served" : other.error().describe());
    }
    if (other) {
        expect_equal(*other, snapshot);
    } else {
        EXPECT_EQ(other.error().code, ErrorCode::unsupported);
        EXPECT_STREQ(chosen->name(), "git");
    }
    for (const auto& file : snapshot.files) {
        if (file.has_content()) {
            const auto bytes = must(by_git_alone->read(file.blob, 1 << 20));
            EXPECT_EQ(must(chosen->read(file.blob, 1 << 20)), bytes);
            EXPECT_EQ(must(chosen->size(file.blob)), bytes.size());
            EXPECT_EQ(must(by_git_alone->size(file.blob)), bytes.size());
        }
    }
    EXPECT_EQ(names(must(chosen->walk(std::nullopt))), names(must(by_git_alone->walk(std::nullopt))));
    EXPECT_EQ(names(must(chosen->walk(snapshot.base_tree))), names(must(by_git_alone->walk(snapshot.base_tree))));

    // The view is the tree that would be committed, whatever the source.
    const git::TreeView view(*chosen, snapshot);
    std::vector<std::string> seen;
    for (const auto& entry : must(view.walk())) {
        seen.push_back(entry.name);
        const auto found = must(view.find(entry.name));
        EXPECT_TRUE(found) << entry.name;
        if (found) {
            EXPECT_EQ(found->object, entry.object);
            EXPECT_EQ(found->mode, entry.mode);
        }
    }
    if (selection.source != SnapshotSource::range) {
        EXPECT_EQ(seen, committed_paths(directory, env));
    }
    std::vector<std::string> listed;
    const std::function<void(const std::string&)> descend = [&](const std::string& dir) {
        for (const auto& entry : must(view.list(dir))) {
            entry.is_tree ? descend(entry.name) : listed.push_back(entry.name);
            EXPECT_TRUE(must(view.find(entry.name)));
        }
    };
    descend("");
    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(listed, seen);
    for (const auto& file : snapshot.files) {
        if (file.mode == FileMode::none || !file.old_path.empty()) {
            const auto& gone = file.old_path.empty() ? file.path : file.old_path;
            const auto found = must(view.find(gone));
            EXPECT_TRUE(!found || found->is_tree) << gone;
        }
    }
    return snapshot;
}

}  // namespace rfsn::test
