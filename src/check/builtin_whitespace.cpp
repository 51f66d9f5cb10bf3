// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bitset>

#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

using ByteSet = std::bitset<256>;

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

ByteSet strip_set(const std::optional<std::string>& chars) {
    ByteSet set;
    for (const char c : chars.value_or(" \t\n\v\f\r")) {
        set.set(static_cast<unsigned char>(c));
    }
    return set;
}

std::string_view strip_right(std::string_view line, const ByteSet& set) {
    while (!line.empty() && set[static_cast<unsigned char>(line.back())]) {
        line.remove_suffix(1);
    }
    return line;
}

/// A line as it should be: `kept` bytes of it, then two spaces if `linebreak`, then its ending.
struct Stripped {
    std::size_t kept = 0;
    bool linebreak = false;
    std::string_view ending;
};

Stripped strip(std::string_view line, bool markdown, const ByteSet& set) {
    Stripped result;
    if (line.size() >= 2 && line.substr(line.size() - 2) == "\r\n") {
        result.ending = line.substr(line.size() - 2);
    } else if (!line.empty() && line.back() == '\n') {
        result.ending = line.substr(line.size() - 1);
    }
    std::string_view body = line.substr(0, line.size() - result.ending.size());
    result.linebreak = markdown && body.size() > 2 && body.substr(body.size() - 2) == "  " &&
                       !std::all_of(body.begin(), body.end(), is_space);
    if (result.linebreak) {
        body.remove_suffix(2);
    }
    result.kept = strip_right(body, set).size();
    return result;
}

BuiltinOutcome run_trailing(const BuiltinFile& file, const BuiltinOptions& options) {
    return strip_trailing_whitespace(file, effective_arguments("trailing-whitespace", options));
}

BuiltinOutcome run_end_of_file(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    const std::string_view content = file.content;
    BuiltinOutcome outcome;
    if (content.empty()) {
        return outcome;
    }
    const auto last = content.find_last_not_of("\r\n");
    const std::size_t text_end = last == std::string_view::npos ? 0 : last + 1;
    const std::string_view endings = content.substr(text_end);
    FindingList findings(file, "end-of-file-fixer", "EOF");
    const auto line_at_end = static_cast<std::uint32_t>(
        1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(text_end), '\n'));
    if (text_end == 0) {
        findings.add(1, 0, "nothing but line endings");
        outcome.fixed = "";
    } else if (endings.empty()) {
        findings.add(line_at_end, 0, "no newline at the end of the file");
        outcome.fixed = std::string(content) + "\n";
    } else {
        const std::size_t first = endings.front() == '\n' || endings.substr(0, 2) != "\r\n" ? 1 : 2;
        if (endings.size() > first) {
            findings.add(line_at_end + 1, 0, "blank lines at the end of the file");
            outcome.fixed = std::string(content.substr(0, text_end + first));
        }
    }
    outcome.findings = findings.take();
    return outcome;
}

bool applies_to_text(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return is_text(file);
}

}  // namespace

BuiltinOutcome strip_trailing_whitespace(const BuiltinFile& file, const BuiltinArguments& arguments) {
    const bool markdown = arguments.is_markdown(file.file->path);
    const ByteSet set = strip_set(arguments.chars);
    FindingList findings(file, "trailing-whitespace", "TW");
    BuiltinOutcome outcome;
    const std::string_view content = file.content;
    std::string fixed;
    std::size_t copied = 0;
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t newline = content.find('\n', at);
        const std::size_t end = newline == std::string_view::npos ? content.size() : newline + 1;
        const std::string_view line = content.substr(at, end - at);
        ++number;
        const Stripped stripped = strip(line, markdown, set);
        if (stripped.kept + (stripped.linebreak ? 2 : 0) + stripped.ending.size() != line.size()) {
            findings.add(number, static_cast<std::uint32_t>(stripped.kept + 1), "trailing whitespace");
            fixed.append(content.substr(copied, at + stripped.kept - copied));
            fixed.append(stripped.linebreak ? "  " : "").append(stripped.ending);
            copied = end;
        }
        at = end;
    }
    outcome.findings = findings.take();
    if (!outcome.findings.empty()) {
        fixed.append(content.substr(copied));
        outcome.fixed = std::move(fixed);
    }
    return outcome;
}

Builtin trailing_whitespace() {
    return {"trailing-whitespace", "strips whitespace at the ends of lines", true, true, applies_to_text, run_trailing};
}

Builtin end_of_file_fixer() {
    return {"end-of-file-fixer", "makes a file end in exactly one newline, or be empty", true, true, applies_to_text,
            run_end_of_file};
}

}  // namespace rfsn::check
