// SPDX-License-Identifier: MIT
#include "secrets/structure.hpp"

#include <algorithm>
#include <array>

#include "secrets/char_class.hpp"
#include "secrets/placeholder.hpp"

namespace rfsn::secrets {
namespace {

StructureVerdict crc32_base62(std::string_view body) {
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::size_t checksum_size = 6;
    if (body.size() <= checksum_size) {
        return {false, "too short for its checksum"};
    }
    std::uint32_t sum = crc32(body.substr(0, body.size() - checksum_size));
    std::array<char, checksum_size> expected{};
    for (auto digit = expected.rbegin(); digit != expected.rend(); ++digit) {
        *digit = digits[sum % digits.size()];
        sum /= static_cast<std::uint32_t>(digits.size());
    }
    const bool holds = body.substr(body.size() - checksum_size) == std::string_view(expected.data(), expected.size());
    return {holds, holds ? "" : "its checksum does not match"};
}

StructureVerdict base32_account(std::string_view body) {
    // Six bytes after the four-letter prefix; the account number is bits 7 to 46.
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    constexpr std::size_t digits_of_six_bytes = 10;
    std::uint64_t bits = 0;
    for (const char c : body.substr(0, digits_of_six_bytes)) {
        const auto value = digits.find(c);
        if (value == std::string_view::npos) {
            return {false, "not in the alphabet of AWS key ids"};
        }
        bits = bits << 5 | value;
    }
    bits >>= 2;
    const std::uint64_t account = (bits & 0x7FFFFFFFFF80ULL) >> 7;
    const bool holds = account < 1'000'000'000'000ULL;
    return {holds, holds ? "" : "the account number in it is out of range"};
}

StructureVerdict jwt_header(std::string_view token) {
    const auto header = base64_decode(token.substr(0, token.find('.')));
    const bool holds =
        header && header->size() > 1 && header->front() == '{' && header->find("\"alg\"") != std::string::npos;
    return {holds, holds ? "" : "its header is not that of a JWT"};
}

StructureVerdict base64_64(std::string_view body) {
    const auto bytes = base64_decode(body);
    const bool holds = bytes && bytes->size() == 64;
    return {holds, holds ? "" : "not 64 bytes"};
}

StructureVerdict openai_infix(std::string_view token) {
    constexpr std::string_view infix{
        "T3Blbk"
        "FJ"};
    const bool holds = token.find(infix) != std::string_view::npos;
    return {holds, holds ? "" : "the issuer's mark is missing"};
}

/// user:password in base64, neither of them a placeholder.
StructureVerdict base64_userpass(std::string_view token) {
    const auto text = base64_decode(token);
    const auto colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos || colon == 0 ||
        !std::all_of(text->begin(), text->end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
        return {false, "it is not user:password in base64"};
    }
    const std::string_view password = std::string_view(*text).substr(colon + 1);
    const bool holds = password.size() >= 3 && !is_placeholder_password(password);
    return {holds, holds ? "" : "its password is a placeholder"};
}

/// What a generator would make, not a person: digits and letters, spread evenly.
StructureVerdict random(std::string_view token) {
    constexpr double least = 3.5;  // bits a character
    const bool holds = std::any_of(token.begin(), token.end(), is_digit) &&
                       std::any_of(token.begin(), token.end(), is_letter) && entropy(token) >= least;
    return {holds, holds ? "" : "it does not look random"};
}

}  // namespace

bool is_known_check(std::string_view name) {
    constexpr std::array<std::string_view, 8> names{"",          "crc32-base62", "base32-account",  "jwt-header",
                                                    "base64-64", "openai-infix", "base64-userpass", "random"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

StructureVerdict check_structure(std::string_view name, std::string_view token, std::size_t prefix_size) {
    const std::string_view body = token.substr(std::min(prefix_size, token.size()));
    if (name == "crc32-base62") {
        return crc32_base62(body);
    }
    if (name == "base32-account") {
        return base32_account(body);
    }
    if (name == "jwt-header") {
        return jwt_header(token);
    }
    if (name == "base64-64") {
        return base64_64(token);
    }
    if (name == "openai-infix") {
        return openai_infix(token);
    }
    if (name == "base64-userpass") {
        return base64_userpass(token);
    }
    if (name == "random") {
        return random(token);
    }
    return {};
}

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = ~0U;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

std::optional<std::string> base64_decode(std::string_view text) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        unsigned value = 0;
        if (is_upper(c)) {
            value = static_cast<unsigned>(c - 'A');
        } else if (is_lower(c)) {
            value = static_cast<unsigned>(c - 'a') + 26;
        } else if (is_digit(c)) {
            value = static_cast<unsigned>(c - '0') + 52;
        } else if (c == '+' || c == '-') {
            value = 62;
        } else if (c == '/' || c == '_') {
            value = 63;
        } else {
            return std::nullopt;
        }
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>(bits >> count & 0xFF));
        }
    }
    return out;
}

}  // namespace rfsn::secrets
