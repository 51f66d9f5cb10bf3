// SPDX-License-Identifier: MIT
// What each layer says, as assignments; nothing is merged here.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/key_table.hpp"

namespace rfsn::config {
namespace {

constexpr std::string_view variable_prefix = "RFSN_";

/// The names that may stand in a map at this place of the tree: "llm" -> {"model", ...}; "checks.ID" -> {"run", ...}.
std::vector<std::string> names_below(const std::string& group) {
    std::set<std::string> names;
    const std::string prefix = group.empty() ? "" : group + ".";
    for (const auto& key : key_table()) {
        if (key.name.rfind(prefix, 0) == 0) {
            const std::string rest = key.name.substr(prefix.size());
            names.insert(rest.substr(0, rest.find('.')));
        }
    }
    return {names.begin(), names.end()};
}

std::string quoted(std::string_view name) {
    return fmt::format("'{}'", base::printable(name.substr(0, 100)));
}

class DocumentWalk {
   public:
    DocumentWalk(const std::string& name, Layer layer, Gathered& into) : name_(name), layer_(layer), into_(into) {}

    /// `group` is the map's place in the table ("checks.ID"), `id` the check it is about.
    void map(const base::DocNode& node, const std::string& group, const std::string& id) {
        const auto names = names_below(group);
        for (std::size_t i = 0; i < node.entries.size(); ++i) {
            const auto& [key, value] = node.entries[i];
            const base::DocPosition at = node.key_positions[i];
            if (std::find(id_groups.begin(), id_groups.end(), group) != id_groups.end()) {
                named(group, key, value, at);
            } else if (std::find(names.begin(), names.end(), key) == names.end()) {
                unknown(key, group, names, at);
            } else {
                known(group.empty() ? key : group + "." + key, id, value, at);
            }
        }
    }
    [[nodiscard]] std::string where(base::DocPosition at) const {
        return fmt::format("{}:{}:{}", base::printable(name_), at.line, at.column);
    }
    void error(base::DocPosition at, const std::string& message) {
        into_.errors.push_back(fmt::format("{}: {}", where(at), message));
    }

   private:
    void named(const std::string& group, const std::string& id, const base::DocNode& value, base::DocPosition at) {
        if (!is_id(group, id)) {
            error(at, fmt::format("{} is no {}", quoted(id), group == "checks" ? "check id" : "name of a provider"));
        } else {
            group_map(group + ".ID", id, group + "." + id, value);
        }
    }
    void group_map(const std::string& group, const std::string& id, const std::string& shown,
                   const base::DocNode& value) {
        if (value.is_map()) {
            map(value, group, id);
        } else if (!value.is_null()) {
            error(value.at, fmt::format("{} takes a map", shown));
        }
    }
    void known(const std::string& name, const std::string& id, const base::DocNode& value, base::DocPosition at) {
        const auto& table = key_table();
        const auto key = std::find_if(table.begin(), table.end(), [&](const Key& k) { return k.name == name; });
        if (key == table.end()) {
            group_map(name, id, name, value);
            return;
        }
        const KeyRef ref{&*key, id};
        auto parsed = value_from_node(*key, value);
        if (!parsed) {
            error(value.at.line == 0 ? at : value.at, fmt::format("{} {}", ref.name(), parsed.error()));
            return;
        }
        into_.assignments.push_back({ref, std::move(*parsed), layer_, where(at)});
    }
    void unknown(const std::string& key, const std::string& group, const std::vector<std::string>& names,
                 base::DocPosition at) {
        std::string hint = did_you_mean(key, names);
        if (find_key(key).key != nullptr) {
            const auto dot = key.find('.');
            hint = fmt::format("; write it as nested maps, '{}:' and below it '{}:'", key.substr(0, dot),
                               key.substr(dot + 1));
        } else if (hint.empty()) {
            std::vector<std::string> elsewhere;
            for (const auto& row : key_table()) {
                if (row.name.substr(row.name.rfind('.') + 1) == key) {
                    elsewhere.push_back(row.name);
                }
            }
            hint = elsewhere.empty() ? fmt::format("; known here: {}", fmt::join(names, ", "))
                                     : fmt::format("; did you mean '{}'?", elsewhere.front());
        }
        const std::string place = group.empty() ? "" : fmt::format(" in {}", group);
        error(at, fmt::format("unknown key {}{}{}", quoted(key), place, hint));
    }

