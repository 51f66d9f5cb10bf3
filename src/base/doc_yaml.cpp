// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <memory>

#include <fmt/format.h>
#include <yaml.h>

#include "base/doc_builder.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

class Parser {
   public:
    explicit Parser(std::string_view bytes) : bytes_(bytes), ready_(yaml_parser_initialize(&parser_) == 1) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (bytes_.substr(0, byte_order_mark.size()) == byte_order_mark) {
            bytes_.remove_prefix(byte_order_mark.size());
        }
        if (ready_) {
            yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
            yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes_.data()),
                                         bytes_.size());
        }
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    ~Parser() {
        if (ready_) {
            yaml_parser_delete(&parser_);
        }
    }
    bool next(yaml_event_t& event) { return ready_ && yaml_parser_parse(&parser_, &event) == 1; }
    [[nodiscard]] DocError error() const {
        if (!ready_ || parser_.error == YAML_MEMORY_ERROR) {
            return {{}, "not enough memory"};
        }
        std::string message = parser_.problem == nullptr ? "cannot be parsed" : parser_.problem;
        if (parser_.error == YAML_READER_ERROR) {
            if (parser_.problem_value >= 0) {
                message += fmt::format(" (U+{:04X})", parser_.problem_value);
            }
            return {doc_position(bytes_, parser_.problem_offset), std::move(message)};
        }
        if (message.find("cannot start any token") != std::string::npos && at_tab()) {
            return {position(parser_.problem_mark), "a tab where YAML wants spaces"};
        }
        if (parser_.context != nullptr) {
            message += fmt::format(" ({}", parser_.context);
            if (parser_.context_mark.line != parser_.problem_mark.line) {
                message += fmt::format(" that starts on line {}", parser_.context_mark.line + 1);
            }
            message += ')';
        }
        return {position(parser_.problem_mark), std::move(message)};
    }

   private:
    static DocPosition position(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }
    [[nodiscard]] bool at_tab() const {
        const auto lines = split(bytes_, '\n');
        const auto& mark = parser_.problem_mark;
        return mark.line < lines.size() && mark.column < lines[mark.line].size() &&
               lines[mark.line][mark.column] == '\t';
    }

    std::string_view bytes_;
    yaml_parser_t parser_{};
    bool ready_;
};

DocPosition position(const yaml_event_t& event) {
    return {event.start_mark.line + 1, event.start_mark.column + 1};
}

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const auto word : words) {
        if (text == word) {
            return true;
        }
    }
    return false;
}

