// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"
#include "git/repository.hpp"
#include "isolate/isolate.hpp"
#include "isolate/powers.hpp"
#include "isolate/surroundings.hpp"

namespace rfsn::isolate {

/// Makes commands run through rfsn-exec, in a scrubbed environment. Not thread safe.
class SandboxCommand {
   public:
    /// `cache_root` may be empty: what the machine allows is then asked at every run.
    SandboxCommand(const git::Repository& repository, const base::Environment& env, const std::string& exec_program,
                   std::string cache_root);
    [[nodiscard]] base::ProcessSpec wrap(const Place& place, std::vector<std::string> argv, const std::string& cwd,
                                         const std::vector<std::string>& extra_env, const Limits& limits) const;
    [[nodiscard]] const Powers& powers() const;
    [[nodiscard]] Powers powers_now() const;
    [[nodiscard]] std::vector<std::string> facts(const Limits& limits) const;
    [[nodiscard]] const std::string& program() const { return exec_program_; }
    [[nodiscard]] const base::Environment& environment() const { return scrubbed_; }
    /// Work trees that dependencies are borrowed from.
    void set_siblings(std::vector<std::string> siblings) { siblings_ = std::move(siblings); }

   private:
    using Arguments = std::vector<std::string>;
    /// A path below the work tree that the place has too is the place's: a virtual environment, node_modules/.bin.
    [[nodiscard]] std::string in_place(const std::string& path, const Place& place) const;
    [[nodiscard]] base::Environment environment(const Place& place, const Arguments& extra) const;
    void add_network(Arguments& arguments, const Limits& limits) const;
    void add_file_system(Arguments& arguments, const std::string& program, const Place& place,
                         const Limits& limits) const;
    void add_hidden(Arguments& arguments, const Place& place, const Limits& limits) const;
    void add_tool_caches(Arguments& arguments, const Place& place, const Limits& limits) const;
    void add_layer(Arguments& arguments, const Place& place, const std::string& lower, const std::string& kept) const;
    [[nodiscard]] bool can_overlay(const std::string& lower) const;
    [[nodiscard]] const Surroundings& around() const;

    const git::Repository* repository_;
    base::Environment env_;
    base::Environment scrubbed_;
    std::string exec_program_;
    std::string cache_root_;
    std::vector<std::string> siblings_;
    mutable std::optional<Powers> powers_;
    mutable std::optional<Surroundings> around_;
    mutable std::optional<std::string> mountinfo_;
    mutable std::map<std::string, bool> overlays_;
};

}  // namespace rfsn::isolate
