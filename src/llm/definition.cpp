// SPDX-License-Identifier: MIT
#include "llm/definition.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.hpp"
#include "policy/policy.hpp"

namespace rfsn::llm {
namespace {

constexpr std::size_t max_source = std::size_t{2} << 20;
constexpr std::uint32_t max_comment_above = 15;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || (c & 0x80) != 0;
}

/// The words of a header in their order; other characters are dropped.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        while (i < text.size() && is_word(text[i])) {
            ++i;
        }
        if (i > begin) {
            words.push_back(text.substr(begin, i - begin));
        } else {
            ++i;
        }
    }
    return words;
}

bool begins_with(std::string_view text, std::string_view word) {
    return text.substr(0, word.size()) == word && (text.size() == word.size() || !is_word(text[word.size()]));
}

/// The lines of comments right above `first` belong to it.
std::uint32_t with_comments(const std::vector<std::string_view>& lines, const std::vector<std::string_view>& code,
                            std::uint32_t first) {
    const std::uint32_t least = first > max_comment_above ? first - max_comment_above : 1;
    while (first > least && !base::trim(lines[first - 2]).empty() && base::trim(code[first - 2]).empty()) {
        --first;
    }
    return first;
}

std::vector<Definition> by_indentation(std::string_view content, std::string_view code_view) {
    const auto lines = base::split_lines(content);
    const auto code = base::split_lines(code_view);
    struct Open {
        std::size_t indent;
        std::size_t index;
    };
    std::vector<Definition> all;
    std::vector<Open> open;
    int depth = 0;
    std::uint32_t last_code = 0, decorated = 0;
    bool in_head = false;
    for (std::uint32_t number = 1; number <= code.size(); ++number) {
        const std::string_view line = code[number - 1];
        const std::string_view text = base::trim(line);
        // The end of a string over several lines stands where it likes.
        const bool structural =
            depth <= 0 && !text.empty() && text.substr(0, 3) != "\"\"\"" && text.substr(0, 3) != "'''";
        if (structural) {
            const std::size_t indent = line.find_first_not_of(" \t");
            while (!open.empty() && indent <= open.back().indent) {
                all[open.back().index].last = last_code;
                open.pop_back();
            }
            const bool is_type = begins_with(text, "class");
            if (is_type || begins_with(text, "def") || begins_with(text, "async")) {
                if (is_type || text.find("def") != std::string_view::npos) {
                    const std::uint32_t first = decorated != 0 ? decorated : number;
                    all.push_back({with_comments(lines, code, first), number, 0, is_type});
                    open.push_back({indent, all.size() - 1});
                    in_head = true;
                }
            }
            decorated = text.front() == '@' ? (decorated != 0 ? decorated : number) : 0;
        }
        for (const char c : line) {
            depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        }
        if (!text.empty()) {
            last_code = number;
        }
        if (in_head && depth <= 0) {
            all.back().head = number;
            in_head = false;
        }
    }
    for (const auto& one : open) {
        all[one.index].last = last_code;
    }
    return all;
}

enum class Header { none, function, type };

