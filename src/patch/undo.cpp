// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "patch/transaction.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using git::WorkTreeOutcome;
using model::FileMode;

constexpr std::uint64_t max_edited_bytes = std::uint64_t{1} << 30;

void leave_alone(JournalFile& file, const char* reason) {
    file.in_index = false;
    file.outcome = WorkTreeOutcome::conflict;
    file.reason = reason;
}

/// Where the index entry is to go; false if that can't be said. `content` is set where file.new_blob is to be the blob
/// of it.
base::Result<bool> plan_index(git::StagedSource& source, const JournalFile& done, const git::IndexEntry& now,
                              JournalFile& file, std::optional<std::string>& content) {
    file.old_blob = now.blob;
    file.old_mode = now.mode;
    file.new_mode = done.old_mode;
    if (!done.in_index || (now.blob == done.old_blob && now.mode == done.old_mode)) {
        file.in_index = false;
        file.new_blob = now.blob;
        file.new_mode = now.mode;
        return true;
    }
    if (now.blob == done.new_blob) {
        if (!done.creates) {
            // Nothing pointed at it since: git may have collected it.
            content = done.base;
        }
        return true;
    }
    if (now.blob.empty() || done.creates || done.deletes) {
        return false;
    }
    RFSN_ASSIGN(const std::string ours, source.read(now.blob, max_edited_bytes));
    RFSN_ASSIGN(content, git::merge_bytes(done.theirs, ours, done.base));
    if (!content) {
        return false;
    }
    file.new_mode = now.mode == done.new_mode ? done.old_mode : now.mode;
    return true;
}

base::Result<void> plan_work_tree(const git::Repository& repository, const JournalFile& done, JournalFile& file) {
    const bool was_touched = done.outcome == WorkTreeOutcome::written || done.outcome == WorkTreeOutcome::merged;
    if (!was_touched) {
        file.outcome = WorkTreeOutcome::already;
        file.reason = done.outcome == WorkTreeOutcome::already ? "" : "the work-tree file was not touched by the apply";
        return {};
    }
    RFSN_TRY(plan_file(repository, file));
    const bool is_seen = file.before || file.outcome != WorkTreeOutcome::conflict;
    if (is_seen && file.before == done.after) {
        // Exactly as we left it: then exactly as it was, unstaged work and line ends included.
        file.after = done.before;
        file.mode_after = done.before ? done.mode_before : 0666U;
        file.outcome = file.before == file.after && file.mode_after == file.mode_before ? WorkTreeOutcome::already
                                                                                        : WorkTreeOutcome::written;
        file.reason.clear();
    }
    return {};
}

base::Result<void> write_blobs(const git::Repository& repository,
                               const std::vector<std::optional<std::string>>& contents, Journal& journal) {
    std::vector<std::string_view> wanted;
    for (const auto& content : contents) {
        if (content) {
            wanted.emplace_back(*content);
        }
    }
    RFSN_ASSIGN(const auto blobs, git::write_blobs(repository, wanted));
    auto blob = blobs.begin();
    for (std::size_t i = 0; i < contents.size(); ++i) {
        if (contents[i]) {
            auto& file = journal.files[i];
            file.new_blob = *blob++;
            file.staged = *contents[i] == file.theirs ? std::nullopt : contents[i];
        }
    }
    return {};
}

base::Result<Journal> plan_undo(const git::Repository& repository, git::StagedSource& source, const Journal& record) {
    Journal journal;
    journal.kind = Journal::Kind::undo;
    journal.proposal = record.proposal;
    journal.record = record.record;
    journal.index_path = repository.index_path();
    std::vector<std::string> paths;
    for (const auto& file : record.files) {
        paths.push_back(file.path);
    }
    RFSN_ASSIGN(const auto entries, git::index_entries(repository, paths));
    std::vector<std::optional<std::string>> contents(record.files.size());
    for (std::size_t i = 0; i < record.files.size(); ++i) {
        const auto& done = record.files[i];
        JournalFile file;
        file.path = done.path;
        file.base = done.theirs;
        file.theirs = done.base;
        file.creates = done.deletes;
        file.deletes = done.creates;
        RFSN_ASSIGN(const bool known, plan_index(source, done, entries[i], file, contents[i]));
        if (known) {
            // The mode the file gets is the one it had, whatever the index does.
            const auto old_mode = file.old_mode;
            const auto new_mode = file.new_mode;
            file.old_mode = done.new_mode;
            file.new_mode = done.old_mode;
            RFSN_TRY(plan_work_tree(repository, done, file));
            file.old_mode = old_mode;
            file.new_mode = new_mode;
        } else {
            leave_alone(file, "what is staged now touches the same lines");
        }
        journal.files.push_back(std::move(file));
    }
    RFSN_TRY(write_blobs(repository, contents, journal));
    return journal;
}

}  // namespace

base::Result<ApplyOutcome> undo(const git::Repository& repository, git::StagedSource& source, Store& store,
                                const std::string& id) {
    RFSN_TRY(index_is_kept(repository));
    const JournalFiles files(repository);
    RFSN_ASSIGN(const auto turn, take_turn(repository));
    if (files.pending()) {
        RFSN_ASSIGN(auto completed, recover_locked(repository));
        if (completed.undo && completed.proposal.compare(0, id.size(), id) == 0) {
            return completed;
        }
    }
    RFSN_ASSIGN(const auto record, files.find_record(id));
    RFSN_ASSIGN(auto journal, plan_undo(repository, source, record));
    RFSN_ASSIGN(auto outcome, carry_out(repository, source, std::move(journal)));
    auto noted = store.set_state(record.proposal, "undone");
    if (!noted && noted.error().code != ErrorCode::not_found) {
        return tl::make_unexpected(
            std::move(noted.error()).with("the patch was undone, but the store could not note it"));
    }
    return outcome;
}

}  // namespace rfsn::patch
