// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Where functions, tests and types begin and end: by indentation in Python, by braces elsewhere, with strings and
// comments skipped. No parser: what it does not recognise is simply not found.
namespace rfsn::llm {

/// Lines are 1-based and inclusive.
struct Definition {
    std::uint32_t first = 0;  ///< with the decorators, attributes and comments above it
    std::uint32_t head = 0;   ///< where its signature ends
    std::uint32_t last = 0;
    bool is_type = false;  ///< a class, struct, namespace and the like: what holds definitions
};

/// All of a file, by their first line; empty for a language that is not known.
[[nodiscard]] std::vector<Definition> definitions(const std::string& path, std::string_view content);
/// The innermost function around a line, else the innermost type, or nullptr.
[[nodiscard]] const Definition* enclosing(const std::vector<Definition>& all, std::uint32_t line);

}  // namespace rfsn::llm
