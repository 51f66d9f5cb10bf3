// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <sys/types.h>

#include "base/fd.hpp"
#include "base/process.hpp"

namespace rfsn::base {

/// A child just started, with our ends of its pipes (non-blocking, close-on-exec).
struct SpawnedProcess {
    pid_t pid = -1;
    Fd pidfd;  ///< empty where the kernel has no pidfd_open
    Fd in;     ///< empty without input
    Fd out;
    Fd err;
    /// When pid is -1: not_found or not_started, and why.
    ProcessEnd failure = ProcessEnd::not_started;
    std::string error;
};

[[nodiscard]] SpawnedProcess spawn_process(const ProcessSpec& spec);

}  // namespace rfsn::base
