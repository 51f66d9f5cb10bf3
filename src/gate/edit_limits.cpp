// SPDX-License-Identifier: MIT
#include "gate/edit_limits.hpp"

#include <algorithm>
#include <array>

namespace rfsn::gate {
namespace {

constexpr std::array<llm::EditLimits, 4> steps{{{40, 3, 6}, {80, 4, 9}, {120, 5, 12}, {200, 5, 15}}};

bool is_set(const config::Loaded& config, const char* key) {
    return std::any_of(config.origins.begin(), config.origins.end(), [&](const config::Origin& origin) {
        return origin.key == key && origin.layer != config::Layer::defaults;
    });
}

}  // namespace

llm::EditLimits edit_limits(const config::Loaded& config, std::size_t failed_rounds) {
    llm::EditLimits limits = steps.at(std::min(failed_rounds, steps.size() - 1));
    const auto own = [](std::int64_t value) { return static_cast<std::size_t>(std::max<std::int64_t>(value, 0)); };
    if (is_set(config, "patch.max_lines")) {
        limits.lines = own(config.config.patch_max_lines);
    }
    if (is_set(config, "patch.max_files")) {
        limits.files = own(config.config.patch_max_files);
    }
    if (is_set(config, "patch.max_hunks")) {
        limits.hunks = own(config.config.patch_max_hunks);
    }
    return limits;
}

}  // namespace rfsn::gate
