// SPDX-License-Identifier: MIT
#pragma once

#include "cli/options_parse.hpp"

namespace rfsn::cli {

/// Runs the command of a checked command line; returns the exit code. The directory of -C has been entered already;
/// "help" and "completion" never get here.
int dispatch(const Invocation& invocation);

}  // namespace rfsn::cli
