// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rfsn::cli {

/// One command line, checked against the table.
struct Invocation {
    std::string command;  ///< its name, never an alias; empty when only help or the version is wanted
    /// By Option::key(); a flag has one "true" for each time it was given.
    std::map<std::string, std::vector<std::string>, std::less<>> values;
    std::vector<std::string> positionals;

    [[nodiscard]] bool has(std::string_view key) const;
    /// The last one given.
    [[nodiscard]] std::string value(std::string_view key, std::string_view fallback = {}) const;
    /// All that were given, in order.
    [[nodiscard]] std::vector<std::string> all(std::string_view key) const;
    /// All that were given, split at commas, empty parts left out.
    [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
};

/// `args` without the program's name. Errors: usage, worded for people, naming the nearest thing that exists.
[[nodiscard]] base::Result<Invocation> parse_command_line(const std::vector<std::string>& args);

}  // namespace rfsn::cli
