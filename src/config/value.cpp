// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/key_table.hpp"

namespace rfsn::config {
namespace {

using Node = base::DocNode;
using Parsed = tl::expected<Value, std::string>;

struct Unit {
    std::string_view name;
    std::int64_t ms;
};
constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

tl::unexpected<std::string> refuse(std::string why) {
    return tl::make_unexpected(std::move(why));
}

/// A wrong value as a message shows it.
std::string shown(const Key& key, std::string_view text) {
    constexpr std::size_t limit = 60;
    if (key.is_private) {
        return "this value";
    }
    return fmt::format("'{}{}'", base::printable(text.substr(0, limit)), text.size() > limit ? "..." : "");
}

const char* kind_text(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::boolean:
            return "a boolean";
        case Node::Kind::integer:
            return "an integer";
        case Node::Kind::number:
            return "a number";
        case Node::Kind::string:
            return "a string";
        case Node::Kind::list:
            return "a list";
        case Node::Kind::map:
            return "a map";
    }
    return "";
}

std::string wrong_type(const Key& key, const Node& node) {
    const std::string hint =
        key.type == KeyType::argv && node.is_string() ? ": [program, argument]; there is no shell" : "";
    return fmt::format("takes {}, not {}{}", type_text(key.type), kind_text(node), hint);
}

template <class Number>
Parsed in_range(const Key& key, Number number, Value value) {
    const auto real = static_cast<double>(number);
    if (!(real >= key.min && real <= key.max)) {
        return refuse(fmt::format("takes {}; {} is out of range", range_text(key), to_text(value)));
    }
    return value;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(result.ptr, static_cast<std::size_t>(text.data() + text.size() - result.ptr));
    constexpr std::int64_t most = 1'000'000'000;
    for (const auto& candidate : units) {
        if (result.ec == std::errc() && count >= 0 && count <= most && unit == candidate.name) {
            return Milliseconds(count * candidate.ms);
        }
    }
    return std::nullopt;
}

Parsed choice(const Key& key, const std::string& text) {
    if (std::find(key.choices.begin(), key.choices.end(), text) == key.choices.end()) {
        return refuse(
            fmt::format("takes {}, not {}{}", range_text(key), shown(key, text), did_you_mean(text, key.choices)));
    }
    return text;
}

Parsed text_value(const std::string& text) {
    constexpr std::size_t limit = 4096;
    if (text.size() > limit || text.find('\0') != std::string::npos || text.find('\n') != std::string::npos) {
        return refuse(fmt::format("takes one line of at most {} bytes", limit));
    }
    return text;
}

Parsed duration(const Key& key, std::string_view text) {
    const auto found = parse_duration(text);
    if (!found) {
        return refuse(fmt::format("takes a duration such as 20s, 500ms or 2m, not {}", shown(key, text)));
    }
    return in_range(key, found->count(), *found);
}

Parsed list(const Key& key, std::vector<std::string> words) {
    for (const auto& word : words) {
        if (key.type == KeyType::choices) {
            if (auto checked = choice(key, word); !checked) {
                return checked;
            }
        }
        if (word.find('\0') != std::string::npos || (word.empty() && key.type != KeyType::argv)) {
            return refuse("has an entry that is empty or holds a NUL");
        }
    }
    if (key.type == KeyType::argv && (words.empty() || words[0].empty())) {
        return refuse("takes a list whose first word is the program");
    }
    return words;
}

Parsed list_from_node(const Key& key, const Node& node) {
    if (node.is_string() && key.type != KeyType::argv) {
        return list(key, {node.text});
    }
    if (!node.is_list()) {
        return refuse(wrong_type(key, node));
    }
    std::vector<std::string> words;
    for (const auto& item : node.items) {
        if (item.is_null() || item.is_map() || item.is_list()) {
            return refuse(fmt::format("takes {}; one of its entries is {}", type_text(key.type), kind_text(item)));
        }
        words.push_back(item.text);
    }
    return list(key, std::move(words));
}

Parsed unchecked(const Key& key, const Node& node) {
    using Kind = Node::Kind;
    switch (key.type) {
        case KeyType::boolean:
            return node.kind == Kind::boolean ? Parsed(node.boolean) : refuse(wrong_type(key, node));
        case KeyType::integer:
            return node.kind == Kind::integer ? in_range(key, node.integer, node.integer)
                                              : refuse(wrong_type(key, node));
        case KeyType::number:
            return node.kind == Kind::integer || node.kind == Kind::number ? in_range(key, node.number, node.number)
                                                                           : refuse(wrong_type(key, node));
        case KeyType::string:
            // A model called 7 or a parser called true is a name all the same.
            return node.is_null() || node.is_list() || node.is_map() ? refuse(wrong_type(key, node))
                                                                     : text_value(node.text);
        case KeyType::choice:
            return node.is_null() || node.is_list() || node.is_map() ? refuse(wrong_type(key, node))
                                                                     : choice(key, node.text);
        case KeyType::duration:
            return node.is_null() || node.is_list() || node.is_map() ? refuse(wrong_type(key, node))
                                                                     : duration(key, node.text);
        case KeyType::strings:
        case KeyType::choices:
        case KeyType::argv:
            return list_from_node(key, node);
    }
    return refuse("has no type");
}

bool is_plain(std::string_view text) {
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+";
    return !text.empty() && text.find_first_not_of(safe) == std::string_view::npos && text[0] != '-' &&
           base::parse_doc(base::DocFormat::yaml, text).value_or(Node()).is_string();
}

std::string flow(std::string_view text) {
    return is_plain(text) ? std::string(text) : base::json_quote(text);
}

}  // namespace

