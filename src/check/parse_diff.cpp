// SPDX-License-Identifier: MIT
#include <algorithm>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_decoders.hpp"

namespace rfsn::check {
namespace {

/// A file name of a "---" line: without the time stamp, git's "a/", quotes and what black or rustfmt put behind it.
std::string name_in(std::string_view text) {
    auto name = text.substr(0, text.find('\t'));
    if (name.rfind("a/", 0) == 0) {
        name.remove_prefix(2);
    }
    for (const std::string_view end : {".orig", " (original)", ":before"}) {
        if (name.size() > end.size() && name.substr(name.size() - end.size()) == end) {
            name.remove_suffix(end.size());
        }
    }
    return std::string(base::trim(name));
}

}  // namespace

/// A formatter's diff from the file as it is to the file as it should be: one finding a hunk, on the first line that
/// changes.
base::Result<Decoded> decode_diff(std::string_view text, const ParseContext&) {
    static const RE2 header(R"(^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@)", RE2::Latin1);
    Decoded out;
    std::string path;
    std::uint32_t line = 0;
    std::uint32_t left = 0;
    bool placed = true;
    for (const auto row : base::split_lines(text)) {
        std::uint32_t start = 0;
        std::string count;
        if (left == 0 && row.rfind("--- ", 0) == 0) {
            path = name_in(row.substr(4));
            continue;
        }
        if (RE2::PartialMatch(re2::StringPiece(row.data(), row.size()), header, &start, &count)) {
            line = start;
            left = count.empty() ? 1
                                 : static_cast<std::uint32_t>(
                                       std::min<unsigned long>(std::stoul("0" + count.substr(0, 9)), 1U << 30));
            placed = path.empty() || path == "/dev/null";
            continue;
        }
        const char mark = row.empty() ? ' ' : row.front();
        if (!placed && (mark == '-' || mark == '+')) {
            model::Finding finding;
            finding.path = path;
            finding.line = std::max<std::uint32_t>(line, 1);
            finding.message = "is not formatted";
            finding.fixable = true;
            out.findings.push_back(std::move(finding));
            placed = true;
        }
        if ((mark == '-' || mark == ' ') && left > 0) {
            ++line;
            --left;
        }
    }
    return out;
}

}  // namespace rfsn::check
