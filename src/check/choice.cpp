// SPDX-License-Identifier: MIT
#include "check/choice.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace rfsn::check {
namespace {

constexpr std::array kinds{model::CheckKind::format, model::CheckKind::lint,   model::CheckKind::typecheck,
                           model::CheckKind::build,  model::CheckKind::test,   model::CheckKind::security,
                           model::CheckKind::policy, model::CheckKind::hygiene};

bool names_it(std::string_view word, const Names& names) {
    return word == names.id || word == names.pack || word == model::name(names.kind);
}

bool any_names_it(const std::vector<std::string>& words, const Names& names) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return names_it(word, names); });
}

/// Cheap names first: packs are loaded only for a word that nothing else has.
base::Result<bool> is_known(const std::string& word, const PlanInput& input, std::vector<std::string>& known) {
    known = {"builtin", "config", "integrity"};
    for (const auto kind : kinds) {
        known.emplace_back(model::name(kind));
    }
    for (const auto* list : {&builtins(), &optional_builtins()}) {
        for (const auto& builtin : *list) {
            known.push_back(builtin.id);
        }
    }
    for (const auto& [id, settings] : input.config->checks) {
        known.push_back(id);
    }
    const auto has = [&] { return std::find(known.begin(), known.end(), word) != known.end(); };
    if (has()) {
        return true;
    }
    for (const auto& id : input.registry->ids()) {
        known.push_back(id);
        RFSN_ASSIGN(const auto* pack, input.registry->get(id));
        for (const auto& spec : pack->checks) {
            known.push_back(spec.id);
        }
    }
    return has();
}

}  // namespace

bool is_wanted(const Choice& choice, const Names& names) {
    return (choice.only.empty() || any_names_it(choice.only, names)) && !any_names_it(choice.skip, names);
}

bool only_builtins(const Choice& choice) {
    return !choice.only.empty() && std::all_of(choice.only.begin(), choice.only.end(), [](const std::string& word) {
        return word == "builtin" || word == "integrity" || find_builtin(word) != nullptr;
    });
}

base::Result<void> validate_choice(const Choice& choice, const PlanInput& input) {
    for (const auto* words : {&choice.only, &choice.skip}) {
        for (const auto& word : *words) {
            std::vector<std::string> known;
            RFSN_ASSIGN(const bool ok, is_known(word, input, known));
            if (!ok) {
                const std::string near = base::nearest(word, known);
                return base::fail(
                    base::ErrorCode::usage,
                    "no check, kind or pack is named '" + base::printable(word) + "'" +
                        (near.empty() ? "; `git rfsn check --explain` lists them" : "; did you mean '" + near + "'?"));
            }
        }
    }
    return {};
}

}  // namespace rfsn::check
