// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// The text with comments (and, for Python, triple-quoted strings) blanked out; lines stay where they are.
[[nodiscard]] std::string without_comments(std::string_view text, Comments style);

}  // namespace rfsn::policy
