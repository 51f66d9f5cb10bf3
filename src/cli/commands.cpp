// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <cstdio>

namespace rfsn::cli {

int dispatch(const Invocation& invocation) {
    std::fprintf(stderr, "git-rfsn: the command '%s' has no handler\n", invocation.command.c_str());
    return 3;
}

}  // namespace rfsn::cli
