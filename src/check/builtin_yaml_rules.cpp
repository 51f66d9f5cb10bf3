// SPDX-License-Identifier: MIT
#include "check/builtin_yaml_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rfsn::check {
namespace {

/// The length of the line end at the front of `text`: what YAML calls one.
std::size_t line_end(std::string_view text) {
    for (const std::string_view end : {"\r\n", "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
        if (text.substr(0, end.size()) == end) {
            return end.size();
        }
    }
    return 0;
}

/// Offsets of positions that only go forwards; columns count characters.
class Cursor {
   public:
    explicit Cursor(std::string_view text) : text_(text) {}

    /// The text from there on; empty if it lies behind (an alias shows its anchor's place again) or outside.
    std::string_view at(base::DocPosition position) {
        if (position.line < line_ || (position.line == line_ && position.column < column_)) {
            return {};
        }
        while (line_ < position.line) {
            offset_ = text_.find_first_of("\n\r\xC2\xE2", offset_);
            if (offset_ == std::string_view::npos) {
                offset_ = text_.size();
                return {};
            }
            const std::size_t end = line_end(text_.substr(offset_));
            line_ += end != 0 ? 1U : 0U;
            offset_ += end != 0 ? end : 1;
            column_ = 1;
        }
        while (column_ < position.column && offset_ < text_.size()) {
            ++offset_;
            while (offset_ < text_.size() && (static_cast<unsigned char>(text_[offset_]) & 0xC0U) == 0x80U) {
                ++offset_;
            }
            ++column_;
        }
        return text_.substr(offset_);
    }

   private:
    std::string_view text_;
    std::size_t offset_ = 0;
    std::size_t line_ = 1;
    std::size_t column_ = 1;
};

std::string_view word(std::string_view text) {
    constexpr std::size_t longest = 256;
    text = text.substr(0, longest);
    return text.substr(0, std::min(text.find_first_of(" \t\r\n,[]{}"), text.size()));
}

bool is_known_tag(std::string_view tag) {
    constexpr std::array<std::string_view, 14> types{"str",    "int",       "float", "bool", "null",  "map",   "seq",
                                                     "binary", "timestamp", "set",   "omap", "pairs", "merge", "value"};
    if (tag == "!") {
        return true;
    }
    constexpr std::string_view verbatim = "!<tag:yaml.org,2002:";
    std::string_view type;
    if (tag.substr(0, 2) == "!!") {
        type = tag.substr(2);
    } else if (tag.substr(0, verbatim.size()) == verbatim) {
        type = tag.substr(verbatim.size(), tag.size() - verbatim.size() - 1);
    }
    return std::find(types.begin(), types.end(), type) != types.end();
}

class Visitor {
   public:
    explicit Visitor(std::string_view content)
        : cursor_(content), has_tags_(content.find('!') != std::string_view::npos) {}

    bool node(const base::DocNode& node) {
        if (!tag(node.at)) {
            return false;
        }
        for (const auto& item : node.items) {
            if (!this->node(item)) {
                return false;
            }
        }
        for (std::size_t i = 0; i < node.entries.size(); ++i) {
            const auto at = i < node.key_positions.size() ? node.key_positions[i] : base::DocPosition{};
            const auto& [name, value] = node.entries[i];
            if (!key(name, at) || !merge(name, value, at) || !this->node(value)) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] std::optional<DocumentProblem> problem() const { return problem_; }

   private:
    bool key(const std::string& text, base::DocPosition at) {
        if (!text.empty() && text.front() == '{' && cursor_.at(at).substr(0, 1) == "{") {
            problem_ =
                DocumentProblem{at.line, at.column, "a mapping as a key; a {{ template }} must be quoted", false};
            return false;
        }
        return tag(at);
    }

    /// "<<: value", unquoted, takes mappings only.
    bool merge(const std::string& name, const base::DocNode& value, base::DocPosition at) {
        const bool mappings =
            value.is_map() || (value.is_list() && std::all_of(value.items.begin(), value.items.end(),
                                                              [](const base::DocNode& item) { return item.is_map(); }));
        if (name != "<<" || mappings || cursor_.at(at).substr(0, 1) != "<") {
            return true;
        }
        problem_ = DocumentProblem{at.line, at.column, "expected a mapping or list of mappings for merging", false};
        return false;
    }

    bool tag(base::DocPosition at) {
        if (!has_tags_) {
            return true;
        }
        std::string_view text = cursor_.at(at);
        if (text.substr(0, 1) == "&") {
            text.remove_prefix(word(text).size());
            text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        }
        if (text.substr(0, 1) != "!" || is_known_tag(word(text))) {
            return true;
        }
        problem_ = DocumentProblem{
            at.line, at.column,
            "could not determine a constructor for the tag '" + std::string(word(text)) + "' (--unsafe allows any)",
            false};
        return false;
    }

    Cursor cursor_;
    bool has_tags_;
    std::optional<DocumentProblem> problem_;
};

}  // namespace

std::optional<DocumentProblem> unsafe_yaml(std::string_view content, const std::vector<base::DocNode>& documents) {
    Visitor visitor(content);
    for (const auto& document : documents) {
        if (!visitor.node(document)) {
            break;
        }
    }
    return visitor.problem();
}

}  // namespace rfsn::check
