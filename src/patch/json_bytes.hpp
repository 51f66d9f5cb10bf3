// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rfsn::patch {

/// Bytes as a JSON string if they are UTF-8, else as {"hex": "..."}.
[[nodiscard]] nlohmann::json bytes_to_json(std::string_view bytes);
/// Throws nlohmann::json::exception on anything else.
[[nodiscard]] std::string bytes_from_json(const nlohmann::json& value);

}  // namespace rfsn::patch
