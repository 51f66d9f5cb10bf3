// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "git/write.hpp"

namespace rfsn::patch {

/// What is done to one path: its index entry goes from old to new, and the work-tree file from `before` to `after`.
struct JournalFile {
    std::string path;
    bool in_index = true;  ///< false: the index entry stays as it is
    model::FileMode old_mode = model::FileMode::none;
    model::FileMode new_mode = model::FileMode::none;
    std::string old_blob;  ///< empty: no entry
    std::string new_blob;  ///< empty: the entry goes
    /// The change as contents, for a merge when the file is no longer what it was, and for undo after a `git gc`.
    std::string base;
    std::string theirs;
    std::optional<std::string> staged;  ///< the content of new_blob where it is not theirs
    bool creates = false;
    bool deletes = false;
    git::WorkTreeOutcome outcome = git::WorkTreeOutcome::conflict;
    std::string reason;
    std::optional<std::string> before;  ///< bytes on disk
    std::optional<std::string> after;   ///< bytes to write; nullopt = removed
    std::uint32_t mode_before = 0;
    std::uint32_t mode_after = 0666;
};

/// Written before anything moves; reading it again is enough to finish.
struct Journal {
    enum class Kind { apply, undo };
    Kind kind = Kind::apply;
    std::string proposal;
    std::string index_path;
    /// Apply: name of the record it becomes. Undo: of the record it takes back.
    std::string record;
    std::vector<JournalFile> files;
};

[[nodiscard]] std::string encode(const Journal& journal);
/// Errors: corrupt.
[[nodiscard]] base::Result<Journal> decode_journal(std::string_view bytes);

/// The files in <git dir>/rfsn/: the journal of what is under way, and one record for each apply that can be undone.
class JournalFiles {
   public:
    explicit JournalFiles(const git::Repository& repository);
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::string journal_path() const { return directory_ + "/journal"; }
    /// Who holds it (flock) may apply.
    [[nodiscard]] std::string turn_path() const { return directory_ + "/turn"; }
    /// What a killed apply or undo had in hand, besides its journal.
    [[nodiscard]] std::vector<std::string> leftovers() const;
    /// Removes it. For who has the turn.
    void sweep() const;
    [[nodiscard]] bool pending() const;
    [[nodiscard]] base::Result<void> begin(const Journal& journal) const;
    /// Errors: corrupt, naming the file and what to do.
    [[nodiscard]] base::Result<Journal> load() const;
    /// Nothing came of it.
    [[nodiscard]] base::Result<void> end() const;
    /// It is done: what was under way becomes what was done last.
    [[nodiscard]] base::Result<void> complete() const;
    /// What was done last, if that was so short a time ago that a `git gc` which began before may still be at work.
    [[nodiscard]] std::optional<Journal> last() const;

    [[nodiscard]] base::Result<std::string> new_record_name(const std::string& proposal) const;
    [[nodiscard]] base::Result<void> write_record(const Journal& journal) const;
    [[nodiscard]] base::Result<void> remove_record(const std::string& name) const;
    /// The newest, or the newest of `proposal` (an id or its beginning). Errors: not_found, corrupt.
    [[nodiscard]] base::Result<Journal> find_record(const std::string& proposal) const;

   private:
    [[nodiscard]] std::string records_dir() const { return directory_ + "/applied"; }
    [[nodiscard]] std::string last_path() const { return directory_ + "/last"; }
    [[nodiscard]] std::vector<std::string> record_names() const;
    std::string directory_;
};

}  // namespace rfsn::patch
