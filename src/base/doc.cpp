// SPDX-License-Identifier: MIT
#include "base/doc.hpp"

#include <charconv>
#include <cmath>
#include <new>
#include <optional>

#include <fmt/format.h>

#include "base/doc_builder.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace rfsn::base {
namespace {

// toml++ cannot be told to stop, so its input is kept small enough for its tree to fit.
constexpr std::size_t toml_max_bytes = std::size_t{32} << 20;

std::optional<DocError> unbearable(DocFormat format, std::string_view bytes) {
    const std::size_t limit = format == DocFormat::toml ? toml_max_bytes : doc_max_bytes;
    if (bytes.size() > limit) {
        return DocError{{}, fmt::format("{} bytes; the limit is {}", bytes.size(), limit)};
    }
    const std::size_t bad = find_invalid_utf8(bytes);
    if (bad != std::string_view::npos) {
        return DocError{doc_position(bytes, bad),
                        fmt::format("not valid UTF-8 (byte 0x{:02x})", static_cast<unsigned char>(bytes[bad]))};
    }
    return std::nullopt;
}

tl::expected<std::vector<DocNode>, DocError> parse(DocFormat format, std::string_view bytes, bool keep, bool single) {
    if (auto error = unbearable(format, bytes)) {
        return tl::make_unexpected(std::move(*error));
    }
    DocBuilder builder(keep);
    std::vector<DocNode> documents;
    try {
        switch (format) {
            case DocFormat::yaml:
                parse_yaml_into(builder, bytes, documents, single);
                break;
            case DocFormat::json:
                if (parse_json_into(builder, bytes)) {
                    documents.push_back(builder.take());
                }
                break;
            case DocFormat::toml:
            case DocFormat::xml: {
                auto document = format == DocFormat::toml ? parse_toml(bytes) : parse_xml(bytes);
                if (!document) {
                    return tl::make_unexpected(std::move(document.error()));
                }
                documents.push_back(std::move(*document));
                break;
            }
        }
    } catch (const std::bad_alloc&) {
        return tl::make_unexpected(DocError{{}, "not enough memory"});
    }
    if (builder.error()) {
        return tl::make_unexpected(*builder.error());
    }
    return documents;
}

std::string json_number(double number) {
    if (!std::isfinite(number)) {  // JSON has no infinities
        return "null";
    }
    // "-0" would be read back as the integer 0.
    return number == 0 && std::signbit(number) ? "-0.0" : fmt::to_string(number);
}

void write_json(std::string& out, const DocNode& node) {
    switch (node.kind) {
        case DocNode::Kind::null:
            out += "null";
            return;
        case DocNode::Kind::boolean:
            out += node.boolean ? "true" : "false";
            return;
        case DocNode::Kind::integer:
            out += fmt::to_string(node.integer);
            return;
        case DocNode::Kind::number:
            out += json_number(node.number);
            return;
        case DocNode::Kind::string:
            out += json_quote(node.text);
            return;
        case DocNode::Kind::list:
            out += '[';
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                out += i == 0 ? "" : ",";
                write_json(out, node.items[i]);
            }
            out += ']';
            return;
        case DocNode::Kind::map:
            out += '{';
            for (std::size_t i = 0; i < node.entries.size(); ++i) {
                out += i == 0 ? "" : ",";
                out += json_quote(node.entries[i].first);
                out += ':';
                write_json(out, node.entries[i].second);
            }
            out += '}';
            return;
    }
}

bool is_scalar(const DocNode& node) {
    return !node.is_null() && !node.is_map() && !node.is_list();
}

}  // namespace

DocNode::DocNode() = default;
DocNode::DocNode(const DocNode& other) = default;
DocNode::DocNode(DocNode&& other) noexcept = default;
DocNode& DocNode::operator=(const DocNode& other) = default;
DocNode& DocNode::operator=(DocNode&& other) noexcept = default;
DocNode::~DocNode() = default;

const DocNode* DocNode::find(std::string_view key) const {
    for (const auto& entry : entries) {
        if (entry.first == key) {
            return &entry.second;
        }
    }
    return nullptr;
}

const DocNode* DocNode::at_path(std::string_view dotted) const {
    const DocNode* node = this;
    for (const std::string_view part : split(dotted, '.')) {
        if (node->is_list()) {
            std::size_t index = 0;
            const auto result = std::from_chars(part.data(), part.data() + part.size(), index);
            const bool whole = result.ec == std::errc() && result.ptr == part.data() + part.size();
            node = whole && index < node->items.size() ? &node->items[index] : nullptr;
        } else {
            node = node->find(part);
        }
        if (node == nullptr) {
            return nullptr;
        }
    }
    return node;
}

std::string DocNode::string_or(std::string_view key, std::string_view fallback) const {
    const DocNode* const node = find(key);
    return node != nullptr && is_scalar(*node) ? node->text : std::string(fallback);
}

std::int64_t DocNode::int_or(std::string_view key, std::int64_t fallback) const {
    const DocNode* const node = find(key);
    return node != nullptr && node->kind == Kind::integer ? node->integer : fallback;
}

bool DocNode::bool_or(std::string_view key, bool fallback) const {
    const DocNode* const node = find(key);
    return node != nullptr && node->kind == Kind::boolean ? node->boolean : fallback;
}

std::vector<std::string> DocNode::strings(std::string_view key) const {
    std::vector<std::string> found;
    const DocNode* const node = find(key);
    if (node == nullptr) {
        return found;
    }
    if (is_scalar(*node)) {
        found.push_back(node->text);
    }
    for (const auto& item : node->items) {
        if (is_scalar(item)) {
            found.push_back(item.text);
        }
    }
    return found;
}

tl::expected<DocNode, DocError> parse_doc(DocFormat format, std::string_view bytes) {
    auto documents = parse(format, bytes, true, true);
    if (!documents) {
        return tl::make_unexpected(std::move(documents.error()));
    }
    return documents->empty() ? DocNode() : std::move(documents->front());
}

tl::expected<std::vector<DocNode>, DocError> parse_yaml_stream(std::string_view bytes) {
    return parse(DocFormat::yaml, bytes, true, false);
}

std::optional<DocError> check_doc(DocFormat format, std::string_view bytes) {
    auto documents = parse(format, bytes, false, false);
    return documents ? std::nullopt : std::optional<DocError>(std::move(documents.error()));
}

std::string to_json(const DocNode& node) {
    std::string out;
    write_json(out, node);
    return out;
}

std::string json_quote(std::string_view text) {
    std::string out = "\"";
    out.reserve(text.size() + 2);
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = decode_utf8(text, at);
        if (!c.valid) {
            append_utf8(out, 0xFFFD);
        } else if (c.code == U'"' || c.code == U'\\') {
            out += '\\';
            out += text[at];
        } else if (c.code == U'\n') {
            out += "\\n";
        } else if (c.code == U'\t') {
            out += "\\t";
        } else if (c.code == U'\r') {
            out += "\\r";
        } else if (c.code < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c.code));
        } else {
            out.append(text.substr(at, c.size));
        }
        at += c.size;
    }
    out += '"';
    return out;
}

}  // namespace rfsn::base
