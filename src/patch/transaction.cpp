// SPDX-License-Identifier: MIT
#include "patch/transaction.hpp"

#include <algorithm>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using git::WorkTreeOutcome;
using model::FileMode;

constexpr int turn_timeout_ms = 10000;
/// A file that changes this often while we look at it is being written by somebody.
constexpr int max_attempts = 3;

bool moves(const JournalFile& file) {
    return file.outcome == WorkTreeOutcome::written || file.outcome == WorkTreeOutcome::merged;
}

void leave_alone(JournalFile& file, std::string reason) {
    file.outcome = WorkTreeOutcome::conflict;
    file.reason = std::move(reason);
}

std::uint32_t with_exec(std::uint32_t mode, FileMode wanted) {
    if (wanted == FileMode::executable) {
        return mode | ((mode & 0444U) >> 2U);
    }
    return mode & ~0111U;
}

/// The patch, or for bytes that no text patch can hold the content itself. Returns the path, empty if there is nothing
/// to keep.
base::Result<std::string> keep(const git::Repository& repository, git::StagedSource& source, const Journal& journal,
                               const JournalFile& file) {
    model::FileEdit edit;
    edit.path = file.path;
    edit.mode = file.deletes ? file.old_mode : file.new_mode;
    edit.content = file.theirs;
    edit.deletes = file.deletes;
    if (!file.creates) {
        RFSN_ASSIGN(edit.old_blob, git::write_blob(repository, file.base));
    }
    RFSN_ASSIGN(std::string text, git::unified_diff(source, {edit}));
    if (text.empty()) {
        return std::string();
    }
    const bool binary = text.find("\nBinary files ") != std::string::npos && !file.deletes;
    const std::string directory = repository.git_dir() + "/rfsn/kept";
    RFSN_TRY(base::make_directories(directory, 0700));
    for (int i = 1;; ++i) {
        std::string path = fmt::format("{}/{}-{}.{}", directory, journal.proposal, i, binary ? "content" : "patch");
        struct stat info {};
        if (lstat(path.c_str(), &info) != 0) {
            RFSN_TRY(base::write_atomically(path, binary ? file.theirs : text, 0600));
            return path;
        }
    }
}

}  // namespace

std::map<std::string, std::string_view> staged_contents(const Journal& journal) {
    std::map<std::string, std::string_view> contents;
    for (const auto& file : journal.files) {
        if (file.in_index && !file.new_blob.empty()) {
            contents.emplace(file.new_blob, file.staged ? *file.staged : file.theirs);
        }
    }
    return contents;
}

base::Result<base::FileLock> take_turn(const git::Repository& repository) {
    const JournalFiles files(repository);
    RFSN_TRY(base::make_directories(files.directory(), 0700));
    auto held = base::FileLock::acquire(files.turn_path(), turn_timeout_ms);
    if (!held && held.error().code == ErrorCode::timeout) {
        return base::fail(ErrorCode::conflict,
                          "another git-rfsn is applying or undoing a patch in this worktree; try again "
                          "when it has ended");
    }
    if (held) {
        git::remove_stale_index_lock(repository);
        files.sweep();
    }
    return held;
}

base::Result<void> index_is_kept(const git::Repository& repository) {
    switch (repository.index_origin()) {
        case model::IndexOrigin::commit_all:
            return base::fail(
                ErrorCode::conflict,
                "this is `git commit -a`: git replaces the index when the commit ends. Let it end, then run this by "
                "hand, or stage with `git add -u` and use a plain `git commit`");
        case model::IndexOrigin::commit_paths:
            return base::fail(
                ErrorCode::conflict,
                "this is `git commit -- PATH`: git uses a temporary index and throws it away. Let it end, then run "
                "this by hand, or stage with `git add PATH` and use a plain `git commit`");
        case model::IndexOrigin::normal:
        case model::IndexOrigin::foreign:
            break;
    }
    return {};
}

