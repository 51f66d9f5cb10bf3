// SPDX-License-Identifier: MIT
#include "net/key.hpp"

#include <cstring>

#include "base/text.hpp"

namespace rfsn::net {

void wipe(std::string& text) {
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

// A copy, not a move: a short string lives inside the object, and moved from it would keep its bytes.
// NOLINTNEXTLINE(performance-move-constructor-init)
Key::Key(Key&& other) noexcept : value_(other.value_), host_(other.host_) {
    wipe(other.value_);
}

Key::~Key() {
    wipe(value_);
}

Answer<Key> Key::take(std::string& value, const std::string& host, const std::string& from) {
    Key key;
    const std::string_view text = base::trim(value);
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            wipe(value);
            return llm_error("not_configured", "the key from " + base::printable(from) +
                                                   " holds characters that no key has; it is one word of ASCII");
        }
    }
    key.value_ = text;
    key.host_ = host;
    wipe(value);
    return key;
}

std::string Key::header(std::string_view name, std::string_view host) const {
    return host == host_ && !value_.empty() ? std::string(name) + value_ : std::string();
}

std::string Key::masked(std::string text) const {
    // Shorter pieces are in ordinary words; shorter keys are placeholders for local servers.
    constexpr std::size_t piece = 8;
    if (value_.size() < piece) {
        return text;
    }
    const std::string_view key = value_;
    for (std::size_t i = 0; i + piece <= key.size(); ++i) {
        for (std::size_t at = text.find(key.substr(i, piece)); at != std::string::npos;
             at = text.find(key.substr(i, piece), at)) {
            std::size_t length = piece;
            while (i + length < key.size() && at + length < text.size() && text[at + length] == key[i + length]) {
                ++length;
            }
            text.replace(at, length, "[key]");
        }
    }
    return text;
}

}  // namespace rfsn::net
