// SPDX-License-Identifier: MIT
#include "patch/json_bytes.hpp"

#include "base/text.hpp"

namespace rfsn::patch {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

nlohmann::json bytes_to_json(std::string_view bytes) {
    if (base::is_valid_utf8(bytes)) {
        return std::string(bytes);
    }
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return {{"hex", std::move(hex)}};
}

std::string bytes_from_json(const nlohmann::json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    const auto& hex = value.at("hex").get_ref<const std::string&>();
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = digits.find(hex[i]);
        const auto low = i + 1 < hex.size() ? digits.find(hex[i + 1]) : std::string_view::npos;
        if (high == std::string_view::npos || low == std::string_view::npos) {
            throw nlohmann::json::other_error::create(599, "bytes are not in hex", &value);
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace rfsn::patch
