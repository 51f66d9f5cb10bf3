// SPDX-License-Identifier: MIT
#include <map>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

using base::ErrorCode;
using Properties = std::map<std::string, std::string, std::less<>>;

/// "%0A" and its like, as both services write what would end the command.
std::string unescaped(std::string_view text) {
    constexpr std::pair<std::string_view, char> codes[] = {{"%0A", '\n'}, {"%0D", '\r'}, {"%3A", ':'},
                                                           {"%2C", ','},  {"%3B", ';'},  {"%5D", ']'}};
    std::string out;
    while (!text.empty()) {
        std::size_t taken = 1;
        char byte = text.front();
        if (byte == '%') {
            for (const auto& [code, decoded] : codes) {
                if (text.substr(0, 3) == code) {
                    byte = decoded;
                    taken = 3;
                }
            }
            // A percent sign itself, last: "%250A" is "%0A".
            taken = text.substr(0, 3) == "%25" ? 3 : text.substr(0, 8) == "%AZP25" ? 6 : taken;
        }
        out += byte;
        text.remove_prefix(taken);
    }
    return out;
}

Properties properties(std::string_view text, char separator) {
    Properties out;
    for (const auto part : base::split(text, separator)) {
        const auto equals = part.find('=');
        if (equals != std::string_view::npos) {
            out[std::string(base::trim(part.substr(0, equals)))] = unescaped(base::trim(part.substr(equals + 1)));
        }
    }
    return out;
}

std::uint32_t number(const Properties& all, std::string_view key) {
    const auto found = all.find(key);
    std::uint32_t value = 0;
    return found != all.end() && RE2::FullMatch(found->second, R"((\d{1,9}))", &value) ? value : 0;
}

std::string text_of(const Properties& all, std::string_view key) {
    const auto found = all.find(key);
    return found == all.end() ? std::string() : found->second;
}

model::Severity severity_of(std::string_view word) {
    return word == "error"     ? model::Severity::error
           : word == "warning" ? model::Severity::warning
                               : model::Severity::info;
}

/// Titles are free text: "E0602" and "ruff (F401)" hold a rule's name, "Lint error" doesn't.
std::string code_in(const std::string& title) {
    static const RE2 rule(R"(^(?:[\w. -]+ \()?((?:[A-Z]+\d+|[@a-z][\w-]*/[\w/-]+|[a-z]+(?:-[a-z0-9]+)+))\)?$)");
    std::string code;
    return RE2::FullMatch(title, rule, &code) ? code : std::string();
}

void github(std::string_view severity, std::string_view words, std::string_view message, Decoded& out) {
    const auto all = properties(words, ',');
    model::Finding finding;
    finding.path = text_of(all, "file");
    finding.line = number(all, "line");
    finding.column = number(all, all.count("col") != 0 ? "col" : "column");
    finding.end_line = number(all, all.count("endLine") != 0 ? "endLine" : "endline");
    finding.end_column = number(all, all.count("endColumn") != 0 ? "endColumn" : "endcolumn");
    finding.severity = severity_of(severity);
    finding.code = code_in(text_of(all, "title"));
    finding.message = unescaped(message);
    out.findings.push_back(std::move(finding));
}

void azure(std::string_view words, std::string_view message, Decoded& out) {
    const auto all = properties(words, ';');
    model::Finding finding;
    finding.path = text_of(all, "sourcepath");
    finding.line = number(all, "linenumber");
    finding.column = number(all, "columnnumber");
    finding.severity = severity_of(text_of(all, "type"));
    finding.code = text_of(all, "code");
    finding.message = unescaped(message);
    out.findings.push_back(std::move(finding));
}

std::string_view view(const re2::StringPiece& piece) {
    return {piece.data(), piece.size()};
}

}  // namespace

base::Result<Decoded> decode_workflow_commands(std::string_view text, const ParseContext&) {
    static const RE2 github_command(R"(^\s*::(error|warning|notice)(?: ([^\n]*?))?::(.*)$)", RE2::Latin1);
    static const RE2 azure_command(R"(^\s*##vso\[task\.logissue ([^\]]*)\](.*)$)", RE2::Latin1);
    Decoded out;
    for (auto line : base::split_lines(text)) {
        line = line.substr(0, line.find_last_not_of('\r') + 1);
        const re2::StringPiece piece(line.data(), line.size());
        re2::StringPiece groups[3];
        if (RE2::FullMatch(piece, github_command, &groups[0], &groups[1], &groups[2])) {
            github(view(groups[0]), view(groups[1]), view(groups[2]), out);
        } else if (RE2::FullMatch(piece, azure_command, &groups[0], &groups[1])) {
            azure(view(groups[0]), view(groups[1]), out);
        }
    }
    if (out.findings.empty() && text.find("::") == std::string_view::npos) {
        return base::fail(ErrorCode::invalid, "there is no workflow command in the output");
    }
    return out;
}

}  // namespace rfsn::check
