// SPDX-License-Identifier: MIT
#include "check/parse_rules.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::Result;

constexpr std::int64_t max_set_memory = 32 << 20;

RE2::Options regex_options() {
    // Latin-1: a byte is a character, so that a log need not be valid UTF-8 for its paths to be read.
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    return options;
}

/// "%{file}" stands for a path that a colon may follow, a drive letter's colon aside.
std::string expanded(std::string text) {
    constexpr std::string_view macro = "%{file}";
    constexpr std::string_view path = R"((?P<file>(?:[A-Za-z]:[\\/])?[^:\s][^:]*))";
    for (auto at = text.find(macro); at != std::string::npos; at = text.find(macro, at + path.size())) {
        text.replace(at, macro.size(), path);
    }
    return text;
}

/// Reads one rule file and says where it is wrong.
class Reader {
   public:
    Reader(std::string_view name, const RuleLookup& lookup) : name_(name), lookup_(lookup) {}

    [[nodiscard]] Result<std::unique_ptr<TextParser::Rules>> rules(const DocNode& doc) const {
        RFSN_TRY(keys(doc, {"schema", "type", "description", "aliases", "formats", "include", "columns", "backslashes",
                            "class_files", "blocking", "severity", "patterns"}));
        auto rules = std::make_unique<TextParser::Rules>();
        if (doc.int_or("schema", 0) != 1) {
            return wrong(doc, "schema must be 1");
        }
        rules->backslashes = doc.bool_or("backslashes", false);
        rules->class_files = doc.bool_or("class_files", false);
        if (const auto* columns = doc.find("columns")) {
            RFSN_TRY(read_columns(*columns, *rules));
        }
        RFSN_ASSIGN(rules->severity, load_severity(name_, doc));
        std::set<std::string, std::less<>> taken;
        taken.emplace(name_.substr(0, name_.rfind('.')));
        RFSN_TRY(add_patterns(doc, *rules, taken));
        if (rules->patterns.empty()) {
            return wrong(doc, "patterns must be a list");
        }
        RFSN_TRY(compile_starts(doc, *rules));
        return rules;
    }

   private:
    [[nodiscard]] tl::unexpected<base::Error> wrong(const DocNode& node, std::string_view message) const {
        return wrong_rule(name_, node, message);
    }
    [[nodiscard]] Result<void> keys(const DocNode& node, const std::vector<std::string>& known) const {
        return check_rule_keys(name_, node, known);
    }

    /// The file's own patterns, then those of the parsers that it includes, each once.
    // NOLINTNEXTLINE(misc-no-recursion): every file is taken once
    Result<void> add_patterns(const DocNode& doc, TextParser::Rules& rules,
                              std::set<std::string, std::less<>>& taken) const {
        if (const auto* patterns = doc.find("patterns")) {
            for (const auto& item : patterns->items) {
                RFSN_ASSIGN(auto pattern, read_pattern(item));
                rules.patterns.push_back(std::move(pattern));
            }
        }
        for (const auto& included : doc.strings("include")) {
            if (!taken.insert(included).second) {
                continue;
            }
            const auto* other = lookup_ ? lookup_(included) : nullptr;
            if (other == nullptr) {
                return wrong(doc, fmt::format("there is no parser named '{}' to include", included));
            }
            RFSN_TRY(add_patterns(*other, rules, taken));
        }
        return {};
    }

