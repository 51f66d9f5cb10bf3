// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "patch/transaction.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;
using model::FileMode;

constexpr std::uint64_t max_edited_bytes = std::uint64_t{1} << 30;

base::Error moved(const model::FileEdit& edit, const git::IndexEntry& now, const std::string& new_blob) {
    const std::string path = base::printable(edit.path);
    if (now.blob == new_blob) {
        return {ErrorCode::conflict,
                fmt::format("{} is staged as the patch would make it already; nothing was changed", path),
                {}};
    }
    return {ErrorCode::conflict,
            fmt::format(
                "{} is not staged as it was when the patch was proven; nothing was changed. Run `git rfsn check` and "
                "propose again",
                path),
            {}};
}

base::Result<JournalFile> prepare(const git::Repository& repository, git::StagedSource& source,
                                  const model::FileEdit& edit, const git::IndexEntry& now, std::string new_blob,
                                  bool passing) {
    JournalFile file;
    file.path = edit.path;
    file.creates = edit.old_blob.empty();
    file.deletes = edit.deletes;
    file.old_blob = edit.old_blob;
    file.old_mode = now.mode;
    file.new_mode = edit.deletes ? FileMode::none : edit.mode;
    if (!edit.deletes) {
        file.new_blob = std::move(new_blob);
        file.theirs = edit.content;
    }
    if (now.blob != edit.old_blob && !passing) {
        return tl::make_unexpected(moved(edit, now, file.new_blob));
    }
    if (!file.creates) {
        auto base = source.read(edit.old_blob, max_edited_bytes);
        if (!base) {
            return tl::make_unexpected(
                std::move(base.error()).with("the content that the patch is for is gone; run `git rfsn check` again"));
        }
        file.base = std::move(*base);
    }
    if (now.blob != edit.old_blob) {
        // Git has thrown away the index that named it. What is staged is the user's choice and stays.
        file.old_mode = edit.mode;
        RFSN_TRY(plan_file(repository, file));
        file.in_index = false;
        file.old_blob = file.new_blob = now.blob;
        file.old_mode = file.new_mode = now.mode;
        return file;
    }
    RFSN_TRY(plan_file(repository, file));
    if (file.outcome == git::WorkTreeOutcome::absent && now.skip_worktree) {
        file.reason = "the sparse checkout leaves it out";
    }
    return file;
}

base::Result<Journal> plan(const git::Repository& repository, git::StagedSource& source,
                           const StoredProposal& proposal) {
    Journal journal;
    journal.proposal = proposal.id;
    journal.index_path = repository.index_path();
    RFSN_ASSIGN(journal.record, JournalFiles(repository).new_record_name(proposal.id));
    const auto& edits = proposal.patch.proposal().edits;
    std::vector<std::string> paths;
    std::vector<std::string_view> contents;
    for (const auto& edit : edits) {
        paths.push_back(edit.path);
        if (!edit.deletes) {
            contents.push_back(edit.content);
        }
    }
    RFSN_ASSIGN(const auto entries, git::index_entries(repository, paths));
    RFSN_ASSIGN(const auto blobs, git::write_blobs(repository, contents));
    auto blob = blobs.begin();
    for (std::size_t i = 0; i < edits.size(); ++i) {
        RFSN_ASSIGN(auto file, prepare(repository, source, edits[i], entries[i],
                                       edits[i].deletes ? std::string() : *blob++, !proposal.patch.kept_id().empty()));
        journal.files.push_back(std::move(file));
    }
    return journal;
}

/// The tree that would come out is the one that was proven only if nothing at all was staged since.
base::Result<void> still_staged(git::StagedSource& source, const StoredProposal& proposal) {
    const auto& patch = proposal.patch;
    RFSN_ASSIGN(const auto now, source.snapshot({}));
    if (now.id == (patch.kept_id().empty() ? patch.snapshot_id() : patch.kept_id())) {
        return {};
    }
    return base::fail(ErrorCode::conflict,
                      fmt::format("what is staged, or HEAD, is no longer what proposal {} was proven on; nothing was "
                                  "changed. Propose again: git rfsn fix, or git rfsn propose",
                                  proposal.id));
}

/// After a failure in the index step: git writes the index whole or not at all.
bool index_is_as_before(const git::Repository& repository, const Journal& journal) {
    std::vector<std::string> paths;
    for (const auto& file : journal.files) {
        paths.push_back(file.path);
    }
    const auto blobs = git::index_blobs(repository, paths);
    for (std::size_t i = 0; blobs && i < paths.size(); ++i) {
        if (journal.files[i].in_index && (*blobs)[i] != journal.files[i].old_blob) {
            return false;
        }
    }
    return blobs.has_value();
}

}  // namespace

base::Result<ApplyOutcome> carry_out(const git::Repository& repository, git::StagedSource& source, Journal journal,
                                     const Guard& guard) {
    const JournalFiles files(repository);
    RFSN_TRY(files.begin(journal));
    if (auto index = move_index(repository, journal, guard); !index) {
        if (index_is_as_before(repository, journal)) {
            RFSN_TRY(files.end());
        }
        return tl::make_unexpected(std::move(index.error()));
    }
    RFSN_TRY(move_work_tree(repository, journal));
    return finish(repository, source, journal);
}

base::Result<ApplyOutcome> apply(const git::Repository& repository, git::StagedSource& source, Store& store,
                                 const StoredProposal& proposal) {
    if (auto kept = index_is_kept(repository); !kept) {
        return tl::make_unexpected(
            std::move(kept.error())
                .with(
                    fmt::format("patch {} is kept: `git rfsn apply` takes it when the commit has ended", proposal.id)));
    }
    if (proposal.state == "discarded") {
        return base::fail(ErrorCode::conflict, fmt::format("proposal {} was discarded; propose again", proposal.id));
    }
    const JournalFiles files(repository);
    RFSN_ASSIGN(const auto turn, take_turn(repository));
    if (files.pending()) {
        RFSN_TRY(recover_locked(repository));
    }
    const Guard guard = [&] { return still_staged(source, proposal); };
    RFSN_ASSIGN(auto journal, plan(repository, source, proposal));
    RFSN_TRY(guard());
    RFSN_ASSIGN(auto outcome, carry_out(repository, source, std::move(journal), guard));
    if (auto noted = store.set_state(proposal.id, "applied"); !noted) {
        return tl::make_unexpected(
            std::move(noted.error()).with("the patch was applied, but the store could not note it"));
    }
    return outcome;
}

}  // namespace rfsn::patch
