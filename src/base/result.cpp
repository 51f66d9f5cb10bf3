// SPDX-License-Identifier: MIT
#include "base/result.hpp"

namespace rfsn::base {

std::string Error::describe() const {
    std::string text = message;
    for (std::size_t i = 0; i < context.size(); ++i) {
        text += i == 0 ? " (" : "; ";
        text += context[i];
    }
    if (!context.empty()) {
        text += ')';
    }
    return text;
}

}  // namespace rfsn::base
