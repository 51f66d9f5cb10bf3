// SPDX-License-Identifier: MIT
#include "net/json_reading.hpp"

namespace rfsn::net {
namespace {

/// The parser is recursive only in our own tree walks, but a tree of millions of levels would still cost its memory.
constexpr int max_depth = 200;

}  // namespace

Json parse_json(std::string_view body) {
    const auto start = body.find_first_not_of(" \t\r\n");
    body.remove_prefix(start == std::string_view::npos ? body.size() : start);
    bool too_deep = false;
    const auto watch = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > max_depth;
        return !too_deep;
    };
    Json json = Json::parse(body.begin(), body.end(), watch, false);
    return too_deep ? Json(Json::value_t::discarded) : json;
}

const Json& member(const Json& object, const char* key) {
    static const Json none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

std::string string_at(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t number_at(const Json& object, const char* key) {
    const Json& value = member(object, key);
    if (value.is_number_unsigned()) {
        return value.get<std::uint64_t>();
    }
    if (value.is_number_float()) {
        const double number = value.get<double>();
        return number > 0 && number < 1e15 ? static_cast<std::uint64_t>(number) : 0;
    }
    return 0;
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rfsn::net
