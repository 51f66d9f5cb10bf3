// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "git/repository_impl.hpp"

namespace rfsn::git {

/// Finds the repository that `directory` is in; see Repository::open.
[[nodiscard]] base::Result<std::unique_ptr<Repository::Impl>> discover(const std::string& directory,
                                                                       const base::Environment& env,
                                                                       base::ProcessRunner& runner);

}  // namespace rfsn::git
