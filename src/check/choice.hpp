// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "check/plan.hpp"

namespace rfsn::check {

/// The names by which a check can be chosen.
struct Names {
    std::string_view id;
    std::string_view pack;  ///< "builtin" for built-ins
    model::CheckKind kind = model::CheckKind::lint;
};
[[nodiscard]] bool is_wanted(const Choice& choice, const Names& names);
/// Errors: usage, naming the first unknown word and the nearest known one.
[[nodiscard]] base::Result<void> validate_choice(const Choice& choice, const PlanInput& input);

}  // namespace rfsn::check