tl::expected<Value, std::string> value_from_node(const Key& key, const base::DocNode& node) {
    auto value = unchecked(key, node);
    if (value && key.refuses != nullptr) {
        if (auto why = key.refuses(*value); !why.empty()) {
            return refuse(std::move(why));
        }
    }
    return value;
}

tl::expected<Value, std::string> value_from_text(const Key& key, std::string_view text) {
    if (!base::is_valid_utf8(text)) {
        return refuse("is not valid UTF-8");
    }
    const bool is_list = key.type == KeyType::strings || key.type == KeyType::choices || key.type == KeyType::argv;
    Node node;
    if (is_list && base::trim(text).substr(0, 1) != "[") {
        node.kind = Node::Kind::list;
        for (const auto part : base::split(text, ',')) {
            if (const auto word = base::trim(part); !word.empty()) {
                Node item;
                item.kind = Node::Kind::string;
                item.text = std::string(word);
                node.items.push_back(std::move(item));
            }
        }
    } else if (is_list || key.type == KeyType::boolean || key.type == KeyType::integer || key.type == KeyType::number) {
        auto parsed = base::parse_doc(base::DocFormat::yaml, text);
        if (!parsed) {
            return refuse(fmt::format("takes {}: {}", type_text(key.type), parsed.error().message));
        }
        node = std::move(*parsed);
        if (key.type == KeyType::boolean && (node.text == "1" || node.text == "0")) {
            node.kind = Node::Kind::boolean;
            node.boolean = node.text == "1";
        }
    } else {
        node.kind = Node::Kind::string;
        node.text = std::string(text);
    }
    return value_from_node(key, node);
}

std::string duration_text(Milliseconds duration) {
    for (const auto* unit = std::end(units); unit != std::begin(units);) {
        --unit;
        if (duration.count() % unit->ms == 0 && (duration.count() != 0 || unit->ms == 1000)) {
            return fmt::format("{}{}", duration.count() / unit->ms, unit->name);
        }
    }
    return fmt::format("{}ms", duration.count());
}

std::string to_text(const Value& value) {
    return std::visit(
        [](const auto& held) -> std::string {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return flow(held);
            } else if constexpr (std::is_same_v<T, Milliseconds>) {
                return duration_text(held);
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                std::string text = "[";
                for (const auto& word : held) {
                    text += text.size() == 1 ? "" : ", ";
                    text += flow(word);
                }
                return text + "]";
            } else {
                return fmt::to_string(held);
            }
        },
        value);
}

std::string range_text(const Key& key) {
    switch (key.type) {
        case KeyType::integer:
            return fmt::format("{:.0f} to {:.0f}", key.min, key.max);
        case KeyType::number:
            return fmt::format("{:g} to {:g}", key.min, key.max);
        case KeyType::duration:
            return fmt::format("{} to {}", duration_text(Milliseconds(static_cast<std::int64_t>(key.min))),
                               duration_text(Milliseconds(static_cast<std::int64_t>(key.max))));
        case KeyType::choice:
        case KeyType::choices:
            return fmt::format("one of {}", fmt::join(key.choices, ", "));
        default:
            return {};
    }
}

const char* type_text(KeyType type) {
    switch (type) {
        case KeyType::boolean:
            return "true or false";
        case KeyType::integer:
            return "an integer";
        case KeyType::number:
            return "a number";
        case KeyType::string:
        case KeyType::choice:
            return "a string";
        case KeyType::strings:
        case KeyType::choices:
            return "a list of strings";
        case KeyType::argv:
            return "a list of words";
        case KeyType::duration:
            return "a duration";
    }
    return "";
}

std::optional<Value> read(const Slot& slot) {
    return std::visit(
        [](const auto* held) -> std::optional<Value> {
            using T = std::decay_t<decltype(*held)>;
            if constexpr (std::is_same_v<T, std::optional<bool>> || std::is_same_v<T, std::optional<Milliseconds>>) {
                return held->has_value() ? std::optional<Value>(**held) : std::nullopt;
            } else if constexpr (std::is_same_v<T, std::vector<model::Stage>>) {
                std::vector<std::string> names;
                for (const auto stage : *held) {
                    names.emplace_back(name(stage));
                }
                return names;
            } else {
                return *held;
            }
        },
        slot);
}

void write(const Slot& slot, const Value& value) {
    std::visit(
        [&](auto* held) {
            using T = std::decay_t<decltype(*held)>;
            if constexpr (std::is_same_v<T, std::optional<bool>> || std::is_same_v<T, std::optional<Milliseconds>>) {
                *held = std::get<typename T::value_type>(value);
            } else if constexpr (std::is_same_v<T, std::vector<model::Stage>>) {
                held->clear();
                for (const auto& word : std::get<std::vector<std::string>>(value)) {
                    if (const auto stage = model::stage(word)) {
                        held->push_back(*stage);
                    }
                }
            } else {
                *held = std::get<T>(value);
            }
        },
        slot);
}

}  // namespace rfsn::config
