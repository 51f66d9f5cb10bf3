// SPDX-License-Identifier: MIT
#include "check/parse_log.hpp"

#include <array>
#include <cstdint>
#include <memory>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | (code >> 6));
        byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    } else {
        byte(0xF0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3F));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    }
}

std::string from_utf16(std::string_view bytes, bool big) {
    std::string out;
    out.reserve(bytes.size() / 2);
    const auto unit = [&](std::size_t at) -> std::uint32_t {
        const std::uint32_t first = static_cast<unsigned char>(bytes[at]);
        const std::uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
        return big ? (first << 8U) | second : (second << 8U) | first;
    };
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        auto code = unit(at);
        if (code >= 0xD800 && code < 0xE000) {
            const auto low = at + 3 < bytes.size() ? unit(at + 2) : 0;
            if (code >= 0xDC00 || low < 0xDC00 || low >= 0xE000) {
                code = 0xFFFD;
            } else {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        append_utf8(out, code);
    }
    return out;
}

/// What stands in front of each line, by who puts it there.
constexpr std::array prefixes{
    // gh run view --log: job, step, time
    R"(^[^\t\n]{1,200}\t[^\t\n]{1,200}\t\x{ef}?\x{bb}?\x{bf}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?)",
    // GitHub Actions, Azure Pipelines, GitLab (with the stream's number), kubectl logs --timestamps
    R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)(?: \d\d[OE]\+?)? ?)",
    // Jenkins' timestamper, Buildkite
    R"(^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?Z?\] ?)",
    R"(^\[?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?\]?\s{1,2})",
    // docker build with BuildKit, docker compose
    R"(^#\d+ \d+\.\d+(?: |$))",
    R"(^[\w.-]+-\d+  ?\| )",
};

/// The prefix that most lines have, or nullptr.
const RE2* prefix_of(std::string_view text) {
    static const auto compiled = [] {
        std::array<std::unique_ptr<RE2>, prefixes.size()> regexes;
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        for (std::size_t i = 0; i < prefixes.size(); ++i) {
            regexes.at(i) = std::make_unique<RE2>(prefixes.at(i), options);
        }
        return regexes;
    }();
    constexpr std::size_t sample = 400;
    std::array<std::size_t, prefixes.size()> counts{};
    std::size_t lines = 0;
    while (!text.empty() && lines < sample) {
        const auto end = text.find('\n');
        const auto line = base::trim(text.substr(0, std::min<std::size_t>(end, 1000)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) {
            continue;
        }
        ++lines;
        for (std::size_t i = 0; i < prefixes.size(); ++i) {
            if (RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *compiled.at(i))) {
                ++counts.at(i);
                break;
            }
        }
    }
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        if (counts.at(i) * 4 >= lines * 3) {
            return compiled.at(i).get();
        }
    }
    return nullptr;
}

std::string without_prefixes(std::string_view text) {
    static const RE2 command(R"(^##\[(?:error|warning|debug|command|section)\])", RE2::Latin1);
    const auto* prefix = prefix_of(text);
    if (prefix == nullptr && text.find("##[") == std::string_view::npos) {
        return std::string(text);
    }
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto size = end == std::string_view::npos ? text.size() : end + 1;
        re2::StringPiece line(text.data(), size);
        text.remove_prefix(size);
        if (prefix != nullptr) {
            RE2::Consume(&line, *prefix);
        }
        RE2::Consume(&line, command);
        out.append(line.data(), line.size());
    }
    return out;
}

}  // namespace

std::string clean_log(std::string_view output) {
    const auto starts = [&](std::string_view mark) { return output.substr(0, mark.size()) == mark; };
    std::string decoded;
    if (starts("\xFF\xFE") || starts("\xFE\xFF")) {
        decoded = from_utf16(output.substr(2), output.front() == '\xFE');
        output = decoded;
    } else if (starts("\xEF\xBB\xBF")) {
        output.remove_prefix(3);
    }
    if (output.find('\x1b') != std::string_view::npos || output.find('\xC2') != std::string_view::npos) {
        decoded = base::strip_ansi(output);
        output = decoded;
    }
    return without_prefixes(output);
}

}  // namespace rfsn::check
