// SPDX-License-Identifier: MIT
#include "policy/equivalence.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <vector>

#include <re2/re2.h>

#include "base/text.hpp"

namespace rfsn::policy {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Code without what layout, quotes and linters' own spellings change: two texts that are equal so expect the same.
std::string plain(std::string_view text) {
    std::string out;
    bool apart = false;
    for (const char c : text) {
        if (std::string_view(" \t\r\n()\\;").find(c) != std::string_view::npos) {
            apart = true;
            continue;
        }
        // What keeps two words apart is part of them.
        if (apart && !out.empty() && is_word(out.back()) && is_word(c)) {
            out += ' ';
        }
        apart = false;
        out += c == '\'' ? '"' : c;
    }
    static const std::pair<const char*, const char*> same[] = {
        {R"(,([\]}]))", R"(\1)"},
        {R"("")", ""},
        {R"(!= ?None)", " is not None"},
        {R"(== ?None)", " is None"},
        {R"(assert ([^=\n]+?)(?:==| is )False)", R"(assert not \1)"},
        {R"((?:==| is )True\b)", ""},
        {R"(,$)", ""},
        {R"(\bassert(Not)?(Equal|AlmostEqual|RegexpMatches)s\b)", R"(assert\1\2)"},
        {R"(\bassert_\b)", "assertTrue"},
        {R"( +)", " "},
    };
    for (const auto& [from, to] : same) {
        re2::RE2::GlobalReplace(&out, from, to);
    }
    return out;
}

/// A line of code with those that its open brackets go on in.
std::string_view statement(std::string_view text, std::string_view line) {
    const auto begin = static_cast<std::size_t>(line.data() - text.data());
    int open = 0;
    std::size_t end = begin;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        open += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        if (c == '\n' && open <= 0) {
            break;
        }
    }
    return text.substr(begin, end - begin);
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos && !part.empty();
         at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

std::set<std::string> words_of(std::string_view text) {
    std::set<std::string> words;
    std::string word;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : ' ';
        if (is_word(c)) {
            word += c;
        } else if (!word.empty()) {
            words.insert(std::move(word));
            word.clear();
        }
    }
    return words;
}

/// The names that an import binds; empty if the line is none.
std::vector<std::string> bound_names(std::string_view line) {
    static const re2::RE2 from_import(R"(^\s*from\s+[\w.]+\s+import\s+\(?([\w, ]+)\)?\s*$)");
    static const re2::RE2 plain_import(R"(^\s*import\s+([\w., ]+?)\s*$)");
    static const re2::RE2 js_import(R"(^\s*import\s+(?:\*\s+as\s+)?([\w{}, $]+?)\s+from\s+['"][^'"]+['"];?\s*$)");
    static const re2::RE2 js_require(R"(^\s*(?:const|let|var)\s+([\w{}, $]+?)\s*=\s*require\(['"][^'"]+['"]\);?\s*$)");
    static const re2::RE2 java_import(R"(^\s*import\s+(?:static\s+)?[\w.]+\.(\w+);\s*$)");
    static const re2::RE2 go_import(R"re(^\s*(?:import\s+)?"(?:[\w.\-]+/)*([\w\-]+)"\s*$)re");
    static const re2::RE2 rust_use(R"(^\s*(?:pub\s+)?use\s+[\w:]+::\{?([\w, ]+)\}?;\s*$)");
    std::string names;
    const re2::StringPiece text(line.data(), line.size());
    if (!re2::RE2::FullMatch(text, from_import, &names) && !re2::RE2::FullMatch(text, plain_import, &names) &&
        !re2::RE2::FullMatch(text, js_import, &names) && !re2::RE2::FullMatch(text, js_require, &names) &&
        !re2::RE2::FullMatch(text, java_import, &names) && !re2::RE2::FullMatch(text, go_import, &names) &&
        !re2::RE2::FullMatch(text, rust_use, &names)) {
        return {};
    }
    std::vector<std::string> bound;
    std::replace(names.begin(), names.end(), '{', ' ');
    std::replace(names.begin(), names.end(), '}', ' ');
    for (auto name : base::split(names, ',')) {
        name = base::trim(name);
        if (const auto as = name.rfind(" as "); as != std::string_view::npos) {
            name = base::trim(name.substr(as + 4));
        }
        name = name.substr(0, name.find('.'));
        if (!name.empty()) {
            bound.emplace_back(name);
        }
    }
    return bound;
}

}  // namespace

