// SPDX-License-Identifier: MIT
#include "git/quote.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rfsn::git {

std::string quote_always(std::string_view path) {
    constexpr std::string_view named = "\a\b\t\n\v\f\r";
    constexpr std::string_view letters = "abtnvfr";
    std::string quoted = "\"";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (const auto at = named.find(c); at != std::string_view::npos) {
            quoted += '\\';
            quoted += letters[at];
        } else if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            quoted += fmt::format("\\{:03o}", byte);
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string quote_path(std::string_view path) {
    const bool odd = std::any_of(path.begin(), path.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\';
    });
    return odd ? quote_always(path) : std::string(path);
}

std::string quote_shell(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace rfsn::git
