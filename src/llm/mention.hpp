// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::llm {

/// A place in a file that a tool's words point at.
struct Mention {
    std::string path;  ///< as it was written: absolute, relative or a name alone
    std::uint32_t line = 0;
};
/// "a/b.c:3:5", "b.cs(3,5)", 'File "a.py", line 3', "at x (a.js:3:5)", "at pkg.A.f(A.java:3)" (which gives pkg/A.java),
/// "in a.cs:line 3", in their order, each once; at most 200. Nothing is looked up. Linear time.
[[nodiscard]] std::vector<Mention> mentions(std::string_view text);

}  // namespace rfsn::llm