/// Past the bracket that closes the one at `at`.
std::size_t past_bracket(std::string_view text, std::size_t at, char opening, char closing) {
    int depth = 0;
    for (; at < text.size(); ++at) {
        depth += text[at] == opening ? 1 : text[at] == closing ? -1 : 0;
        if (depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

/// Without the attributes, annotations and template parameters that it begins with.
std::string_view bare(std::string_view header) {
    for (header = base::trim(header); !header.empty(); header = base::trim(header)) {
        std::size_t end = 0;
        if (header.front() == '[') {
            end = past_bracket(header, 0, '[', ']');
        } else if (header.substr(0, 2) == "#[") {
            end = past_bracket(header, 1, '[', ']');
        } else if (header.front() == '@') {
            for (end = 1; end < header.size() && (is_word(header[end]) || header[end] == '.');) {
                ++end;
            }
            const auto next = header.find_first_not_of(" \t", end);
            end = next < header.size() && header[next] == '(' ? past_bracket(header, next, '(', ')') : end;
        } else if (begins_with(header, "template")) {
            const auto open = header.find('<');
            end = open == std::string_view::npos ? header.size() : past_bracket(header, open, '<', '>');
        } else {
            break;
        }
        header.remove_prefix(end);
    }
    return header;
}

/// What a brace belongs to, by the code between it and the statement before.
Header kind_of(std::string_view header) {
    static const std::set<std::string_view> functions{"func", "fn", "function", "fun"};
    static const std::set<std::string_view> types{"class",    "struct",    "enum",   "interface", "trait",
                                                  "impl",     "namespace", "record", "union",     "mod",
                                                  "protocol", "extension", "module", "object",    "package"};
    static const std::set<std::string_view> statements{
        "if",  "for",   "while", "switch",       "catch",   "match", "return", "else", "do",     "using",   "lock",
        "try", "throw", "yield", "synchronized", "foreach", "case",  "await",  "new",  "sizeof", "finally", "fixed"};
    static const std::set<std::string_view> callers{"it",      "test",       "describe",  "context",   "suite",
                                                    "specify", "beforeEach", "afterEach", "beforeAll", "afterAll"};
    header = bare(header);
    const auto paren = header.find('(');
    const auto words = words_of(header.substr(0, paren));
    if (words.empty()) {
        return Header::none;
    }
    const auto is_one_of = [](const auto& set) {
        return [&set](std::string_view word) { return set.count(word) != 0; };
    };
    if (std::any_of(words.begin(), words.end(), is_one_of(functions))) {
        return Header::function;
    }
    if (statements.count(words.front()) != 0) {
        return Header::none;
    }
    if (paren == std::string_view::npos) {
        return std::any_of(words.begin(), words.end(), is_one_of(types)) ? Header::type : Header::none;
    }
    const std::string_view end = base::trim(header);
    const bool arrow = end.size() >= 2 && end.substr(end.size() - 2) == "=>";
    const std::string_view name = words.back();
    if (callers.count(words.front()) != 0) {
        return Header::function;
    }
    if (end.size() >= 2 && (arrow || end.substr(end.size() - 2) == "->")) {
        const std::string_view before = base::trim(header.substr(0, paren));
        const bool bound = arrow && !before.empty() &&
                           (before.back() == '=' || (name == "async" && before.find('=') != std::string_view::npos));
        return bound ? Header::function : Header::none;  // else it is an argument of a call
    }
    if (header.find('=') < paren || statements.count(name) != 0 ||
        (words.size() > 1 && words[words.size() - 2] == "new")) {
        return Header::none;
    }
    if (words.size() > 1 && types.count(words[words.size() - 2]) != 0) {
        return Header::type;  // a record, a class with its constructor
    }
    const std::string_view before = base::trim(header.substr(0, paren));
    if (std::count(header.begin(), header.end(), '(') != std::count(header.begin(), header.end(), ')')) {
        return Header::none;  // braces inside of the brackets of a call
    }
    return before.empty() || (!is_word(before.back()) && before.back() != '>' && before.back() != ']')
               ? Header::none
               : Header::function;
}

/// Whether a line that ends here goes on with the next one, in a language that ends statements with lines.
bool goes_on(std::string_view header) {
    header = base::trim(header);
    if (header.empty() || header.front() == '@' ||
        std::count(header.begin(), header.end(), '(') > std::count(header.begin(), header.end(), ')')) {
        return true;
    }
    return std::string_view("=,:?|&>").find(header.back()) != std::string_view::npos;
}

std::vector<Definition> by_braces(std::string_view content, const policy::CodeView& view) {
    const std::string_view code_view = view.code;
    const auto lines = base::split_lines(content);
    const auto code = base::split_lines(code_view);
    struct Open {
        std::size_t header = 0;  ///< where the code begins that leads to it
        std::size_t index = std::string_view::npos;
        std::size_t last_header = std::string_view::npos;  ///< of the group closed last inside of it
    };
    std::vector<Definition> all;
    std::vector<Open> open(1);
    std::size_t start = 0;
    std::uint32_t number = 1;
    std::vector<std::size_t> line_starts{0};
    const auto line_of = [&](std::size_t at) {
        return static_cast<std::uint32_t>(std::upper_bound(line_starts.begin(), line_starts.end(), at) -
                                          line_starts.begin());
    };
    for (std::size_t i = 0; i < code_view.size(); ++i) {
        const char c = code_view[i];
        if (c == '\n') {
            ++number;
            line_starts.push_back(i + 1);
            const std::size_t line_begin = line_starts[line_starts.size() - 2];
            if (base::trim(content.substr(line_begin, i - line_begin)).empty() ||
                (view.lines_end_statements && start <= i && !goes_on(code_view.substr(start, i - start)))) {
                start = i + 1;
            }
            const auto hash = code_view.find_first_not_of(" \t\r\n", start);
            if (hash < i && code_view[hash] == '#' && code_view.substr(hash, 2) != "#[") {
                start = i + 1;  // a preprocessor's line is no header
            }
        } else if (c == ';') {
            start = i + 1;
            open.back().last_header = std::string_view::npos;
        } else if (c == '{') {
            std::string_view header = base::trim(code_view.substr(start, i - start));
            Open next;
            next.header = start;
            // "f({a} = {}) {", "interface{}) error {", "A() : a_{1} {": the header began before the last braces.
            if (open.back().last_header != std::string_view::npos &&
                (header.empty() || std::string_view("),=:>]").find(header.front()) != std::string_view::npos)) {
                next.header = open.back().last_header;
                header = base::trim(code_view.substr(next.header, i - next.header));
            }
            if (const Header kind = kind_of(header); kind != Header::none) {
                const auto at = code_view.find_first_not_of(" \t\r\n", next.header);
                all.push_back({with_comments(lines, code, line_of(at)), number, 0, kind == Header::type});
                next.index = all.size() - 1;
            }
            open.push_back(next);
            start = i + 1;
        } else if (c == '}') {
            start = i + 1;
            if (open.size() > 1) {
                const Open closed = open.back();
                open.pop_back();
                open.back().last_header = closed.header;
                if (closed.index != std::string_view::npos) {
                    all[closed.index].last = number;
                }
            }
        }
    }
    for (const auto& one : open) {
        if (one.index != std::string_view::npos) {
            all[one.index].last = static_cast<std::uint32_t>(lines.size());
        }
    }
    return all;
}

}  // namespace

std::vector<Definition> definitions(const std::string& path, std::string_view content) {
    if (content.size() > max_source || content.empty()) {
        return {};
    }
    const policy::CodeView view = policy::code_view(path, content);
    std::vector<Definition> all;
    if (view.layout == policy::Layout::indentation) {
        all = by_indentation(content, view.code);
    } else if (view.layout == policy::Layout::braces) {
        all = by_braces(content, view);
    }
    all.erase(std::remove_if(all.begin(), all.end(), [](const Definition& one) { return one.last < one.first; }),
              all.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const Definition& a, const Definition& b) { return a.first < b.first; });
    return all;
}

const Definition* enclosing(const std::vector<Definition>& all, std::uint32_t line) {
    const Definition* best = nullptr;
    for (const auto& one : all) {
        if (one.first > line || one.last < line) {
            continue;
        }
        if (best == nullptr || best->is_type || !one.is_type) {
            best = &one;  // by their first lines: later ones stand inside of earlier ones
        }
    }
    return best;
}

}  // namespace rfsn::llm
