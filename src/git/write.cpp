// SPDX-License-Identifier: MIT
#include "git/write.hpp"

#include <algorithm>
#include <cstring>
#include <errno.h>
#include <fcntl.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "git/object_reader.hpp"
#include "git/quote.hpp"
#include "git/repository_impl.hpp"
#include "git/scratch_index.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

constexpr std::size_t max_argument_bytes = std::size_t{96} << 10;

/// One `ls-files -s -z` record into the entry of its path.
base::Result<void> take_record(std::string_view record, std::map<std::string, IndexEntry, std::less<>>& wanted) {
    const auto tab = record.find('\t');
    const auto words = base::split(record.substr(0, tab == std::string_view::npos ? 0 : tab), ' ');
    if (words.size() != 3 || !is_object_id(words[1])) {
        return base::fail(ErrorCode::external, "git ls-files printed something unknown: " + base::printable(record));
    }
    const auto entry = wanted.find(record.substr(tab + 1));
    if (entry == wanted.end()) {
        return {};  // below a directory of that name
    }
    if (words[2] != "0") {
        return base::fail(ErrorCode::conflict,
                          fmt::format("{} is unmerged in the index; resolve it and `git add` it first",
                                      base::printable(entry->first)));
    }
    unsigned mode = 0;
    for (const char digit : words[0]) {
        mode = mode * 8 + static_cast<unsigned>(digit - '0');
    }
    entry->second = {file_mode(mode), std::string(words[1])};
    return {};
}

/// For git to read and for nobody else.
base::Result<void> write_unsynced(const std::string& path, std::string_view bytes) {
    base::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    errno = fd ? 0 : errno;
    if (!fd || !base::write_all(fd.get(), bytes)) {
        return base::fail(ErrorCode::io,
                          fmt::format("can't write {}: {}", base::printable(path), strerror(errno != 0 ? errno : EIO)));
    }
    return {};
}

}  // namespace

base::Result<std::string> write_blob(const Repository& repository, std::string_view content) {
    // Synced: the index and the journal are about to point at it.
    RFSN_ASSIGN(const std::string output, repository.git({"-c", "core.fsync=loose-object", "hash-object", "-w", "-t",
                                                          "blob", "--no-filters", "--stdin"},
                                                         std::string(content)));
    std::string id(base::trim(output));
    if (!is_object_id(id)) {
        return base::fail(ErrorCode::external, "git hash-object printed no object id: " + base::printable(output));
    }
    return id;
}

base::Result<std::vector<std::string>> write_blobs(const Repository& repository,
                                                   const std::vector<std::string_view>& contents) {
    std::vector<std::string> ids;
    if (contents.size() < 2) {
        for (const auto content : contents) {
            RFSN_ASSIGN(ids.emplace_back(), write_blob(repository, content));
        }
        return ids;
    }
    RFSN_ASSIGN(const auto directory, base::TempDir::make(repository.env().get_or("TMPDIR", "/tmp"), "rfsn-blobs-"));
    std::string names;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const std::string file = directory.path() + "/" + std::to_string(i);
        RFSN_TRY(write_unsynced(file, contents[i]));
        names += quote_always(file) + "\n";
    }
    RFSN_ASSIGN(const std::string output, repository.git({"-c", "core.fsync=loose-object", "hash-object", "-w", "-t",
                                                          "blob", "--no-filters", "--stdin-paths"},
                                                         std::move(names)));
    for (const auto line : base::split_lines(output)) {
        ids.emplace_back(line);
    }
    if (ids.size() != contents.size() || !std::all_of(ids.begin(), ids.end(), is_object_id)) {
        return base::fail(ErrorCode::external, "git hash-object did not answer with an id for every file");
    }
    return ids;
}

base::Result<std::vector<IndexEntry>> index_entries(const Repository& repository,
                                                    const std::vector<std::string>& paths) {
    std::map<std::string, IndexEntry, std::less<>> wanted;
    for (const auto& path : paths) {
        wanted[path];
    }
    auto next = wanted.begin();
    while (next != wanted.end()) {
        std::vector<std::string> args{"--literal-pathspecs", "ls-files", "-s", "-z", "--"};
        std::size_t bytes = 0;
        for (; next != wanted.end() && bytes < max_argument_bytes; ++next) {
            args.push_back(next->first);
            bytes += next->first.size() + 16;
        }
        RFSN_ASSIGN(const std::string output, repository.git(std::move(args)));
        for (const auto record : base::split(output, '\0')) {
            if (!record.empty()) {
                RFSN_TRY(take_record(record, wanted));
            }
        }
    }
    std::vector<IndexEntry> entries;
    for (const auto& path : paths) {
        entries.push_back(wanted[path]);
    }
    return entries;
}

base::Result<std::vector<std::string>> index_blobs(const Repository& repository,
                                                   const std::vector<std::string>& paths) {
    RFSN_ASSIGN(auto entries, index_entries(repository, paths));
    std::vector<std::string> blobs;
    for (auto& entry : entries) {
        blobs.push_back(std::move(entry.blob));
    }
    return blobs;
}

base::Result<void> update_index(const Repository& repository, const std::vector<IndexChange>& changes) {
    if (changes.empty()) {
        return {};
    }
    std::vector<std::string> paths;
    for (const auto& change : changes) {
        paths.push_back(change.path);
    }
    RFSN_ASSIGN(const auto now, index_blobs(repository, paths));
    std::string removals;
    std::string additions;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& change = changes[i];
        if (now[i] != change.old_blob) {
            return base::fail(
                ErrorCode::conflict,
                fmt::format("{} is not staged as it was when this was checked; nothing was changed; run the "
                            "check again",
                            base::printable(change.path)));
        }
        if (!change.blob.empty()) {
            ScratchGit::append_record(additions, change.mode, change.blob, change.path);
        } else if (!change.old_blob.empty()) {
            ScratchGit::append_record(removals, model::FileMode::none, change.old_blob, change.path);
        }
    }
    // No hook of the repository's may run in the middle of this.
    RFSN_TRY(
        repository.git({"-c", "core.hooksPath=/dev/null", "update-index", "-z", "--index-info"}, removals + additions));
    return {};
}

void refresh_index(const Repository& repository, const std::vector<std::string>& paths) {
    if (paths.empty()) {
        return;
    }
    std::string input;
    for (const auto& path : paths) {
        input.append(path).push_back('\0');
    }
    // Not `update-index --refresh`, which looks at every file there is.
    static_cast<void>(repository.git({"-c", "core.hooksPath=/dev/null", "--literal-pathspecs", "add", "--refresh",
                                      "--pathspec-from-file=-", "--pathspec-file-nul"},
                                     std::move(input)));
}

const char* name(WorkTreeOutcome outcome) {
    switch (outcome) {
        case WorkTreeOutcome::written:
            return "written";
        case WorkTreeOutcome::merged:
            return "merged";
        case WorkTreeOutcome::already:
            return "already";
        case WorkTreeOutcome::conflict:
            return "conflict";
        case WorkTreeOutcome::absent:
            break;
    }
    return "absent";
}

}  // namespace rfsn::git
