// SPDX-License-Identifier: MIT
#include "base/glob.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rfsn::base {
namespace {

constexpr std::size_t max_steps = 1'000'000;
constexpr std::size_t max_alternatives = 1'000;

bool in_class(std::string_view name, unsigned char c) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool digit = c >= '0' && c <= '9';
    const bool graph = c > 0x20 && c < 0x7F;
    if (name == "alpha") {
        return lower || upper;
    }
    if (name == "digit") {
        return digit;
    }
    if (name == "alnum") {
        return lower || upper || digit;
    }
    if (name == "lower") {
        return lower;
    }
    if (name == "upper") {
        return upper;
    }
    if (name == "space") {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
    if (name == "blank") {
        return c == ' ' || c == '\t';
    }
    if (name == "punct") {
        return graph && !lower && !upper && !digit;
    }
    if (name == "xdigit") {
        return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    if (name == "cntrl") {
        return c < 0x20 || c == 0x7F;
    }
    if (name == "print") {
        return graph || c == ' ';
    }
    return name == "graph" && graph;
}

bool known_class(std::string_view name) {
    constexpr std::string_view names[] = {"alpha", "digit", "alnum",  "lower", "upper", "space",
                                          "blank", "punct", "xdigit", "cntrl", "print", "graph"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// A bracket expression; `size` counts its bytes from '[' to ']'.
struct Bracket {
    std::size_t size = 0;
    bool matches = false;
};

/// nullopt if it is never closed, or names a class that does not exist: such a pattern matches nothing, as in git.
std::optional<Bracket> bracket(std::string_view pattern, std::size_t start, unsigned char c) {
    std::size_t at = start + 1;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(pattern[i]); };
    const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    if (negated) {
        ++at;
    }
    bool found = false;
    for (bool first = true; at < pattern.size(); first = false) {
        if (pattern[at] == ']' && !first) {
            return Bracket{at + 1 - start, found != negated};
        }
        if (pattern.substr(at, 2) == "[:") {
            const std::size_t end = pattern.find(":]", at + 2);
            const std::size_t bound = pattern.find(']', at + 2);
            if (end != std::string_view::npos && bound == end + 1) {
                const std::string_view name = pattern.substr(at + 2, end - at - 2);
                if (!known_class(name)) {
                    return std::nullopt;
                }
                found = found || in_class(name, c);
                at = end + 2;
                continue;
            }
        }
        if (pattern[at] == '\\' && ++at >= pattern.size()) {
            return std::nullopt;
        }
        const unsigned char low = byte(at++);
        unsigned char high = low;
        if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
            ++at;
            if (pattern[at] == '\\' && ++at >= pattern.size()) {
                return std::nullopt;
            }
            high = byte(at++);
        }
        found = found || (c >= low && c <= high);
    }
    return std::nullopt;
}

/// The size of the pattern's item at `at`: a bracket expression, an escaped character, or one byte.
std::size_t item_size(std::string_view pattern, std::size_t at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
        return 2;
    }
    if (pattern[at] == '[') {
        if (const auto found = bracket(pattern, at, 0)) {
            return found->size;
        }
    }
    return 1;
}

/// The size of the item at `at` if it matches `c`, else 0. Not for '*'.
std::size_t match_item(std::string_view pattern, std::size_t at, char c) {
    switch (pattern[at]) {
        case '?':
            return 1;
        case '[': {
            const auto found = bracket(pattern, at, static_cast<unsigned char>(c));
            return found && found->matches ? found->size : 0;
        }
        case '\\':
            return at + 1 < pattern.size() && pattern[at + 1] == c ? 2 : 0;
        default:
            return pattern[at] == c ? 1 : 0;
    }
}

/// One path component. Going back only to the last '*' is enough, since everything before it has matched already.
bool match_component(std::string_view pattern, std::string_view text, std::size_t& steps) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (++steps > max_steps) {
            return false;
        }
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        const std::size_t size = p < pattern.size() ? match_item(pattern, p, text[t]) : 0;
        if (size != 0) {
            p += size;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

std::vector<std::string_view> pattern_components(std::string_view pattern) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] == '/') {
            parts.push_back(pattern.substr(start, at - start));
            start = ++at;
        } else {
            at += item_size(pattern, at);
        }
    }
    parts.push_back(pattern.substr(start));
    return parts;
}

