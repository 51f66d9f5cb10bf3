// folder: git
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "git/raw_diff.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto diff = rfsn::git::parse_raw_diff(input);
    if (diff) {
        for (const auto& file : diff->files) {
            // What is said to have content has an id to read it by.
            if (file.path.empty() || (file.has_content() && file.blob.empty())) {
                std::abort();
            }
        }
    }
    return 0;
}
