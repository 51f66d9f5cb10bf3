// SPDX-License-Identifier: MIT
// Executes a mapping (parse_mapping.hpp) on a document.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "check/parse_mapping.hpp"
#include "check/parse_places.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;
using base::Result;

constexpr std::size_t max_notes = 50;
constexpr int max_depth = 12;
constexpr int max_elements = 120;

/// The items around a finding, outermost first, with the keys under which they stand.
struct Scope {
    const DocNode* root = nullptr;
    std::vector<std::pair<const DocNode*, std::string_view>> items;

    [[nodiscard]] std::string text(std::string_view path) const {
        std::size_t up = 0;
        while (!path.empty() && path.front() == '^') {
            path.remove_prefix(1);
            ++up;
        }
        if (path.substr(0, 2) == "$.") {
            return json_text_of(root->at_path(path.substr(2)));
        }
        if (up >= items.size()) {
            return {};
        }
        const auto& [node, key] = items[items.size() - 1 - up];
        if (path == "$key") {
            return std::string(key);
        }
        constexpr std::string_view last = ".$last";
        if (path.size() > last.size() && path.substr(path.size() - last.size()) == last) {
            const auto* list = node->at_path(path.substr(0, path.size() - last.size()));
            return list == nullptr || list->items.empty() ? std::string() : json_text_of(&list->items.back());
        }
        return json_text_of(path == "." ? node : node->at_path(path));
    }

    /// Booleans count as text here: "fixable": true.
    static std::string json_text_of(const DocNode* node) {
        if (node != nullptr && node->kind == DocNode::Kind::boolean) {
            return node->boolean ? "true" : "false";
        }
        return json_text(node);
    }

    [[nodiscard]] bool has(std::string_view path) const {
        if (items.empty()) {
            return false;
        }
        const auto* node = items.back().first->at_path(path);
        return node != nullptr && !node->is_null() && !(node->is_list() && node->items.empty()) &&
               !(node->kind == DocNode::Kind::boolean && !node->boolean);
    }
};

std::string first_text(const Scope& scope, const FieldPaths& paths) {
    for (const auto& path : paths) {
        auto text = scope.text(path);
        if (!text.empty()) {
            return text;
        }
    }
    return {};
}

/// A line or column; nullopt where the document doesn't say. Some tools write "8-10": the first counts.
std::optional<std::uint32_t> number(const Scope& scope, const FieldPaths& paths) {
    const auto text = first_text(scope, paths);
    if (text.empty() || text.front() < '0' || text.front() > '9') {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || value > INT32_MAX) {
            break;
        }
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value > INT32_MAX ? 0 : static_cast<std::uint32_t>(value);
}

/// The first group that took part; the text itself where nothing matches.
std::string captured(const RE2& re, const std::string& text) {
    std::array<re2::StringPiece, 5> groups;
    const int count = std::min(re.NumberOfCapturingGroups() + 1, static_cast<int>(groups.size()));
    if (!re.Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), count)) {
        return text;
    }
    for (int i = 1; i < count; ++i) {
        const auto& group = groups.at(static_cast<std::size_t>(i));
        if (!group.empty()) {
            return std::string(group);
        }
    }
    return text;
}

class Mapper {
   public:
    Mapper(const DocumentParser::Rules& rules, const ParseContext& context) : rules_(rules), context_(context) {}

    void document(const DocNode& doc) {
        for (const auto& item : rules_.items) {
            Scope scope;
            scope.root = &doc;
            scope.items.emplace_back(&doc, std::string_view());
            walk(doc, item.each, scope, [&] { finding(item, scope); });
        }
    }

    Decoded out;

