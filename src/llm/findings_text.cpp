// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "llm/context.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t max_findings = 60;
constexpr std::size_t output_lines = 80;
constexpr std::size_t output_bytes = 8000;

std::string one_line(std::string_view text, std::size_t most) {
    text = base::trim(text);
    std::string out = base::printable(text.substr(0, text.find('\n')));
    if (out.size() > most) {
        out = base::to_valid_utf8(std::string_view(out).substr(0, most)) + " [cut]";
    }
    return out;
}

/// The last lines, whole ones.
std::string tail(std::string_view text, std::size_t lines, std::size_t bytes) {
    if (text.size() > bytes) {
        text.remove_prefix(text.size() - bytes);
        const auto newline = text.find('\n');
        text.remove_prefix(newline == std::string_view::npos ? 0 : newline + 1);
    }
    const auto all = base::split_lines(text);
    std::string out;
    for (std::size_t i = all.size() > lines ? all.size() - lines : 0; i < all.size(); ++i) {
        out.append(all[i]).push_back('\n');
    }
    return out;
}

}  // namespace

bool has_findings(const std::string& path, const std::vector<FailedCheck>& checks) {
    return std::any_of(checks.begin(), checks.end(), [&](const FailedCheck& check) {
        return std::any_of(check.findings.begin(), check.findings.end(),
                           [&](const auto& finding) { return finding.path == path; });
    });
}

std::string findings_text(const std::vector<FailedCheck>& checks) {
    std::string out;
    std::size_t count = 0;
    for (const auto& check : checks) {
        out += "check " + one_line(check.id, 100) + ":\n";
        if (check.findings.empty()) {
            const std::string words = tail(base::strip_ansi(check.output), output_lines, output_bytes);
            out += words.empty() ? "failed without output\n" : words;
            continue;
        }
        std::size_t left_out = 0;
        for (const auto& finding : check.findings) {
            if (++count > max_findings) {
                ++left_out;
                continue;
            }
            out += finding.path.empty() ? "(project)" : base::printable(finding.path);
            out += finding.line == 0 ? "" : ":" + std::to_string(finding.line);
            out += finding.column == 0 ? "" : ":" + std::to_string(finding.column);
            out += std::string(": ") + model::name(finding.severity);
            out += finding.code.empty() ? "" : " " + one_line(finding.code, 60);
            out += " " + one_line(finding.message, 600) + "\n";
            if (!base::trim(finding.source_line).empty()) {
                out += "    > " + one_line(finding.source_line, 300) + "\n";
            }
            for (const auto& note : finding.notes) {
                out += "    note: " + base::printable(note.path) + ":" + std::to_string(note.line) + ": " +
                       one_line(note.message, 300) + "\n";
            }
        }
        if (left_out > 0) {
            out += "and " + std::to_string(left_out) + " more\n";
        }
    }
    return out;
}

}  // namespace rfsn::llm