std::vector<std::string_view> path_components(std::string_view path) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = path.find('/');
        parts.push_back(path.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        path.remove_prefix(end + 1);
    }
}

/// The same walk one level up: "**" is the star, components are the letters.
bool match_components(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path,
                      std::size_t& steps) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_path = 0;
    while (t < path.size()) {
        if (++steps > max_steps) {
            return false;
        }
        if (p < pattern.size() && pattern[p] == "**") {
            star = ++p;
            star_path = t;
        } else if (p < pattern.size() && match_component(pattern[p], path[t], steps)) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star;
            t = ++star_path;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == "**") {
        ++p;
    }
    return p == pattern.size();
}

/// A pattern without alternation.
bool match_plain(std::string_view pattern, std::string_view path, std::size_t& steps) {
    const auto parts = pattern_components(pattern);
    const bool directory = parts.size() > 1 && parts.back().empty();
    const std::size_t end = parts.size() - (directory ? 1 : 0);
    const bool anchored = end > 1;
    if (!anchored && !directory) {
        const std::size_t slash = path.rfind('/');
        return match_component(parts[0], slash == std::string_view::npos ? path : path.substr(slash + 1), steps);
    }
    std::vector<std::string_view> walk;
    walk.reserve(parts.size() + 3);
    if (!anchored) {
        walk.emplace_back("**");
    }
    for (std::size_t i = anchored && parts.front().empty() ? 1 : 0; i < end; ++i) {
        walk.push_back(parts[i]);
    }
    // "a/**" and "a/" are what lies below a, not a itself.
    const bool below = directory || walk.back() == "**";
    if (directory) {
        walk.emplace_back("**");
    }
    if (below) {
        walk.emplace_back("*");
    }
    return match_components(walk, path_components(path), steps);
}

/// The first {a,b} of a pattern; one without a comma is no alternation.
struct Braces {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::string_view> alternatives;
};

std::optional<Braces> find_braces(std::string_view pattern, std::size_t from) {
    for (std::size_t at = from; at < pattern.size(); at += item_size(pattern, at)) {
        if (pattern[at] != '{') {
            continue;
        }
        Braces braces{at, 0, {}};
        std::size_t start = at + 1;
        for (std::size_t i = start; i < pattern.size(); i += item_size(pattern, i)) {
            if (pattern[i] == ',' || pattern[i] == '}') {
                braces.alternatives.push_back(pattern.substr(start, i - start));
                start = i + 1;
            }
            if (pattern[i] == '}') {
                braces.end = i + 1;
                break;
            }
        }
        if (braces.end != 0 && braces.alternatives.size() > 1) {
            return braces;
        }
    }
    return std::nullopt;
}

bool match_alternatives(std::string_view pattern, std::size_t from, std::string_view path, std::size_t& steps,
                        std::size_t& alternatives) {
    if (++alternatives > max_alternatives) {
        return false;
    }
    const auto braces = find_braces(pattern, from);
    if (!braces) {
        return match_plain(pattern, path, steps);
    }
    for (const std::string_view alternative : braces->alternatives) {
        std::string expanded(pattern.substr(0, braces->begin));
        expanded.append(alternative).append(pattern.substr(braces->end));
        if (match_alternatives(expanded, braces->begin + alternative.size(), path, steps, alternatives)) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
    constexpr std::size_t max_pattern = 4096;
    if (pattern.empty() || path.empty() || pattern.size() > max_pattern) {
        return false;
    }
    std::size_t steps = 0;
    std::size_t alternatives = 0;
    return match_alternatives(pattern, 0, path, steps, alternatives);
}

bool glob_match_any(const std::vector<std::string>& patterns, std::string_view path) {
    bool matched = false;
    for (const std::string_view pattern : patterns) {
        const bool takes_back = !pattern.empty() && pattern.front() == '!';
        if (matched == takes_back && glob_match(takes_back ? pattern.substr(1) : pattern, path)) {
            matched = !takes_back;
        }
    }
    return matched;
}

}  // namespace rfsn::base
