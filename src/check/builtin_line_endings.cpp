// SPDX-License-Identifier: MIT
#include <array>

#include "check/builtin_file_types.hpp"
#include "check/builtin_findings.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

constexpr std::array<std::string_view, 3> endings{"\r", "\r\n", "\n"};
constexpr std::array<std::string_view, 3> ending_names{"cr", "crlf", "lf"};

/// Calls line(text without ending, index of its ending or npos) for each line; '\r' alone ends one too.
template <class Line>
void each_line(std::string_view content, Line&& line) {
    while (!content.empty()) {
        const auto at = content.find_first_of("\r\n");
        if (at == std::string_view::npos) {
            line(content, std::string_view::npos);
            return;
        }
        const std::size_t which = content[at] == '\n' ? 2 : content.substr(at, 2) == "\r\n" ? 1 : 0;
        line(content.substr(0, at), which);
        content.remove_prefix(at + endings[which].size());
    }
}

/// Whether they are mixed; `fixed` gets the new content unless `line_ending` is "no".
bool has_mixed_endings(std::string_view content, std::string_view line_ending, std::optional<std::string>& fixed) {
    std::array<std::size_t, endings.size()> counts{};
    each_line(content, [&](std::string_view, std::size_t which) {
        if (which < counts.size()) {
            ++counts[which];
        }
    });
    std::size_t kinds = 0;
    for (const std::size_t count : counts) {
        kinds += count != 0 ? 1 : 0;
    }
    std::size_t target = 0;
    if (line_ending == "no") {
        return kinds > 1;
    }
    if (line_ending == "auto") {
        if (kinds <= 1) {
            return false;
        }
        std::size_t most = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {  // on a tie LF before CRLF before CR
            if (counts[i] >= most) {
                most = counts[i];
                target = i;
            }
        }
    } else {
        std::size_t others = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (ending_names[i] == line_ending) {
                target = i;
            } else {
                others += counts[i];
            }
        }
        if (others == 0) {
            return false;
        }
    }
    std::string out;
    out.reserve(content.size());
    each_line(content, [&](std::string_view line, std::size_t) { out.append(line).append(endings[target]); });
    fixed = std::move(out);
    return true;
}

BuiltinOutcome run_mixed(const BuiltinFile& file, const BuiltinOptions& options) {
    return unify_line_endings(file, effective_arguments("mixed-line-ending", options));
}

BuiltinOutcome run_bom(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    BuiltinOutcome outcome;
    // All of them: what tools prepend twice would otherwise need a fix for each.
    std::string_view rest = file.content;
    while (rest.substr(0, mark.size()) == mark) {
        rest.remove_prefix(mark.size());
    }
    if (rest.size() != file.content.size()) {
        FindingList findings(file, "fix-byte-order-marker", "BOM");
        findings.add(1, 1, "starts with a byte-order marker");
        outcome.findings = findings.take();
        outcome.fixed = std::string(rest);
    }
    return outcome;
}

bool applies_to_text(const BuiltinFile& file, const BuiltinOptions& /*options*/) {
    return is_text(file);
}

}  // namespace

BuiltinOutcome unify_line_endings(const BuiltinFile& file, const BuiltinArguments& arguments) {
    BuiltinOutcome outcome;
    if (has_mixed_endings(file.content, arguments.line_ending, outcome.fixed)) {
        FindingList findings(file, "mixed-line-ending", "MIXED");
        findings.add(0, 0, "mixed line endings");
        outcome.findings = findings.take();
    }
    return outcome;
}

Builtin mixed_line_ending() {
    return {"mixed-line-ending", "makes all lines of a file end alike", true, true, applies_to_text, run_mixed};
}

Builtin fix_byte_order_marker() {
    return {"fix-byte-order-marker", "removes a UTF-8 byte-order marker", true, true, applies_to_text, run_bom};
}

}  // namespace rfsn::check
