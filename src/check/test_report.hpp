// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::check {

/// One test as a run reported it.
struct TestCase {
    enum class Ending { passed, failed, skipped };
    std::string suite;  ///< "tests.test_shapes", a class, a file: as the runner says
    std::string name;   ///< "test_area[3]"
    Ending ending = Ending::passed;
    [[nodiscard]] std::string id() const { return suite.empty() ? name : suite + "::" + name; }
};

/// The test cases of a JUnit report, in its order; nullopt if it is no JUnit report.
[[nodiscard]] std::optional<std::vector<TestCase>> read_tests(std::string_view junit);
/// Those that were run: skipped ones left out.
[[nodiscard]] std::size_t count_run(const std::vector<TestCase>& tests);

}  // namespace rfsn::check