base::Result<void> plan_file(const git::Repository& repository, JournalFile& file) {
    RFSN_ASSIGN(auto plan,
                git::plan_work_tree(repository, file.path, file.base, file.theirs, file.deletes, file.creates));
    file.outcome = plan.outcome;
    file.reason = std::move(plan.reason);
    file.mode_before = plan.before ? plan.mode : 0U;
    file.mode_after = plan.before ? plan.mode : file.new_mode == FileMode::executable ? 0777U : 0666U;
    file.after = file.deletes ? std::nullopt : std::optional<std::string>(std::move(plan.after));
    file.before = std::move(plan.before);
    const bool mode_moves = file.new_mode != file.old_mode && !file.deletes && !file.creates;
    if (mode_moves && file.before && file.outcome != WorkTreeOutcome::conflict) {
        file.mode_after = with_exec(file.mode_before, file.new_mode);
        if (file.outcome == WorkTreeOutcome::already && file.mode_after != file.mode_before) {
            file.outcome = WorkTreeOutcome::written;
            file.after = file.before;
        }
    }
    return {};
}

base::Result<void> move_index(const git::Repository& repository, Journal& journal, const Guard& guard) {
    std::vector<std::string> paths;
    for (const auto& file : journal.files) {
        paths.push_back(file.path);
    }
    RFSN_ASSIGN(const auto entries, git::index_entries(repository, paths));
    std::vector<git::IndexChange> changes;
    for (std::size_t i = 0; i < journal.files.size(); ++i) {
        auto& file = journal.files[i];
        const auto& now = entries[i];
        if (!file.in_index || (now.blob == file.new_blob && (now.blob.empty() || now.mode == file.new_mode))) {
            continue;
        }
        if (now.blob != file.old_blob) {
            file.in_index = false;
            leave_alone(file, "something else has been staged for it meanwhile");
            continue;
        }
        changes.push_back({file.path, file.new_mode, file.new_blob, file.old_blob});
    }
    return git::update_index(repository, changes, guard);
}

base::Result<void> move_work_tree(const git::Repository& repository, Journal& journal) {
    for (auto& file : journal.files) {
        for (int attempt = 0; moves(file); ++attempt) {
            auto written = git::write_work_tree(repository, file.path, file.before, file.after, file.mode_after);
            if (written) {
                break;
            }
            if (written.error().code == ErrorCode::io) {  // a full disk: the journal stays, nothing is lost
                return tl::make_unexpected(
                    std::move(written.error())
                        .with("it is not finished: make room, then any git-rfsn command completes it"));
            }
            if (written.error().code != ErrorCode::conflict || attempt == max_attempts) {
                leave_alone(file, written.error().message);
                break;
            }
            // It is not what it was when this was planned; perhaps we wrote it before we were killed.
            JournalFile planned = file;
            RFSN_TRY(plan_file(repository, file));
            if (file.before == planned.after) {
                file = std::move(planned);
                break;
            }
        }
    }
    return {};
}

base::Result<ApplyOutcome> finish(const git::Repository& repository, git::StagedSource& source,
                                  const Journal& journal) {
    ApplyOutcome outcome;
    outcome.proposal = journal.proposal;
    outcome.undo = journal.kind == Journal::Kind::undo;
    std::vector<std::string> to_refresh;
    for (const auto& file : journal.files) {
        AppliedFile applied{file.path, file.outcome, file.reason, "", file.in_index};
        if (file.outcome == WorkTreeOutcome::conflict) {
            RFSN_ASSIGN(applied.kept_patch, keep(repository, source, journal, file));
        }
        outcome.files.push_back(std::move(applied));
        const bool fits = moves(file) || file.outcome == WorkTreeOutcome::already;
        if (fits && !file.new_blob.empty()) {
            to_refresh.push_back(file.path);
        }
    }
    RFSN_TRY(git::ensure_blobs(repository, staged_contents(journal)));
    git::refresh_index(repository, to_refresh);
    const JournalFiles files(repository);
    if (journal.kind == Journal::Kind::apply) {
        RFSN_TRY(files.write_record(journal));
    } else {
        RFSN_TRY(files.remove_record(journal.record));
    }
    RFSN_TRY(files.complete());
    return outcome;
}

}  // namespace rfsn::patch
