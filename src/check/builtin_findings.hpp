// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "check/builtin.hpp"

namespace rfsn::check {

enum class Weight { blocks, warns, informs };

/// Collects a built-in's findings for one file; past a hundred it only counts, and says so in the last one.
class FindingList {
   public:
    FindingList(const BuiltinFile& file, std::string tool, std::string code);
    /// At 1-based `line` (0: the whole file) and byte `column` (0: the whole line).
    void add(std::uint32_t line, std::uint32_t column, std::string message, Weight weight = Weight::blocks);
    /// The code of what is added from now on.
    void set_code(std::string code) { code_ = std::move(code); }
    [[nodiscard]] std::vector<model::Finding> take();

   private:
    std::string path_;
    std::string tool_;
    std::string code_;
    std::vector<model::Finding> findings_;
    std::size_t beyond_ = 0;
    bool beyond_blocks_ = false;
};

}  // namespace rfsn::check
