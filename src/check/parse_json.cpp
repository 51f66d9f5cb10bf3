// SPDX-License-Identifier: MIT
#include <charconv>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;
using base::Result;

const std::vector<DocNode>& items_of(const DocNode* node) {
    static const std::vector<DocNode> none;
    return node == nullptr ? none : node->items;
}

std::uint32_t bounded(std::int64_t value) {
    return value < 0 || value > INT32_MAX ? 0 : static_cast<std::uint32_t>(value);
}

/// Length of the bracketed value that `text` starts with; all of it if it is not closed.
std::size_t balanced(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return text.size();
}

/// "[INFO]" and "[1/3]" are no JSON that a tool would write.
bool opens_document(std::string_view text) {
    if (text.front() != '{' && text.front() != '[') {
        return false;
    }
    const auto next = base::trim(text.substr(1, 1000));
    return next.empty() || next.front() == '"' || next.front() == '}' ||
           (text.front() == '[' && (next.front() == '{' || next.front() == '[' || next.front() == ']'));
}

}  // namespace

Result<DocNode> json_in(std::string_view text) {
    const auto valid = base::to_valid_utf8(text);
    std::string_view rest = base::trim(valid);
    std::string problem;
    // A tool's warnings may stand on lines of their own before the document and after it.
    for (int tries = 0; tries < 20 && !rest.empty();) {
        if (opens_document(rest)) {
            ++tries;
            auto doc = base::parse_doc(base::DocFormat::json, rest.substr(0, balanced(rest)));
            if (doc && (doc->is_map() || doc->is_list())) {
                return std::move(*doc);
            }
            if (problem.empty() && !doc) {
                problem = std::to_string(doc.error().at.line) + ":" + std::to_string(doc.error().at.column) + ": " +
                          doc.error().message;
            }
        }
        const auto next = rest.find('\n');
        rest = next == std::string_view::npos ? std::string_view() : base::trim(rest.substr(next));
    }
    return base::fail(ErrorCode::invalid, problem.empty() ? "there is no JSON in the output" : problem);
}

Result<std::vector<DocNode>> xml_in(std::string_view text) {
    // Several reports, one after the other, are what `cat *.xml` gives.
    constexpr std::string_view declaration = "<?xml";
    std::vector<DocNode> out;
    auto rest = text.substr(std::min(text.size(), text.find('<')));
    while (!rest.empty() && out.size() < 10000) {
        const auto next = rest.find(declaration, 1);
        auto one = rest.substr(0, next);
        one = one.substr(0, one.rfind('>') + 1);  // a tool's last words may follow
        auto doc = base::parse_doc(base::DocFormat::xml, one);
        if (!doc) {
            return base::fail(ErrorCode::invalid,
                              "line " + std::to_string(doc.error().at.line) + ": " + doc.error().message);
        }
        out.push_back(std::move(*doc));
        rest = next == std::string_view::npos ? std::string_view() : rest.substr(next);
    }
    if (out.empty()) {
        return base::fail(ErrorCode::invalid, "there is no XML in the output");
    }
    return out;
}

std::uint32_t json_number(const DocNode* node) {
    if (node == nullptr) {
        return 0;
    }
    if (node->kind == DocNode::Kind::integer) {
        return bounded(node->integer);
    }
    if (node->kind == DocNode::Kind::number) {
        return node->number >= 0 && node->number < INT32_MAX ? static_cast<std::uint32_t>(node->number) : 0;
    }
    std::int64_t value = 0;
    const auto& text = node->text;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc() ? bounded(value) : 0;
}

std::string json_text(const DocNode* node) {
    if (node == nullptr) {
        return {};
    }
    if (node->kind == DocNode::Kind::integer) {
        return std::to_string(node->integer);
    }
    return node->is_string() || node->kind == DocNode::Kind::number ? node->text : std::string();
}

model::Finding place_in(std::string_view text) {
    model::Finding place;
    std::string_view path = text;
    std::uint32_t numbers[2] = {0, 0};
    int count = 0;
    while (count < 2) {
        const auto colon = path.rfind(':');
        if (colon == std::string_view::npos || colon + 1 == path.size()) {
            break;
        }
        std::uint32_t value = 0;
        const auto* end = path.data() + path.size();
        const auto result = std::from_chars(path.data() + colon + 1, end, value);
        if (result.ec != std::errc() || result.ptr != end) {
            break;
        }
        numbers[count++] = value;
        path = path.substr(0, colon);
    }
    place.path = path;
    place.line = count == 2 ? numbers[1] : numbers[0];
    place.column = count == 2 ? numbers[0] : 0;
    return place;
}

Result<Decoded> decode_gcc(std::string_view text, const ParseContext&) {
    Decoded out;
    bool any = false;
    // One list for each compiled file, each on a line of its own, among the words of make or ninja.
    for (const auto line : base::split_lines(text)) {
        const auto trimmed = base::trim(line);
        if (trimmed.empty() || trimmed.front() != '[') {
            continue;
        }
        const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(trimmed));
        if (!doc || !doc->is_list()) {
            continue;
        }
        any = true;
        for (const auto& item : doc->items) {
            const auto kind = json_text(item.find("kind"));
            const auto* location = item.at_path("locations.0.caret");
            model::Finding finding;
            if (location != nullptr) {
                finding.path = json_text(location->find("file"));
                finding.line = json_number(location->find("line"));
                finding.column = json_number(location->find("byte-column"));
            }
            finding.severity = kind == "warning" ? model::Severity::warning
                               : kind == "note"  ? model::Severity::info
                                                 : model::Severity::error;
            finding.blocking = finding.severity == model::Severity::error;
            finding.code = json_text(item.find("option"));
            finding.message = json_text(item.find("message"));
            for (const auto& child : items_of(item.find("children"))) {
                const auto* caret = child.at_path("locations.0.caret");
                finding.notes.push_back({caret == nullptr ? "" : json_text(caret->find("file")),
                                         caret == nullptr ? 0 : json_number(caret->find("line")),
                                         json_text(child.find("message"))});
            }
            out.findings.push_back(std::move(finding));
        }
    }
    if (!any) {
        return base::fail(ErrorCode::invalid, "no line holds a list of GCC's diagnostics");
    }
    return out;
}

}  // namespace rfsn::check
