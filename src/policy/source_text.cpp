// SPDX-License-Identifier: MIT
#include "policy/source_text.hpp"

#include <algorithm>

namespace rfsn::policy {
namespace {

/// Walks over source text and blanks what is not code. Unfinished comments and strings end with the text.
class Stripper {
   public:
    Stripper(std::string_view text, Comments style) : text_(text), style_(style), out_(text) {}

    std::string run() {
        while (at_ < text_.size()) {
            step();
        }
        return std::move(out_);
    }

   private:
    [[nodiscard]] bool here(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

    void blank(std::size_t end) {
        for (end = std::min(end, text_.size()); at_ < end; ++at_) {
            if (text_[at_] != '\n') {
                out_[at_] = ' ';
            }
        }
    }
    [[nodiscard]] std::size_t after(std::string_view what, std::size_t from) const {
        const auto found = text_.find(what, from);
        return found == std::string_view::npos ? text_.size() : found + what.size();
    }
    [[nodiscard]] std::size_t line_end() const { return std::min(text_.find('\n', at_), text_.size()); }

    /// Past the closing quote of a string that opens here; a plain one ends with its line at the latest.
    void skip_string(char quote, bool several_lines) {
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\') {
                ++at_;
            } else if (c == quote || (c == '\n' && !several_lines)) {
                break;
            }
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    /// 'a', '\n', '\u{1F600}'; a Rust lifetime or a digit separator is none of them.
    [[nodiscard]] bool is_character_literal() const {
        if (at_ + 2 >= text_.size()) {
            return false;
        }
        if (text_[at_ + 1] == '\\') {
            return text_.substr(at_ + 2, 12).find('\'') != std::string_view::npos;
        }
        const auto close = text_.substr(at_ + 1, 5).find('\'');
        return close != std::string_view::npos && close > 0 &&
               (close == 1 || static_cast<unsigned char>(text_[at_ + 1]) >= 0x80);
    }

    void step() {
        const char c = text_[at_];
        if (style_ == Comments::python && (here("\"\"\"") || here("'''"))) {
            const std::string_view quotes = text_.substr(at_, 3);
            blank(after(quotes, at_ + 3));
        } else if (((style_ == Comments::python || style_ == Comments::hash) && c == '#' && starts_comment()) ||
                   (style_ == Comments::c && here("//"))) {
            blank(line_end());
        } else if (style_ == Comments::c && here("/*")) {
            blank(after("*/", at_ + 2));
        } else if (c == '"' || (c == '\'' && (style_ != Comments::c || is_character_literal() || js_string()))) {
            skip_string(c, false);
        } else if (c == '`' && style_ == Comments::c) {
            skip_string(c, text_.find('`', at_ + 1) != std::string_view::npos);
        } else {
            ++at_;
        }
    }

    /// In shell and YAML a '#' inside a word is no comment.
    [[nodiscard]] bool starts_comment() const {
        return style_ == Comments::python || at_ == 0 || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t' ||
               text_[at_ - 1] == '\n' || text_[at_ - 1] == ';';
    }

    /// 'text' on one line after an operator or bracket, as JavaScript writes strings.
    [[nodiscard]] bool js_string() const {
        const auto before = at_ == 0 ? std::string_view::npos : text_.find_last_not_of(" \t", at_ - 1);
        const char previous = before == std::string_view::npos ? '\n' : text_[before];
        const auto close = text_.find('\'', at_ + 1);
        return std::string_view("([{,=:+?!;\n|").find(previous) != std::string_view::npos && close < line_end();
    }

    std::string_view text_;
    Comments style_;
    std::string out_;
    std::size_t at_ = 0;
};

}  // namespace

std::string without_comments(std::string_view text, Comments style) {
    return style == Comments::none ? std::string(text) : Stripper(text, style).run();
}

}  // namespace rfsn::policy
