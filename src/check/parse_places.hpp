// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/parse_paths.hpp"

namespace rfsn::check {

/// Where a failed test failed, out of its own words (a traceback, a stack trace, an assertion's line): the places that
/// lie in the repository, paths as the tool wrote them. Several only for frameworks that go on after a failure.
[[nodiscard]] std::vector<model::Finding> places_in(std::string_view words, const ParseContext& context);

/// The path, relative to where the tool ran, of a file that is only named ("FooTest.java", "a_test.go") inside a
/// '/'-separated package or import path, by asking context.content; "" if it can't be found.
[[nodiscard]] std::string find_named_file(std::string_view file, std::string_view package_path,
                                          const std::vector<std::string>& source_roots, const ParseContext& context);

/// The same for a stack frame of Java and its like, "com.example.FooTest" and "FooTest.java", below the usual roots of
/// sources; the bare name for a log of another machine, "" if it can't be found.
[[nodiscard]] std::string find_class_file(std::string_view file, std::string_view class_name,
                                          const ParseContext& context);

}  // namespace rfsn::check
