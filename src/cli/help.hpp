// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/options.hpp"

namespace rfsn::cli {

/// "git rfsn fix [options]"
[[nodiscard]] std::string usage_line(const Command& command);
/// "-q, --quiet" or "--output FILE"
[[nodiscard]] std::string option_heading(const Option& option);
/// The help sentence with its choices.
[[nodiscard]] std::string option_text(const Option& option);

/// What -h prints without a command: every command in a line.
[[nodiscard]] std::string overview_help();
/// What -h prints behind a command.
[[nodiscard]] std::string command_help(const Command& command);

}  // namespace rfsn::cli