std::size_t digits(std::string_view text, std::size_t from) {
    const std::size_t end = text.find_first_not_of("0123456789", from);
    return (end == std::string_view::npos ? text.size() : end) - from;
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_number(std::string_view text) {
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t whole = digits(text, at);
    at += whole;
    if (at < text.size() && text[at] == '.') {
        ++at;
        const std::size_t fraction = digits(text, at);
        if (whole == 0 && fraction == 0) {
            return false;
        }
        at += fraction;
    } else if (whole == 0) {
        return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1U : 0U;
        const std::size_t exponent = digits(text, at);
        if (exponent == 0) {
            return false;
        }
        at += exponent;
    }
    return at == text.size();
}

bool parse_integer(std::string_view text, DocNode& node) {
    int base = 10;
    std::string_view rest = text;
    if (rest.substr(0, 2) == "0x" || rest.substr(0, 2) == "0o") {
        base = rest[1] == 'x' ? 16 : 8;
        rest.remove_prefix(2);
    } else if (rest.substr(0, 1) == "+") {
        rest.remove_prefix(1);
    }
    if (rest.empty() || (rest[0] == '-' && (base != 10 || rest.size() != text.size()))) {
        return false;
    }
    const auto result = std::from_chars(rest.data(), rest.data() + rest.size(), node.integer, base);
    if (result.ec != std::errc() || result.ptr != rest.data() + rest.size()) {
        node.integer = 0;
        return false;
    }
    node.kind = DocNode::Kind::integer;
    node.number = static_cast<double>(node.integer);
    return true;
}

DocNode scalar_node(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const std::string_view tag = view(scalar.tag);
    const bool is_string =
        tag == YAML_STR_TAG || tag == "!" || (tag.empty() && scalar.style != YAML_PLAIN_SCALAR_STYLE) ||
        (!tag.empty() && tag.substr(0, 18) != "tag:yaml.org,2002:" && scalar.style != YAML_PLAIN_SCALAR_STYLE);
    DocNode node;
    if (is_string) {
        node.kind = DocNode::Kind::string;
        node.text = std::move(text);
    } else {
        node = yaml_plain_scalar(std::move(text));
    }
    node.at = position(event);
    return node;
}

bool feed(DocBuilder& builder, const yaml_event_t& event) {
    const auto anchored = [&](const yaml_char_t* anchor) {
        if (anchor != nullptr) {
            builder.anchor(std::string(view(anchor)));
        }
    };
    switch (event.type) {
        case YAML_SCALAR_EVENT:
            anchored(event.data.scalar.anchor);
            return builder.scalar(scalar_node(event));
        case YAML_SEQUENCE_START_EVENT:
            anchored(event.data.sequence_start.anchor);
            return builder.begin(DocNode::Kind::list, position(event));
        case YAML_MAPPING_START_EVENT:
            anchored(event.data.mapping_start.anchor);
            return builder.begin(DocNode::Kind::map, position(event));
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            builder.end();
            return !builder.error();
        case YAML_ALIAS_EVENT:
            return builder.alias(std::string(view(event.data.alias.anchor)), position(event));
        default:
            return true;
    }
}

}  // namespace

DocNode yaml_plain_scalar(std::string text) {
    DocNode node;
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) {
        node.kind = DocNode::Kind::null;
    } else if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
        node.kind = DocNode::Kind::boolean;
        node.boolean = text[0] == 't' || text[0] == 'T';
    } else if (parse_integer(text, node)) {
    } else if (looks_like_number(text)) {
        node.kind = DocNode::Kind::number;
        const std::size_t sign = text[0] == '+' ? 1 : 0;
        const auto result = std::from_chars(text.data() + sign, text.data() + text.size(), node.number);
        if (result.ec == std::errc::result_out_of_range) {
            const bool tiny = text.find("e-") != std::string::npos || text.find("E-") != std::string::npos;
            node.number = tiny ? 0 : text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
        }
    } else {
        std::string_view rest = text;
        const bool negative = rest[0] == '-';
        if (negative || rest[0] == '+') {
            rest.remove_prefix(1);
        }
        if (is_one_of(rest, {".inf", ".Inf", ".INF"})) {
            node.kind = DocNode::Kind::number;
            node.number = negative ? -HUGE_VAL : HUGE_VAL;
        } else if (is_one_of(text, {".nan", ".NaN", ".NAN"})) {
            node.kind = DocNode::Kind::number;
            node.number = NAN;
        } else {
            node.kind = DocNode::Kind::string;
        }
    }
    node.text = std::move(text);
    return node;
}

bool parse_yaml_into(DocBuilder& builder, std::string_view bytes, std::vector<DocNode>& documents, bool single) {
    Parser parser(bytes);
    for (bool done = false; !done;) {
        yaml_event_t event;
        if (!parser.next(event)) {
            auto error = parser.error();
            return builder.fail(error.at, std::move(error.message));
        }
        const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> owner(&event, yaml_event_delete);
        if (event.type == YAML_DOCUMENT_START_EVENT && single && !documents.empty()) {
            return builder.fail(position(event), "a second document starts here; only one is expected");
        }
        if (!feed(builder, event)) {
            return false;
        }
        if (event.type == YAML_DOCUMENT_END_EVENT) {
            documents.push_back(builder.take());
        }
        done = event.type == YAML_STREAM_END_EVENT;
    }
    return true;
}

}  // namespace rfsn::base
