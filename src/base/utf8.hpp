// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rfsn::base {

/// One step through bytes that should be UTF-8. If they are not, `size` covers the maximal subpart of a sequence
/// (Unicode 3.9, as W3C and Python count it), at least one byte.
struct Utf8Char {
    char32_t code = 0xFFFD;
    std::size_t size = 1;
    bool valid = false;
};
/// `at` must be below bytes.size().
[[nodiscard]] Utf8Char decode_utf8(std::string_view bytes, std::size_t at);
/// `code` must be a scalar value.
void append_utf8(std::string& out, char32_t code);
/// Offset of the first byte that is not part of valid UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view bytes);

}  // namespace rfsn::base
