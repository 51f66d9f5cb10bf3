// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "edit/reply.hpp"

namespace rfsn::edit {

/// Lines [old_begin, old_end) become lines [new_begin, new_end).
struct LineChange {
    std::size_t old_begin = 0, old_end = 0;
    std::size_t new_begin = 0, new_end = 0;
};
/// The changes between two short texts, by longest common subsequence; lines between them are equal.
[[nodiscard]] std::vector<LineChange> line_changes(const Lines& before, const Lines& after);

}  // namespace rfsn::edit
