// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "patch/journal.hpp"

namespace rfsn::patch {
namespace {

using base::ErrorCode;

constexpr std::uint64_t max_bytes = std::uint64_t{8} << 30;
constexpr std::size_t max_records = 100;
/// Seconds. A `git gc` of a large repository takes many minutes.
constexpr std::time_t longest_collection = 3600;

base::Result<void> remove_file(const std::string& path) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        return base::fail(ErrorCode::io, fmt::format("can't remove {}: {}", base::printable(path), strerror(errno)));
    }
    return {};
}

/// "00000012-4f2a9c11"
bool is_record_name(std::string_view name) {
    return name.size() > 9 && name[8] == '-' && name.find_first_not_of("0123456789") == 8 &&
           name.find('/') == std::string_view::npos;
}

}  // namespace

JournalFiles::JournalFiles(const git::Repository& repository) : directory_(repository.git_dir() + "/rfsn") {}

std::vector<std::string> JournalFiles::leftovers() const {
    std::vector<std::string> left;
    for (const auto& directory : {directory_, records_dir(), directory_ + "/kept"}) {
        if (DIR* dir = opendir(directory.c_str()); dir != nullptr) {
            while (const dirent* entry = readdir(dir)) {
                const std::string_view name = entry->d_name;
                if (name.compare(0, 9, "tmp-rfsn-") == 0 || name.compare(0, 6, ".rfsn-") == 0) {
                    left.push_back(directory + "/" + entry->d_name);
                }
            }
            closedir(dir);
        }
    }
    return left;
}

void JournalFiles::sweep() const {
    for (const auto& path : leftovers()) {
        static_cast<void>(base::remove_tree(path));
    }
}

bool JournalFiles::pending() const {
    struct stat info {};
    return lstat(journal_path().c_str(), &info) == 0;
}

base::Result<void> JournalFiles::begin(const Journal& journal) const {
    RFSN_TRY(base::make_directories(directory_, 0700));
    return base::write_atomically(journal_path(), encode(journal), 0600);
}

base::Result<Journal> JournalFiles::load() const {
    auto bytes = base::read_file(journal_path(), max_bytes);
    auto journal = bytes ? decode_journal(*bytes) : base::Result<Journal>(tl::unexpect, bytes.error());
    if (!journal) {
        return base::fail(
            ErrorCode::corrupt,
            fmt::format(
                "an apply was interrupted, and its journal {} can't be used ({}); nothing was changed now. Compare the "
                "index and the work tree with `git status` and `git diff`, then remove that file to go on",
                base::printable(journal_path()), journal.error().message));
    }
    return journal;
}

base::Result<void> JournalFiles::end() const {
    return remove_file(journal_path());
}

base::Result<void> JournalFiles::complete() const {
    if (rename(journal_path().c_str(), last_path().c_str()) != 0 && errno != ENOENT) {
        return base::fail(ErrorCode::io,
                          fmt::format("can't rename {}: {}", base::printable(journal_path()), strerror(errno)));
    }
    return {};
}

std::optional<Journal> JournalFiles::last() const {
    struct stat info {};
    if (lstat(last_path().c_str(), &info) != 0 || std::time(nullptr) - info.st_mtim.tv_sec > longest_collection) {
        return std::nullopt;
    }
    const auto bytes = base::read_file(last_path(), max_bytes);
    auto journal = bytes ? decode_journal(*bytes) : base::Result<Journal>(tl::unexpect, bytes.error());
    return journal ? std::optional<Journal>(std::move(*journal)) : std::nullopt;
}

std::vector<std::string> JournalFiles::record_names() const {
    std::vector<std::string> names;
    if (DIR* dir = opendir(records_dir().c_str()); dir != nullptr) {
        while (const dirent* entry = readdir(dir)) {
            if (is_record_name(entry->d_name)) {
                names.emplace_back(entry->d_name);
            }
        }
        closedir(dir);
    }
    std::sort(names.begin(), names.end());
    return names;
}

base::Result<std::string> JournalFiles::new_record_name(const std::string& proposal) const {
    const auto names = record_names();
    const long next = names.empty() ? 1 : std::stol(names.back().substr(0, 8)) + 1;
    if (next > 99999999) {
        return base::fail(ErrorCode::limit,
                          "the records of applied patches are full; remove " + base::printable(records_dir()));
    }
    return fmt::format("{:08}-{}", next, proposal);
}

base::Result<void> JournalFiles::write_record(const Journal& journal) const {
    if (!is_record_name(journal.record)) {
        return base::fail(ErrorCode::corrupt, "the apply journal names no record");
    }
    RFSN_TRY(base::make_directories(records_dir(), 0700));
    RFSN_TRY(base::write_atomically(records_dir() + "/" + journal.record, encode(journal), 0600));
    const auto names = record_names();
    for (std::size_t i = 0; i + max_records < names.size(); ++i) {
        RFSN_TRY(remove_record(names[i]));
    }
    return {};
}

base::Result<void> JournalFiles::remove_record(const std::string& name) const {
    return is_record_name(name) ? remove_file(records_dir() + "/" + name) : base::Result<void>{};
}

base::Result<Journal> JournalFiles::find_record(const std::string& proposal) const {
    const auto names = record_names();
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        if (name->compare(9, proposal.size(), proposal) != 0) {
            continue;
        }
        const std::string path = records_dir() + "/" + *name;
        RFSN_ASSIGN(const std::string bytes, base::read_file(path, max_bytes));
        auto record = decode_journal(bytes);
        if (!record) {
            return base::fail(
                ErrorCode::corrupt,
                fmt::format("the record of that apply, {}, is damaged; it can't be undone by git-rfsn. Remove the file "
                            "to reach the apply before it",
                            base::printable(path)));
        }
        return record;
    }
    return base::fail(ErrorCode::not_found,
                      proposal.empty() ? std::string("nothing to undo: no patch was applied here by git-rfsn")
                                       : fmt::format("nothing to undo: {} was not applied here, or was undone already",
                                                     base::printable(proposal)));
}

}  // namespace rfsn::patch
