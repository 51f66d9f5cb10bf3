// SPDX-License-Identifier: MIT
#include "unit/report/schema_check.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace rfsn::test {
namespace {

using nlohmann::json;

bool has_type(const json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
           (type == "boolean" && value.is_boolean()) || (type == "null" && value.is_null());
}

std::string check(const json& root, const json& schema, const json& value, const std::string& at);

std::string check_scalar(const json& schema, const json& value, const std::string& at) {
    if (schema.contains("const") && schema["const"] != value) {
        return at + ": not " + schema["const"].dump();
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
        return at + ": " + value.dump() + " is not in the enum";
    }
    if (schema.contains("type")) {
        const json& type = schema["type"];
        const bool fits = type.is_array()
                              ? std::any_of(type.begin(), type.end(),
                                            [&](const json& one) { return has_type(value, one.get<std::string>()); })
                              : has_type(value, type.get<std::string>());
        if (!fits) {
            return at + ": wrong type, " + value.dump();
        }
    }
    if (schema.contains("minimum") && value < schema["minimum"]) {
        return at + ": below the minimum";
    }
    return {};
}

std::string check_object(const json& root, const json& schema, const json& value, const std::string& at) {
    for (const json& key : schema.value("required", json::array())) {
        if (!value.contains(key.get<std::string>())) {
            return at + ": lacks " + key.get<std::string>();
        }
    }
    const json properties = schema.value("properties", json::object());
    for (const auto& entry : value.items()) {
        std::string error;
        if (properties.contains(entry.key())) {
            error = check(root, properties[entry.key()], entry.value(), at + "/" + entry.key());
        } else if (schema.contains("additionalProperties")) {
            const json& other = schema["additionalProperties"];
            error = other.is_boolean() ? (other.get<bool>() ? "" : at + ": unknown key " + entry.key())
                                       : check(root, other, entry.value(), at + "/" + entry.key());
        }
        if (!error.empty()) {
            return error;
        }
    }
    return {};
}

std::string check(const json& root, const json& schema, const json& value, const std::string& at) {
    if (schema.contains("$ref")) {
        const std::string ref = schema["$ref"].get<std::string>().substr(1);
        if (std::string error = check(root, root.at(json::json_pointer(ref)), value, at); !error.empty()) {
            return error;
        }
    }
    if (std::string error = check_scalar(schema, value, at); !error.empty()) {
        return error;
    }
    if (value.is_object()) {
        return check_object(root, schema, value, at);
    }
    if (value.is_array() && schema.contains("items")) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (std::string error = check(root, schema["items"], value[i], at + "/" + std::to_string(i));
                !error.empty()) {
                return error;
            }
        }
    }
    return {};
}

}  // namespace

std::string schema_error(const json& schema, const json& value) {
    return check(schema, schema, value, "");
}

}  // namespace rfsn::test
