// SPDX-License-Identifier: MIT
#include "check/builtin_json_dialect.hpp"

#include <algorithm>
#include <array>

namespace rfsn::check {
namespace {

class Rewriter {
   public:
    Rewriter(std::string_view content, bool comments) : in_(content), out_(content), comments_(comments) {}

    std::optional<std::string> run() {
        while (at_ < in_.size()) {
            const char c = in_[at_];
            if (c == '"') {
                string();
            } else if (comments_ && c == '/' && at_ + 1 < in_.size() && (in_[at_ + 1] == '/' || in_[at_ + 1] == '*')) {
                comment();
            } else if (c == ',') {
                comma_ = at_++;
            } else if (c == '}' || c == ']') {
                if (comments_ && comma_ != none) {
                    blank(comma_, comma_ + 1);
                }
                comma_ = none;
                ++at_;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                ++at_;
            } else {
                comma_ = none;
                constant();
            }
        }
        return changed_ ? std::optional(std::move(out_)) : std::nullopt;
    }

   private:
    static constexpr std::size_t none = std::string_view::npos;

    void blank(std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            if (out_[i] != '\n') {
                out_[i] = ' ';
            }
        }
        changed_ = true;
    }

    void comment() {
        const bool line = in_[at_ + 1] == '/';
        const std::size_t close = in_.find(line ? "\n" : "*/", at_ + 2);
        if (close == none && !line) {
            at_ = in_.size();  // left in place, to be the error that it is
            return;
        }
        const std::size_t end = close == none ? in_.size() : close + (line ? 0 : 2);
        blank(at_, end);
        at_ = end;
    }

    /// The code unit of a \uXXXX escape at `at`, or -1.
    [[nodiscard]] int unit(std::size_t at) const {
        if (in_.substr(at, 2) != "\\u" || at + 6 > in_.size()) {
            return -1;
        }
        int value = 0;
        for (const char c : in_.substr(at + 2, 4)) {
            const auto digit =
                std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
            if (digit == none) {
                return -1;
            }
            value = value * 16 + static_cast<int>(digit);
        }
        return value;
    }

    void string() {
        comma_ = none;
        ++at_;
        while (at_ < in_.size() && in_[at_] != '"') {
            if (in_[at_] != '\\') {
                ++at_;
                continue;
            }
            const int first = unit(at_);
            if (first >= 0xD800 && first <= 0xDFFF) {
                const int second = first < 0xDC00 ? unit(at_ + 6) : -1;
                if (second >= 0xDC00 && second <= 0xDFFF) {
                    at_ += 12;
                    continue;
                }
                out_.replace(at_ + 2, 4, "FFFD");
                changed_ = true;
            }
            at_ += 2;
        }
        ++at_;
    }

    void constant() {
        for (const std::string_view word :
             {std::string_view("NaN"), std::string_view("-Infinity"), std::string_view("Infinity")}) {
            if (in_.substr(at_, word.size()) == word) {
                blank(at_, at_ + word.size());
                out_[at_] = '0';
                at_ += word.size();
                return;
            }
        }
        ++at_;
    }

    std::string_view in_;
    std::string out_;
    bool comments_;
    bool changed_ = false;
    std::size_t at_ = 0;
    std::size_t comma_ = none;  ///< of the last token, if it was one
};

}  // namespace

std::optional<std::string> plain_json(std::string_view content, bool comments) {
    return Rewriter(content, comments).run();
}

}  // namespace rfsn::check
