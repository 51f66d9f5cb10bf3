// folder: base
// SPDX-License-Identifier: MIT
// Pattern and path, parted by the first newline.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/glob.hpp"
#include "base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
        return 0;
    }
    const std::string pattern(bytes.substr(0, newline));
    const std::string_view path = bytes.substr(newline + 1);
    const bool matches = rfsn::base::glob_match(pattern, path);
    if (!pattern.empty() && pattern[0] != '!' && matches != rfsn::base::glob_match_any({pattern}, path)) {
        std::abort();
    }
    if (!rfsn::base::is_valid_utf8(rfsn::base::printable(path)) ||
        !rfsn::base::is_valid_utf8(rfsn::base::to_valid_utf8(path))) {
        std::abort();
    }
    static_cast<void>(rfsn::base::display_width(path));
    if (rfsn::base::strip_ansi(path).find('\x1b') != std::string::npos) {
        std::abort();
    }
    return 0;
}
