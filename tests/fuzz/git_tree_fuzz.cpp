// folder: git
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "git/tree_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (const std::size_t id_bytes : {std::size_t{20}, std::size_t{32}}) {
        const auto entries = rfsn::git::parse_tree(input, id_bytes);
        if (entries) {
            for (const auto& entry : *entries) {
                if (entry.name.empty() || entry.object.size() != 2 * id_bytes) {
                    std::abort();
                }
            }
        }
    }
    return 0;
}
