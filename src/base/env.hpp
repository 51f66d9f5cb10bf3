// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rfsn::base {

/// A copy of the process environment. The only reader of environ in the code base: everything that
/// depends on the environment takes one of these, so that tests can hand in their own.
class Environment {
   public:
    Environment() = default;
    explicit Environment(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
    /// The environment this process was started with.
    [[nodiscard]] static Environment of_process();

    /// nullopt if unset; an empty string if set to nothing.
    [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
    /// The value, or `fallback` if unset or empty.
    [[nodiscard]] std::string get_or(std::string_view name, std::string_view fallback) const;
    void set(std::string name, std::string value);
    void unset(std::string_view name);
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
    /// "NAME=value" lines as execve wants them.
    [[nodiscard]] std::vector<std::string> block() const;

   private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Directories by the XDG base directory specification, with $HOME defaults, "/git-rfsn" appended.
/// Empty when neither the variable nor HOME is set.
[[nodiscard]] std::string xdg_cache_dir(const Environment& env);
[[nodiscard]] std::string xdg_config_dir(const Environment& env);
[[nodiscard]] std::string xdg_state_dir(const Environment& env);

/// The environment for checks: PATH, HOME, USER, LOGNAME, SHELL, TMPDIR, TZ, TERM and language-toolchain
/// variables (GOPATH, CARGO_HOME, JAVA_HOME, VIRTUAL_ENV, ...) by allow-list, LC_ALL=C.UTF-8; nothing else, so
/// no key and no GIT_* can pass.
[[nodiscard]] Environment for_checks(const Environment& env);

}  // namespace rfsn::base
