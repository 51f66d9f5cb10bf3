// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rule_set.hpp"

namespace rfsn::policy {

/// How much an assertion says of its subject.
enum class Strength {
    nothing,  ///< it holds always
    some,     ///< that it is there, true, of a type, not one value
    partial,  ///< an order, a part, a near value
    exact     ///< one value; also what could not be read: nothing is held against it
};
/// What an assertion says, in the words of any library. Texts are squeezed.
struct Claim {
    Strength strength = Strength::exact;
    std::string subject, other;
    friend bool operator==(const Claim& a, const Claim& b) {
        return a.strength == b.strength && a.subject == b.subject && a.other == b.other;
    }
};

/// Where the statement around an offset begins and ends.
[[nodiscard]] std::pair<std::size_t, std::size_t> statement_around(std::string_view code, std::size_t at);
/// The claims of the assertion at `at`, which begins within [begin, end); empty if it could not be read.
[[nodiscard]] std::vector<Claim> claims_at(const Language& language, const SourceViews& views, std::size_t at,
                                           std::size_t begin);
/// Local names that are given one value, in the code of a test.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> local_values(std::string_view text);
/// With names replaced by what they were given, and `nothing` where both sides are the same then.
void resolve(const std::vector<std::pair<std::string, std::string>>& values, Claim& claim);
/// Whether an assertion speaks of constants only.
[[nodiscard]] bool is_literal(std::string_view text);

}  // namespace rfsn::policy
