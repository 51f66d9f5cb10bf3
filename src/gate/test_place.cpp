// SPDX-License-Identifier: MIT
#include "gate/test_place.hpp"

#include <algorithm>
#include <string>

namespace rfsn::gate {
namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// "test_area[3-4]" -> "test_area": what the file says.
std::string_view bare(std::string_view name) {
    name = name.substr(0, name.find_first_of("[("));
    return name.substr(std::min(name.size(), name.find_last_of(".:/") + 1));
}

/// The line, from 1, on which the word stands first; 0 if it does not.
std::uint32_t line_of(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); !word.empty() && at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
            return static_cast<std::uint32_t>(
                       std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                   1;
        }
    }
    return 0;
}

}  // namespace

std::uint32_t line_of_test(std::string_view test, std::string_view text) {
    return line_of(text, bare(test));
}

bool names_file(std::string_view suite, std::string_view path) {
    std::string dotted(path.substr(0, path.rfind('.')));
    std::replace(dotted.begin(), dotted.end(), '/', '.');
    const auto stem = dotted.substr(dotted.rfind('.') + 1);
    return suite.find(dotted) != std::string_view::npos || suite.find(stem) != std::string_view::npos ||
           suite.find(path) != std::string_view::npos;
}

}  // namespace rfsn::gate
