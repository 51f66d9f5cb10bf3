// SPDX-License-Identifier: MIT
#include "check/parse_severity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;
using base::Result;

constexpr model::Severity all[] = {model::Severity::error, model::Severity::warning, model::Severity::info};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return out;
}

Result<model::Severity> named(std::string_view name, const DocNode& node, std::string_view text) {
    for (const auto severity : all) {
        if (text == model::name(severity)) {
            return severity;
        }
    }
    return wrong_rule(name, node, "a severity is error, warning or info");
}

}  // namespace

tl::unexpected<base::Error> wrong_rule(std::string_view name, const DocNode& node, std::string_view message) {
    return base::fail(ErrorCode::config, fmt::format("{}:{}:{}: {}", name, node.at.line, node.at.column, message));
}

Result<void> check_rule_keys(std::string_view name, const DocNode& node, const std::vector<std::string>& known) {
    if (!node.is_map()) {
        return wrong_rule(name, node, "a map is expected");
    }
    for (const auto& [key, value] : node.entries) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const auto near = base::nearest(key, known);
            return wrong_rule(
                name, value,
                fmt::format("unknown key '{}'{}", key, near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
        }
    }
    return {};
}

model::Severity SeverityRules::of(std::string_view text) const {
    const auto word = lower(text);
    for (std::size_t size = word.size(); size > 0; --size) {
        const auto found = words.find(word.substr(0, size));
        if (found != words.end()) {
            return found->second;
        }
    }
    for (const auto severity : all) {
        if (word == model::name(severity)) {
            return severity;
        }
    }
    return fallback;
}

bool SeverityRules::blocks(model::Severity severity) const {
    return std::find(blocking.begin(), blocking.end(), severity) != blocking.end();
}

Result<SeverityRules> load_severity(std::string_view name, const DocNode& doc) {
    SeverityRules rules;
    if (doc.find("blocking") != nullptr) {
        rules.blocking.clear();
        for (const auto& text : doc.strings("blocking")) {
            RFSN_ASSIGN(auto severity, named(name, doc, text));
            rules.blocking.push_back(severity);
        }
    }
    const auto* severity = doc.find("severity");
    if (severity == nullptr) {
        return rules;
    }
    RFSN_TRY(check_rule_keys(name, *severity, {"default", "from", "map"}));
    RFSN_ASSIGN(rules.fallback, named(name, *severity, severity->string_or("default", "error")));
    rules.from = severity->string_or("from", "severity");
    const auto* map = severity->find("map");
    for (std::size_t i = 0; map != nullptr && i < map->entries.size(); ++i) {
        const auto& [key, value] = map->entries[i];
        RFSN_ASSIGN(auto one, named(name, value, value.text));
        rules.words.emplace(lower(key), one);
    }
    return rules;
}

}  // namespace rfsn::check
