// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/atomic_file.hpp"
#include "base/result.hpp"

namespace rfsn::isolate {

/// One of the warm trees of a repository, ours while this lives.
struct ShadowSlot {
    int number = 0;
    std::string tree;
    std::string state;  ///< index file and objects of the tree
    base::FileLock lock;
};

constexpr int shadow_slots = 4;

/// The first free slot below `directory`; waits up to `patience` for one. nullopt if there is none even then.
/// Errors: io, interrupted.
[[nodiscard]] base::Result<std::optional<ShadowSlot>> take_shadow_slot(const std::string& directory,
                                                                       std::chrono::milliseconds patience);

/// Removes the trees that nobody has used for `max_idle`.
void collect_shadows(const std::string& directory, std::chrono::seconds max_idle);

}  // namespace rfsn::isolate
