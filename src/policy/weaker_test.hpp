// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "policy/test_units.hpp"

// What a test lost between two sides of a change, and what came in its place.
namespace rfsn::policy {

/// How often each check stands in the tests of a side, and what the new side has besides.
struct Checks {
    std::map<std::string, std::size_t> before, after;
    std::map<std::string, std::size_t> claims_before, claims_after;    ///< the same, in the words of no library
    std::map<std::string, std::size_t> helpers_before, helpers_after;  ///< functions that assert, by name
    std::set<std::string> new_lines;  ///< of all files of the change: what tables may have got
    void add(const TestFile& file, bool old_side);
    /// Whether a check that one test lost stands in another.
    [[nodiscard]] bool moved(const std::string& check) const;
};

/// How many of the checks that a test lost were not moved to where they still count.
[[nodiscard]] std::size_t lost_checks(const TestUnit& before, const TestUnit& after, const Checks& all);
/// Whether all that a test asserted is asserted elsewhere after the change: folded into another test, or a row of one.
[[nodiscard]] bool is_carried_on(const TestUnit& gone, const Checks& all);
/// How many rows of its tables a test lost, that the new one's code does not hold in any layout.
[[nodiscard]] std::size_t lost_rows(const TestUnit& before, const TestUnit& after, const Checks& all);
/// A check that compared for equality, and now by less: of the new side, or "".
[[nodiscard]] std::string looser_check(const TestUnit& before, const TestUnit& after);
/// The function that a test asserts about and now puts another one in the place of, or "".
[[nodiscard]] std::string replaced_subject(const TestUnit& before, const TestUnit& after);
/// A check that counted before and cannot fail the test any more, or "".
[[nodiscard]] std::string muted_check(const TestUnit& before, const TestUnit& after);
/// A check that is made only if what it checks is so already, or "".
[[nodiscard]] std::string guarded_check(const TestUnit& before, const TestUnit& after);

}  // namespace rfsn::policy
