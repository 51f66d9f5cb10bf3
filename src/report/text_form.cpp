// SPDX-License-Identifier: MIT
#include "report/text_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::report {
namespace {

constexpr std::size_t tab_stop = 4;
/// No tool's message is worth reading beyond this; keeps a hostile one from costing time.
constexpr std::size_t most_bytes = std::size_t{256} << 10;

std::string expand_tabs(std::string_view text) {
    std::string out;
    std::size_t start = 0;
    std::size_t column = 0;
    for (std::size_t i = text.find('\t'); i != text.npos; i = text.find('\t', start)) {
        const std::string_view part = text.substr(start, i - start);
        column += base::display_width(part);
        out += part;
        const std::size_t blanks = tab_stop - column % tab_stop;
        out.append(blanks, ' ');
        column += blanks;
        start = i + 1;
    }
    out += text.substr(start);
    return out;
}

std::string_view without_cr(std::string_view line) {
    return !line.empty() && line.back() == '\r' ? line.substr(0, line.size() - 1) : line;
}

std::vector<std::string_view> lines_without_end(std::string_view text) {
    std::vector<std::string_view> lines = base::split_lines(text);
    while (!lines.empty() && base::trim(lines.back()).empty()) {
        lines.pop_back();
    }
    return lines;
}

}  // namespace

std::string_view cut(std::string_view text, std::size_t max) {
    if (text.size() <= max) {
        return text;
    }
    std::size_t end = max;
    for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; ++back) {
        --end;
    }
    return text.substr(0, end);
}

std::string clean(std::string_view text, std::size_t max_bytes) {
    const std::string_view kept = cut(text, max_bytes);
    std::string out = expand_tabs(base::printable(kept));
    // GitHub's runner obeys "##[command]" anywhere in a line of a log.
    for (std::size_t i = out.find("##["); i != out.npos; i = out.find("##[", i)) {
        out.insert(i + 2, " ");
    }
    return kept.size() < text.size() ? out + "..." : out;
}

std::vector<std::string> clean_lines(std::string_view text, std::size_t max_lines) {
    const std::vector<std::string_view> lines = lines_without_end(cut(text, most_bytes));
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::min(lines.size(), max_lines); ++i) {
        out.push_back(clean(base::strip_ansi(without_cr(lines[i]))));
    }
    if (lines.size() > max_lines) {
        out.push_back(fmt::format("(+{} more lines)", lines.size() - max_lines));
    }
    return out;
}

std::vector<std::string> clean_tail(std::string_view text, std::size_t max_lines) {
    const std::string_view end = text.size() > most_bytes ? text.substr(text.size() - most_bytes) : text;
    std::vector<std::string_view> lines = lines_without_end(end);
    const std::size_t first = lines.size() > max_lines ? lines.size() - max_lines : 0;
    std::vector<std::string> out;
    for (std::size_t i = first; i < lines.size(); ++i) {
        out.push_back(clean(base::strip_ansi(without_cr(lines[i]))));
    }
    return out;
}

std::string clean_path(std::string_view path) {
    std::string out = clean(path);
    // A line that begins with "::" is a command to GitHub's runner, one with "-" looks like an option.
    const bool misread = out.substr(0, 2) == "::" || (!out.empty() && (out.front() == '-' || out.front() == ' '));
    return misread ? "./" + out : out;
}

std::string duration_text(std::chrono::milliseconds duration) {
    const auto ms = std::max<std::chrono::milliseconds::rep>(duration.count(), 0);
    if (ms < 1000) {
        return fmt::format("{} ms", ms);
    }
    if (ms < 60000) {
        return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
    }
    return fmt::format("{} min {} s", ms / 60000, ms % 60000 / 1000);
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t columns = base::display_width(text);
    if (columns < width) {
        text.append(width - columns, ' ');
    }
    return text;
}

std::string Paint::in(const char* code, std::string_view text) const {
    return color_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace rfsn::report
