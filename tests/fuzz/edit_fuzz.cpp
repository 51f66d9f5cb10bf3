// folder: edit
// SPDX-License-Identifier: MIT
// A file and a reply, divided by the first byte 0x1e: applying never crashes; what was applied is a change or says that
// it was there.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "edit/edit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto cut = all.find('\x1e');
    if (cut == std::string_view::npos) {
        return 0;
    }
    const std::string_view content = all.substr(0, cut);
    const auto applied = rfsn::edit::apply_reply_to(content, all.substr(cut + 1), rfsn::edit::Format::automatic);
    if (!applied) {
        return 0;
    }
    const bool known = std::all_of(applied->levels.begin(), applied->levels.end(),
                                   [](const auto& level) { return level == "already applied"; });
    if (applied->levels.empty() || (applied->content == content) != known) {
        std::abort();
    }
    return 0;
}
