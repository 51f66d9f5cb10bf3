// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"

namespace rfsn::base {

inline constexpr std::size_t doc_max_depth = 200;
inline constexpr std::size_t doc_max_nodes = 5'000'000;
inline constexpr std::size_t doc_max_bytes = std::size_t{512} << 20;

/// Turns a parser's events into a tree, and holds every format to the same limits: depth, nodes, no key twice. Each
/// call returns false once there is an error. With keep = false the same rules are held without a tree, in the memory
/// of the open containers' keys alone.
class DocBuilder {
   public:
    explicit DocBuilder(bool keep) : keep_(keep) { open_.reserve(16); }
    DocBuilder(const DocBuilder&) = delete;
    DocBuilder& operator=(const DocBuilder&) = delete;
    ~DocBuilder() = default;

    /// A map's nodes come as key, value, key, value, or each value after a call of key(). A scalar as key is its text;
    /// a container as key (YAML has that) is built aside, and its compact JSON becomes the key.
    bool scalar(DocNode node);
    bool begin(DocNode::Kind kind, DocPosition at);
    void end();
    bool key(std::string name, DocPosition at);

    /// Remembers the node that the next scalar() or begin() makes.
    void anchor(std::string name) { next_anchor_ = std::move(name); }
    /// Puts a copy of an anchored node here.
    bool alias(const std::string& name, DocPosition at);

    bool fail(DocPosition at, std::string message);
    [[nodiscard]] const std::optional<DocError>& error() const { return error_; }
    [[nodiscard]] std::size_t depth() const { return open_.size(); }
    /// The finished document; the builder is ready for the next one, but for its count of nodes.
    [[nodiscard]] DocNode take();

   private:
    struct Open {
        DocNode* node = nullptr;  // stays valid: a container grows only when none of its children is open
        DocNode::Kind kind = DocNode::Kind::list;
        DocPosition at;
        bool has_key = false;
        std::string key;
        DocPosition key_at;
        std::size_t children = 0;
        std::unique_ptr<std::set<std::string, std::less<>>> keys;
        std::unique_ptr<DocNode> complex_key;  // this container is its parent's key
    };
    struct Anchor {
        std::vector<std::size_t> path;  // of a container: child indices from the root
        bool reachable = true;          // false inside a key
        std::optional<DocNode> scalar;
    };

    bool count(DocPosition at, std::size_t nodes);
    bool remember_key(Open& map);
    DocNode* attach(DocNode node);
    [[nodiscard]] const DocNode* resolve(const Anchor& anchor) const;
    void note_anchor(const DocNode* scalar);
    [[nodiscard]] bool wants_key() const;

    bool keep_;
    DocNode root_;
    std::vector<Open> open_;
    std::map<std::string, Anchor> anchors_;
    std::optional<std::string> next_anchor_;
    std::size_t nodes_ = 0;
    std::size_t complex_keys_ = 0;
    std::optional<DocError> error_;
};

/// Follows a cursor through bytes; columns count characters. `bytes` must be valid UTF-8.
class DocCursor {
   public:
    explicit DocCursor(std::string_view bytes) : bytes_(bytes) {}
    void advance_to(std::size_t offset);
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] DocPosition position() const { return {line_, column_}; }

   private:
    std::string_view bytes_;
    std::size_t offset_ = 0;
    std::size_t line_ = 1;
    std::size_t column_ = 1;
};
[[nodiscard]] DocPosition doc_position(std::string_view bytes, std::size_t offset);

/// The parsers; `bytes` has been found to be valid UTF-8 of a bearable size.
bool parse_yaml_into(DocBuilder& builder, std::string_view bytes, std::vector<DocNode>& documents, bool single);
bool parse_json_into(DocBuilder& builder, std::string_view bytes);
[[nodiscard]] tl::expected<DocNode, DocError> parse_toml(std::string_view bytes);
[[nodiscard]] tl::expected<DocNode, DocError> parse_xml(std::string_view bytes);

/// What a plain YAML scalar means by the 1.2 core schema.
[[nodiscard]] DocNode yaml_plain_scalar(std::string text);

}  // namespace rfsn::base
