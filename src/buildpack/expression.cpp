// SPDX-License-Identifier: MIT
#include "buildpack/expression.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {
namespace {

using base::ErrorCode;
using base::Result;
using Facts = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t max_length = 4096;
constexpr int max_depth = 50;

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Recursive descent over `or -> and -> not -> comparison`, evaluating as it goes.
class Parser {
   public:
    Parser(std::string_view text, const Facts* facts) : text_(text), facts_(facts) {}

    Result<bool> whole() {
        if (text_.size() > max_length) {
            return base::fail(ErrorCode::config,
                              fmt::format("an expression of {} bytes; the limit is {}", text_.size(), max_length));
        }
        RFSN_ASSIGN(const bool value, any(0));
        blanks();
        if (at_ != text_.size()) {
            return wrong("the expression should end");
        }
        return value;
    }
    std::vector<std::string> names;

   private:
    [[nodiscard]] tl::unexpected<base::Error> wrong(std::string_view what) const {
        return base::fail(ErrorCode::config, fmt::format("{} at offset {} of '{}'", what, at_, text_));
    }
    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    bool take(std::string_view token) {
        blanks();
        if (text_.substr(at_, token.size()) != token) {
            return false;
        }
        at_ += token.size();
        return true;
    }
    bool take_word(std::string_view word) {
        blanks();
        if (text_.substr(at_, word.size()) != word ||
            (at_ + word.size() < text_.size() && is_name(text_[at_ + word.size()]))) {
            return false;
        }
        at_ += word.size();
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by max_depth
    Result<bool> any(int depth) {
        RFSN_ASSIGN(bool value, all(depth));
        while (take("||")) {
            RFSN_ASSIGN(const bool right, all(depth));
            value = value || right;
        }
        return value;
    }
    Result<bool> all(int depth) {
        RFSN_ASSIGN(bool value, negated(depth));
        while (take("&&")) {
            RFSN_ASSIGN(const bool right, negated(depth));
            value = value && right;
        }
        return value;
    }
    Result<bool> negated(int depth) {
        if (depth > max_depth) {
            return wrong("too many levels");
        }
        blanks();
        if (text_.substr(at_, 2) != "!=" && take("!")) {
            RFSN_ASSIGN(const bool value, negated(depth + 1));
            return !value;
        }
        if (take("(")) {
            RFSN_ASSIGN(const bool value, any(depth + 1));
            if (!take(")")) {
                return wrong("')' is missing");
            }
            return value;
        }
        return comparison();
    }
    Result<bool> comparison() {
        RFSN_ASSIGN(const auto left, operand());
        if (take("==")) {
            RFSN_ASSIGN(const auto right, operand());
            return left == right;
        }
        if (take("!=")) {
            RFSN_ASSIGN(const auto right, operand());
            return left != right;
        }
        if (take_word("in")) {
            return member(left);
        }
        return !left.empty() && left != "false";
    }
    Result<bool> member(const std::string& left) {
        if (!take("[")) {
            return wrong("'[' is missing after in");
        }
        bool found = false;
        do {
            RFSN_ASSIGN(const auto item, operand());
            found = found || item == left;
        } while (take(","));
        if (!take("]")) {
            return wrong("']' is missing");
        }
        return found;
    }
    Result<std::string> operand() {
        blanks();
        if (at_ >= text_.size()) {
            return wrong("a name or a string is missing");
        }
        const char quote = text_[at_];
        if (quote == '"' || quote == '\'') {
            const auto end = text_.find(quote, at_ + 1);
            if (end == std::string_view::npos) {
                return wrong("the string has no end");
            }
            std::string value(text_.substr(at_ + 1, end - at_ - 1));
            at_ = end + 1;
            return value;
        }
        const auto start = at_;
        while (at_ < text_.size() && is_name(text_[at_])) {
            ++at_;
        }
        if (at_ == start || (text_[start] >= '0' && text_[start] <= '9')) {
            at_ = start;
            return wrong("a name or a string is missing");
        }
        std::string name(text_.substr(start, at_ - start));
        if (name == "true" || name == "false") {
            return name;
        }
        names.push_back(name);
        if (facts_ == nullptr) {
            return std::string();
        }
        const auto fact = facts_->find(name);
        return fact == facts_->end() ? std::string() : fact->second;
    }

    std::string_view text_;
    const Facts* facts_;
    std::size_t at_ = 0;
};

}  // namespace

Result<bool> evaluate(std::string_view expression, const Facts& facts) {
    return Parser(expression, &facts).whole();
}

Result<std::vector<std::string>> names_in(std::string_view expression) {
    Parser parser(expression, nullptr);
    RFSN_TRY(parser.whole());
    std::sort(parser.names.begin(), parser.names.end());
    parser.names.erase(std::unique(parser.names.begin(), parser.names.end()), parser.names.end());
    return std::move(parser.names);
}

}  // namespace rfsn::buildpack
