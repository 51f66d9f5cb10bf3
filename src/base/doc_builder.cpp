// SPDX-License-Identifier: MIT
#include "base/doc_builder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::base {
namespace {

constexpr std::size_t linear_keys = 16;

/// What a copy costs against the limit; long texts count by their length, or a few aliases could fill the memory.
std::size_t count_nodes(const DocNode& node) {
    constexpr std::size_t bytes_per_node = 64;
    std::size_t nodes = 1 + node.text.size() / bytes_per_node;
    for (const auto& item : node.items) {
        nodes += count_nodes(item);
    }
    for (const auto& entry : node.entries) {
        nodes += count_nodes(entry.second) + entry.first.size() / bytes_per_node;
    }
    return nodes;
}

std::size_t height(const DocNode& node) {
    std::size_t deepest = 0;
    for (const auto& item : node.items) {
        deepest = std::max(deepest, height(item));
    }
    for (const auto& entry : node.entries) {
        deepest = std::max(deepest, height(entry.second));
    }
    return deepest + 1;
}

}  // namespace

bool DocBuilder::fail(DocPosition at, std::string message) {
    if (!error_) {
        error_ = DocError{at, std::move(message)};
    }
    return false;
}

bool DocBuilder::count(DocPosition at, std::size_t nodes) {
    nodes_ += nodes;
    if (keep_ && nodes_ > doc_max_nodes) {
        return fail(at, fmt::format("more than {} values", doc_max_nodes));
    }
    return !error_;
}

bool DocBuilder::wants_key() const {
    return !open_.empty() && open_.back().kind == DocNode::Kind::map && !open_.back().has_key;
}

bool DocBuilder::remember_key(Open& map) {
    const auto twice = [&] {
        return fail(map.key_at, fmt::format("repeated key '{}'", printable(std::string_view(map.key).substr(0, 200))));
    };
    if (map.keys == nullptr && keep_ && map.node->entries.size() < linear_keys) {
        return map.node->find(map.key) == nullptr || twice();
    }
    if (map.keys == nullptr) {
        map.keys = std::make_unique<std::set<std::string, std::less<>>>();
        for (const auto& entry : map.node->entries) {
            map.keys->insert(entry.first);
        }
    }
    return map.keys->insert(map.key).second || twice();
}

bool DocBuilder::key(std::string name, DocPosition at) {
    if (error_) {
        return false;
    }
    Open& map = open_.back();
    map.key = std::move(name);
    map.key_at = at;
    map.has_key = true;
    return remember_key(map);
}

DocNode* DocBuilder::attach(DocNode node) {
    if (open_.empty()) {
        root_ = std::move(node);
        return &root_;
    }
    Open& parent = open_.back();
    ++parent.children;
    const bool has_key = std::exchange(parent.has_key, false);
    if (!keep_) {
        // Containers need a place for their keys' check only; the root serves all of them, since it stays empty.
        return &root_;
    }
    if (parent.kind == DocNode::Kind::list || !has_key) {
        parent.node->items.push_back(std::move(node));
        return &parent.node->items.back();
    }
    parent.node->entries.emplace_back(std::move(parent.key), std::move(node));
    parent.node->key_positions.push_back(parent.key_at);
    return &parent.node->entries.back().second;
}

bool DocBuilder::scalar(DocNode node) {
    if (!count(node.at, 1)) {
        return false;
    }
    note_anchor(&node);
    if (wants_key()) {
        return key(std::move(node.text), node.at);
    }
    attach(std::move(node));
    return true;
}

bool DocBuilder::begin(DocNode::Kind kind, DocPosition at) {
    if (!count(at, 1)) {
        return false;
    }
    if (open_.size() >= doc_max_depth) {
        return fail(at, fmt::format("nested more than {} deep", doc_max_depth));
    }
    DocNode node;
    node.kind = kind;
    node.at = at;
    Open open;
    open.kind = kind;
    open.at = at;
    if (wants_key()) {
        ++complex_keys_;
        note_anchor(nullptr);
        open.complex_key = std::make_unique<DocNode>(std::move(node));
        open.node = keep_ ? open.complex_key.get() : &root_;
    } else {
        note_anchor(nullptr);
        open.node = attach(std::move(node));
    }
    open_.push_back(std::move(open));
    return true;
}

void DocBuilder::end() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    if (closed.complex_key == nullptr) {
        return;
    }
    --complex_keys_;
    if (error_) {
        return;
    }
    if (keep_) {
        key(to_json(*closed.complex_key), closed.at);
    } else {
        open_.back().has_key = true;
    }
}

void DocBuilder::note_anchor(const DocNode* scalar) {
    if (!next_anchor_) {
        return;
    }
    Anchor anchor;
    anchor.reachable = complex_keys_ == 0;
    if (scalar != nullptr) {
        anchor.scalar = *scalar;
    } else {
        for (const auto& open : open_) {
            anchor.path.push_back(open.children);
        }
        // The entry of an open container that leads to the next one down has been counted already.
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            --anchor.path[i];
        }
    }
    anchors_[*next_anchor_] = std::move(anchor);
    next_anchor_.reset();
}

const DocNode* DocBuilder::resolve(const Anchor& anchor) const {
    const DocNode* node = &root_;
    for (const std::size_t index : anchor.path) {
        const std::size_t size = node->is_map() ? node->entries.size() : node->items.size();
        if (index >= size) {
            return nullptr;
        }
        node = node->is_map() ? &node->entries[index].second : &node->items[index];
    }
    return node;
}

bool DocBuilder::alias(const std::string& name, DocPosition at) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
        return fail(at, fmt::format("undefined alias '{}'", printable(name)));
    }
    const Anchor& anchor = found->second;
    if (!keep_ && !anchor.scalar) {
        if (wants_key()) {
            open_.back().has_key = true;
        } else {
            attach(DocNode());
        }
        return !error_;
    }
    const DocNode* node = anchor.scalar ? &*anchor.scalar : anchor.reachable ? resolve(anchor) : nullptr;
    if (node == nullptr) {
        return fail(at, fmt::format("alias '{}' refers into a mapping's key; that is not supported", printable(name)));
    }
    if (std::any_of(open_.begin(), open_.end(), [&](const Open& open) { return open.node == node; })) {
        return fail(at, fmt::format("alias '{}' refers to what contains it; that is not supported", printable(name)));
    }
    if (open_.size() + height(*node) > doc_max_depth + 1) {
        return fail(at, fmt::format("nested more than {} deep", doc_max_depth));
    }
    if (!count(at, count_nodes(*node))) {
        return false;
    }
    if (wants_key()) {
        return key(node->is_map() || node->is_list() ? to_json(*node) : node->text, at);
    }
    DocNode copy = *node;
    copy.at = at;
    attach(std::move(copy));
    return true;
}

DocNode DocBuilder::take() {
    anchors_.clear();
    next_anchor_.reset();
    open_.clear();
    complex_keys_ = 0;
    return std::exchange(root_, DocNode());
}

void DocCursor::advance_to(std::size_t offset) {
    for (offset = std::min(offset, bytes_.size()); offset_ < offset; ++offset_) {
        const auto byte = static_cast<unsigned char>(bytes_[offset_]);
        if (byte == '\n') {
            ++line_;
            column_ = 1;
        } else if ((byte & 0xC0U) != 0x80U) {
            ++column_;
        }
    }
}

DocPosition doc_position(std::string_view bytes, std::size_t offset) {
    DocCursor cursor(bytes);
    cursor.advance_to(offset);
    return cursor.position();
}

}  // namespace rfsn::base
