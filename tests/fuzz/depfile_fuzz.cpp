// folder: check
// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check/compile_database.hpp"

/// Depfiles of the work tree: every name is a piece of the file, escapes aside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::size_t total = 0;
    for (const auto& name : rfsn::check::prerequisites(text)) {
        total += name.size() + 1;
        if (name.empty() || total > size + 1) {
            std::abort();
        }
    }
    return 0;
}
