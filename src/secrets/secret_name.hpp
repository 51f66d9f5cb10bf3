// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace rfsn::secrets {

/// What a name says of its value, ordered by how sure it is.
enum class NameKind : std::uint8_t { none, weak, key, password };

/// Reads DB_PASSWORD, apiKey, session-auth, dbpass: split at separators and camel-case humps, the surest word counts.
[[nodiscard]] NameKind kind_of_name(std::string_view name);

}  // namespace rfsn::secrets
