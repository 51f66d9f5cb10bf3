// SPDX-License-Identifier: MIT
#include <algorithm>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "patch/transaction.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;

bool exists(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0;
}

/// The journal is about one index; what git hands us now may be another.
base::Result<void> same_index(const git::Repository& repository, Journal& journal) {
    if (auto kept = index_is_kept(repository); !kept) {
        return tl::make_unexpected(
            std::move(kept.error())
                .with("an apply that was interrupted has to be completed first; run `git rfsn check` for that"));
    }
    if (journal.index_path == repository.index_path()) {
        return {};
    }
    if (!exists(journal.index_path)) {
        for (auto& file : journal.files) {
            file.in_index = false;
        }
        return {};
    }
    return base::fail(
        ErrorCode::conflict,
        fmt::format(
            "an apply to another index ({}) was interrupted and has to be completed first: run `git rfsn check` "
            "with GIT_INDEX_FILE set to it",
            base::printable(journal.index_path)));
}

}  // namespace

base::Result<std::size_t> restore_blobs(const git::Repository& repository) {
    const auto last = JournalFiles(repository).last();
    if (!last || last->index_path != repository.index_path()) {
        return 0;
    }
    auto contents = staged_contents(*last);
    RFSN_ASSIGN(const bool whole, git::has_blobs(repository, contents));
    if (whole) {
        return 0;
    }
    // What the index does not name any more is git's to collect.
    std::vector<std::string> paths;
    for (const auto& file : last->files) {
        paths.push_back(file.path);
    }
    RFSN_ASSIGN(const auto named, git::index_blobs(repository, paths));
    for (auto one = contents.begin(); one != contents.end();) {
        one = std::find(named.begin(), named.end(), one->first) == named.end() ? contents.erase(one) : std::next(one);
    }
    return git::ensure_blobs(repository, contents);
}

base::Result<ApplyOutcome> recover_locked(const git::Repository& repository) {
    RFSN_ASSIGN(auto journal, JournalFiles(repository).load());
    RFSN_TRY(same_index(repository, journal));
    RFSN_ASSIGN(const auto source, git::staged_source(repository));
    RFSN_TRY(move_index(repository, journal));
    RFSN_TRY(move_work_tree(repository, journal));
    for (const auto& file : journal.files) {
        git::sweep_work_tree(repository, file.path);
    }
    RFSN_ASSIGN(auto outcome, finish(repository, *source, journal));
    // What was moved counts; the store's note of it is a convenience.
    if (auto store = Store::open(repository)) {
        static_cast<void>(store->set_state(outcome.proposal, outcome.undo ? "undone" : "applied"));
    }
    return outcome;
}

base::Result<std::optional<ApplyOutcome>> recover(const git::Repository& repository) {
    const JournalFiles files(repository);
    if (!files.pending()) {
        // Nobody waits for rubbish: if somebody has the turn, it may be what he has in hand.
        if (!files.leftovers().empty()) {
            if (const auto turn = base::FileLock::acquire(files.turn_path(), 0)) {
                files.sweep();
            }
        }
        return std::nullopt;
    }
    RFSN_ASSIGN(const auto turn, take_turn(repository));
    if (!files.pending()) {  // another one has just done it
        return std::nullopt;
    }
    RFSN_ASSIGN(auto outcome, recover_locked(repository));
    return outcome;
}

}  // namespace rfsn::patch
