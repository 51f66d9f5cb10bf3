// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// Code of a test in which an assertion can fail, or is not reached, and the test passes all the same: a handler that
/// takes the failure, a check that expects it, a closure that nobody calls, a promise that nobody awaits, a condition
/// that never holds.
struct MutedCode {
    std::size_t begin = 0, end = 0;
};
[[nodiscard]] std::vector<MutedCode> muted_code(const Language& language, const SourceViews& views, std::size_t begin,
                                                std::size_t end);

/// A condition under which assertions stand: its text, and what it is about.
struct Guard {
    std::size_t begin = 0, end = 0;  ///< of the code below it
    std::string_view condition;      ///< in SourceViews::text
};
/// The conditions in a test that have no other branch that asserts.
[[nodiscard]] std::vector<Guard> guards(const Language& language, const SourceViews& views, std::size_t begin,
                                        std::size_t end);

/// How often a test is left under a condition, with assertions below.
[[nodiscard]] std::size_t conditional_exits(const Language& language, const SourceViews& views, std::size_t begin,
                                            std::size_t end);

/// Where the bracket that opens at `at` closes, or npos.
[[nodiscard]] std::size_t closing_bracket(std::string_view code, std::size_t at);

}  // namespace rfsn::policy
