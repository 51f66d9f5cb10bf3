// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/doc.hpp"
#include "config/config.hpp"

namespace rfsn::config {

using Milliseconds = std::chrono::milliseconds;
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, Milliseconds>;
/// Where in a Config a key's value lives.
using Slot = std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<std::string>*, Milliseconds*,
                          std::vector<model::Stage>*, std::optional<bool>*, std::optional<Milliseconds>*>;

enum class KeyType { boolean, integer, number, string, choice, strings, choices, argv, duration };
/// What .rfsn.yaml may do with a key.
enum class RepositoryRule { may_set, may_lower, may_not };

/// One row of the table from which parsing, validation, origins, the schema and the help are made.
struct Key {
    std::string name;  ///< dotted; "checks.ID.files" and "llm.providers.ID.model" stand for every ID
    KeyType type = KeyType::string;
    std::function<Slot(Config&, const std::string& id)> slot;
    std::string help;
    RepositoryRule repository = RepositoryRule::may_set;
    double min = 0;  ///< of integers, numbers, and durations in milliseconds
    double max = 0;
    std::vector<std::string> choices = {};
    bool adds_up = false;     ///< the layers' lists are joined, not replaced
    bool is_private = false;  ///< a wrong value is not shown: it may be a key pasted into the wrong place
    std::string alias = {};   ///< a second environment variable
    /// More about a value: an error message, or "".
    std::string (*refuses)(const Value& value) = nullptr;

    /// "checks" or "llm.providers" for keys that have an ID in the middle, else "".
    [[nodiscard]] std::string_view group() const;
    [[nodiscard]] bool has_id() const { return !group().empty(); }
    /// RFSN_LLM_MODEL; RFSN_CHECKS_ID_FILES.
    [[nodiscard]] std::string environment() const;
};

[[nodiscard]] const std::vector<Key>& key_table();
[[nodiscard]] Config default_config();

/// A key with the check it is about, if any.
struct KeyRef {
    const Key* key = nullptr;
    std::string id;
    [[nodiscard]] std::string name() const;  ///< dotted, with the id in it
};
/// nullptr inside if there is no such key.
[[nodiscard]] KeyRef find_key(std::string_view dotted);
[[nodiscard]] bool is_check_id(std::string_view id);
/// Whether it can name a check, or a provider.
[[nodiscard]] bool is_id(std::string_view group, std::string_view id);
/// The groups that have IDs.
inline constexpr std::array<std::string_view, 2> id_groups{"checks", "llm.providers"};
/// "; did you mean 'x'?" or "".
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// A value out of a document or out of plain text (environment, command line), checked against the key's type and
/// range.
[[nodiscard]] tl::expected<Value, std::string> value_from_node(const Key& key, const base::DocNode& node);
[[nodiscard]] tl::expected<Value, std::string> value_from_text(const Key& key, std::string_view text);
/// As YAML flow text.
[[nodiscard]] std::string to_text(const Value& value);
/// "20s", "500ms", "2m".
[[nodiscard]] std::string duration_text(Milliseconds duration);
/// "1 to 100", "one of off, error", or "".
[[nodiscard]] std::string range_text(const Key& key);
[[nodiscard]] const char* type_text(KeyType type);

/// nullopt for an optional that is not set.
[[nodiscard]] std::optional<Value> read(const Slot& slot);
void write(const Slot& slot, const Value& value);

/// One setting that a layer makes, before it is merged.
struct Assignment {
    KeyRef ref;
    Value value;
    Layer layer = Layer::defaults;
    std::string where;
};
struct Gathered {
    std::vector<Assignment> assignments;
    std::vector<std::string> errors;  ///< "WHERE: what"
};
void gather_document(std::string_view bytes, const std::string& name, Layer layer, Gathered& into);
void gather_environment(const base::Environment& env, const std::set<std::string>& key_variables, Gathered& into);
void gather_overrides(const std::map<std::string, std::string>& overrides, Gathered& into);

}  // namespace rfsn::config