std::string changed_expectation(const Language& language, const LineDiff& diff, std::string_view before,
                                std::string_view after) {
    std::map<std::string, std::size_t> added;
    for (const auto line : diff.added) {
        ++added[squeezed(line)];
    }
    const std::string old_text = without_comments(before, language.syntax);
    std::string old_plain, new_plain;
    for (const auto line : diff.removed) {
        if (!language.assertions.matches(without_comments(line, language.syntax))) {
            continue;
        }
        const auto found = added.find(squeezed(line));
        if (found != added.end() && found->second > 0) {
            --found->second;
            continue;
        }
        if (old_plain.empty()) {
            old_plain = plain(old_text);
            new_plain = plain(without_comments(after, language.syntax));
        }
        // The line lies in `before`; its place is the same in the text without comments.
        const auto offset = static_cast<std::size_t>(line.data() - before.data());
        const std::string_view in_text =
            std::string_view(old_text).substr(std::min(offset, old_text.size()), line.size());
        const std::string meant = plain(statement(old_text, in_text));
        if (meant.empty() || count(new_plain, meant) < count(old_plain, meant)) {
            return std::string(base::trim(line));
        }
    }
    return {};
}

std::string without_owed_imports(std::string_view before, std::string_view after) {
    std::multiset<std::string_view> old_lines;
    for (const auto line : base::split_lines(before)) {
        old_lines.insert(line);
    }
    const auto used = words_of(before);
    std::string out(after);
    for (const auto line : base::split_lines(after)) {
        if (const auto old = old_lines.find(line); old != old_lines.end()) {
            old_lines.erase(old);
            continue;
        }
        const auto names = bound_names(line);
        if (!names.empty() &&
            std::all_of(names.begin(), names.end(), [&](const auto& name) { return used.count(name) != 0; })) {
            const auto at = static_cast<std::size_t>(line.data() - after.data());
            std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), line.size(), ' ');
        }
    }
    return out;
}

std::string commented_out(const LineDiff& diff, Syntax syntax) {
    if (syntax == Syntax::none) {
        return {};
    }
    std::set<std::string> gone;
    for (const auto line : diff.removed) {
        const std::string code = squeezed(without_comments(line, syntax));
        if (code.size() >= 5) {
            gone.insert(code);
        }
    }
    for (const auto line : diff.added) {
        const std::string_view text = base::trim(line);
        std::size_t marks = 0;
        while (marks < text.size() && std::string_view("#/*-!<; \t").find(text[marks]) != std::string_view::npos) {
            ++marks;
        }
        std::string inner = squeezed(text.substr(marks));
        for (const std::string_view end : {"*/", "-->"}) {
            if (inner.size() > end.size() && std::string_view(inner).substr(inner.size() - end.size()) == end) {
                inner.resize(inner.size() - end.size());
            }
        }
        if (marks > 0 && gone.count(inner) != 0 && squeezed(without_comments(line, syntax)) != squeezed(line)) {
            return std::string(text);
        }
    }
    return {};
}

