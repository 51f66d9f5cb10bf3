// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "git/repository.hpp"
#include "isolate/isolate.hpp"

namespace rfsn::isolate {

/// Makes commands run through rfsn-exec, in a scrubbed environment.
class SandboxCommand {
   public:
    SandboxCommand(const git::Repository& repository, const base::Environment& env, const std::string& exec_program);
    [[nodiscard]] base::ProcessSpec wrap(const Place& place, std::vector<std::string> argv, const std::string& cwd,
                                         const std::vector<std::string>& extra_env, const Limits& limits) const;
    [[nodiscard]] bool can_confine() const;
    /// Asks rfsn-exec what the kernel allows.
    [[nodiscard]] std::vector<std::string> capabilities() const;

   private:
    /// A path below the work tree that the place has too is the place's: a virtual environment, node_modules/.bin.
    [[nodiscard]] std::string in_place(const std::string& path, const Place& place) const;
    [[nodiscard]] base::Environment environment(const Place& place, const std::vector<std::string>& extra) const;

    const git::Repository* repository_;
    base::Environment scrubbed_;
    std::string exec_program_;
    mutable std::optional<bool> can_confine_;  ///< asked once
    std::string missing_;                      ///< why there is no exec_program_
};

}  // namespace rfsn::isolate
