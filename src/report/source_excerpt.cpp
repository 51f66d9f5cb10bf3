// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/findings_text.hpp"
#include "report/text_form.hpp"

namespace rfsn::report {
namespace {

constexpr std::size_t gutter_digits = 5;
/// A minified file's line is a megabyte long; only the part around the column is looked at.
constexpr std::size_t bytes_around = 1000;

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The nearest start of a character at or before `at`.
std::size_t character_start(std::string_view line, std::size_t at) {
    for (int back = 0; back < 3 && at > 0 && at < line.size() && continues(line[at]); ++back) {
        --at;
    }
    return at;
}

/// Drops whole characters from the front until `width` columns at most are left.
std::string_view last_columns(std::string_view text, std::size_t width) {
    std::size_t start = 0;
    std::size_t columns = base::display_width(text);
    while (columns > width && start < text.size()) {
        std::size_t next = start + 1;
        while (next < text.size() && continues(text[next])) {
            ++next;
        }
        columns -= std::min(columns, base::display_width(text.substr(start, next - start)));
        start = next;
    }
    return text.substr(start);
}

std::string_view first_columns(std::string_view text, std::size_t width) {
    std::size_t end = 0;
    std::size_t columns = 0;
    while (end < text.size()) {
        std::size_t next = end + 1;
        while (next < text.size() && continues(text[next])) {
            ++next;
        }
        columns += base::display_width(text.substr(end, next - end));
        if (columns > width) {
            break;
        }
        end = next;
    }
    return text.substr(0, end);
}

}  // namespace

std::string source_excerpt(const model::Finding& finding, const base::TerminalTraits& traits) {
    std::string_view line = finding.source_line;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
        line.remove_suffix(1);
    }
    if (finding.line == 0 || line.empty()) {
        return {};
    }
    const Paint paint(traits);
    const std::size_t at =
        character_start(line, std::min<std::size_t>(line.size(), finding.column == 0 ? 0 : finding.column - 1));
    const std::size_t from = character_start(line, at > bytes_around ? at - bytes_around : 0);
    // Cleaned as one text and cut by columns after it, so that a tab before the caret and one behind it expand alike.
    const std::string before = clean(line.substr(from, at - from), bytes_around + 8);
    const std::string both =
        clean(line.substr(from, at - from + std::min(bytes_around, line.size() - at)), 2 * bytes_around + 8);
    std::string_view head = before;
    std::string_view tail;
    if (both.compare(0, before.size(), before) == 0) {
        tail = std::string_view(both).substr(before.size());
    }
    const std::size_t room = static_cast<std::size_t>(std::clamp(traits.width, 40, 200)) - gutter_digits - 4;
    const bool crop_front = from > 0 || base::display_width(head) + 10 > room;
    if (crop_front) {
        head = last_columns(head, room / 2);
    }
    const std::string front = crop_front ? paint.ellipsis() : "";
    const std::size_t caret_column = base::display_width(front) + base::display_width(head);
    const std::string_view shown_tail = first_columns(tail, room - std::min(room, caret_column));
    const bool crop_back = shown_tail.size() < tail.size() || at + bytes_around < line.size();

    const std::string number = fmt::format("{:>{}}", finding.line, gutter_digits);
    std::string out = fmt::format("{}{}{}{}{}\n", paint.dim(number + " | "), front, head, shown_tail,
                                  crop_back ? paint.ellipsis() : "");
    if (finding.column != 0) {
        out +=
            paint.dim(std::string(number.size(), ' ') + " | ") + std::string(caret_column, ' ') + paint.red("^") + '\n';
    }
    return out;
}

}  // namespace rfsn::report
