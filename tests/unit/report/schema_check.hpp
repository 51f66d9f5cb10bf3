// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace rfsn::test {

/// Checks a value against the part of JSON Schema that config/report.schema.json uses: type, const, enum, required,
/// properties, additionalProperties, items, minimum and $ref. Returns what is wrong and where; "" if nothing.
std::string schema_error(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace rfsn::test
