// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rfsn::cli {

/// For "git-rfsn ..." and, through git's own completion, "git rfsn ...".
[[nodiscard]] std::string bash_completion();
/// A file for $fpath, named _git-rfsn; zsh's git completion finds it too.
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace rfsn::cli
