// SPDX-License-Identifier: MIT
#include "net/key.hpp"

#include <cstdlib>
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
Key::Key(Key&& other) noexcept : value_(other.value_) {
    wipe(other.value_);
}

Key::~Key() {
    wipe(value_);
}

Answer<Key> Key::from_environment(const std::string& name) {
    Key key;
    if (name.empty()) {
        return key;
    }
    if (name.find_first_of("= \t\n") != std::string::npos || name.find('\0') != std::string::npos) {
        return llm_error("not_configured", "the name of the key's variable is no variable name");
    }
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
        return key;
    }
    const std::string_view text = base::trim(value);
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            return llm_error("not_configured",
                             "the key in " + base::printable(name) + " holds characters that no key has");
        }
    }
    key.value_ = text;
    return key;
}

std::string Key::header() const {
    return "Authorization: Bearer " + value_;
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
