// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rfsn::git {

/// The text of the hook `name` that runs `program`. For this folder.
[[nodiscard]] base::Result<std::string> shim_for(const std::string& name, const std::string& program);
/// Whether it is a shim of ours, of any version, edited or not.
[[nodiscard]] bool is_shim(std::string_view bytes);
/// The value of `program='...'` in a shim.
[[nodiscard]] std::string program_in(std::string_view shim);
/// Whether a shim differs, beyond the program it names, from what this or an earlier version wrote for the hook `name`.
[[nodiscard]] bool is_edited(std::string_view shim, const std::string& name);

}  // namespace rfsn::git
