// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "edit/reply.hpp"

namespace rfsn::edit {
namespace {

/// The words of a line, lower case, each between spaces, and where dots ("..." or "…") stand among them.
struct Words {
    std::string text = " ";
    bool dots = false;
    bool dots_first = false;
};
Words words_of(std::string_view line) {
    Words words;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool dots = starts_with(line.substr(i), "...") || starts_with(line.substr(i), "\xe2\x80\xa6");
        if (dots) {
            words.dots = true;
            words.dots_first = words.dots_first || words.text == " ";
            i += 2;
        }
        const auto c = static_cast<unsigned char>(line[i]);
        const char word = !dots && std::isalpha(c) != 0 ? static_cast<char>(std::tolower(c)) : ' ';
        if (word != ' ' || words.text.back() != ' ') {
            words.text += word;
        }
    }
    if (words.text.back() != ' ') {
        words.text += ' ';
    }
    return words;
}

template <std::size_t N>
bool has_any(const std::string& words, const std::array<std::string_view, N>& phrases) {
    return std::any_of(phrases.begin(), phrases.end(),
                       [&](std::string_view phrase) { return words.find(phrase) != std::string::npos; });
}

/// Whether a comment's words say that code was left out there.
bool says_left_out(const Words& words) {
    static constexpr std::array<std::string_view, 22> things{" rest of code ",
                                                             " rest of the code ",
                                                             " rest of the file ",
                                                             " rest of file ",
                                                             " rest of function ",
                                                             " rest of the function ",
                                                             " rest of class ",
                                                             " rest of the class ",
                                                             " rest of method ",
                                                             " rest of the method ",
                                                             " rest of the implementation ",
                                                             " rest of implementation ",
                                                             " rest of the module ",
                                                             " rest of the body ",
                                                             " rest of the logic ",
                                                             " existing code ",
                                                             " existing implementation ",
                                                             " existing imports ",
                                                             " existing methods ",
                                                             " code unchanged ",
                                                             " remaining code ",
                                                             " previous code "};
    static constexpr std::array<std::string_view, 14> claims{
        " unchanged ", " remains ",   " remain ",  " same ",      " omitted ",   " here ",      " as is ",
        " as before ", " truncated ", " brevity ", " not shown ", " goes here ", " untouched ", " not changed "};
    static constexpr std::array<std::string_view, 10> alone{
        " existing code ", " rest of code ",   " rest of the code ", " rest of file ", " rest of the file ",
        " unchanged ",     " same as before ", " omitted ",          " code omitted ", " snip "};
    static constexpr std::array<std::string_view, 16> with_dots{
        " rest of ",         " existing code ",  " existing ",      " unchanged ",
        " omitted ",         " same as before ", " remaining ",     " other methods ",
        " other functions ", " other code ",     " other imports ", " previous code ",
        " code here ",       " implementation ", " snip ",          " as before "};
    static constexpr std::array<std::string_view, 6> subjects{" other methods ", " other functions ", " other code ",
                                                              " other tests ",   " everything else ", " all other "};
    const std::string& text = words.text;
    if (text == " ") {
        return words.dots;
    }
    return std::find(alone.begin(), alone.end(), text) != alone.end() ||
           (has_any(text, things) && (words.dots || has_any(text, claims) || text.find(" keep ") == 0)) ||
           (has_any(text, subjects) &&
            (text.find(" unchanged ") != std::string::npos || text.find(" same ") != std::string::npos ||
             text.find(" as before ") != std::string::npos)) ||
           (words.dots_first && has_any(text, with_dots)) ||
           (words.dots &&
            (text.find(" unchanged ") != std::string::npos || text.find(" omitted ") != std::string::npos ||
             text.find(" same as before ") != std::string::npos || text.find(" rest of ") == 0));
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
    const Words words = words_of(trimmed);
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
    if (is_comment(trimmed)) {
        return says_left_out(words);
    }
    static constexpr std::array<std::string_view, 5> bare{" rest of ", " unchanged ", " existing code ", " omitted ",
                                                          " remaining code "};
    return words.dots && (words.text == " " || has_any(words.text, bare)) &&
           trimmed.find_first_of("\"'=;") == std::string_view::npos &&
           (words.text != " " || trimmed.find_first_not_of(".[]() \t") == std::string_view::npos);
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
