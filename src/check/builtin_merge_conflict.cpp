// SPDX-License-Identifier: MIT
#include <algorithm>

#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// The marker that the line (with its ending) starts with, or "".
std::string_view marker_of(std::string_view line) {
    for (const std::string_view marker : {"<<<<<<<", "=======", ">>>>>>>", "|||||||"}) {
        if (!starts_with(line, marker)) {
            continue;
        }
        const std::string_view rest = line.substr(marker.size());
        const bool separator = marker[0] == '=' && (rest == "\n" || rest == "\r\n");
        return separator || starts_with(rest, " ") ? marker : std::string_view();
    }
    return {};
}

std::string message(std::string_view marker) {
    return "Merge conflict string '" + std::string(marker) + "' found";
}

bool applies(const BuiltinFile& file, const BuiltinOptions& options) {
    return is_text(file) && (file.merging || effective_arguments("check-merge-conflict", options).assume_in_merge);
}

BuiltinOutcome run(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    FindingList findings(file, "check-merge-conflict", "MERGE");
    for (const auto& found : conflict_lines(file.content, false)) {
        findings.add(found.line, 1, message(found.marker));
    }
    return {findings.take(), std::nullopt};
}

}  // namespace

std::vector<ConflictLine> conflict_lines(std::string_view content, bool anywhere) {
    std::vector<ConflictLine> lines;
    std::uint32_t number = 0;
    while (!content.empty()) {
        const auto newline = content.find('\n');
        const std::string_view line =
            content.substr(0, newline == std::string_view::npos ? content.size() : newline + 1);
        ++number;
        const std::string_view marker = marker_of(line);
        if (!marker.empty() && (marker[0] != '|' || !anywhere)) {
            lines.push_back({number, marker});
        }
        content.remove_prefix(line.size());
    }
    if (!anywhere) {
        const auto is_edge = [](const ConflictLine& found) { return found.marker[0] == '<' || found.marker[0] == '>'; };
        const auto opening =
            std::find_if(lines.begin(), lines.end(), [](const ConflictLine& found) { return found.marker[0] == '<'; });
        const auto closing = std::find_if(lines.rbegin(), lines.rend(),
                                          [](const ConflictLine& found) { return found.marker[0] == '>'; });
        const std::uint32_t first = opening == lines.end() ? ~0U : opening->line;
        const std::uint32_t last = closing == lines.rend() ? 0 : closing->line;
        lines.erase(std::remove_if(lines.begin(), lines.end(),
                                   [&](const ConflictLine& found) {
                                       return !is_edge(found) && found.line < first && found.line > last;
                                   }),
                    lines.end());
    }
    return lines;
}

Builtin check_merge_conflict() {
    return {"check-merge-conflict", "no conflict markers are left after a merge", true, false, applies, run};
}

}  // namespace rfsn::check
