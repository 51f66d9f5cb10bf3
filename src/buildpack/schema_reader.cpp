// SPDX-License-Identifier: MIT
#include "buildpack/schema_reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::buildpack {

using base::DocNode;
using base::ErrorCode;
using base::Result;

namespace {

bool is_scalar(const DocNode& node) {
    return node.is_string() || node.kind == DocNode::Kind::integer || node.kind == DocNode::Kind::number ||
           node.kind == DocNode::Kind::boolean;
}

std::string scalar_text(const DocNode& node) {
    if (!node.text.empty() || node.is_string()) {
        return node.text;
    }
    return node.kind == DocNode::Kind::boolean ? (node.boolean ? "true" : "false") : std::to_string(node.integer);
}

}  // namespace

tl::unexpected<base::Error> SchemaReader::wrong(base::DocPosition at, std::string_view message) const {
    return base::fail(ErrorCode::config, fmt::format("{}:{}:{}: {}", origin_, at.line, at.column, message));
}

Result<void> SchemaReader::keys(const DocNode& node, const std::vector<std::string>& known) const {
    if (!node.is_map()) {
        return wrong(node, "a map is expected here");
    }
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
        const auto& key = node.entries[i].first;
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const auto near = base::nearest(key, known);
            const auto at = i < node.key_positions.size() ? node.key_positions[i] : node.at;
            return wrong(at, fmt::format("unknown key '{}'; {}", key,
                                         near.empty() ? "known here: " + fmt::format("{}", fmt::join(known, ", "))
                                                      : "did you mean '" + near + "'?"));
        }
    }
    return {};
}

Result<void> SchemaReader::text(const DocNode& map, std::string_view key, std::string& out) const {
    if (const auto* node = map.find(key)) {
        if (!is_scalar(*node)) {
            return wrong(*node, fmt::format("'{}' must be text", key));
        }
        out = scalar_text(*node);
    }
    return {};
}

Result<void> SchemaReader::texts(const DocNode& map, std::string_view key, std::vector<std::string>& out) const {
    const auto* node = map.find(key);
    if (node == nullptr) {
        return {};
    }
    out.clear();
    if (is_scalar(*node)) {
        out.push_back(scalar_text(*node));
        return {};
    }
    if (!node->is_list()) {
        return wrong(*node, fmt::format("'{}' must be a list of texts", key));
    }
    for (const auto& item : node->items) {
        if (!is_scalar(item)) {
            return wrong(item, fmt::format("'{}' must be a list of texts", key));
        }
        out.push_back(scalar_text(item));
    }
    return {};
}

Result<void> SchemaReader::flag(const DocNode& map, std::string_view key, bool& out) const {
    if (const auto* node = map.find(key)) {
        if (node->kind != DocNode::Kind::boolean) {
            return wrong(*node, fmt::format("'{}' must be true or false", key));
        }
        out = node->boolean;
    }
    return {};
}

Result<void> SchemaReader::number(const DocNode& map, std::string_view key, int& out, int low, int high) const {
    if (const auto* node = map.find(key)) {
        if (node->kind != DocNode::Kind::integer || node->integer < low || node->integer > high) {
            return wrong(*node, fmt::format("'{}' must be a whole number from {} to {}", key, low, high));
        }
        out = static_cast<int>(node->integer);
    }
    return {};
}

Result<void> SchemaReader::numbers(const DocNode& map, std::string_view key, std::vector<int>& out) const {
    const auto* node = map.find(key);
    if (node == nullptr) {
        return {};
    }
    if (!node->is_list()) {
        return wrong(*node, fmt::format("'{}' must be a list of exit codes", key));
    }
    out.clear();
    for (const auto& item : node->items) {
        if (item.kind != DocNode::Kind::integer || item.integer < 0 || item.integer > 255) {
            return wrong(item, "an exit code is a whole number from 0 to 255");
        }
        out.push_back(static_cast<int>(item.integer));
    }
    return {};
}

Result<void> SchemaReader::regex(const DocNode& map, std::string_view key, std::string& out,
                                 const std::vector<std::string>& groups) const {
    RFSN_TRY(text(map, key, out));
    const auto* node = map.find(key);
    if (node == nullptr) {
        return {};
    }
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    const RE2 re(out, options);
    if (!re.ok()) {
        return wrong(*node, fmt::format("'{}' is not a regular expression of RE2: {}", out, re.error()));
    }
    for (const auto& group : groups) {
        if (re.NamedCapturingGroups().count(group) == 0) {
            return wrong(*node, fmt::format("'{}' needs a group named {}: (?P<{}>...)", out, group, group));
        }
    }
    return {};
}

std::vector<const DocNode*> SchemaReader::items(const DocNode& map, std::string_view key) {
    std::vector<const DocNode*> out;
    const auto* node = map.find(key);
    if (node != nullptr && node->is_list()) {
        for (const auto& item : node->items) {
            out.push_back(&item);
        }
    } else if (node != nullptr && !node->is_null()) {
        out.push_back(node);
    }
    return out;
}

}  // namespace rfsn::buildpack
