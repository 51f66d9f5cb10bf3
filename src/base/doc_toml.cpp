// SPDX-License-Identifier: MIT
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <algorithm>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/doc_builder.hpp"

namespace rfsn::base {
namespace {

/// toml++ builds as deep as dotted keys say and takes its trees apart by recursion, so that a long enough key ends the
/// program. This walks the tokens ahead of it and refuses what would be too deep or too much.
class Survey {
   public:
    explicit Survey(std::string_view bytes) : bytes_(bytes) {}

    /// The offset of the first excess, or npos.
    std::size_t excess() {
        while (at_ < bytes_.size()) {
            const char c = bytes_[at_];
            if (c == '"' || c == '\'') {
                skip_string(c);
                continue;
            }
            if (c == '#') {
                at_ = std::min(bytes_.find('\n', at_), bytes_.size());
                continue;
            }
            token(c);
            if (header_ + in_brackets_ + dots_ > doc_max_depth || brackets_.size() > doc_max_depth ||
                values_ > doc_max_nodes) {
                return at_;
            }
            ++at_;
        }
        return std::string_view::npos;
    }

   private:
    void token(char c) {
        switch (c) {
            case '.':
                ++dots_;
                break;
            case '=':
                ++values_;
                after_equals_ = true;
                break;
            case ',':
                ++values_;
                dots_ = 0;
                break;
            case '\n':
                if (brackets_.empty() || !after_equals_) {
                    if (!after_equals_ && in_header_) {
                        header_ = dots_ + 1;
                    }
                    dots_ = 0;
                    after_equals_ = in_header_ = false;
                }
                break;
            case '[':
            case '{':
                if (after_equals_) {
                    brackets_.push_back(dots_ + 1);
                    in_brackets_ += brackets_.back();
                    dots_ = 0;
                } else {
                    in_header_ = true;
                    header_ = 0;
                }
                break;
            case ']':
            case '}':
                if (!brackets_.empty()) {
                    dots_ = 0;
                    in_brackets_ -= brackets_.back();
                    brackets_.pop_back();
                }
                break;
            default:
                break;
        }
    }

    void skip_string(char quote) {
        const std::string_view rest = bytes_.substr(at_);
        const bool multi = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
        at_ += multi ? 3U : 1U;
        for (; at_ < bytes_.size(); ++at_) {
            if (bytes_[at_] == '\\' && quote == '"') {
                ++at_;
            } else if (!multi && (bytes_[at_] == quote || bytes_[at_] == '\n')) {
                at_ += bytes_[at_] == quote ? 1U : 0U;
                return;
            } else if (multi && bytes_.substr(at_, 3) == rest.substr(0, 3)) {
                at_ = std::min(bytes_.find_first_not_of(quote, at_), bytes_.size());
                return;
            }
        }
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    std::size_t dots_ = 0;
    std::size_t header_ = 0;
    std::size_t in_brackets_ = 0;
    std::size_t values_ = 0;
    std::vector<std::size_t> brackets_;
    bool after_equals_ = false;
    bool in_header_ = false;
};

DocPosition position(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

template <class T>
std::string formatted(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

DocNode convert(const toml::node& from);

DocNode convert_table(const toml::table& table) {
    std::vector<std::pair<const toml::key*, const toml::node*>> entries;
    for (auto it = table.cbegin(); it != table.cend(); ++it) {
        entries.emplace_back(&it->first, &it->second);
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.first->source().begin < b.first->source().begin; });
    DocNode node;
    node.kind = DocNode::Kind::map;
    for (const auto& entry : entries) {
        node.entries.emplace_back(std::string(entry.first->str()), convert(*entry.second));
        node.key_positions.push_back(position(entry.first->source()));
    }
    return node;
}

DocNode convert(const toml::node& from) {
    DocNode node;
    if (const auto* const table = from.as_table()) {
        node = convert_table(*table);
    } else if (const auto* const array = from.as_array()) {
        node.kind = DocNode::Kind::list;
        for (auto it = array->cbegin(); it != array->cend(); ++it) {
            node.items.push_back(convert(*it));
        }
    } else if (const auto* const text = from.as_string()) {
        node.kind = DocNode::Kind::string;
        node.text = text->get();
    } else if (const auto* const boolean = from.as_boolean()) {
        node.kind = DocNode::Kind::boolean;
        node.boolean = boolean->get();
        node.text = node.boolean ? "true" : "false";
    } else if (const auto* const integer = from.as_integer()) {
        node.kind = DocNode::Kind::integer;
        node.integer = integer->get();
        node.number = static_cast<double>(node.integer);
        node.text = fmt::to_string(node.integer);
    } else if (const auto* const number = from.as_floating_point()) {
        node.kind = DocNode::Kind::number;
        node.number = number->get();
        node.text = fmt::to_string(node.number);
    } else {
        node.kind = DocNode::Kind::string;
        if (const auto* const date = from.as_date()) {
            node.text = formatted(date->get());
        } else if (const auto* const time = from.as_time()) {
            node.text = formatted(time->get());
        } else if (const auto* const date_time = from.as_date_time()) {
            node.text = formatted(date_time->get());
        }
    }
    node.at = position(from.source());
    return node;
}

}  // namespace

tl::expected<DocNode, DocError> parse_toml(std::string_view bytes) {
    if (const auto excess = Survey(bytes).excess(); excess != std::string_view::npos) {
        return tl::make_unexpected(
            DocError{doc_position(bytes, excess),
                     fmt::format("nested more than {} deep, or more than {} values", doc_max_depth, doc_max_nodes)});
    }
    const toml::parse_result result = toml::parse(bytes);
    if (!result) {
        return tl::make_unexpected(
            DocError{position(result.error().source()), std::string(result.error().description())});
    }
    return convert(result.table());
}

}  // namespace rfsn::base
