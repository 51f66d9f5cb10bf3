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
#include "git/index_draft.hpp"
#include "git/object_reader.hpp"
#include "git/quote.hpp"
#include "git/repository_impl.hpp"
#include "git/scratch_index.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

constexpr std::size_t max_argument_bytes = std::size_t{96} << 10;

/// An index that somebody rewrites this often in a row is being worked on.
constexpr int max_attempts = 10;

/// One `ls-files -s -v -z` record into the entry of its path.
base::Result<void> take_record(std::string_view record, std::map<std::string, IndexEntry, std::less<>>& wanted) {
    const auto tab = record.find('\t');
    const auto words = base::split(record.substr(0, tab == std::string_view::npos ? 0 : tab), ' ');
    if (words.size() != 4 || words[0].size() != 1 || !is_object_id(words[2])) {
        return base::fail(ErrorCode::external, "git ls-files printed something unknown: " + base::printable(record));
    }
    const auto entry = wanted.find(record.substr(tab + 1));
    if (entry == wanted.end()) {
        return {};  // below a directory of that name
    }
    if (words[3] != "0") {
        return base::fail(ErrorCode::conflict,
                          fmt::format("{} is unmerged in the index; resolve it and `git add` it first",
                                      base::printable(entry->first)));
    }
    unsigned mode = 0;
    for (const char digit : words[1]) {
        mode = mode * 8 + static_cast<unsigned>(digit - '0');
    }
    const char tag = words[0].front();
    entry->second = {file_mode(mode), std::string(words[2]), tag == 'S' || tag == 's', tag >= 'a' && tag <= 'z'};
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

/// hash-object; a `git prune` beside us may take the directory between its making and its use.
base::Result<std::string> hash_object(const Repository& repository, const char* source, const std::string& input) {
    for (int attempt = 1;; ++attempt) {
        // Synced: the index and the journal are about to point at it.
        auto output = repository.git(
            {"-c", "core.fsync=loose-object", "hash-object", "-w", "-t", "blob", "--no-filters", source}, input);
        if (output || attempt == max_attempts || output.error().message.find("No such file") == std::string::npos) {
            return output;
        }
    }
}

/// The contents of the blobs that are not in the object database.
base::Result<std::vector<std::string_view>> missing_of(const Repository& repository,
                                                       const std::map<std::string, std::string_view>& contents) {
    std::vector<std::string_view> missing;
    if (contents.empty()) {
        return missing;
    }
    std::string ids;
    for (const auto& [id, content] : contents) {
        ids += id + "\n";
    }
    RFSN_ASSIGN(const std::string output, repository.git({"cat-file", "--batch-check"}, std::move(ids)));
    for (const auto line : base::split_lines(output)) {
        const auto space = line.find(' ');
        if (line.substr(space == std::string_view::npos ? line.size() : space) == " missing") {
            missing.push_back(contents.at(std::string(line.substr(0, space))));
        }
    }
    return missing;
}

}  // namespace

base::Result<std::string> write_blob(const Repository& repository, std::string_view content) {
    RFSN_ASSIGN(const std::string output, hash_object(repository, "--stdin", std::string(content)));
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
    RFSN_ASSIGN(const auto directory, base::TempDir::make(moment_dir(repository), "tmp-rfsn-"));
    std::string names;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const std::string file = directory.path() + "/" + std::to_string(i);
        RFSN_TRY(write_unsynced(file, contents[i]));
        names += quote_always(file) + "\n";
    }
    RFSN_ASSIGN(const std::string output, hash_object(repository, "--stdin-paths", names));
    for (const auto line : base::split_lines(output)) {
        ids.emplace_back(line);
    }
    if (ids.size() != contents.size() || !std::all_of(ids.begin(), ids.end(), is_object_id)) {
        return base::fail(ErrorCode::external, "git hash-object did not answer with an id for every file");
    }
    return ids;
}

base::Result<std::vector<IndexEntry>> index_entries(const Repository& repository, const std::vector<std::string>& paths,
                                                    const std::string& index) {
    std::map<std::string, IndexEntry, std::less<>> wanted;
    for (const auto& path : paths) {
        wanted[path];
    }
    auto next = wanted.begin();
    while (next != wanted.end()) {
        std::vector<std::string> args{"--literal-pathspecs", "ls-files", "-s", "-v", "-z", "--"};
        std::size_t bytes = 0;
        for (; next != wanted.end() && bytes < max_argument_bytes; ++next) {
            args.push_back(next->first);
            bytes += next->first.size() + 16;
        }
        std::vector<std::string> env;
        if (!index.empty()) {
            env.push_back("GIT_INDEX_FILE=" + index);
        }
        RFSN_ASSIGN(const std::string output, repository.git(std::move(args), std::nullopt, std::move(env)));
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

base::Result<void> update_index(const Repository& repository, const std::vector<IndexChange>& changes,
                                const std::function<base::Result<void>()>& guard) {
    std::vector<std::string> paths;
    for (const auto& change : changes) {
        paths.push_back(change.path);
    }
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        RFSN_ASSIGN(const auto draft, IndexDraft::of(repository));
        if (guard) {
            RFSN_TRY(guard());
        }
        RFSN_ASSIGN(const auto now, draft.entries(paths));
        for (std::size_t i = 0; i < changes.size(); ++i) {
            if (now[i].blob != changes[i].old_blob) {
                return base::fail(
                    ErrorCode::conflict,
                    fmt::format("{} is not staged as it was when this was checked; nothing was changed; run the "
                                "check again",
                                base::printable(changes[i].path)));
            }
        }
        if (changes.empty()) {
            return {};
        }
        RFSN_TRY(draft.set(changes, now));
        RFSN_ASSIGN(const bool done, draft.publish());
        if (done) {
            return {};
        }
    }
    return base::fail(ErrorCode::conflict,
                      "something else keeps rewriting the index; nothing was changed; try again when it has ended");
}

void refresh_index(const Repository& repository, const std::vector<std::string>& paths) {
    if (paths.empty()) {
        return;
    }
    if (const auto draft = IndexDraft::of(repository); draft && draft->refresh(paths)) {
        static_cast<void>(draft->publish());
    }
}

base::Result<std::size_t> ensure_blobs(const Repository& repository,
                                       const std::map<std::string, std::string_view>& contents) {
    RFSN_ASSIGN(const auto missing, missing_of(repository, contents));
    RFSN_TRY(write_blobs(repository, missing));
    return missing.size();
}

base::Result<bool> has_blobs(const Repository& repository, const std::map<std::string, std::string_view>& contents) {
    RFSN_ASSIGN(const auto missing, missing_of(repository, contents));
    return missing.empty();
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
