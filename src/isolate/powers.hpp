// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"

namespace rfsn::isolate {

/// What rfsn-exec can do on this machine, as this user.
struct Powers {
    bool program = false;  ///< it is there and answers
    bool network_namespace = false;
    bool mounts = false;  ///< a file system of the check's own: read-only, hidden and private directories, overlays
    bool pid_namespace = false;
    bool landlock = false;
    bool seccomp = false;
    std::vector<std::string> lines;  ///< "network namespace: yes", "landlock: no (why)", for people

    /// Whether what is outside a place can be kept from being written.
    [[nodiscard]] bool read_only_outside() const { return mounts || landlock; }
    /// Whether there is a way to keep a check from the network.
    [[nodiscard]] bool no_network() const { return network_namespace || seccomp; }
};

/// Asks `exec_program` (absolute path), or what it answered within the last day on the same machine, kernel and rights,
/// which is kept in `memory_dir`. `anew`: asks in any case.
[[nodiscard]] Powers powers(const std::string& exec_program, const std::string& memory_dir,
                            const base::Environment& env, base::ProcessRunner& runner, bool anew);

/// Changes when what the kernel allows us may have changed.
[[nodiscard]] std::string machine_key(const std::string& exec_program);

/// A remembered answer: nullopt if there is none or it is older than a day. Forgotten with the cache.
[[nodiscard]] std::optional<std::string> remembered(const std::string& path);

void forget_answers(const std::string& memory_dir);

}  // namespace rfsn::isolate
