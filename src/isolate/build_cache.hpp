// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/result.hpp"

namespace rfsn::isolate {

/// Of one repository.
constexpr std::uint64_t build_cache_cap = std::uint64_t{4} << 30;

/// The gate's own build caches of one repository: NAME, NAME.state with what is known of it, NAME.tools with what tools
/// wrote into caches of the user's that they share, NAME.lock while in use, NAME.size with all its bytes, whose time is
/// that of the last use. A cache belongs to one check at a time; a second one at once gets another or none.
class BuildCaches {
   public:
    struct Lease {
        std::string path;
        base::FileLock lock;
    };

    explicit BuildCaches(std::string directory) : directory_(std::move(directory)) {}
    /// The cache `name`, or nullopt while another process or place uses it. Errors: io.
    [[nodiscard]] base::Result<std::optional<Lease>> lease(const std::string& name);
    [[nodiscard]] bool used() const { return !leased_.empty(); }
    /// Removes what nobody has used for `max_idle`, and the least recently used until at most `max_bytes` are left.
    /// Measures only what was leased through this object (the others' sizes are written down), and that at most once an
    /// hour each.
    void collect(std::uint64_t max_bytes, std::chrono::seconds max_idle);

   private:
    std::string directory_;
    std::vector<std::string> leased_;
};

/// Bytes on disk below `path`, symlinks not followed.
[[nodiscard]] std::uint64_t disk_usage(const std::string& path);

}  // namespace rfsn::isolate
