// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rfsn::gate {

/// Where our programs are: beside each other in a build tree, or <prefix>/bin and <prefix>/libexec/git-rfsn. Found
/// relative to the running binary, so that an installation can be moved. Empty = not there.
struct Programs {
    std::string self;
    std::string exec;
    std::string net;
};
[[nodiscard]] Programs find_programs();

}  // namespace rfsn::gate
