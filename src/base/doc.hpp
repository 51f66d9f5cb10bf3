// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace rfsn::base {

/// 1-based, columns count characters (not bytes); 0 = unknown.
struct DocPosition {
    std::size_t line = 0;
    std::size_t column = 0;
};

/// One value out of a YAML, TOML, JSON or XML document. A tree of plain data with positions; owns everything.
/// XML: an element is a map with its attributes under "@name", its text under "#text" and each child element name
/// mapped to a list of elements (always a list); the root map has one key, the root element's name, mapped to a list of
/// one.
class DocNode {
   public:
    enum class Kind { null, boolean, integer, number, string, list, map };
    using Entry = std::pair<std::string, DocNode>;

    // Out of line, where Entry is complete: Clang 14 looks into the vectors as soon as one of these is inline.
    DocNode();
    DocNode(const DocNode& other);
    DocNode(DocNode&& other) noexcept;
    DocNode& operator=(const DocNode& other);
    DocNode& operator=(DocNode&& other) noexcept;
    ~DocNode();

    Kind kind = Kind::null;
    bool boolean = false;
    std::int64_t integer = 0;
    double number = 0;
    /// The scalar's text as written (also of booleans and numbers in YAML and JSON), so that `version: 1.10` is
    /// not 1.1.
    std::string text;
    std::vector<DocNode> items;
    /// In document order. Duplicates cannot occur: the parsers reject them.
    std::vector<Entry> entries;
    DocPosition at;
    /// Where a map's keys stand, same order as entries.
    std::vector<DocPosition> key_positions;

    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_map() const { return kind == Kind::map; }
    [[nodiscard]] bool is_list() const { return kind == Kind::list; }
    [[nodiscard]] bool is_string() const { return kind == Kind::string; }
    /// The entry of a map, or nullptr.
    [[nodiscard]] const DocNode* find(std::string_view key) const;
    /// A dotted path of map keys and list indices ("tool.ruff", "runs.0.results"), or nullptr.
    [[nodiscard]] const DocNode* at_path(std::string_view dotted) const;
    /// Any scalar's text; fallback if absent, null or no scalar.
    [[nodiscard]] std::string string_or(std::string_view key, std::string_view fallback) const;
    [[nodiscard]] std::int64_t int_or(std::string_view key, std::int64_t fallback) const;
    [[nodiscard]] bool bool_or(std::string_view key, bool fallback) const;
    /// The texts of a list of scalars, or one scalar as a list of one; empty if absent.
    [[nodiscard]] std::vector<std::string> strings(std::string_view key) const;
};

/// A parse failure keeps its place: Error{invalid, "LINE:COLUMN: message"}; for callers that report findings.
struct DocError {
    DocPosition at;
    std::string message;
};

enum class DocFormat { yaml, toml, json, xml };

/// Parses one document. YAML through libyaml's event parser (1.2 core schema; yaml-cpp accepts what is not YAML),
/// anchors resolved, merge keys kept as they are; JSON by RFC 8259 plus duplicate-key rejection; XML without DTDs or
/// external entities. Depth is limited to 200 (100 elements in XML), nodes to 5 million (also after alias expansion),
/// bytes to 512 MB (TOML: 32 MB); all input must be valid UTF-8. An empty YAML document is null.
[[nodiscard]] tl::expected<DocNode, DocError> parse_doc(DocFormat format, std::string_view bytes);
/// All documents of a YAML stream.
[[nodiscard]] tl::expected<std::vector<DocNode>, DocError> parse_yaml_stream(std::string_view bytes);
/// Whether the bytes are what they should be (YAML: any number of documents), by the same rules but without building a
/// tree: for YAML and JSON no limit on nodes, and memory for the open containers' keys only.
[[nodiscard]] std::optional<DocError> check_doc(DocFormat format, std::string_view bytes);

/// Compact JSON, keys in the node's order, invalid UTF-8 replaced.
[[nodiscard]] std::string to_json(const DocNode& node);
/// "text" as a JSON string literal with its quotes, invalid UTF-8 replaced.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace rfsn::base
