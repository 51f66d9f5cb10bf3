// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "check/builtin.hpp"
#include "check/builtin_arguments.hpp"

namespace rfsn::check {

/// One run of `builtin ID`: where its words go and what it ends with.
struct BuiltinCommand {
    const Builtin& builtin;
    BuiltinArguments arguments;
    std::string& out;
    std::string& err;
    int exit_code = 0;

    /// It could not be done.
    void fail(const std::string& message) {
        err += builtin.id + ": " + message + "\n";
        exit_code = 1;
    }
    /// It was done, and found something.
    void find(const std::string& line) {
        out += line + "\n";
        exit_code = 1;
    }
};

/// check-added-large-files: which files are added and which are in LFS is git's to say.
void check_large_files(BuiltinCommand& command);
/// As pre-commit-hooks tells a merge or rebase that had conflicts.
[[nodiscard]] bool is_in_merge(BuiltinCommand& command);

}  // namespace rfsn::check
