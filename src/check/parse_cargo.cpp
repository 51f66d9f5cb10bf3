// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

using base::DocNode;
using base::ErrorCode;

/// The span that a message is about; of a macro's expansion the place where the macro was called.
const DocNode* primary(const DocNode& message) {
    const auto* spans = message.find("spans");
    if (spans == nullptr) {
        return nullptr;
    }
    for (const auto& span : spans->items) {
        if (!span.bool_or("is_primary", false)) {
            continue;
        }
        const auto* inner = &span;
        for (int depth = 0; depth < 20 && json_text(inner->find("file_name")).rfind('<', 0) == 0; ++depth) {
            const auto* outer = inner->at_path("expansion.span");
            if (outer == nullptr) {
                break;
            }
            inner = outer;
        }
        return inner;
    }
    return nullptr;
}

bool has_suggestion(const DocNode& message) {
    const auto* children = message.find("children");
    if (children == nullptr) {
        return false;
    }
    for (const auto& child : children->items) {
        const auto* spans = child.find("spans");
        for (std::size_t i = 0; spans != nullptr && i < spans->items.size(); ++i) {
            if (json_text(spans->items[i].find("suggestion_applicability")) == "MachineApplicable") {
                return true;
            }
        }
    }
    return false;
}

void read_message(const DocNode& message, Decoded& out) {
    const auto level = json_text(message.find("level"));
    const auto* span = primary(message);
    const auto text = json_text(message.find("message"));
    const bool severe = level.rfind("error", 0) == 0;
    // "aborting due to 2 previous errors" and "3 warnings emitted" have no place and no code.
    if (span == nullptr && (!severe || text.rfind("aborting due to", 0) == 0)) {
        return;
    }
    model::Finding finding;
    if (span != nullptr) {
        finding.path = json_text(span->find("file_name"));
        finding.line = json_number(span->find("line_start"));
        finding.column = json_number(span->find("column_start"));
        finding.end_line = json_number(span->find("line_end"));
        finding.end_column = json_number(span->find("column_end"));
    }
    finding.severity = severe               ? model::Severity::error
                       : level == "warning" ? model::Severity::warning
                                            : model::Severity::info;
    finding.blocking = severe;
    finding.message = text;
    finding.code = json_text(message.at_path("code.code"));
    finding.fixable = has_suggestion(message);
    const auto* children = message.find("children");
    for (std::size_t i = 0; children != nullptr && i < children->items.size() && i < 20; ++i) {
        const auto& child = children->items[i];
        const auto* place = primary(child);
        finding.notes.push_back({place == nullptr ? "" : json_text(place->find("file_name")),
                                 place == nullptr ? 0 : json_number(place->find("line_start")),
                                 json_text(child.find("message"))});
    }
    out.findings.push_back(std::move(finding));
}

}  // namespace

base::Result<Decoded> decode_cargo(std::string_view text, const ParseContext&) {
    Decoded out;
    out.unit = ColumnUnit::characters;
    bool any = false;
    for (const auto line : base::split_lines(text)) {
        const auto trimmed = base::trim(line);
        if (trimmed.empty() || trimmed.front() != '{') {
            continue;
        }
        const auto doc = base::parse_doc(base::DocFormat::json, base::to_valid_utf8(trimmed));
        if (!doc) {
            continue;
        }
        any = true;
        const auto* message = doc->find("message");
        if (json_text(doc->find("reason")) == "compiler-message" && message != nullptr) {
            read_message(*message, out);
        } else if (doc->find("spans") != nullptr) {
            read_message(*doc, out);  // rustc itself
        }
    }
    if (!any) {
        return base::fail(ErrorCode::invalid, "no line is a JSON message of cargo");
    }
    return out;
}

}  // namespace rfsn::check
