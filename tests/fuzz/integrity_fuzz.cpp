// folder: policy
// SPDX-License-Identifier: MIT
// A path, a text and another one, divided by 0x1e: the rules over a change never crash, name a rule, and say nothing of
// a file that did not change.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/integrity.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto first = all.find('\x1e');
    const auto second = first == std::string_view::npos ? first : all.find('\x1e', first + 1);
    if (second == std::string_view::npos || first == 0) {
        return 0;
    }
    const std::string path(all.substr(0, first));
    const std::string before(all.substr(first + 1, second - first - 1));
    const std::string after(all.substr(second + 1));
    for (const auto& one : rfsn::policy::weakenings({{path, "", before, after}})) {
        if (one.rule.empty() || one.path.empty() || one.message.empty() || before == after) {
            std::abort();
        }
    }
    if (!rfsn::policy::weakenings({{path, "", after, after}}).empty()) {
        std::abort();
    }
    return 0;
}
