// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "config/key_table.hpp"

namespace rfsn::config {
namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const Key& key) {
    Json schema;
    switch (key.type) {
        case KeyType::boolean:
            schema["type"] = "boolean";
            break;
        case KeyType::integer:
            schema["type"] = "integer";
            schema["minimum"] = static_cast<std::int64_t>(key.min);
            schema["maximum"] = static_cast<std::int64_t>(key.max);
            break;
        case KeyType::number:
            schema["type"] = "number";
            schema["minimum"] = key.min;
            schema["maximum"] = key.max;
            break;
        case KeyType::string:
            schema["type"] = "string";
            schema["maxLength"] = 4096;
            break;
        case KeyType::choice:
            schema["enum"] = key.choices;
            break;
        case KeyType::duration:
            schema["type"] = "string";
            schema["pattern"] = "^[0-9]+(ms|s|m|h)$";
            break;
        case KeyType::strings:
            schema["type"] = Json::array({"array", "string"});
            schema["items"] = {{"type", "string"}, {"minLength", 1}};
            break;
        case KeyType::choices:
            schema["type"] = Json::array({"array", "string"});
            schema["items"] = {{"enum", key.choices}};
            break;
        case KeyType::argv:
            schema["type"] = "array";
            schema["items"] = {{"type", "string"}};
            schema["minItems"] = 1;
            break;
    }
    std::string description = key.help;
    if (key.type == KeyType::duration) {
        description += " From " + range_text(key) + ".";
    }
    if (key.repository == RepositoryRule::may_lower) {
        description += " A repository may only lower it.";
    } else if (key.repository == RepositoryRule::may_not) {
        description += " Not in a repository's .rfsn.yaml.";
    }
    description += " Variable: " + key.environment() + (key.alias.empty() ? "." : " or " + key.alias + ".");
    schema["description"] = description;
    return schema;
}

Json default_of(const Value& value) {
    return std::visit(
        [](const auto& held) -> Json {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Milliseconds>) {
                return duration_text(held);
            } else {
                return held;
            }
        },
        value);
}

Json closed_map() {
    return {{"type", Json::array({"object", "null"})}, {"properties", Json::object()}, {"additionalProperties", false}};
}

}  // namespace

std::string json_schema() {
    Json check = closed_map();
    Json provider = closed_map();
    Json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"$id", "rfsn.schema.json"},
                 {"title", "Configuration of git-rfsn: .rfsn.yaml in a repository, config.yaml of a user"}};
    root.update(closed_map());
    Config defaults = default_config();
    for (const auto& key : key_table()) {
        Json schema = schema_of(key);
        if (const auto value = key.has_id() ? std::nullopt : read(key.slot(defaults, ""))) {
            schema["default"] = default_of(*value);
        }
        const auto dot = key.name.find('.');
        if (key.has_id()) {
            (key.group() == "checks" ? check : provider)["properties"][key.name.substr(key.name.rfind('.') + 1)] =
                std::move(schema);
        } else if (dot == std::string::npos) {
            root["properties"][key.name] = std::move(schema);
        } else {
            Json& group = root["properties"][key.name.substr(0, dot)];
            if (group.is_null()) {
                group = closed_map();
            }
            group["properties"][key.name.substr(dot + 1)] = std::move(schema);
        }
    }
    root["properties"]["checks"] = {{"type", Json::array({"object", "null"})},
                                    {"description", "Settings by check id."},
                                    {"propertyNames", {{"pattern", "^[A-Za-z0-9._/:@+-]{1,100}$"}}},
                                    {"additionalProperties", std::move(check)}};
    root["properties"]["llm"]["properties"]["providers"] = {
        {"type", Json::array({"object", "null"})},
        {"description", "Further providers by name, for llm.order."},
        {"propertyNames", {{"pattern", "^[A-Za-z0-9_-]{1,100}$"}}},
        {"additionalProperties", std::move(provider)}};
    return root.dump(2);
}

}  // namespace rfsn::config