    Result<void> compile_starts(const DocNode& doc, TextParser::Rules& rules) const {
        auto options = regex_options();
        options.set_max_mem(max_set_memory);
        rules.starts = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
        for (const auto& pattern : rules.patterns) {
            std::string error;
            if (rules.starts->Add(pattern.start.re->pattern(), &error) < 0) {
                return wrong(doc, error);
            }
        }
        if (!rules.starts->Compile()) {
            return wrong(doc, "the patterns need too much memory together");
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
        const auto unit = column_unit(node.string_or("unit", "bytes"));
        if (!unit) {
            return wrong(node, "unit is bytes, characters, utf16 or display");
        }
        rules.unit = *unit;
        return {};
    }

    [[nodiscard]] Result<LinePattern> regex(const DocNode& node) const {
        if (!node.is_string()) {
            return wrong(node, "a regular expression is expected");
        }
        LinePattern pattern{std::make_unique<RE2>(expanded(node.text), regex_options()), {}};
        if (!pattern.re->ok()) {
            return wrong(node, fmt::format("'{}': {}", node.text, pattern.re->error()));
        }
        for (const auto& [group, name] : pattern.re->CapturingGroupNames()) {
            pattern.groups.emplace_back(group, name);
        }
        return pattern;
    }

    [[nodiscard]] Result<LinePattern> optional_regex(const DocNode& node, std::string_view key) const {
        const auto* value = node.find(key);
        if (value == nullptr) {
            return LinePattern{};
        }
        return regex(*value);
    }

    [[nodiscard]] Result<TextPattern> read_pattern(const DocNode& node) const {
        RFSN_TRY(keys(node, {"kind",        "start",     "unless",      "follow",     "until", "refine", "require",
                             "severity",    "code",      "message",     "within",     "name",  "group",  "summary_of",
                             "column_base", "max_lines", "only_failed", "interrupts", "clear", "dedent", "test"}));
        TextPattern pattern;
        const std::map<std::string, PatternKind, std::less<>> kinds{
            {"finding", PatternKind::finding}, {"note", PatternKind::note},   {"before", PatternKind::before},
            {"carry", PatternKind::carry},     {"skip", PatternKind::skip},   {"section", PatternKind::section},
            {"enter", PatternKind::enter},     {"leave", PatternKind::leave}, {"failed", PatternKind::failed}};
        const auto kind = kinds.find(node.string_or("kind", "finding"));
        const auto* start = node.find("start");
        if (kind == kinds.end() || start == nullptr) {
            return wrong(node,
                         "a pattern has a start, and as its kind finding, note, before, carry, skip, section, enter, "
                         "leave or failed");
        }
        pattern.kind = kind->second;
        RFSN_ASSIGN(pattern.start, regex(*start));
        RFSN_ASSIGN(pattern.unless, optional_regex(node, "unless"));
        RFSN_ASSIGN(pattern.until, optional_regex(node, "until"));
        pattern.require = node.find("require") != nullptr ? node.strings("require") : std::vector<std::string>{"file"};
        for (const char* key : {"test", "severity", "code", "message"}) {
            if (const auto* value = node.find(key)) {
                pattern.constants.emplace(key, value->text);
            }
        }
        pattern.within = node.string_or("within", "");
        pattern.section = node.string_or("name", "");
        pattern.group = node.string_or("group", "");
        pattern.summary_of = node.string_or("summary_of", "");
        if (node.find("column_base") != nullptr) {
            pattern.column_base = static_cast<std::uint32_t>(node.int_or("column_base", 1) == 0 ? 0 : 1);
        }
        pattern.max_lines =
            static_cast<std::size_t>(std::clamp<std::int64_t>(node.int_or("max_lines", 400), 1, 100000));
        pattern.only_failed = node.bool_or("only_failed", false);
        pattern.interrupts = node.bool_or("interrupts", false);
        pattern.dedent = node.bool_or("dedent", false);
        pattern.clear = node.bool_or("clear", false);
        return read_lists(node, std::move(pattern));
    }

    [[nodiscard]] Result<TextPattern> read_lists(const DocNode& node, TextPattern pattern) const {
        if (const auto* follow = node.find("follow")) {
            for (const auto& item : follow->items) {
                RFSN_ASSIGN(auto rule, read_follow(item));
                pattern.follow.push_back(std::move(rule));
            }
        }
        if (const auto* refine = node.find("refine")) {
            for (const auto& item : refine->items) {
                RFSN_ASSIGN(auto one, regex(item));
                pattern.refine.push_back(std::move(one));
            }
        }
        return pattern;
    }

    [[nodiscard]] Result<FollowRule> read_follow(const DocNode& node) const {
        RFSN_TRY(keys(node, {"match", "unless", "keep", "unset", "separator"}));
        const std::map<std::string, Keep, std::less<>> ways{
            {"first", Keep::first}, {"last", Keep::last}, {"append", Keep::append}, {"note", Keep::note},
            {"drop", Keep::drop},   {"stop", Keep::stop}, {"rest", Keep::rest},     {"again", Keep::again}};
        const auto way = ways.find(node.string_or("keep", "first"));
        const auto* match = node.find("match");
        if (way == ways.end() || match == nullptr) {
            return wrong(node,
                         "a following line has a match, and keep: first, last, append, note, drop, stop, rest or "
                         "again");
        }
        FollowRule rule;
        RFSN_ASSIGN(rule.match, regex(*match));
        RFSN_ASSIGN(rule.unless, optional_regex(node, "unless"));
        rule.keep = way->second;
        rule.unset = node.string_or("unset", "");
        rule.separator = node.string_or("separator", "\n");
        return rule;
    }

    std::string_view name_;
    const RuleLookup& lookup_;
};

}  // namespace

Result<std::unique_ptr<TextParser::Rules>> load_rules(std::string_view name, const DocNode& doc,
                                                      const RuleLookup& lookup) {
    return Reader(name, lookup).rules(doc);
}

}  // namespace rfsn::check
