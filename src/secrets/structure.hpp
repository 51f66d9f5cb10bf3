// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rfsn::secrets {

/// What a token's own structure says about it.
struct StructureVerdict {
    bool holds = false;
    std::string_view doubt;  ///< why not, when it does not hold
};

[[nodiscard]] bool is_known_check(std::string_view name);
/// `token` with its prefix of `prefix_size` bytes, by the check's name: "crc32-base62" (GitHub, npm: the last six
/// digits are a checksum of the rest), "base32-account" (AWS: the account number is inside), "jwt-header", "base64-64"
/// (64 bytes of base64), "openai-infix".
[[nodiscard]] StructureVerdict check_structure(std::string_view name, std::string_view token, std::size_t prefix_size);

[[nodiscard]] std::uint32_t crc32(std::string_view bytes);
/// Standard and URL alphabets, padding optional. nullopt if a byte is in neither.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace rfsn::secrets
