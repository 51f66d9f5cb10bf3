// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "base/result.hpp"
#include "buildpack/detail.hpp"
#include "git/staged_source.hpp"

namespace rfsn::buildpack {

/// Directory of a path, "" for the top.
[[nodiscard]] std::string_view directory_of(std::string_view path);
[[nodiscard]] std::string_view name_of(std::string_view path);
/// "a" and "b/c" -> "a/b/c"; "" and "." vanish.
[[nodiscard]] std::string join(std::string_view directory, std::string_view path);
/// Whether `path` lies in `root` ("" = everything).
[[nodiscard]] bool is_below(std::string_view path, std::string_view root);
/// "a/./b/../c" -> "a/c"; nullopt if it leaves the top.
[[nodiscard]] std::optional<std::string> normal(std::string_view path);
/// `path` without `root/`.
[[nodiscard]] std::string_view below(std::string_view path, std::string_view root);

/// The tree as detection asks about it: each directory and file is read once. Directories are listed when asked for, or
/// known beforehand from a walk. Not thread safe.
class Tree {
   public:
    explicit Tree(const git::TreeView& view) : view_(view) {}
    /// From now on nothing is listed: these are all the files.
    void know_all(const std::vector<git::TreeEntry>& files);

    struct Listing {
        std::vector<std::string> files;  ///< names, sorted: regular files and symlinks
        std::vector<std::string> directories;
    };
    [[nodiscard]] base::Result<const Listing*> list(const std::string& directory);
    [[nodiscard]] base::Result<bool> exists(const std::string& path);
    /// Paths that match a pattern with '*', '?' or '[' in any component but no "**"; at most 64.
    [[nodiscard]] base::Result<std::vector<std::string>> expand(const std::string& directory,
                                                                const std::string& pattern);
    /// Content of a file of at most 1 MB without its byte order mark, symlinks within the tree followed; nullptr if it
    /// is no such file.
    [[nodiscard]] base::Result<const std::string*> read(const std::string& path);
    /// The document in a file, INI files too (sections as maps; JSON may have comments where its tool allows them);
    /// nullptr if it is absent or not well formed.
    [[nodiscard]] base::Result<const base::DocNode*> document(const std::string& path, FileFormat format);
    /// Why read or document gave nothing for a file that is there ("is too large to be read"), or "".
    [[nodiscard]] std::string problem(const std::string& path) const;
    [[nodiscard]] const git::TreeView& view() const { return view_; }

   private:
    [[nodiscard]] base::Result<std::optional<std::string>> content_of(const std::string& path);

    const git::TreeView& view_;
    bool complete_ = false;
    std::set<std::string, std::less<>> links_;
    std::map<std::string, std::string, std::less<>> problems_;
    std::map<std::string, Listing, std::less<>> listings_;
    std::map<std::string, std::optional<std::string>, std::less<>> contents_;
    std::map<std::string, std::optional<base::DocNode>, std::less<>> documents_;
};

}  // namespace rfsn::buildpack