   private:
    // NOLINTNEXTLINE(misc-no-recursion): as deep as the mapping has stars
    template <typename Visit>
    void walk(const DocNode& node, std::string_view each, Scope& scope, const Visit& visit) const {
        if (each.empty()) {
            visit();
            return;
        }
        if (each.substr(0, 2) == "**") {
            const auto name = each.substr(2, each.find('.') - 2);
            descend(node, name, scope, visit, 0);
            return;
        }
        const auto star = each.find('*');
        const DocNode* list = &node;
        if (star != 0) {
            const auto path = each.substr(0, star == std::string_view::npos ? star : star - 1);
            list = node.at_path(path);
        }
        if (list == nullptr || scope.items.size() > max_depth) {
            return;
        }
        if (star == std::string_view::npos) {
            scope.items.emplace_back(list, std::string_view());
            visit();
            scope.items.pop_back();
            return;
        }
        const auto rest = each.substr(std::min(each.size(), star + 2));
        const auto one = [&](const DocNode& child, std::string_view key) {
            scope.items.emplace_back(&child, key);
            walk(child, rest, scope, visit);
            scope.items.pop_back();
        };
        for (const auto& child : list->items) {
            one(child, {});
        }
        for (const auto& [key, child] : list->entries) {
            one(child, key);
        }
    }

    /// Every element of an XML document that has this name, however deep.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as the document, which the reader limits
    template <typename Visit>
    void descend(const DocNode& node, std::string_view name, Scope& scope, const Visit& visit, int depth) const {
        if (depth > max_elements) {
            return;
        }
        for (const auto& [key, child] : node.entries) {
            for (const auto& item : child.items) {
                if (key == name) {
                    scope.items.emplace_back(&item, key);
                    visit();
                    scope.items.pop_back();
                }
                descend(item, name, scope, visit, depth + 1);
            }
        }
    }

    void finding(const ItemMapping& item, Scope& scope) {
        if (out.findings.size() >= 2 * max_findings) {
            return;
        }
        for (const auto& test : item.tests) {
            if (RE2::PartialMatch(first_text(scope, test.field), *test.matches) != test.wanted) {
                return;
            }
        }
        model::Finding made;
        place(item, scope, made);
        const auto word = item.fixed_severity.empty() ? first_text(scope, item.severity) : item.fixed_severity;
        made.code = first_text(scope, item.code);
        if (item.code_part != nullptr) {
            made.code = captured(*item.code_part, made.code);
        }
        if (!made.code.empty() && made.code.front() >= '0' && made.code.front() <= '9') {
            made.code.insert(0, item.code_prefix);
        }
        made.severity = rules_.severity.of(word.empty() && rules_.severity.from == "code" ? made.code : word);
        made.blocking = rules_.severity.blocks(made.severity);
        made.message = message(item, scope);
        made.fixable =
            std::any_of(item.fixable.begin(), item.fixable.end(), [&](const auto& path) { return scope.has(path); });
        for (const auto& mapping : item.notes) {
            notes(mapping, scope, made);
        }
        const auto words = all_texts(scope, item.words);
        auto places = words.empty() ? std::vector<model::Finding>{} : places_in(words, context_);
        if (places.empty()) {
            out.findings.push_back(std::move(made));
            return;
        }
        made.path = places.front().path;
        made.line = places.front().line;
        made.column = places.front().column;
        made.end_line = made.end_column = 0;
        out.findings.push_back(std::move(made));
    }

    static std::string all_texts(const Scope& scope, const FieldPaths& paths) {
        std::string all;
        for (const auto& path : paths) {
            const auto text = base::strip_ansi(scope.text(path));
            all += (all.empty() ? "" : "\n") + text;
        }
        return all;
    }

    void place(const ItemMapping& item, const Scope& scope, model::Finding& made) const {
        const auto from_base = [](std::optional<std::uint32_t> value, std::uint32_t base) {
            return value ? *value + 1 - base : 0;
        };
        made.path = first_text(scope, item.file);
        made.line = from_base(number(scope, item.line), rules_.line_base);
        made.column = from_base(number(scope, item.col), rules_.column_base);
        made.end_line = from_base(number(scope, item.end_line), rules_.line_base);
        made.end_column = from_base(number(scope, item.end_col), rules_.column_base);
        const auto whole = first_text(scope, item.place);
        if (!whole.empty()) {
            const auto parts = place_in(whole);
            made.path = parts.path;
            made.line = parts.line;
            made.column = parts.column;
        }
        if (made.line == 0) {
            made.column = made.end_line = made.end_column = 0;
        }
        if (made.end_column != 0) {
            made.end_column += rules_.end_exclusive ? 0 : 1;
            made.end_line = made.end_line == 0 ? made.line : made.end_line;
        }
    }

