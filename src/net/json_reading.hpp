// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

// Reading JSON that a server made: what is not there, or of another type, is empty.
namespace rfsn::net {

using Json = nlohmann::json;

/// Servers under load send empty lines for minutes before the body. Discarded if it is no JSON.
[[nodiscard]] Json parse_json(std::string_view body);
[[nodiscard]] const Json& member(const Json& object, const char* key);
[[nodiscard]] std::string string_at(const Json& object, const char* key);
/// Zero for anything but a number that is not negative.
[[nodiscard]] std::uint64_t number_at(const Json& object, const char* key);
/// Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string dump(const Json& json);

}  // namespace rfsn::net
