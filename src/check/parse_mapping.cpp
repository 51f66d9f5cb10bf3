// SPDX-License-Identifier: MIT
#include "check/parse_mapping.hpp"

#include <fmt/format.h>

namespace rfsn::check {
namespace {

using base::DocNode;
using base::Result;

/// Reads one mapping and says where it is wrong.
class Reader {
   public:
    explicit Reader(std::string_view name) : name_(name) {}

    [[nodiscard]] Result<std::unique_ptr<DocumentParser::Rules>> rules(const DocNode& doc) const {
        RFSN_TRY(check_rule_keys(name_, doc,
                                 {"schema", "type", "description", "aliases", "source", "accept", "accept_any",
                                  "columns", "lines", "blocking", "severity", "findings"}));
        auto rules = std::make_unique<DocumentParser::Rules>();
        const auto source = doc.string_or("source", "json");
        if (doc.int_or("schema", 0) != 1 || (source != "json" && source != "json-lines" && source != "xml")) {
            return wrong_rule(name_, doc, "schema must be 1, and source json, json-lines or xml");
        }
        rules->source = source == "json"  ? DocumentParser::Source::json
                        : source == "xml" ? DocumentParser::Source::xml
                                          : DocumentParser::Source::json_lines;
        rules->accept = doc.strings("accept");
        rules->accept_any = doc.strings("accept_any");
        RFSN_TRY(read_places(doc, *rules));
        RFSN_ASSIGN(rules->severity, load_severity(name_, doc));
        const auto* items = doc.find("findings");
        if (items == nullptr || items->items.empty()) {
            return wrong_rule(name_, doc, "findings must be a list");
        }
        for (const auto& item : items->items) {
            RFSN_ASSIGN(auto mapping, read_item(item));
            rules->items.push_back(std::move(mapping));
        }
        return rules;
    }

   private:
    Result<void> read_places(const DocNode& doc, DocumentParser::Rules& rules) const {
        if (const auto* lines = doc.find("lines")) {
            RFSN_TRY(check_rule_keys(name_, *lines, {"base"}));
            rules.line_base = lines->int_or("base", 1) == 0 ? 0 : 1;
        }
        if (const auto* columns = doc.find("columns")) {
            RFSN_TRY(check_rule_keys(name_, *columns, {"base", "unit", "end"}));
            rules.column_base = columns->int_or("base", 1) == 0 ? 0 : 1;
            rules.end_exclusive = columns->string_or("end", "exclusive") == "exclusive";
            const auto unit = column_unit(columns->string_or("unit", "bytes"));
            if (!unit) {
                return wrong_rule(name_, *columns, "unit is bytes, characters, utf16 or display");
            }
            rules.unit = *unit;
        }
        return {};
    }

    [[nodiscard]] Result<ItemMapping> read_item(const DocNode& node) const {
        RFSN_TRY(check_rule_keys(
            name_, node,
            {"each",      "when",        "unless",        "file",           "line",          "col",
             "end_line",  "end_col",     "place",         "severity",       "code",          "message",
             "test",      "words",       "fixable",       "fixed_severity", "fixed_message", "message_part",
             "code_part", "code_prefix", "message_lines", "notes"}));
        ItemMapping item;
        item.each = node.string_or("each", "");
        for (const auto& [key, field] :
             {std::pair{"file", &item.file}, std::pair{"line", &item.line}, std::pair{"col", &item.col},
              std::pair{"end_line", &item.end_line}, std::pair{"end_col", &item.end_col},
              std::pair{"place", &item.place}, std::pair{"severity", &item.severity}, std::pair{"code", &item.code},
              std::pair{"message", &item.message}, std::pair{"test", &item.test}, std::pair{"words", &item.words},
              std::pair{"fixable", &item.fixable}}) {
            *field = node.strings(key);
        }
        item.fixed_severity = node.string_or("fixed_severity", "");
        item.fixed_message = node.string_or("fixed_message", "");
        item.code_prefix = node.string_or("code_prefix", "");
        item.first_message_lines = static_cast<std::uint32_t>(node.int_or("message_lines", 0));
        if (const auto* part = node.find("message_part")) {
            RFSN_ASSIGN(item.message_part, regex(*part, 1));
        }
        if (const auto* part = node.find("code_part")) {
            RFSN_ASSIGN(item.code_part, regex(*part, 1));
        }
        RFSN_TRY(read_tests(node, "when", true, item));
        RFSN_TRY(read_tests(node, "unless", false, item));
        const auto* notes = node.find("notes");
        for (std::size_t i = 0; notes != nullptr && i < notes->items.size(); ++i) {
            const auto& note = notes->items[i];
            RFSN_TRY(check_rule_keys(name_, note, {"each", "file", "line", "message"}));
            item.notes.push_back(
                {note.string_or("each", ""), note.strings("file"), note.strings("line"), note.strings("message")});
        }
        return item;
    }

    Result<void> read_tests(const DocNode& node, std::string_view key, bool wanted, ItemMapping& item) const {
        const auto* tests = node.find(key);
        for (std::size_t i = 0; tests != nullptr && i < tests->entries.size(); ++i) {
            const auto& [field, value] = tests->entries[i];
            FieldTest test;
            test.field = {field};
            RFSN_ASSIGN(test.matches, regex(value, 0));
            test.wanted = wanted;
            item.tests.push_back(std::move(test));
        }
        return {};
    }

    [[nodiscard]] Result<std::unique_ptr<RE2>> regex(const DocNode& node, int groups) const {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_dot_nl(true);
        auto re = std::make_unique<RE2>(node.text, options);
        if (!re->ok() || re->NumberOfCapturingGroups() < groups) {
            return wrong_rule(name_, node,
                              fmt::format("'{}': {}", node.text, re->ok() ? "a group is missing" : re->error()));
        }
        return re;
    }

    std::string_view name_;
};

}  // namespace

DocumentParser::DocumentParser(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
DocumentParser::DocumentParser(DocumentParser&&) noexcept = default;
DocumentParser& DocumentParser::operator=(DocumentParser&&) noexcept = default;
DocumentParser::~DocumentParser() = default;

Result<DocumentParser> DocumentParser::load(std::string_view name, const DocNode& rules) {
    RFSN_ASSIGN(auto loaded, Reader(name).rules(rules));
    return DocumentParser(std::move(loaded));
}

}  // namespace rfsn::check
