// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rfsn::base {

/// Keeps the first and the last half of what is appended, in memory bounded by the cap, however much that is.
class CapturedOutput {
   public:
    /// One byte of the cap is for the newline that stands for the dropped middle.
    explicit CapturedOutput(std::size_t cap) : cap_(cap), head_cap_(cap - cap / 2), tail_cap_(cap / 2) {}
    void append(std::string_view bytes);
    /// The bytes, or head, newline and tail: half a line of each must not read as one.
    [[nodiscard]] std::string take();
    [[nodiscard]] bool truncated() const { return lost_ || total_ > cap_; }
    /// What came after is not known.
    void lose() { lost_ = true; }

   private:
    std::size_t cap_;
    std::size_t head_cap_;
    std::size_t tail_cap_;
    std::size_t total_ = 0;
    bool lost_ = false;
    std::string head_;
    std::string tail_;
};

}  // namespace rfsn::base
