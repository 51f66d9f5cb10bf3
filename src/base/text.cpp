// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace rfsn::base {
namespace {

/// Characters that show nothing or turn what stands beside them around; harmless in a file, misleading in a message.
bool is_deceptive(char32_t c) {
    return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || (c >= 0x17B4 && c <= 0x17B5) ||
           (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 || (c >= 0xFFF0 && c <= 0xFFFB) ||
           (c >= 0x1D173 && c <= 0x1D17A) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool in_range(std::string_view text, std::size_t at, unsigned char low, unsigned char high) {
    return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
           static_cast<unsigned char>(text[at]) <= high;
}

/// The offset after the CSI sequence whose parameters start at `at`.
std::size_t skip_csi(std::string_view text, std::size_t at) {
    while (in_range(text, at, 0x30, 0x3F)) {
        ++at;
    }
    while (in_range(text, at, 0x20, 0x2F)) {
        ++at;
    }
    return in_range(text, at, 0x40, 0x7E) ? at + 1 : at;
}

/// The offset after a string sequence (OSC, DCS, ...): BEL or ST ends it. One that never ends is cut at its line's end,
/// so that it cannot swallow what follows.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (; at < text.size(); ++at) {
        if (text[at] == '\a') {
            return at + 1;
        }
        if (text[at] == '\x1b') {
            return in_range(text, at + 1, '\\', '\\') ? at + 2 : at;
        }
        if (text[at] == '\xC2' && in_range(text, at + 1, 0x9C, 0x9C)) {
            return at + 2;
        }
        if (text[at] == '\n') {
            return at;
        }
    }
    return at;
}

/// The offset after the escape sequence whose ESC stands at `at`.
std::size_t skip_escape(std::string_view text, std::size_t at) {
    ++at;
    if (at >= text.size()) {
        return at;
    }
    switch (text[at]) {
        case '[':
            return skip_csi(text, at + 1);
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_':
            return skip_string(text, at + 1);
        default:
            break;
    }
    while (in_range(text, at, 0x20, 0x2F)) {
        ++at;
    }
    return in_range(text, at, 0x30, 0x7E) ? at + 1 : at;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_valid_utf8(std::string_view bytes) {
    return find_invalid_utf8(bytes) == std::string_view::npos;
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (;;) {
        const std::size_t bad = find_invalid_utf8(bytes);
        out.append(bytes.substr(0, bad));
        if (bad == std::string_view::npos) {
            return out;
        }
        append_utf8(out, 0xFFFD);
        bytes.remove_prefix(bad + decode_utf8(bytes, bad).size);
    }
}

std::string printable(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const Utf8Char c = decode_utf8(bytes, at);
        if (!c.valid) {
            for (const char byte : bytes.substr(at, c.size)) {
                fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
            }
        } else if ((c.code < 0x20 && c.code != U'\t') || (c.code >= 0x7F && c.code < 0xA0)) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint32_t>(c.code));
        } else if (is_deceptive(c.code)) {
            fmt::format_to(std::back_inserter(out), "\\u{{{:04x}}}", static_cast<std::uint32_t>(c.code));
        } else {
            out.append(bytes.substr(at, c.size));
        }
        at += c.size;
    }
    return out;
}

std::string strip_ansi(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\x1b') {
            at = skip_escape(text, at);
        } else if (text[at] == '\xC2' && in_range(text, at + 1, 0x9B, 0x9B)) {
            at = skip_csi(text, at + 2);
        } else if (text[at] == '\xC2' && in_range(text, at + 1, 0x9D, 0x9D)) {
            at = skip_string(text, at + 2);
        } else {
            out.push_back(text[at++]);
        }
    }
    return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    std::size_t best = limit + 1;
    const std::string* found = nullptr;
    for (const auto& candidate : candidates) {
        const std::size_t difference =
            candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
        if (difference >= best) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            found = &candidate;
        }
    }
    return found == nullptr ? std::string() : *found;
}

}  // namespace rfsn::base
