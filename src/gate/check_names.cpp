// SPDX-License-Identifier: MIT
#include "gate/check_names.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "check/builtin.hpp"

namespace rfsn::gate {
namespace {

std::string place_of(const config::Loaded& loaded, const std::string& id) {
    const std::string prefix = "checks." + id + ".";
    for (const auto& origin : loaded.origins) {
        if (origin.key.rfind(prefix, 0) == 0 && !origin.where.empty()) {
            return origin.where + ": ";
        }
    }
    return {};
}

}  // namespace

base::Result<void> validate_check_names(const config::Loaded& loaded, buildpack::Registry& registry) {
    std::vector<std::string> known;
    for (const auto& [id, settings] : loaded.config.checks) {
        if (!settings.run.empty() || check::find_builtin(id) != nullptr) {
            continue;
        }
        if (known.empty()) {
            for (const auto* list : {&check::builtins(), &check::optional_builtins()}) {
                for (const auto& builtin : *list) {
                    known.push_back(builtin.id);
                }
            }
            for (const auto& pack_id : registry.ids()) {
                RFSN_ASSIGN(const auto* pack, registry.get(pack_id));
                for (const auto& spec : pack->checks) {
                    known.push_back(spec.id);
                }
            }
        }
        if (std::find(known.begin(), known.end(), id) == known.end()) {
            const std::string near = base::nearest(id, known);
            return base::fail(base::ErrorCode::config, place_of(loaded, id) + "there is no check '" +
                                                           base::printable(id) + "'" +
                                                           (near.empty() ? "" : "; did you mean '" + near + "'?") +
                                                           " (one of your own needs `run`)");
        }
    }
    return {};
}

}  // namespace rfsn::gate