    static std::string message(const ItemMapping& item, const Scope& scope) {
        auto text = base::strip_ansi(item.fixed_message.empty() ? first_text(scope, item.message) : item.fixed_message);
        if (item.message_part != nullptr) {
            text = captured(*item.message_part, text);
        }
        if (item.first_message_lines != 0) {
            std::string some;
            std::uint32_t left = item.first_message_lines;
            for (const auto line : base::split_lines(text)) {
                if (!base::trim(line).empty() && left > 0) {
                    --left;
                    some += (some.empty() ? "" : "\n") + std::string(line);
                }
            }
            text = some;
        }
        text = std::string(base::trim(text));
        const auto test = first_text(scope, item.test);
        if (test.empty()) {
            return text;
        }
        return text.empty() ? test + " failed" : test + ": " + text;
    }

    void notes(const NoteMapping& mapping, Scope& scope, model::Finding& made) const {
        const auto& node = *scope.items.back().first;
        walk(node, mapping.each, scope, [&] {
            if (made.notes.size() >= max_notes) {
                return;
            }
            const auto line = number(scope, mapping.line);
            model::Note note{first_text(scope, mapping.file), line ? *line + 1 - rules_.line_base : 0,
                             first_text(scope, mapping.message)};
            if (!note.message.empty()) {
                made.notes.push_back(std::move(note));
            }
        });
    }

    const DocumentParser::Rules& rules_;
    const ParseContext& context_;
};

bool accepted(const DocumentParser::Rules& rules, const DocNode& doc) {
    // A list is its first item: "[]" is the document of a tool that found nothing.
    const bool list = doc.is_list();
    if (list && doc.items.empty()) {
        return true;
    }
    const auto& first = list ? doc.items.front() : doc;
    const auto has = [&](const std::string& path) { return first.at_path(path) != nullptr; };
    if (!rules.accept_any.empty() && std::none_of(rules.accept_any.begin(), rules.accept_any.end(), has)) {
        return false;
    }
    return std::all_of(rules.accept.begin(), rules.accept.end(), [&](const std::string& path) {
        if (path == "[]") {
            return list;
        }
        return first.at_path(path) != nullptr;
    });
}

}  // namespace

Result<Decoded> DocumentParser::parse(std::string_view text, const ParseContext& context) const {
    Mapper mapper(*rules_, context);
    mapper.out.unit = rules_->unit;
    if (rules_->source == Source::json_lines) {
        bool any = false;
        for (const auto line : base::split_lines(text)) {
            const auto trimmed = base::trim(line);
            if (trimmed.empty() || trimmed.front() != '{') {
                continue;
            }
            const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(trimmed));
            if (doc && accepted(*rules_, *doc)) {
                any = true;
                mapper.document(*doc);
            }
        }
        if (!any) {
            return base::fail(ErrorCode::invalid, "no line is a JSON message of this tool");
        }
        return std::move(mapper.out);
    }
    if (rules_->source == Source::xml) {
        RFSN_ASSIGN(const auto documents, xml_in(text));
        for (const auto& doc : documents) {
            if (!accepted(*rules_, doc)) {
                return base::fail(ErrorCode::invalid, "the root element is not that of this tool");
            }
            mapper.document(doc);
        }
        return std::move(mapper.out);
    }
    RFSN_ASSIGN(const auto doc, json_in(text));
    if (!accepted(*rules_, doc)) {
        return base::fail(ErrorCode::invalid, "this is not the JSON of this tool");
    }
    mapper.document(doc);
    return std::move(mapper.out);
}

}  // namespace rfsn::check
