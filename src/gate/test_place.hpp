// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

// Where a test that a runner names stands in a file.
namespace rfsn::gate {

/// The line, from 1, on which the test's name stands first; 0 if it does not. "test_area[3-4]" is test_area.
[[nodiscard]] std::uint32_t line_of_test(std::string_view test, std::string_view text);
/// Whether a suite is called after a file: "tests/test_shapes.py" and "tests.test_shapes.TestArea".
[[nodiscard]] bool names_file(std::string_view suite, std::string_view path);

}  // namespace rfsn::gate
