// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace rfsn::check {

/// Test cases of a JUnit report that were run, skipped ones left out; nullopt if it is no JUnit report.
[[nodiscard]] std::optional<std::size_t> count_tests(std::string_view junit);

}  // namespace rfsn::check
