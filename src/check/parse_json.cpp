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

}  // namespace

Result<DocNode> json_in(std::string_view text) {
    const auto valid = base::to_valid_utf8(text);
    std::string_view rest = base::trim(valid);
    std::string problem;
    // A tool's warnings may stand on lines of their own before the document and after it.
    for (int tries = 0; tries < 20 && !rest.empty();) {
        if (rest.front() == '{' || rest.front() == '[') {
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

Result<Decoded> decode_eslint(std::string_view text, const ParseContext&) {
    RFSN_ASSIGN(auto doc, json_in(text));
    if (!doc.is_list()) {
        return base::fail(ErrorCode::invalid, "a list of files is expected");
    }
    Decoded out;
    out.unit = ColumnUnit::utf16;
    for (const auto& file : doc.items) {
        const auto path = json_text(file.find("filePath"));
        for (const auto& message : items_of(file.find("messages"))) {
            model::Finding finding;
            finding.path = path;
            finding.line = json_number(message.find("line"));
            finding.column = json_number(message.find("column"));
            finding.end_line = json_number(message.find("endLine"));
            finding.end_column = json_number(message.find("endColumn"));
            finding.severity =
                json_number(message.find("severity")) == 1 ? model::Severity::warning : model::Severity::error;
            finding.blocking = finding.severity == model::Severity::error;
            finding.code = json_text(message.find("ruleId"));
            finding.message = json_text(message.find("message"));
            finding.fixable = message.find("fix") != nullptr;
            if (finding.code.empty() && message.bool_or("fatal", false)) {
                finding.code = "syntax";
            }
            // "File ignored because of a matching ignore pattern" is about the call, not about the file's text.
            if (finding.code.empty() && finding.line == 0 && finding.severity == model::Severity::warning) {
                continue;
            }
            out.findings.push_back(std::move(finding));
        }
    }
    return out;
}

Result<Decoded> decode_pyright(std::string_view text, const ParseContext&) {
    RFSN_ASSIGN(auto doc, json_in(text));
    const auto* diagnostics = doc.find("generalDiagnostics");
    if (diagnostics == nullptr) {
        return base::fail(ErrorCode::invalid, "there is no generalDiagnostics");
    }
    Decoded out;
    out.unit = ColumnUnit::utf16;
    const auto from_zero = [](const DocNode& node, std::string_view path) {
        const auto* value = node.at_path(path);
        return value == nullptr ? 0 : json_number(value) + 1;
    };
    for (const auto& item : items_of(diagnostics)) {
        model::Finding finding;
        finding.path = json_text(item.find("file"));
        finding.line = from_zero(item, "range.start.line");
        finding.column = from_zero(item, "range.start.character");
        finding.end_line = from_zero(item, "range.end.line");
        finding.end_column = from_zero(item, "range.end.character");
        const auto severity = json_text(item.find("severity"));
        finding.severity = severity == "error"     ? model::Severity::error
                           : severity == "warning" ? model::Severity::warning
                                                   : model::Severity::info;
        finding.blocking = finding.severity == model::Severity::error;
        finding.code = json_text(item.find("rule"));
        finding.message = json_text(item.find("message"));
        out.findings.push_back(std::move(finding));
    }
    return out;
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
