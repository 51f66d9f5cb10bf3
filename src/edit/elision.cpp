// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

/// The words of a line: lower case, everything but letters and dots taken as a space; "…" as "...".
std::string words_of(std::string_view line) {
    std::string out = " ";
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (starts_with(line.substr(i), "\xe2\x80\xa6")) {
            out += "...";
            i += 2;
            continue;
        }
        const auto c = static_cast<unsigned char>(line[i]);
        const char word = std::isalpha(c) != 0 || c == '.' ? static_cast<char>(std::tolower(c)) : ' ';
        if (word != ' ' || out.back() != ' ') {
            out += word;
        }
    }
    if (out.back() != ' ') {
        out += ' ';
    }
    return out;
}

bool is_comment(std::string_view trimmed) {
    static constexpr std::array<std::string_view, 9> openers{"#", "//", "/*", "*", "--", "<!--", ";", "%", "{/*"};
    return std::any_of(openers.begin(), openers.end(),
                       [&](std::string_view opener) { return starts_with(trimmed, opener); });
}

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(" \t"), line.size());
}

/// Whether line `i` stands for code that was left out.
bool is_elision(const Lines& lines, std::size_t i) {
    const std::string_view trimmed = base::trim(lines[i]);
    if (trimmed.empty() || trimmed.size() > 160) {
        return false;
    }
    const std::string words = words_of(trimmed);
    if (trimmed == "..." || trimmed == "\xe2\x80\xa6") {
        // Python's Ellipsis as a body is code.
        for (std::size_t j = i; j > 0; --j) {
            const std::string_view before = base::trim(lines[j - 1]);
            if (!before.empty()) {
                return before.back() != ':' || indent_of(lines[j - 1]) >= indent_of(lines[i]);
            }
        }
        return true;
    }
    const bool dots = words.find("...") != std::string::npos;
    if (!is_comment(trimmed)) {
        return dots &&
               (words == " ... " || words.find(" rest of ") != std::string::npos ||
                words.find(" unchanged ") != std::string::npos || words.find(" existing code") != std::string::npos) &&
               trimmed.find_first_of("\"'=;") == std::string_view::npos;
    }
    if (words == " ... ") {
        return true;
    }
    static constexpr std::array<std::string_view, 12> phrases{
        " rest of code ",         " rest of the code ", " rest of the file ",  " rest of file ",
        " rest of the function ", " rest of class ",    " rest of the class ", " rest of the method ",
        " existing code ",        " code unchanged ",   " remaining code ",    " previous code "};
    const auto has = [&](std::string_view phrase) { return words.find(phrase) != std::string::npos; };
    const bool claims =
        has(" unchanged ") || has(" remains ") || has(" same ") || has(" omitted ") || has(" here ") || dots;
    return (dots && (has(" unchanged ") || has(" omitted ") || has(" same as before ") || has(" rest "))) ||
           (claims && std::any_of(phrases.begin(), phrases.end(), has)) || words == " existing code " ||
           words == " rest of code " || words == " unchanged " || words == " rest of the code ";
}

}  // namespace

std::optional<std::size_t> elided_line(std::string_view search, std::string_view replace) {
    const Lines replaced = reply_lines(replace);
    const Lines searched = reply_lines(search);
    for (std::size_t i = 0; i < replaced.size(); ++i) {
        const auto same = [&](std::string_view line) { return base::trim(line) == base::trim(replaced[i]); };
        if (is_elision(replaced, i) && std::none_of(searched.begin(), searched.end(), same)) {
            return i;
        }
    }
    return std::nullopt;
}

bool has_elision(std::string_view text) {
    const Lines lines = reply_lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (is_elision(lines, i)) {
            return true;
        }
    }
    return false;
}

}  // namespace rfsn::edit
