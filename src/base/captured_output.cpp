// SPDX-License-Identifier: MIT
#include "base/captured_output.hpp"

#include <algorithm>

namespace rfsn::base {

void CapturedOutput::append(std::string_view bytes) {
    total_ += bytes.size();
    const std::size_t to_head = std::min(bytes.size(), head_cap_ - head_.size());
    head_.append(bytes.substr(0, to_head));
    bytes.remove_prefix(to_head);
    if (bytes.size() > tail_cap_) {
        tail_.clear();
        bytes.remove_prefix(bytes.size() - tail_cap_);
    }
    // Cut only when twice the size is reached, so that a flood costs one move a byte and not one a call.
    if (tail_.size() + bytes.size() > 2 * tail_cap_) {
        tail_.erase(0, tail_.size() + bytes.size() - tail_cap_);
    }
    tail_.append(bytes);
}

std::string CapturedOutput::take() {
    std::string all = std::move(head_);
    if (total_ <= cap_) {
        return all + tail_;
    }
    if (tail_cap_ > 0) {
        all += '\n';
        const std::size_t kept = std::min(tail_.size(), tail_cap_ - 1);
        all.append(tail_, tail_.size() - kept, kept);
    }
    return all;
}

}  // namespace rfsn::base
