// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rfsn::llm {

using Values = std::map<std::string, std::string, std::less<>>;
/// The template config/prompts/`name` with each {{key}} replaced; what is put in is not looked at again. Errors:
/// internal (no such template or key).
[[nodiscard]] base::Result<std::string> fill(std::string_view name, const Values& values);

}  // namespace rfsn::llm
