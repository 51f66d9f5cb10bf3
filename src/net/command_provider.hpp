// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// Asks a program of the user's: the prompt on its stdin, the reply on its stdout, exit status 0. Blocks until it ends
/// or `stop_fd` becomes readable. Errors: not_configured (no such program), server (it failed), timeout, too_large,
/// malformed (it said nothing), cancelled.
[[nodiscard]] Answer<LlmAnswer> ask_command(const LlmRequest& request, const Target& target,
                                            std::vector<std::string> environment, std::chrono::milliseconds timeout,
                                            int stop_fd);

}  // namespace rfsn::net
