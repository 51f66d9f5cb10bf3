// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rfsn::check {

/// The log as the tool wrote it: UTF-16 with a byte-order mark (a PowerShell redirection) becomes UTF-8, terminal
/// escapes go, and so do the prefixes that CI services and containers put in front of every line (times, job names,
/// "##[error]"), where most lines have them.
[[nodiscard]] std::string clean_log(std::string_view output);

}  // namespace rfsn::check
