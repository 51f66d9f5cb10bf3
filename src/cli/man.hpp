// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rfsn::cli {

/// git-rfsn(1) in mdoc; `git rfsn --help` shows it.
[[nodiscard]] std::string man_page();

}  // namespace rfsn::cli
