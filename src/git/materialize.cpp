// SPDX-License-Identifier: MIT
#include "git/materialize.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "git/scratch_index.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::FileMode;

/// Every directory above `path`, the root included, each as "" or "a/".
std::vector<std::string> leads(const std::string& path) {
    std::vector<std::string> result{""};
    for (auto at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
        result.push_back(path.substr(0, at + 1));
    }
    return result;
}

/// Index entries for `paths`, and for the attribute files above them: they decide how the paths are converted.
base::Result<std::map<std::string, TreeEntry>> entries_for(const TreeView& view,
                                                           const std::vector<std::string>& paths) {
    std::map<std::string, TreeEntry> entries;
    std::set<std::string> asked;
    for (const auto& path : paths) {
        RFSN_ASSIGN(auto entry, view.find(path));
        if (!entry || entry->is_tree) {
            return base::fail(ErrorCode::not_found, "no file in what would be committed: " + base::printable(path));
        }
        entries[path] = std::move(*entry);
        for (const auto& lead : leads(path)) {
            if (!asked.insert(lead).second) {
                continue;
            }
            RFSN_ASSIGN(auto attributes, view.find(lead + ".gitattributes"));
            if (attributes && !attributes->is_tree) {
                entries.emplace(lead + ".gitattributes", std::move(*attributes));
            }
        }
    }
    return entries;
}

/// Edits have no object yet: writes them and fills the ids in.
base::Result<void> write_edits(const TreeView& view, const ScratchGit& git, const std::string& scratch_dir,
                               std::map<std::string, TreeEntry>& entries) {
    std::vector<const model::FileEdit*> needed;
    for (const auto& edit : view.edits()) {
        const auto entry = entries.find(edit.path);
        if (!edit.deletes && entry != entries.end() && entry->second.object.empty()) {
            needed.push_back(&edit);
        }
    }
    RFSN_ASSIGN(const auto ids, git.write_blobs(needed, scratch_dir));
    for (std::size_t i = 0; i < needed.size(); ++i) {
        entries[needed[i]->path].object = ids[i];
    }
    return {};
}

}  // namespace

base::Result<void> materialize_paths(const Repository& repository, const TreeView& view,
                                     const std::vector<std::string>& paths, const std::string& directory) {
    RFSN_TRY(base::make_directories(directory, 0755));
    if (paths.empty()) {
        return {};
    }
    RFSN_ASSIGN(const auto scratch, base::TempDir::make(repository.env().get_or("TMPDIR", "/tmp"), "rfsn-index-"));
    const ScratchGit git(repository, scratch.path() + "/index", scratch.path() + "/objects", directory);
    RFSN_ASSIGN(auto entries, entries_for(view, paths));
    RFSN_TRY(write_edits(view, git, scratch.path(), entries));
    std::string records;
    for (const auto& [path, entry] : entries) {
        ScratchGit::append_record(records, entry.mode, entry.object, path);
    }
    RFSN_TRY(git.run({"update-index", "-z", "--index-info"}, records));
    std::string wanted;
    for (const auto& path : paths) {
        wanted += path;
        wanted += '\0';
    }
    // Only the paths asked for; attribute files are then read from the index.
    RFSN_TRY(git.run({"checkout-index", "-f", "-z", "--stdin"}, wanted));
    return {};
}

}  // namespace rfsn::git
