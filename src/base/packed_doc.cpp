// SPDX-License-Identifier: MIT
#include "base/packed_doc.hpp"

#include <charconv>

#include "base/doc_builder.hpp"

namespace rfsn::base {
namespace {

class Unpacker {
   public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    bool value(DocNode& node, std::size_t depth) {
        if (rest_.empty() || depth > doc_max_depth) {
            return false;
        }
        const char kind = rest_.front();
        rest_.remove_prefix(1);
        switch (kind) {
            case 'N':
                return true;
            case 'T':
            case 'F':
                node.kind = DocNode::Kind::boolean;
                node.boolean = kind == 'T';
                node.text = node.boolean ? "true" : "false";
                return true;
            case 'I':
                node.kind = DocNode::Kind::integer;
                return text(node.text) &&
                       std::from_chars(node.text.data(), node.text.data() + node.text.size(), node.integer).ec ==
                           std::errc();
            case 'S':
                node.kind = DocNode::Kind::string;
                return text(node.text);
            case 'L':
                return list(node, depth);
            case 'M':
                return map(node, depth);
            default:
                return false;
        }
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

   private:
    /// No more than there are bytes left: every item takes one at least.
    bool count(std::size_t& number) {
        number = 0;
        for (unsigned shift = 0; shift < 35 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            number |= static_cast<std::size_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) {
                return number <= rest_.size();
            }
        }
        return false;
    }
    bool text(std::string& out) {
        std::size_t size = 0;
        if (!count(size)) {
            return false;
        }
        out.assign(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return true;
    }
    bool list(DocNode& node, std::size_t depth) {
        node.kind = DocNode::Kind::list;
        std::size_t size = 0;
        if (!count(size)) {
            return false;
        }
        node.items.resize(size);
        for (auto& item : node.items) {
            if (!value(item, depth + 1)) {
                return false;
            }
        }
        return true;
    }
    bool map(DocNode& node, std::size_t depth) {
        node.kind = DocNode::Kind::map;
        std::size_t size = 0;
        if (!count(size)) {
            return false;
        }
        node.entries.resize(size);
        node.key_positions.resize(size);
        for (auto& [key, child] : node.entries) {
            if (!text(key) || !value(child, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    std::string_view rest_;
};

}  // namespace

tl::expected<DocNode, DocError> unpack_doc(std::string_view bytes) {
    DocNode root;
    Unpacker unpacker(bytes);
    if (!unpacker.value(root, 0) || !unpacker.at_end()) {
        return tl::make_unexpected(DocError{{}, "the packed document is damaged"});
    }
    return root;
}

}  // namespace rfsn::base
