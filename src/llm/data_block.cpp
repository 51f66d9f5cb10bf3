// SPDX-License-Identifier: MIT
#include "llm/data_block.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace rfsn::llm {

std::string nonce_for(const std::vector<std::string_view>& texts) {
    for (int salt = 0;; ++salt) {
        base::Sha256 hash;
        hash.field("rfsn prompt").field(std::to_string(salt));
        for (const auto text : texts) {
            hash.field(text);
        }
        // Letters in groups of four: a scanner for secrets must not take it for one.
        std::string nonce;
        for (const char digit : hash.hex().substr(0, 16)) {
            if (nonce.size() % 5 == 4) {
                nonce += '-';
            }
            nonce += static_cast<char>('a' + (digit <= '9' ? digit - '0' : digit - 'a' + 10));
        }
        if (std::none_of(texts.begin(), texts.end(),
                         [&](auto text) { return text.find(nonce) != std::string_view::npos; })) {
            return nonce;
        }
    }
}

std::string data_block(std::string_view text, const std::string& nonce) {
    std::string out = "<<DATA " + nonce + "\n" + base::strip_ansi(base::to_valid_utf8(text));
    if (out.back() != '\n') {
        out += '\n';
    }
    return out + "DATA " + nonce + ">>\n";
}

std::string_view nonce_in(std::string_view text) {
    constexpr std::string_view opening = "<<DATA ";
    const auto at = text.find(opening);
    return at == std::string_view::npos ? std::string_view()
                                        : text.substr(at + opening.size(), text.find('\n', at) - at - opening.size());
}

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
        ++count;
    }
    return count;
}

}  // namespace rfsn::llm
