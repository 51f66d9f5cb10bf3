// SPDX-License-Identifier: MIT
#include "edit/match.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "base/text.hpp"

namespace rfsn::edit {
namespace {

/// More candidates than this are not told apart one by one: that many is ambiguous anyway.
constexpr std::size_t max_candidates = 1000;

std::string_view rstrip(std::string_view line) {
    const auto last = line.find_last_not_of(" \t\r\v\f");
    return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view indent_of(std::string_view line) {
    return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

/// Dashes, quotes and spaces that models and word processors swap for ASCII.
std::string fold(std::string_view line) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = [&](std::size_t k) {
            return static_cast<unsigned char>(i + k < line.size() ? line[i + k] : 0);
        };
        char plain = 0;
        std::size_t length = 3;
        if (byte(0) == 0xc2 && byte(1) == 0xa0) {
            plain = ' ';
            length = 2;
        } else if (byte(0) == 0xe2 && byte(1) == 0x80) {
            const unsigned char c = byte(2);
            plain = c >= 0x90 && c <= 0x95                  ? '-'
                    : c >= 0x98 && c <= 0x9b                ? '\''
                    : c >= 0x9c && c <= 0x9f                ? '"'
                    : (c >= 0x80 && c <= 0x8a) || c == 0xaf ? ' '
                                                            : '\0';
        } else if (byte(0) == 0xe2 && byte(1) == 0x88 && byte(2) == 0x92) {
            plain = '-';
        } else if ((byte(0) == 0xe2 && byte(1) == 0x81 && byte(2) == 0x9f) ||
                   (byte(0) == 0xe3 && byte(1) == 0x80 && byte(2) == 0x80)) {
            plain = ' ';
        }
        if (plain != 0) {
            out += plain;
            i += length - 1;
        } else {
            out += line[i];
        }
    }
    return out;
}

/// A line as it is compared at a level.
std::string_view key(std::string_view line, Level level, std::string& scratch) {
    switch (level) {
        case Level::exact:
            return line;
        case Level::trailing_whitespace:
            return rstrip(line);
        case Level::unicode:
        case Level::indentation:
        case Level::blank_lines:
            break;
    }
    scratch = fold(line);
    std::string_view text = rstrip(scratch);
    if (level == Level::indentation) {
        text.remove_prefix(indent_of(text).size());
    }
    return text;
}

/// Every start of `search` in `file` at a level: Knuth-Morris-Pratt over numbered lines, so that repetitive input stays
/// linear.
std::vector<std::size_t> starts(const Lines& file, const Lines& search, Level level) {
    std::vector<std::size_t> found;
    if (search.empty() || search.size() > file.size()) {
        return found;
    }
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    std::string scratch;
    std::vector<std::uint32_t> pattern;
    for (const auto line : search) {
        const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
        pattern.push_back(numbers.emplace(key(line, level, scratch), next).first->second);
    }
    std::vector<std::size_t> fallback(pattern.size(), 0);
    for (std::size_t i = 1, k = 0; i < pattern.size(); ++i) {
        while (k > 0 && pattern[i] != pattern[k]) {
            k = fallback[k - 1];
        }
        k += pattern[i] == pattern[k] ? 1U : 0U;
        fallback[i] = k;
    }
    std::size_t k = 0;
    for (std::size_t i = 0; i < file.size(); ++i) {
        const auto known = numbers.find(key(file[i], level, scratch));
        const std::uint32_t number = known == numbers.end() ? 0 : known->second;
        while (k > 0 && (k == pattern.size() || number != pattern[k])) {
            k = fallback[k - 1];
        }
        k += number == pattern[k] ? 1U : 0U;
        if (k == pattern.size()) {
            found.push_back(i + 1 - k);
        }
    }
    return found;
}

/// The one prefix by which all non-blank lines differ; nullopt if they do not agree on one.
std::optional<Indent> uniform_indent(const Lines& file, std::size_t begin, const Lines& search) {
    std::optional<Indent> all;
    for (std::size_t i = 0; i < search.size(); ++i) {
        if (is_blank(search[i])) {
            continue;
        }
        const std::string_view theirs = indent_of(search[i]);
        const std::string_view ours = indent_of(file[begin + i]);
        Indent one;
        if (ours.size() >= theirs.size() && ours.substr(ours.size() - theirs.size()) == theirs) {
            one.add = std::string(ours.substr(0, ours.size() - theirs.size()));
        } else if (theirs.size() > ours.size() && theirs.substr(theirs.size() - ours.size()) == ours) {
            one.strip = std::string(theirs.substr(0, theirs.size() - ours.size()));
        } else {
            return std::nullopt;
        }
        if (all && (all->add != one.add || all->strip != one.strip)) {
            return std::nullopt;
        }
        all = std::move(one);
    }
    return all;
}

std::vector<Match> find_at(const Lines& file, const Lines& search, Level level) {
    std::vector<Match> found;
    for (const std::size_t begin : starts(file, search, level)) {
        Match match{begin, begin + search.size(), level, {}, 0, 0};
        if (level == Level::indentation) {
            auto indent = uniform_indent(file, begin, search);
            if (!indent) {
                continue;
            }
            match.indent = std::move(*indent);
        }
        found.push_back(std::move(match));
        if (found.size() > max_candidates && level == Level::indentation) {
            break;
        }
    }
    return found;
}

/// Lines of the body that a scope line introduces: those that are indented deeper, or blank.
std::size_t end_of_scope(const Lines& file, std::size_t at) {
    const std::size_t depth = indent_of(file[at]).size();
    std::size_t end = at + 1;
    while (end < file.size() && (is_blank(file[end]) || indent_of(file[end]).size() > depth ||
                                 base::trim(file[end]).find_first_not_of("{}()[];,") == std::string_view::npos)) {
        ++end;
    }
    return end;
}

/// A line that a scope names, and what belongs to it.
struct Scope {
    std::size_t at = 0;
    std::size_t end = 0;
    bool has_body = false;
};

/// Where a scope line stands in [first, last): as it is, else at the start of a line, else within one.
std::vector<Scope> scope_lines(const Lines& file, std::string_view scope, std::size_t first, std::size_t last) {
    std::vector<Scope> found;
    for (int leniency = 0; leniency < 3 && found.empty(); ++leniency) {
        for (std::size_t i = first; i < last; ++i) {
            const std::string_view line = base::trim(file[i]);
            const auto at = line.find(scope);
            if (leniency == 0 ? line != scope : leniency == 1 ? at != 0 : at == std::string_view::npos) {
                continue;
            }
            Scope one{i, end_of_scope(file, i), false};
            for (std::size_t j = i + 1; j < one.end; ++j) {
                one.has_body = one.has_body || indent_of(file[j]).size() > indent_of(file[i]).size();
            }
            found.push_back(one);
        }
    }
    return found;
}

/// The innermost scopes; empty if one of the lines is nowhere.
std::vector<Scope> innermost(const Lines& file, const std::vector<std::string>& scopes, std::string* missing) {
    std::vector<Scope> within{{0, file.size(), true}};
    for (const auto& scope : scopes) {
        std::vector<Scope> next;
        for (const auto& outer : within) {
            for (const auto& inner : scope_lines(file, scope, outer.at, outer.has_body ? outer.end : file.size())) {
                next.push_back(inner);
            }
        }
        if (next.empty() && missing != nullptr) {
            *missing = scope;
        }
        within = std::move(next);
    }
    return within;
}

/// The matches that the scopes allow: in the body of one; of a line without a body the first that follows.
std::vector<Match> in_scopes(const std::vector<Match>& found, const std::vector<Scope>& scopes) {
    std::vector<Match> kept;
    const auto keep = [&](const Match& match) {
        if (std::none_of(kept.begin(), kept.end(), [&](const Match& other) { return other.begin == match.begin; })) {
            kept.push_back(match);
        }
    };
    for (const auto& scope : scopes) {
        for (const auto& match : found) {
            if (scope.has_body && match.begin >= scope.at && match.end <= scope.end) {
                keep(match);
            }
        }
    }
    if (!kept.empty()) {
        return kept;
    }
    for (const auto& scope : scopes) {
        const auto next =
            std::find_if(found.begin(), found.end(), [&](const Match& match) { return match.end > scope.at; });
        if (next != found.end()) {
            keep(*next);
        }
    }
    return kept;
}

std::vector<Match> choose(const Lines& file, std::vector<Match> found, const Hints& hints) {
    if (!hints.scopes.empty()) {
        found = in_scopes(found, innermost(file, hints.scopes, nullptr));
    }
    const auto keep = [&](const auto& wanted) {
        std::vector<Match> kept;
        std::copy_if(found.begin(), found.end(), std::back_inserter(kept), wanted);
        if (kept.size() == 1) {
            found = std::move(kept);
        }
        return found.size() == 1;
    };
    if (found.size() < 2) {
        return found;
    }
    const bool sure = found.front().level <= Level::trailing_whitespace;
    if (hints.at_end && keep([&](const Match& match) { return match.end == file.size(); })) {
        return found;
    }
    if (sure && hints.begin && keep([&](const Match& match) { return match.begin == *hints.begin; })) {
        return found;
    }
    if (sure && hints.after) {
        keep([&](const Match& match) { return match.begin >= *hints.after; });
    }
    return found;
}

}  // namespace

const char* name(Level level) {
    switch (level) {
        case Level::exact:
            return "exact";
        case Level::trailing_whitespace:
            return "trailing whitespace";
        case Level::unicode:
            return "unicode punctuation";
        case Level::indentation:
            return "indentation";
        case Level::blank_lines:
            return "blank lines";
    }
    return "";
}

bool is_blank(std::string_view line) {
    return base::trim(line).empty();
}

std::vector<Match> find(const Lines& file, const Lines& search, const Hints& hints) {
    static constexpr Level ladder[] = {Level::exact, Level::trailing_whitespace, Level::unicode, Level::indentation};
    for (const Level level : ladder) {
        if (auto found = find_at(file, search, level); !found.empty()) {
            return choose(file, std::move(found), hints);
        }
    }
    std::size_t front = 0;
    std::size_t back = 0;
    while (front < search.size() && is_blank(search[front])) {
        ++front;
    }
    while (back < search.size() - front && is_blank(search[search.size() - 1 - back])) {
        ++back;
    }
    if (front + back == 0 || front + back >= search.size()) {
        return {};
    }
    const Lines core(search.begin() + static_cast<std::ptrdiff_t>(front),
                     search.end() - static_cast<std::ptrdiff_t>(back));
    Hints shifted = hints;
    if (shifted.begin) {
        *shifted.begin += front;
    }
    for (const Level level : ladder) {
        auto found = find_at(file, core, level);
        if (found.empty()) {
            continue;
        }
        found = choose(file, std::move(found), shifted);
        for (auto& match : found) {
            match.level = Level::blank_lines;
            match.dropped_front = front;
            match.dropped_back = back;
        }
        return found;
    }
    return {};
}

std::vector<Match> find_exact(const Lines& file, const Lines& search, bool trailing_whitespace) {
    auto found = find_at(file, search, Level::exact);
    if (found.empty() && trailing_whitespace) {
        found = find_at(file, search, Level::trailing_whitespace);
    }
    return found;
}

std::optional<std::string> missing_scope(const Lines& file, const std::vector<std::string>& scopes) {
    std::string missing;
    return innermost(file, scopes, &missing).empty() ? std::optional<std::string>(missing) : std::nullopt;
}

NearMiss near_miss(const Lines& file, const Lines& search) {
    NearMiss best;
    constexpr std::size_t max_steps = 20'000'000;
    for (std::size_t begin = 0, steps = 0; begin < file.size() && steps < max_steps; ++begin) {
        std::size_t length = 0;
        while (length < search.size() && begin + length < file.size() &&
               rstrip(file[begin + length]) == rstrip(search[length])) {
            ++length;
        }
        steps += length + 1;
        if (length > best.matched) {
            best = {begin, length};
        }
    }
    return best;
}

}  // namespace rfsn::edit
