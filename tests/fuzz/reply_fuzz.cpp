// folder: edit
// SPDX-License-Identifier: MIT
// Any bytes as a model's reply: parsing never crashes, and what it accepts is complete.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "edit/edit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using rfsn::edit::Format;
    const std::string_view reply(reinterpret_cast<const char*>(data), size);
    for (const Format format :
         {Format::automatic, Format::search_replace, Format::unified_diff, Format::apply_patch, Format::whole_file}) {
        const auto blocks = rfsn::edit::parse_reply(reply, format);
        if (!blocks) {
            if (blocks.error().message.empty()) {
                std::abort();
            }
            continue;
        }
        for (const auto& block : *blocks) {
            if (block.path.empty() || block.line == 0 || (!block.search.empty() && block.search.back() != '\n')) {
                std::abort();
            }
        }
    }
    return 0;
}
