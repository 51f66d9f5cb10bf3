// SPDX-License-Identifier: MIT
#include "base/search_path.hpp"

#include "base/text.hpp"

namespace rfsn::base {

std::string search_path(const Environment& env) {
    constexpr std::string_view gits_own = "/git-core";
    std::string kept;
    const std::string path = env.get_or("PATH", "");
    for (const std::string_view entry : split(path, ':')) {
        const bool is_gits =
            entry.size() >= gits_own.size() && entry.substr(entry.size() - gits_own.size()) == gits_own;
        // Relative entries would let the repository under test supply the programs.
        if (!entry.empty() && entry.front() == '/' && !is_gits) {
            kept += kept.empty() ? "" : ":";
            kept += entry;
        }
    }
    return kept.empty() ? "/usr/local/bin:/usr/bin:/bin" : kept;
}

}  // namespace rfsn::base
