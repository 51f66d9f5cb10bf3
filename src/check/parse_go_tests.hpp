// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "check/parse_decoders.hpp"

namespace rfsn::check {

/// What one Go test printed.
struct GoTest {
    std::string output;
    std::string package;
    std::string name;
    bool failed = false;
};

/// Findings of a failed test: each line that it logged, or the place of its panic, or just that it failed.
void add_go_test(const GoTest& test, Decoded& out, const ParseContext& context);
/// "vet: ./a.go:3:5: undefined: x" and other errors of the compiler, which are text also where JSON was asked for. A
/// line without a column is one only `in_package`, below a "# package" line.
bool add_go_build_error(std::string_view line, bool in_package, Decoded& out);

}  // namespace rfsn::check
