// SPDX-License-Identifier: MIT
#include "check/parse_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;
using base::Result;

/// Reads one rule file and says where it is wrong.
class Reader {
   public:
    explicit Reader(std::string_view name) : name_(name) {}

    [[nodiscard]] Result<std::unique_ptr<TextParser::Rules>> rules(const DocNode& doc) const {
        RFSN_TRY(keys(doc, {"schema", "description", "columns", "backslashes", "blocking", "severity", "patterns"}));
        auto rules = std::make_unique<TextParser::Rules>();
        if (doc.int_or("schema", 0) != 1) {
            return wrong(doc, "schema must be 1");
        }
        rules->backslashes = doc.bool_or("backslashes", false);
        if (const auto* columns = doc.find("columns")) {
            RFSN_TRY(read_columns(*columns, *rules));
        }
        rules->blocking = {model::Severity::error, model::Severity::warning};
        if (doc.find("blocking") != nullptr) {
            rules->blocking.clear();
            for (const auto& text : doc.strings("blocking")) {
                RFSN_ASSIGN(auto severity, severity_named(doc, text));
                rules->blocking.push_back(severity);
            }
        }
        if (const auto* severity = doc.find("severity")) {
            RFSN_TRY(read_severity(*severity, *rules));
        }
        const auto* patterns = doc.find("patterns");
        if (patterns == nullptr || !patterns->is_list() || patterns->items.empty()) {
            return wrong(doc, "patterns must be a list");
        }
        for (const auto& item : patterns->items) {
            RFSN_ASSIGN(auto pattern, read_pattern(item));
            rules->patterns.push_back(std::move(pattern));
        }
        return rules;
    }

   private:
    [[nodiscard]] tl::unexpected<base::Error> wrong(const DocNode& node, std::string_view message) const {
        return base::fail(ErrorCode::config, fmt::format("{}:{}:{}: {}", name_, node.at.line, node.at.column, message));
    }

    [[nodiscard]] Result<void> keys(const DocNode& node, const std::vector<std::string>& known) const {
        if (!node.is_map()) {
            return wrong(node, "a map is expected");
        }
        for (const auto& [key, value] : node.entries) {
            if (std::find(known.begin(), known.end(), key) == known.end()) {
                const auto near = base::nearest(key, known);
                return wrong(value, fmt::format("unknown key '{}'{}", key,
                                                near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
            }
        }
        return {};
    }

    Result<void> read_columns(const DocNode& node, TextParser::Rules& rules) const {
        RFSN_TRY(keys(node, {"base", "unit", "end"}));
        const auto start = node.int_or("base", 1);
        if (start != 0 && start != 1) {
            return wrong(node, "base is 0 or 1");
        }
        rules.column_base = static_cast<std::uint32_t>(start);
        rules.end_exclusive = node.string_or("end", "exclusive") == "exclusive";
        const std::map<std::string, ColumnUnit, std::less<>> units{{"bytes", ColumnUnit::bytes},
                                                                   {"characters", ColumnUnit::characters},
                                                                   {"utf16", ColumnUnit::utf16},
                                                                   {"display", ColumnUnit::display}};
        const auto unit = units.find(node.string_or("unit", "bytes"));
        if (unit == units.end()) {
            return wrong(node, "unit is bytes, characters, utf16 or display");
        }
        rules.unit = unit->second;
        return {};
    }

    Result<void> read_severity(const DocNode& node, TextParser::Rules& rules) const {
        RFSN_TRY(keys(node, {"default", "from", "map"}));
        RFSN_ASSIGN(rules.fallback, severity_named(node, node.string_or("default", "error")));
        rules.severity_from = node.string_or("from", "severity");
        const auto* map = node.find("map");
        if (map == nullptr) {
            return {};
        }
        for (const auto& [key, value] : map->entries) {
            RFSN_ASSIGN(auto severity, severity_named(value, value.text));
            rules.severities.emplace(key, severity);
        }
        return {};
    }

    [[nodiscard]] Result<model::Severity> severity_named(const DocNode& node, std::string_view text) const {
        for (const auto severity : {model::Severity::error, model::Severity::warning, model::Severity::info}) {
            if (text == model::name(severity)) {
                return severity;
            }
        }
        return wrong(node, "a severity is error, warning or info");
    }

    [[nodiscard]] Result<LinePattern> regex(const DocNode& node) const {
        if (!node.is_string()) {
            return wrong(node, "a regular expression is expected");
        }
        // Latin-1: a byte is a character, so that a log need not be valid UTF-8 for its paths to be read.
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        options.set_max_mem(8 << 20);
        LinePattern pattern{std::make_unique<RE2>(node.text, options), {}};
        if (!pattern.re->ok()) {
            return wrong(node, fmt::format("'{}': {}", node.text, pattern.re->error()));
        }
        for (const auto& [group, name] : pattern.re->CapturingGroupNames()) {
            pattern.groups.emplace_back(group, name);
        }
        return pattern;
    }

    [[nodiscard]] Result<TextPattern> read_pattern(const DocNode& node) const {
        RFSN_TRY(
            keys(node, {"kind", "start", "follow", "until", "require", "severity", "code", "message", "max_lines"}));
        TextPattern pattern;
        const std::map<std::string, PatternKind, std::less<>> kinds{{"finding", PatternKind::finding},
                                                                    {"note", PatternKind::note},
                                                                    {"before", PatternKind::before},
                                                                    {"file", PatternKind::file},
                                                                    {"skip", PatternKind::skip}};
        const auto kind = kinds.find(node.string_or("kind", "finding"));
        const auto* start = node.find("start");
        if (kind == kinds.end() || start == nullptr) {
            return wrong(node, "a pattern has a start, and as its kind finding, note, before, file or skip");
        }
        pattern.kind = kind->second;
        RFSN_ASSIGN(pattern.start, regex(*start));
        if (const auto* until = node.find("until")) {
            RFSN_ASSIGN(pattern.until, regex(*until));
        }
        pattern.require = node.find("require") != nullptr ? node.strings("require") : std::vector<std::string>{"file"};
        for (const char* key : {"severity", "code", "message"}) {
            if (const auto* value = node.find(key)) {
                pattern.constants.emplace(key, value->text);
            }
        }
        pattern.max_lines =
            static_cast<std::size_t>(std::clamp<std::int64_t>(node.int_or("max_lines", 400), 1, 100000));
        if (const auto* follow = node.find("follow")) {
            for (const auto& item : follow->items) {
                RFSN_ASSIGN(auto rule, read_follow(item));
                pattern.follow.push_back(std::move(rule));
            }
        }
        return pattern;
    }

    [[nodiscard]] Result<FollowRule> read_follow(const DocNode& node) const {
        RFSN_TRY(keys(node, {"match", "keep"}));
        const std::map<std::string, Keep, std::less<>> ways{
            {"first", Keep::first}, {"last", Keep::last}, {"append", Keep::append}, {"note", Keep::note}};
        const auto way = ways.find(node.string_or("keep", "first"));
        const auto* match = node.find("match");
        if (way == ways.end() || match == nullptr) {
            return wrong(node, "a following line has a match, and keep: first, last, append or note");
        }
        RFSN_ASSIGN(auto pattern, regex(*match));
        return FollowRule{std::move(pattern), way->second};
    }

    std::string_view name_;
};

}  // namespace

Result<std::unique_ptr<TextParser::Rules>> load_rules(std::string_view name, const DocNode& doc) {
    return Reader(name).rules(doc);
}

}  // namespace rfsn::check
