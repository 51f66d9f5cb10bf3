// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rfsn::base {

/// Replaces the file at `path` with `bytes`: temp file in the same directory, fsync, rename, fsync of the directory.
/// Before or after, never between. A symlink at `path` is replaced, not followed. Errors: io.
[[nodiscard]] Result<void> write_atomically(const std::string& path, std::string_view bytes, std::uint32_t mode);
/// The whole file. Errors: not_found, denied, limit (larger than max_bytes), io. Refuses anything but a regular file.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes = std::uint64_t{1} << 30);
/// mkdir -p with `mode` for what is created. Errors: io.
[[nodiscard]] Result<void> make_directories(const std::string& path, std::uint32_t mode = 0755);
/// Removes a file or a whole directory tree without following symlinks; absent is fine. Errors: io.
[[nodiscard]] Result<void> remove_tree(const std::string& path);

/// An exclusive advisory lock (flock) on a file that is created if needed; released on destruction.
class FileLock {
   public:
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();
    /// Waits up to `timeout_ms`. Errors: timeout, io.
    [[nodiscard]] static Result<FileLock> acquire(const std::string& path, int timeout_ms);

   private:
    explicit FileLock(int fd) : fd_(fd) {}
    int fd_ = -1;
};

/// A directory that is removed, with all in it, on destruction.
class TempDir {
   public:
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&&) = delete;
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();
    /// Makes `parent`/`prefix`XXXXXX with mode 0700. Errors: io.
    [[nodiscard]] static Result<TempDir> make(const std::string& parent, const std::string& prefix);
    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    explicit TempDir(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace rfsn::base
