// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "check/diagnostics.hpp"
#include "check/parse_log.hpp"
#include "check/parse_registry.hpp"

namespace rfsn::check {
namespace {

using base::ErrorCode;
using base::Result;

Result<Decoded> read(const Parser& parser, std::string_view text, const ParseContext& context) {
    if (const auto* native = std::get_if<NativeDecoder>(&parser.reader)) {
        return (*native)(text, context);
    }
    if (const auto* document = std::get_if<DocumentParser>(&parser.reader)) {
        return document->parse(text, context);
    }
    const auto& rules = std::get<TextParser>(parser.reader);
    return Decoded{rules.parse(text, context), rules.column_unit()};
}

/// Whether a document may stand in the output, so that looking for one is worth it.
bool may_hold_document(std::string_view text) {
    for (int lines = 0; lines < 200 && !text.empty(); ++lines) {
        const auto end = text.find('\n');
        const auto line = base::trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) {
            continue;
        }
        const auto next = base::trim(line.substr(1, 200));
        const char follows = next.empty() ? '"' : next.front();
        switch (line.front()) {
            case '{':
                if (follows == '"' || follows == '}') {
                    return true;
                }
                break;
            case '[':
                if (follows == '{' || follows == ']' || follows == '"' || follows == '[') {
                    return true;
                }
                break;
            case '<':
                if (follows == '?' || (follows >= 'a' && follows <= 'z') || (follows >= 'A' && follows <= 'Z')) {
                    return true;
                }
                break;
            case '-':
                if (line.substr(0, 4) == "--- ") {
                    return true;
                }
                break;
            case 'T':
            case '1':
            case 'n':
            case 'o':
                if (line.substr(0, 12) == "TAP version " || line.substr(0, 3) == "1.." ||
                    line.substr(0, 7) == "not ok " || line.substr(0, 3) == "ok ") {
                    return true;
                }
                break;
            default:
                break;
        }
    }
    return false;
}

/// Many tools print these beside their usual words: they are asked only where those say nothing.
constexpr std::string_view workflow_commands = "github";

/// What may stand among a tool's other words: a formatter's diff, a compiler's messages before a test run.
constexpr std::string_view diff = "unified-diff";
constexpr std::array<std::string_view, 3> partial{diff, "cargo-json", "gcc-json"};

struct Document {
    std::vector<model::Finding> findings;
    std::string_view format;
};

/// What the tool's document says, if the output holds one of those that the parser knows.
Result<Document> from_document(const Parser& parser, std::string_view text, const ParseContext& context) {
    for (const auto& format : parser.formats) {
        if (format == workflow_commands) {
            continue;
        }
        RFSN_ASSIGN(const auto* other, find_parser(format));
        auto decoded = read(*other, text, context);
        if (decoded && (format != diff || !decoded->findings.empty())) {
            return Document{complete(std::move(decoded->findings), context, decoded->unit), format};
        }
    }
    return base::fail(ErrorCode::not_found, "no document");
}

}  // namespace

Result<std::vector<model::Finding>> parse_output(std::string_view name, std::string_view output,
                                                 const ParseContext& context) {
    RFSN_ASSIGN(const auto* parser, find_parser(name));
    const auto text = clean_log(output);
    if (base::trim(text).empty()) {
        return std::vector<model::Finding>{};
    }
    std::vector<model::Finding> out;
    std::string_view format;
    if (!parser->formats.empty() && may_hold_document(text)) {
        if (auto found = from_document(*parser, text, context)) {
            out = std::move(found->findings);
            format = found->format;
            if (std::find(partial.begin(), partial.end(), format) == partial.end()) {
                return out;
            }
        }
    }
    auto decoded = read(*parser, text, context);
    if (!decoded) {
        return tl::make_unexpected(std::move(decoded.error()).with(fmt::format("while reading {} output", name)));
    }
    auto told = complete(std::move(decoded->findings), context, decoded->unit);
    const auto& formats = parser->formats;
    if (out.empty() && told.empty() && std::find(formats.begin(), formats.end(), workflow_commands) != formats.end()) {
        auto commands = decode_workflow_commands(text, context);
        return commands ? complete(std::move(commands->findings), context, commands->unit) : std::move(told);
    }
    // What a diff shows line by line is not said again of the file as a whole.
    std::set<std::string, std::less<>> files;
    if (format == diff) {
        for (const auto& finding : out) {
            files.insert(finding.path);
        }
    }
    for (auto& finding : told) {
        if (out.size() < max_findings && files.count(finding.path) == 0) {
            out.push_back(std::move(finding));
        }
    }
    return out;
}

}  // namespace rfsn::check
