// SPDX-License-Identifier: MIT
#include "secrets/rule_set.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/doc.hpp"
#include "base/embedded.hpp"
#include "base/packed_doc.hpp"
#include "secrets/structure.hpp"

namespace rfsn::secrets {

std::span<const base::EmbeddedFile> rule_files();

namespace {

using base::DocNode;

constexpr std::int64_t max_size = 16'384;
/// Alphabets that many rules share.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> alphabets{{
    {"alnum", "0-9A-Za-z"},
    {"word", "0-9A-Za-z_"},
    {"token", "0-9A-Za-z_-"},
    {"kebab", "0-9A-Za-z-"},
    {"hex", "0-9a-fA-F"},
    {"upper", "0-9A-Z"},
    {"base64", "0-9A-Za-z+/"},
    {"bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"},
}};
constexpr std::array<std::string_view, 16> known_keys{
    "id",     "description", "anchors",       "reader",    "body",        "length", "pattern",     "before",
    "window", "check",       "check-decides", "has-digit", "redact-only", "known",  "inside-word", "guessable"};

base::Result<std::size_t> size_of(const DocNode& node, std::string_view what) {
    if (node.kind != DocNode::Kind::integer || node.integer < 0 || node.integer > max_size) {
        return base::fail(base::ErrorCode::invalid, std::string(what) + " must be an integer from 0 to 16384");
    }
    return static_cast<std::size_t>(node.integer);
}

base::Result<void> read_body(const DocNode& node, Rule& rule) {
    const std::string spec = node.string_or("body", "");
    const auto* named =
        std::find_if(alphabets.begin(), alphabets.end(), [&](const auto& entry) { return entry.first == spec; });
    rule.body = CharClass(named == alphabets.end() ? std::string_view(spec) : named->second);
    const auto* length = node.find("length");
    if (spec.empty() || length == nullptr || length->items.size() != 2) {
        return base::fail(base::ErrorCode::invalid, "a body needs an alphabet and a length [min, max]");
    }
    RFSN_ASSIGN(rule.min, size_of(length->items[0], "length"));
    RFSN_ASSIGN(rule.max, size_of(length->items[1], "length"));
    if (rule.min < 8 || rule.max < rule.min) {
        return base::fail(base::ErrorCode::invalid, "a body is at least 8 long, and min <= max");
    }
    return {};
}

base::Result<void> read_how(const DocNode& node, Rule& rule) {
    const std::string reader = node.string_or("reader", "");
    if (reader == "key-block") {
        rule.reader = Reader::key_block;
        return {};
    }
    if (reader == "url") {
        rule.reader = Reader::url;
        return {};
    }
    if (!reader.empty()) {
        return base::fail(base::ErrorCode::invalid, "unknown reader '" + reader + "'");
    }
    rule.pattern = node.string_or("pattern", "");
    if (rule.pattern.empty()) {
        rule.reader = Reader::body;
        return read_body(node, rule);
    }
    rule.reader = Reader::pattern;
    if (const auto* before = node.find("before")) {
        RFSN_ASSIGN(rule.before, size_of(*before, "before"));
    }
    if (const auto* window = node.find("window")) {
        RFSN_ASSIGN(rule.window, size_of(*window, "window"));
    }
    return {};
}

base::Result<Rule> read_rule(const DocNode& node) {
    Rule rule;
    rule.id = node.string_or("id", "");
    rule.description = node.string_or("description", "");
    rule.anchors = node.strings("anchors");
    rule.check = node.string_or("check", "");
    rule.check_decides = node.bool_or("check-decides", false);
    rule.has_digit = node.bool_or("has-digit", false);
    rule.redact_only = node.bool_or("redact-only", false);
    rule.inside_word = node.bool_or("inside-word", false);
    rule.guessable = node.bool_or("guessable", false);
    rule.known = node.strings("known");
    const auto fail = [&](const std::string& why) {
        return base::fail(base::ErrorCode::invalid, "secret rule '" + rule.id + "': " + why);
    };
    for (const auto& entry : node.entries) {
        if (std::find(known_keys.begin(), known_keys.end(), entry.first) == known_keys.end()) {
            return fail("unknown key '" + entry.first + "'");
        }
    }
    if (rule.id.empty() || rule.description.empty() || rule.anchors.empty()) {
        return fail("id, description and anchors are required");
    }
    if (std::any_of(rule.anchors.begin(), rule.anchors.end(),
                    [](const std::string& anchor) { return anchor.size() < 3; })) {
        return fail("an anchor has at least 3 bytes");
    }
    if (!is_known_check(rule.check)) {
        return fail("unknown check '" + rule.check + "'");
    }
    if (auto how = read_how(node, rule); !how) {
        return fail(how.error().message);
    }
    return rule;
}

base::Result<std::vector<Rule>> read_rules(const DocNode& doc) {
    const auto* list = doc.find("rules");
    if (list == nullptr || !list->is_list() || list->items.empty()) {
        return base::fail(base::ErrorCode::invalid, "secret rules: 'rules' is not a list with rules in it");
    }
    std::vector<Rule> rules;
    rules.reserve(list->items.size());
    for (const auto& node : list->items) {
        RFSN_ASSIGN(Rule rule, read_rule(node));
        if (std::any_of(rules.begin(), rules.end(), [&](const Rule& other) { return other.id == rule.id; })) {
            return base::fail(base::ErrorCode::invalid, "secret rule '" + rule.id + "' is there twice");
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

base::Result<std::vector<Rule>> load() {
    for (const auto& file : rule_files()) {
        if (file.name == "rules.yaml") {
            const auto doc = base::unpack_doc(file.bytes);
            return doc ? read_rules(*doc) : base::fail(base::ErrorCode::internal, doc.error().message);
        }
    }
    return base::fail(base::ErrorCode::internal, "rules.yaml is not compiled in");
}

}  // namespace

const Pattern* Rule::compiled() const {
    std::call_once(lazy_->once, [this] {
        if (auto made = Pattern::compile(pattern)) {
            lazy_->pattern.emplace(std::move(*made));
        }
    });
    return lazy_->pattern ? &*lazy_->pattern : nullptr;
}

base::Result<std::vector<Rule>> parse_rules(std::string_view json) {
    const auto doc = base::parse_doc(base::DocFormat::json, json);
    if (!doc) {
        return base::fail(base::ErrorCode::invalid, "secret rules: " + doc.error().message);
    }
    return read_rules(*doc);
}

const base::Result<std::vector<Rule>>& rule_set() {
    static const base::Result<std::vector<Rule>> rules = load();
    return rules;
}

}  // namespace rfsn::secrets
