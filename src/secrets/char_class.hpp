// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <string_view>

namespace rfsn::secrets {

/// A set of bytes, written as in a bracket expression without the brackets: "0-9A-Za-z_-" ('-' last is itself).
class CharClass {
   public:
    CharClass() = default;
    explicit CharClass(std::string_view spec) {
        for (std::size_t i = 0; i < spec.size(); ++i) {
            const auto first = static_cast<unsigned char>(spec[i]);
            auto last = first;
            if (i + 2 < spec.size() && spec[i + 1] == '-') {
                last = static_cast<unsigned char>(spec[i + 2]);
                i += 2;
            }
            for (unsigned c = first; c <= last; ++c) {
                set_.set(c);
            }
        }
    }
    [[nodiscard]] bool has(char c) const { return set_[static_cast<unsigned char>(c)]; }

   private:
    std::bitset<256> set_;
};

[[nodiscard]] inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
[[nodiscard]] inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
[[nodiscard]] inline bool is_letter(char c) {
    return is_lower(c) || is_upper(c);
}
[[nodiscard]] inline bool is_alnum(char c) {
    return is_letter(c) || is_digit(c);
}
[[nodiscard]] inline bool is_word(char c) {
    return is_alnum(c) || c == '_';
}
[[nodiscard]] inline bool is_base64(char c) {
    return is_alnum(c) || c == '+' || c == '/';
}
[[nodiscard]] inline char to_lower(char c) {
    return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace rfsn::secrets
