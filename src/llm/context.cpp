// SPDX-License-Identifier: MIT
#include "llm/context.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t whole_lines = 400;
constexpr std::size_t whole_bytes = std::size_t{24} << 10;
constexpr std::size_t around = 20;
constexpr std::size_t head_lines = 120;
constexpr std::size_t longest_line = 4000;
constexpr std::size_t max_findings = 60;
constexpr std::size_t output_lines = 80;
constexpr std::size_t output_bytes = 8000;

struct Range {
    std::size_t first = 0, last = 0;  ///< 1-based, inclusive
};

/// The lines around findings and the places that they point at, merged; the head of the file if there are none.
std::vector<Range> ranges_of(const std::string& path, std::size_t lines, const std::vector<FailedCheck>& checks) {
    std::vector<Range> ranges;
    const auto add = [&](std::size_t line, std::size_t end) {
        if (line == 0 || line > lines) {
            return;
        }
        end = std::clamp(end, line, std::min(lines, line + head_lines));
        ranges.push_back({line > around ? line - around : 1, std::min(lines, end + around)});
    };
    for (const auto& check : checks) {
        for (const auto& finding : check.findings) {
            if (finding.path == path) {
                add(finding.line, finding.end_line);
            }
            for (const auto& note : finding.notes) {
                if (note.path == path) {
                    add(note.line, note.line);
                }
            }
        }
    }
    if (ranges.empty()) {
        return {{1, std::min(lines, head_lines)}};
    }
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
    std::vector<Range> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().last + 3) {
            merged.back().last = std::max(merged.back().last, range.last);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

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

std::optional<Shown> shown(const OfferedFile& file, const std::vector<FailedCheck>& checks) {
    if (file.path.empty() || base::printable(file.path) != file.path || file.content.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    const auto lines = base::split_lines(file.content);
    Shown result;
    result.path = file.path;
    std::vector<Range> ranges;
    if (lines.size() <= whole_lines && file.content.size() <= whole_bytes) {
        result.heading = file.path + " (whole, " + std::to_string(lines.size()) + " lines)";
        result.text = file.content;
        return result;
    }
    ranges = ranges_of(file.path, lines.size(), checks);
    std::string where;
    for (const auto& range : ranges) {
        const std::string numbers = std::to_string(range.first) + "-" + std::to_string(range.last);
        where += (where.empty() ? "" : ", ") + numbers;
        if (ranges.size() > 1) {
            result.text += "[lines " + numbers + "]\n";
        }
        for (std::size_t i = range.first; i <= range.last; ++i) {
            if (lines[i - 1].size() > longest_line) {
                return std::nullopt;
            }
            result.text.append(lines[i - 1]).push_back('\n');
        }
    }
    result.heading =
        file.path + " (lines " + where + " of " + std::to_string(lines.size()) + "; the rest is not shown)";
    return result;
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
