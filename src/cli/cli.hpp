// SPDX-License-Identifier: MIT
#pragma once

namespace rfsn::cli {

/// The whole program: parses the command line, runs one command, returns the exit code (0 passed, 1 blocked, 2 usage or
/// configuration, 3 error or required but unavailable, 130 interrupted). Call once, from main, on the main thread.
int run(int argc, char** argv);

}  // namespace rfsn::cli
