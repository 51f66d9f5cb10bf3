// SPDX-License-Identifier: MIT
#include <cmath>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/doc_builder.hpp"

namespace rfsn::base {
namespace {

/// Builds from the parser's events. These carry no positions, so a cursor follows through the text, token by token; it
/// may be simple, since the parser has accepted every token that it is asked about.
class Handler final : public nlohmann::json_sax<nlohmann::json> {
   public:
    Handler(DocBuilder& builder, std::string_view bytes) : builder_(builder), bytes_(bytes), cursor_(bytes) {
        if (bytes.substr(0, 3) == "\xEF\xBB\xBF") {
            cursor_.advance_to(3);
        }
    }

    bool null() override {
        return scalar(DocNode::Kind::null, [](DocNode&) {});
    }
    bool boolean(bool value) override {
        return scalar(DocNode::Kind::boolean, [&](DocNode& node) { node.boolean = value; });
    }
    bool number_integer(std::int64_t value) override {
        return scalar(DocNode::Kind::integer, [&](DocNode& node) {
            node.integer = value;
            node.number = static_cast<double>(value);
        });
    }
    bool number_unsigned(std::uint64_t value) override {
        if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
            return number_integer(static_cast<std::int64_t>(value));
        }
        return scalar(DocNode::Kind::number, [&](DocNode& node) { node.number = static_cast<double>(value); });
    }
    bool number_float(double value, const std::string& /*text*/) override {
        return scalar(DocNode::Kind::number, [&](DocNode& node) { node.number = value; });
    }
    bool string(std::string& value) override {
        DocNode node;
        node.kind = DocNode::Kind::string;
        node.at = token().at;
        node.text = std::move(value);
        return builder_.scalar(std::move(node));
    }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*size*/) override { return builder_.begin(DocNode::Kind::map, token().at); }
    bool key(std::string& name) override {
        const DocPosition at = token().at;
        return builder_.key(std::move(name), at);
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return builder_.begin(DocNode::Kind::list, token().at); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string& /*last_token*/,
                     const nlohmann::detail::exception& error) override {
        std::string_view message = error.what();
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ... - what; last read: '...'"
        if (const auto at = message.find("] "); at != std::string_view::npos) {
            message.remove_prefix(at + 2);
        }
        constexpr std::string_view where = "parse error at ";
        if (const auto at = message.find(": ");
            message.substr(0, where.size()) == where && at != std::string_view::npos) {
            message.remove_prefix(at + 2);
        }
        return builder_.fail(doc_position(bytes_, offending(position, message)), std::string(message));
    }

   private:
    /// Where the trouble begins: `position` bytes have been read, and a message about an unexpected token is about all
    /// of it.
    [[nodiscard]] std::size_t offending(std::size_t position, std::string_view message) const {
        std::size_t at = position == 0 ? 0 : std::min(position - 1, bytes_.size());
        constexpr std::string_view unexpected = "unexpected ";
        const auto named = message.find(unexpected);
        const std::string_view token = named == std::string_view::npos ? "" : message.substr(named + unexpected.size());
        const auto starts = [&](std::string_view word) { return token.substr(0, word.size()) == word; };
        if (at >= bytes_.size()) {
            return at;
        }
        if (starts("string") && bytes_[at] == '"') {
            const auto escaped = [&](std::size_t quote) {
                const std::size_t before = bytes_.find_last_not_of('\\', quote - 1);
                return (quote - 1 - (before == std::string_view::npos ? std::size_t(-1) : before)) % 2 != 0;
            };
            do {
                at = at == 0 ? 0 : bytes_.rfind('"', at - 1);
            } while (at != std::string_view::npos && at != 0 && escaped(at));
            return at == std::string_view::npos ? 0 : at;
        }
        if (starts("number") || starts("true") || starts("false") || starts("null")) {
            const std::size_t before = bytes_.find_last_of(" \t\r\n,:[]{}\"", at);
            return before == std::string_view::npos ? 0 : before + 1;
        }
        return at;
    }

    struct Token {
        DocPosition at;
        std::string_view text;
    };

    Token token() {
        cursor_.advance_to(bytes_.find_first_not_of(" \t\r\n,:", cursor_.offset()));
        const std::size_t start = cursor_.offset();
        const DocPosition at = cursor_.position();
        std::size_t end = start + 1;
        if (start >= bytes_.size()) {
            return {at, {}};
        }
        if (bytes_[start] == '"') {
            while (end < bytes_.size() && bytes_[end] != '"') {
                end += bytes_[end] == '\\' ? 2U : 1U;
            }
            ++end;
        } else if (std::string_view("{}[]").find(bytes_[start]) == std::string_view::npos) {
            end = std::min(bytes_.find_first_of(" \t\r\n,:]}", start), bytes_.size());
        }
        cursor_.advance_to(end);
        return {at, bytes_.substr(start, end - start)};
    }

    template <class Fill>
    bool scalar(DocNode::Kind kind, const Fill& fill) {
        const Token read = token();
        DocNode node;
        node.kind = kind;
        node.at = read.at;
        node.text = std::string(read.text);
        fill(node);
        return builder_.scalar(std::move(node));
    }

    bool close() {
        token();
        builder_.end();
        return !builder_.error();
    }

    DocBuilder& builder_;
    std::string_view bytes_;
    DocCursor cursor_;
};

}  // namespace

bool parse_json_into(DocBuilder& builder, std::string_view bytes) {
    // The lexer takes a NUL for the end of the input.
    if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) {
        return builder.fail(doc_position(bytes, nul), "a NUL byte");
    }
    try {
        Handler handler(builder, bytes);
        return nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &handler) && !builder.error();
    } catch (const std::exception& error) {
        return builder.fail({}, fmt::format("cannot be parsed: {}", error.what()));
    }
}

}  // namespace rfsn::base
