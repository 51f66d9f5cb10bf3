// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace rfsn::git {

/// A path below a work tree, reached without following a symlink in any component. For this folder.
class WorkTreeFile {
   public:
    enum class Kind { absent, regular, symlink, other };

    /// Errors: denied (not a path git would check out, or a symlink on the way), io.
    [[nodiscard]] static base::Result<WorkTreeFile> at(const std::string& work_tree, const std::string& path,
                                                       bool make_directories);
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is_directory() const { return S_ISDIR(info_.st_mode); }
    [[nodiscard]] std::uint32_t mode() const { return static_cast<std::uint32_t>(info_.st_mode) & 07777U; }
    /// Of a regular file. Errors: conflict (it is none any more), limit, io.
    [[nodiscard]] base::Result<std::string> read() const;
    /// Removes what a killed replace() of this path left beside it.
    void sweep() const;
    /// Puts `bytes` in its place, if it is still the file that at() saw. New files get `mode` less the umask, others
    /// exactly `mode`. Errors: conflict, io.
    [[nodiscard]] base::Result<void> replace(std::string_view bytes, std::uint32_t mode) const;
    /// Removes it, and directories above it that are empty then. Errors: conflict, io.
    [[nodiscard]] base::Result<void> remove(const std::string& work_tree) const;

   private:
    [[nodiscard]] base::Result<void> unchanged() const;
    [[nodiscard]] base::Error failure(const char* what, int number) const;
    /// Of a call that changes the directory.
    [[nodiscard]] base::Error directory_failure(const char* what, int number) const;

    base::Fd directory_;  ///< not valid if a directory on the way is missing
    std::string leaf_;
    std::string path_;
    Kind kind_ = Kind::absent;
    struct stat info_ {};
};

/// Relative, without empty, "." and ".." components and without ".git" in any case.
[[nodiscard]] bool is_work_tree_path(std::string_view path);

}  // namespace rfsn::git
