// SPDX-License-Identifier: MIT
#include <algorithm>

#include "secrets/char_class.hpp"
#include "secrets/readers.hpp"

namespace rfsn::secrets {

bool starts_token(std::string_view text, std::size_t at) {
    if (at == 0 || !is_word(text[at - 1])) {
        return true;
    }
    const char before = text[at - 1];
    if (at >= 2 && text[at - 2] == '\\' && (before == 'n' || before == 'r' || before == 't')) {
        return true;
    }
    const auto hex = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); };
    if (at >= 3 && text[at - 3] == '%' && hex(text[at - 2]) && hex(before)) {
        return true;
    }
    return at >= 6 && text.compare(at - 6, 2, "\\u") == 0 &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) - 4,
                       text.begin() + static_cast<std::ptrdiff_t>(at), hex);
}

}  // namespace rfsn::secrets
