// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "policy/line_diff.hpp"
#include "policy/rule_set.hpp"

// What looks like a change of meaning and is none, and the other way round.
namespace rfsn::policy {

/// The first assertion that does not say the same after the change, however it is laid out; "" if all do.
[[nodiscard]] std::string changed_expectation(const Language& language, const LineDiff& diff, std::string_view before,
                                              std::string_view after);
/// `after` with those new lines blanked that only import what `before` uses already and lacked the import of.
[[nodiscard]] std::string without_owed_imports(std::string_view before, std::string_view after);
/// The first line of code that is a comment after the change; "" if there is none.
[[nodiscard]] std::string commented_out(const LineDiff& diff, Syntax syntax);
/// The first new line that answers one value with another one, where code has to compute it; "" if there is none.
[[nodiscard]] std::string special_case(const LineDiff& diff, Syntax syntax);

}  // namespace rfsn::policy
