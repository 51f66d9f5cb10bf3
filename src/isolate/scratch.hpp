// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/atomic_file.hpp"
#include "base/result.hpp"

namespace rfsn::isolate {

/// A directory for one check, marked as in use while it lives: what a killed run leaves is told apart by its free lock.
class Scratch {
   public:
    /// Below `parent`. Holds `tree`, `out` and `t` (for TMPDIR; short, because sockets have short names). Errors: io.
    [[nodiscard]] static base::Result<Scratch> make(const std::string& parent);
    [[nodiscard]] const std::string& tree() const { return tree_; }
    [[nodiscard]] const std::string& out() const { return out_; }
    [[nodiscard]] const std::string& tmp() const { return tmp_; }
    [[nodiscard]] const std::string& path() const { return directory_.path(); }

   private:
    Scratch(base::TempDir directory, std::optional<base::FileLock> lock);
    // The lock goes before the directory does: members end in reverse order.
    base::TempDir directory_;
    std::optional<base::FileLock> lock_;
    std::string tree_;
    std::string out_;
    std::string tmp_;
};

/// Removes what runs that were killed have left below `parent`: unlocked and older than `min_age`; without a lock file
/// (a file system that has no locks) older than a day.
void collect_scratch(const std::string& parent, std::chrono::seconds min_age);

}  // namespace rfsn::isolate