std::string special_case(const LineDiff& diff, Syntax syntax) {
    if (syntax == Syntax::none || syntax == Syntax::hash) {
        return {};
    }
    static const std::string literal = R"((?:-?\d+(?:\.\d+)?|"[^"\n]*"|'[^'\n]*'))";
    static const re2::RE2 two(R"(\b(?:if|case|when|elif)\b.*[=!]==?\s*)" + literal + R"(.*(?:\band\b|&&).*===?\s*)" +
                              literal);
    static const re2::RE2 tuple(R"(\b(?:if|elif)\b.*\([\w., ]+\)\s*(?:==|in)\s*[\[({]*\s*)" + literal + R"(\s*,)");
    static const re2::RE2 one(R"(\b(?:if|elif|when)\b.*[^=!<>]===?\s*(-?\d{2,}|-?[3-9]|-?\d+\.\d+)\b)");
    static const re2::RE2 arm(R"(^\s*(?:case\s+)?(-?\d{2,}|-?[3-9])\s*(?:=>|:|->)\s*(?:return\s+)?)" + literal +
                              R"(\s*[,;]?\s*$)");
    static const re2::RE2 ternary(R"(===?\s*(-?\d{2,}|-?[3-9])\s*\?\s*)" + literal + R"(\s*:)");
    static const re2::RE2 inline_if(R"(\breturn\s+)" + literal +
                                    R"(\s+if\s+.*==\s*(-?\d{2,}|-?[3-9]|"[^"\n]*"|'[^'\n]*')\s+else\b)");
    static const re2::RE2 table(R"(\{\s*\(?)" + literal + R"([^:}\n]*:\s*)" + literal +
                                R"([^}\n]*\}\s*(?:\[|\.get\())");
    static const re2::RE2 answer(R"((?:\breturn|=)\s*\(?)" + literal + R"(\)?\s*[;}]*\s*$)");
    // A text that is no word of a protocol: with a capital, a digit, a space or a mark in it.
    static const std::string phrase =
        R"re((?:"[^"\n]*[A-Z\d ,.:;!?/@-][^"\n]*[\w!?.]"|'[^'\n]*[A-Z\d ,.:;!?/@-][^'\n]*[\w!?.]'))re";
    static const re2::RE2 text(R"(\b(?:if|elif|when)\b.*[^=!<>]===?\s*)" + phrase +
                               R"(|\bif\b.*\.(?:equals|Equals|eq)\(\s*)" + phrase + R"(|\bif\b.*)" + phrase +
                               R"(\.(?:equals|Equals)\()");
    static const re2::RE2 text_arm(R"(^\s*(?:case\s+)?)" + phrase + R"(\s*(?:=>|:|->)\s*(?:return\s+)?)" + literal +
                                   R"(\s*[,;]?\s*$)");
    static const re2::RE2 several(R"(\b(?:if|elif)\b.*\bin\s*[\[({]\s*(?:-?\d{2,}|-?[3-9])\s*[,\])}])");
    static const re2::RE2 list(R"(\b(?:if|elif)\b.*===?\s*[\[{(]\s*)" + literal + R"(\s*[,:])");
    static const re2::RE2 label(R"(^\s*case\s+(?:-?\d{2,}|-?[3-9]|)" + phrase + R"()\s*:\s*$)");
    const auto is = [](std::string_view line, const re2::RE2& pattern) {
        return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern);
    };
    for (std::size_t i = 0; i < diff.added.size(); ++i) {
        const std::string code = without_comments(diff.added[i], syntax);
        const std::string_view line = base::trim(code);
        if (is(line, ternary) || is(line, inline_if) || is(line, table)) {
            return std::string(line);
        }
        if (is(line, text_arm)) {
            return std::string(line);
        }
        if (!is(line, two) && !is(line, tuple) && !is(line, one) && !is(line, arm) && !is(line, text) &&
            !is(line, several) && !is(line, list) && !is(line, label)) {
            continue;
        }
        if (is(line, arm) || is(line, answer)) {
            return std::string(line);
        }
        for (std::size_t next = i + 1; next < diff.added.size() && next <= i + 2; ++next) {
            const std::string following = without_comments(diff.added[next], syntax);
            if (is(base::trim(following), answer)) {
                return std::string(line);
            }
        }
    }
    return {};
}

}  // namespace rfsn::policy
