// SPDX-License-Identifier: MIT
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

/// Without the separators that belong to no conflict: one counts after "<<<<<<<" up to ">>>>>>>", or as the last before
/// a
/// ">>>>>>>" whose opening line was taken out.
std::vector<ConflictLine> in_conflicts(const std::vector<ConflictLine>& lines) {
    std::vector<ConflictLine> kept;
    std::vector<ConflictLine> separators;
    bool open = false;
    for (const auto& line : lines) {
        if (line.marker[0] == '<') {
            separators.clear();
            open = true;
            kept.push_back(line);
        } else if (line.marker[0] == '>') {
            if (!open && !separators.empty()) {
                kept.push_back(separators.back());
            }
            separators.clear();
            open = false;
            kept.push_back(line);
        } else if (open) {
            kept.push_back(line);
        } else {
            separators.push_back(line);
        }
    }
    return kept;
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
    return anywhere ? lines : in_conflicts(lines);
}

Builtin check_merge_conflict() {
    return {"check-merge-conflict", "no conflict markers are left after a merge", true, false, applies, run};
}

}  // namespace rfsn::check