    const std::string& name_;
    Layer layer_;
    Gathered& into_;
};

/// "RFSN_CHECKS_", "RFSN_LLM_PROVIDERS_".
std::string variable_of(std::string_view group) {
    Key key;
    key.name = std::string(group) + ".";
    return key.environment();
}

/// RFSN_CHECKS_LINE_LENGTH_ENABLED is checks.line-length.enabled: variables know neither '-' nor small letters.
KeyRef find_named_variable(std::string_view group, std::string_view variable) {
    const std::string prefix = variable_of(group);
    const std::string_view rest = variable.substr(prefix.size());
    for (const auto& key : key_table()) {
        if (key.group() != group) {
            continue;
        }
        const std::string field = key.environment().substr(prefix.size() + 2);
        if (rest.size() > field.size() && rest.substr(rest.size() - field.size()) == field) {
            std::string id(rest.substr(0, rest.size() - field.size()));
            for (char& c : id) {
                c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            }
            if (is_id(group, id)) {
                return {&key, id};
            }
        }
    }
    return {};
}

KeyRef find_variable(std::string_view variable) {
    for (const auto group : id_groups) {
        if (const std::string prefix = variable_of(group); variable.substr(0, prefix.size()) == prefix) {
            return find_named_variable(group, variable);
        }
    }
    for (const auto& key : key_table()) {
        if (!key.has_id() && (key.environment() == variable || (!key.alias.empty() && key.alias == variable))) {
            return {&key, {}};
        }
    }
    return {};
}

std::string nearest_variable(std::string_view variable) {
    std::vector<std::string> names;
    for (const auto& key : key_table()) {
        if (!key.has_id()) {
            names.push_back(key.environment());
            if (!key.alias.empty()) {
                names.push_back(key.alias);
            }
        }
    }
    return did_you_mean(variable, names);
}

}  // namespace

void gather_document(std::string_view bytes, const std::string& name, Layer layer, Gathered& into) {
    constexpr std::size_t max_bytes = std::size_t{1} << 20;
    DocumentWalk walk(name, layer, into);
    if (bytes.size() > max_bytes) {
        walk.error({1, 1}, fmt::format("{} bytes; a configuration may have {}", bytes.size(), max_bytes));
        return;
    }
    const auto document = base::parse_doc(base::DocFormat::yaml, bytes);
    if (!document) {
        const auto at = document.error().at;
        walk.error(at.line == 0 ? base::DocPosition{1, 1} : at, document.error().message);
        return;
    }
    if (document->is_map()) {
        walk.map(*document, "", "");
    } else if (!document->is_null()) {
        walk.error(document->at, "takes a map of settings");
    }
}

void gather_environment(const base::Environment& env, const std::set<std::string>& key_variables, Gathered& into) {
    // Not settings: the key itself (never read here), what children inherit, what CI passes, and what the tests need.
    const std::set<std::string_view> reserved{"RFSN_LOG_CONTEXT", "RFSN_LLM_KEY", "RFSN_CI_BASE",
                                              "RFSN_SANDBOX_WRITABLE"};
    for (const auto& [variable, text] : env.values()) {
        const bool ours = variable.rfind(variable_prefix, 0) == 0;
        if (!ours || variable.rfind("RFSN_TEST_", 0) == 0 || reserved.count(variable) != 0 ||
            key_variables.count(variable) != 0) {
            continue;
        }
        const KeyRef ref = find_variable(variable);
        if (ref.key == nullptr) {
            into.errors.push_back(fmt::format("environment: unknown setting {}{}", base::printable(variable),
                                              nearest_variable(variable)));
            continue;
        }
        // Set to nothing = not set, as with most programs' variables.
        if (text.empty()) {
            continue;
        }
        auto value = value_from_text(*ref.key, text);
        if (!value) {
            into.errors.push_back(fmt::format("environment: {} {}", variable, value.error()));
            continue;
        }
        into.assignments.push_back({ref, std::move(*value), Layer::environment, variable});
    }
}

void gather_overrides(const std::map<std::string, std::string>& overrides, Gathered& into) {
    for (const auto& [dotted, text] : overrides) {
        const KeyRef ref = find_key(dotted);
        if (ref.key == nullptr) {
            std::vector<std::string> names;
            for (const auto& key : key_table()) {
                names.push_back(key.name);
            }
            into.errors.push_back(
                fmt::format("command line: unknown key {}{}", quoted(dotted), did_you_mean(dotted, names)));
            continue;
        }
        auto value = value_from_text(*ref.key, text);
        if (!value) {
            into.errors.push_back(fmt::format("command line: {} {}", ref.name(), value.error()));
            continue;
        }
        into.assignments.push_back({ref, std::move(*value), Layer::command_line, "--set " + ref.name()});
    }
}

}  // namespace rfsn::config
