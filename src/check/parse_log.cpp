// SPDX-License-Identifier: MIT
#include "check/parse_log.hpp"

#include <cstdint>
#include <string>

#include <re2/re2.h>

#include "base/text.hpp"
#include "check/parse_log_prefixes.hpp"

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

/// Colours whose escape character was lost when the log was copied, "[31m" or "^[[31m".
std::string without_lost_colours(std::string_view text) {
    static const RE2 colour(R"((?:\x{e2}\x{90}\x{9b}|\^\[)?\[\d{1,3}(?:;\d{1,3})*m)", RE2::Latin1);
    std::string out(text);
    RE2::GlobalReplace(&out, colour, "");
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
    if (output.find("[0m") != std::string_view::npos || output.find("[39m") != std::string_view::npos ||
        output.find("[22m") != std::string_view::npos) {
        decoded = without_lost_colours(output);
        output = decoded;
    }
    return without_line_prefixes(output);
}

}  // namespace rfsn::check
