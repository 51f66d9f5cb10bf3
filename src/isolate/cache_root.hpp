// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/env.hpp"
#include "base/result.hpp"

namespace rfsn::isolate {

/// Where everything of ours may be written: a directory that only this user can enter.
struct CacheRoot {
    std::string path;  ///< absolute, without symlinks: tools print the real path of what they read
    std::string note;  ///< why it is not the user's cache directory, else empty
};

/// $XDG_CACHE_HOME/git-rfsn or ~/.cache/git-rfsn; where those are unset or cannot be written, one below TMPDIR.
/// Errors: denied (somebody else's directory is in the way), io.
[[nodiscard]] base::Result<CacheRoot> cache_root(const base::Environment& env);

/// `label` as a file name: of harmless characters, bounded, different for different labels.
[[nodiscard]] std::string directory_name(const std::string& label);

}  // namespace rfsn::isolate
