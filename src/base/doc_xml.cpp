// SPDX-License-Identifier: MIT
#include <map>
#include <memory>

#include <climits>
#include <expat.h>

#include "base/doc_builder.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

/// Elements repeat and mix with text, which DocBuilder does not know: the tree is made here.
class Handler {
   public:
    explicit Handler(XML_Parser parser) : parser_(parser) { root_.kind = DocNode::Kind::map; }

    void start(const char* name, const char** attributes) {
        if (open_.size() >= doc_max_depth / 2) {
            stop("nested more than 100 elements deep");
            return;
        }
        DocNode element;
        element.kind = DocNode::Kind::map;
        element.at = position();
        for (; attributes[0] != nullptr; attributes += 2) {
            if (!count()) {
                return;
            }
            add(element, std::string("@") + attributes[0], text_node(attributes[1]));
        }
        if (!count()) {
            return;
        }
        Open open;
        DocNode& list = children(name);
        list.items.push_back(std::move(element));
        open.node = &list.items.back();
        open_.push_back(std::move(open));
    }

    void end() {
        if (open_.empty()) {
            return;
        }
        Open& open = open_.back();
        if (!open.text.empty() && (open.names.empty() || !trim(open.text).empty())) {
            add(*open.node, "#text", text_node(std::move(open.text)));
        }
        open_.pop_back();
    }

    void text(std::string_view bytes) {
        if (!open_.empty()) {
            open_.back().text.append(bytes);
        }
    }

    void stop(std::string message) {
        if (!error_) {
            error_ = DocError{position(), std::move(message)};
        }
        XML_StopParser(parser_, XML_FALSE);
    }

    [[nodiscard]] DocPosition position() const {
        return {XML_GetCurrentLineNumber(parser_), XML_GetCurrentColumnNumber(parser_) + 1};
    }
    [[nodiscard]] const std::optional<DocError>& error() const { return error_; }
    DocNode take() { return std::move(root_); }

   private:
    struct Open {
        DocNode* node = nullptr;  // stays valid: its parent's list does not grow before it is closed
        std::string text;
        std::map<std::string, std::size_t, std::less<>> names;  // of child elements, to their entry
    };

    bool count() {
        if (++nodes_ > doc_max_nodes) {
            stop("more than 5000000 values");
            return false;
        }
        return true;
    }
    [[nodiscard]] DocNode text_node(std::string text) const {
        DocNode node;
        node.kind = DocNode::Kind::string;
        node.text = std::move(text);
        node.at = position();
        return node;
    }
    static DocNode& add(DocNode& map, std::string name, DocNode value) {
        map.key_positions.push_back(value.at);
        map.entries.emplace_back(std::move(name), std::move(value));
        return map.entries.back().second;
    }
    /// The list of elements called `name` in the open element.
    DocNode& children(std::string_view name) {
        DocNode empty;
        empty.kind = DocNode::Kind::list;
        empty.at = position();
        if (open_.empty()) {
            return add(root_, std::string(name), std::move(empty));
        }
        DocNode& parent = *open_.back().node;
        auto& names = open_.back().names;
        const auto found = names.find(name);
        if (found != names.end()) {
            return parent.entries[found->second].second;
        }
        names.emplace(std::string(name), parent.entries.size());
        return add(parent, std::string(name), std::move(empty));
    }

    XML_Parser parser_;
    DocNode root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    std::optional<DocError> error_;
};

Handler& handler(void* data) {
    return *static_cast<Handler*>(data);
}

}  // namespace

tl::expected<DocNode, DocError> parse_xml(std::string_view bytes) {
    // The bytes are UTF-8 whatever the declaration says: that has been checked.
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
        XML_ParserCreate("UTF-8"), &XML_ParserFree);
    if (parser == nullptr || bytes.size() > INT_MAX) {
        return tl::make_unexpected(DocError{{}, "too large"});
    }
    Handler state(parser.get());
    XML_SetUserData(parser.get(), &state);
    XML_SetElementHandler(
        parser.get(),
        [](void* data, const char* name, const char** attributes) { handler(data).start(name, attributes); },
        [](void* data, const char*) { handler(data).end(); });
    XML_SetCharacterDataHandler(parser.get(), [](void* data, const char* text, int size) {
        handler(data).text({text, static_cast<std::size_t>(size)});
    });
    XML_SetStartDoctypeDeclHandler(parser.get(), [](void* data, const char*, const char*, const char*, int) {
        handler(data).stop("a document type declaration is not accepted");
    });
    const auto status = XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), XML_TRUE);
    if (state.error()) {
        return tl::make_unexpected(*state.error());
    }
    if (status != XML_STATUS_OK) {
        return tl::make_unexpected(DocError{state.position(), XML_ErrorString(XML_GetErrorCode(parser.get()))});
    }
    return state.take();
}

}  // namespace rfsn::base
