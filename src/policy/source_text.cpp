// SPDX-License-Identifier: MIT
#include "policy/source_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace rfsn::policy {
namespace {

enum class Part : unsigned char { code, string, document, comment };

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Walks over source text and says of each byte what it is part of.
class Scanner {
   public:
    Scanner(std::string_view text, Syntax syntax) : text_(text), syntax_(syntax), parts_(text.size(), Part::code) {}

    std::vector<Part> run() {
        while (at_ < text_.size()) {
            step();
        }
        return std::move(parts_);
    }

   private:
    [[nodiscard]] bool here(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
    [[nodiscard]] char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    [[nodiscard]] bool c_comments() const { return syntax_ != Syntax::hash && syntax_ != Syntax::python; }

    void mark(std::size_t end, Part part) {
        for (end = std::min(end, text_.size()); at_ < end; ++at_) {
            parts_[at_] = part;
        }
    }
    [[nodiscard]] std::size_t after(std::string_view what, std::size_t from) const {
        const auto found = text_.find(what, from);
        return found == std::string_view::npos ? text_.size() : found + what.size();
    }

    void line_comment() {
        std::size_t end = text_.find('\n', at_);
        while (syntax_ == Syntax::c && end != std::string_view::npos && end > 0 && text_[end - 1] == '\\') {
            end = text_.find('\n', end + 1);
        }
        mark(std::min(end, text_.size()), Part::comment);
    }

    void block_comment() {
        if (syntax_ != Syntax::rust) {
            mark(after("*/", at_ + 2), Part::comment);
            return;
        }
        std::size_t end = at_ + 2;
        for (int depth = 1; depth > 0 && end < text_.size();) {
            if (text_.substr(end, 2) == "/*" || text_.substr(end, 2) == "*/") {
                depth += text_[end] == '/' ? 1 : -1;
                end += 2;
            } else {
                ++end;
            }
        }
        mark(end, Part::comment);
    }

    /// Between quotes: what is inside of them is `part`.
    void quoted(std::size_t open, std::size_t end, std::size_t close, Part part) {
        at_ = std::min(at_ + open, text_.size());
        mark(end > close ? end - close : end, part);
        at_ = std::max(at_, std::min(end, text_.size()));
    }

    /// Past the closing quote of a string that opens here; a plain one ends with its line at the latest.
    void plain_string(char quote, bool several_lines) {
        std::size_t end = at_ + 1;
        bool closed = false;
        for (; end < text_.size(); ++end) {
            if (text_[end] == '\\') {
                ++end;
            } else if (text_[end] == quote) {
                closed = true;
                ++end;
                break;
            } else if (text_[end] == '\n' && !several_lines) {
                break;
            }
        }
        quoted(1, std::min(end, text_.size()), closed ? 1 : 0, Part::string);
    }

    void long_string(std::string_view quotes, Part part) {
        std::size_t end = at_ + quotes.size();
        while (end < text_.size() && text_.substr(end, quotes.size()) != quotes) {
            end += text_[end] == '\\' && syntax_ != Syntax::csharp ? 2U : 1U;
        }
        const bool closed = end < text_.size();
        quoted(quotes.size(), closed ? end + quotes.size() : text_.size(), closed ? quotes.size() : 0, part);
    }

    /// A template literal; code inside of ${...} counts as part of the string.
    void template_literal() {
        std::size_t end = at_ + 1;
        int depth = 0;
        for (; end < text_.size(); ++end) {
            const char c = text_[end];
            if (c == '\\') {
                ++end;
            } else if (depth == 0 && c == '`') {
                break;
            } else if (c == '$' && end + 1 < text_.size() && text_[end + 1] == '{') {
                ++depth;
                ++end;
            } else if (depth > 0 && (c == '{' || c == '}')) {
                depth += c == '{' ? 1 : -1;
            }
        }
        if (end >= text_.size()) {
            plain_string('`', false);
            return;
        }
        quoted(1, end + 1, 1, Part::string);
    }

    [[nodiscard]] std::string_view word_before() const {
        std::size_t begin = at_;
        while (begin > 0 && is_word(text_[begin - 1])) {
            --begin;
        }
        return text_.substr(begin, at_ - begin);
    }
    [[nodiscard]] char significant_before() const {
        std::size_t i = at_;
        while (i > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) {
            --i;
        }
        return i == 0 ? '\n' : text_[i - 1];
    }

    [[nodiscard]] bool starts_regex() const {
        const char before = significant_before();
        if (std::string_view("(,=:[!&|?{};+-*%~^<>\n").find(before) != std::string_view::npos) {
            return true;
        }
        std::size_t end = at_;
        while (end > 0 && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) {
            --end;
        }
        std::size_t begin = end;
        while (begin > 0 && is_word(text_[begin - 1])) {
            --begin;
        }
        static constexpr std::array<std::string_view, 9> words{"return", "typeof", "case", "in",   "of",
                                                               "delete", "void",   "else", "await"};
        return std::find(words.begin(), words.end(), text_.substr(begin, end - begin)) != words.end();
    }
    bool regex_literal() {
        bool in_class = false;
        for (std::size_t end = at_ + 1; end < text_.size() && text_[end] != '\n'; ++end) {
            const char c = text_[end];
            if (c == '\\') {
                ++end;
            } else if (c == '[' || c == ']') {
                in_class = c == '[';
            } else if (c == '/' && !in_class) {
                quoted(1, end + 1, 1, Part::string);
                return true;
            }
        }
        return false;
    }

    /// C++: R"delimiter(...)delimiter"; Rust: r#"..."#. Whether there was one.
    bool raw_string() {
        const auto word = word_before();
        if (syntax_ == Syntax::c && !word.empty() && word.back() == 'R' && word.size() <= 3) {
            const auto open = text_.find('(', at_);
            if (open != std::string_view::npos && open - at_ <= 17) {
                const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
                quoted(open - at_ + 1, after(close, open), close.size(), Part::string);
                return true;
            }
        }
        if (syntax_ == Syntax::csharp) {
            const auto marks = text_.substr(at_ >= 2 ? at_ - 2 : 0, at_ >= 2 ? 2 : at_);
            if (marks.find('@') != std::string_view::npos) {
                std::size_t end = at_ + 1;
                while (end < text_.size() && (text_[end] != '"' || text_.substr(end, 2) == "\"\"")) {
                    end += text_[end] == '"' ? 2U : 1U;
                }
                quoted(1, std::min(end + 1, text_.size()), end < text_.size() ? 1 : 0, Part::string);
                return true;
            }
        }
        return false;
    }
    bool rust_raw_string() {
        if (text_[at_] != 'r' || (at_ > 0 && is_word(text_[at_ - 1]) && text_[at_ - 1] != 'b')) {
            return false;
        }
        std::size_t hashes = 0;
        while (peek(1 + hashes) == '#') {
            ++hashes;
        }
        if (peek(1 + hashes) != '"') {
            return false;
        }
        const std::string close = "\"" + std::string(hashes, '#');
        quoted(2 + hashes, after(close, at_ + 2 + hashes), close.size(), Part::string);
        return true;
    }

    /// 'a', '\n', '\u{1F600}'; a Rust lifetime, a digit separator and an apostrophe in a word are none of them.
    [[nodiscard]] bool is_character_literal() const {
        if (syntax_ == Syntax::javascript || syntax_ == Syntax::hash || syntax_ == Syntax::python) {
            return syntax_ != Syntax::javascript || !(at_ > 0 && is_word(text_[at_ - 1]));
        }
        const auto word = word_before();
        if (!word.empty() && word != "L" && word != "u" && word != "U" && word != "u8" && word != "b") {
            return false;
        }
        if (peek(1) == '\\') {
            return text_.substr(at_ + 2, 12).find('\'') != std::string_view::npos;
        }
        const auto close = text_.substr(at_ + 1, 5).find('\'');
        return close != std::string_view::npos && close > 0 &&
               (close == 1 || static_cast<unsigned char>(peek(1)) >= 0x80 || syntax_ == Syntax::none);
    }

    /// In shell and YAML a '#' inside a word is no comment.
    [[nodiscard]] bool starts_hash_comment() const {
        if (syntax_ == Syntax::python) {
            return true;
        }
        return syntax_ == Syntax::hash &&
               (at_ == 0 || std::string_view(" \t\n;(").find(text_[at_ - 1]) != std::string_view::npos);
    }

    void step() {
        const char c = text_[at_];
        if ((c == '#' && starts_hash_comment()) || (c_comments() && here("//"))) {
            line_comment();
        } else if (c_comments() && here("/*")) {
            block_comment();
        } else if (syntax_ == Syntax::python && (here("\"\"\"") || here("'''"))) {
            long_string(text_.substr(at_, 3), Part::document);
        } else if ((syntax_ == Syntax::java || syntax_ == Syntax::csharp) && here("\"\"\"")) {
            long_string("\"\"\"", Part::string);
        } else if ((syntax_ == Syntax::rust && rust_raw_string()) ||
                   (c == '/' && syntax_ == Syntax::javascript && starts_regex() && regex_literal())) {
            return;
        } else if (c == '"') {
            if (!raw_string()) {
                plain_string('"', syntax_ == Syntax::rust);
            }
        } else if (c == '\'' && is_character_literal()) {
            plain_string('\'', false);
        } else if (c == '`' && syntax_ == Syntax::go) {
            const auto end = after("`", at_ + 1);
            quoted(1, end, 1, Part::string);
        } else if (c == '`' && syntax_ == Syntax::javascript) {
            template_literal();
        } else {
            ++at_;
        }
    }

    std::string_view text_;
    Syntax syntax_;
    std::vector<Part> parts_;
    std::size_t at_ = 0;
};

}  // namespace

SourceViews source_views(std::string_view text, Syntax syntax) {
    SourceViews views{std::string(text), std::string(text), std::string(text)};
    if (syntax == Syntax::none) {
        return views;
    }
    const auto parts = Scanner(text, syntax).run();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (parts[i] == Part::code || text[i] == '\n') {
            continue;
        }
        views.code[i] = ' ';
        if (parts[i] == Part::comment || parts[i] == Part::document) {
            views.text[i] = ' ';
        }
        if (parts[i] != Part::comment) {
            views.unquoted[i] = ' ';
        }
    }
    return views;
}

std::string without_comments(std::string_view text, Syntax syntax) {
    return source_views(text, syntax).text;
}

std::string_view line_at(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const auto before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
    return text.substr(first, std::min(text.find('\n', offset), text.size()) - first);
}

std::size_t line_start(std::string_view text, std::size_t offset) {
    const auto before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(" \t"), line.size());
}

std::size_t line_number(std::string_view text, std::size_t offset) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

std::string squeezed(std::string_view line) {
    std::string out;
    for (const char c : line) {
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            out += c;
        }
    }
    return out;
}

}  // namespace rfsn::policy
