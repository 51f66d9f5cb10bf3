// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rfsn::check {

/// JSON as Python's json module reads it, in RFC 8259: NaN, Infinity and lone surrogates replaced; with `comments` also
/// // and /* */ comments and trailing commas blanked. Every byte keeps its line and column. nullopt if there was
/// nothing to replace.
[[nodiscard]] std::optional<std::string> plain_json(std::string_view content, bool comments);

}  // namespace rfsn::check
