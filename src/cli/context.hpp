// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/terminal.hpp"
#include "cli/options_parse.hpp"
#include "gate/judge.hpp"
#include "gate/session.hpp"
#include "model/report.hpp"

namespace rfsn::cli {

/// What every command starts from.
struct Context {
    base::Environment env;
    base::PosixProcessRunner runner;
    std::map<std::string, std::string> overrides;  ///< --set
};

/// --set and --color as overrides. Errors: usage (no '=').
[[nodiscard]] base::Result<std::map<std::string, std::string>> overrides_of(const Invocation& invocation);
[[nodiscard]] base::Result<std::unique_ptr<gate::Session>> open_session(Context& context);

/// The exit code an error stands for: usage and configuration 2, interrupted 130, anything else 3.
[[nodiscard]] int exit_code(const base::Error& error);
/// What came up while a command worked, on stderr; each is said once.
void say_notices(gate::Session& session);
/// "git-rfsn: what went wrong" on stderr; returns the exit code.
int fail_with(const base::Error& error);
/// A line for people, on stderr.
void say(std::string_view text);
/// All of stdin. Errors: limit (more than max_bytes), io.
[[nodiscard]] base::Result<std::string> read_stdin(std::size_t max_bytes);
/// For machines, on stdout; the exit code to end with: 0, or 3 if it could not be written.
[[nodiscard]] int print(std::string_view text);
[[nodiscard]] base::TerminalTraits traits(int fd, const Context& context, std::string_view color);

/// Writes a report as --format, --output, -q, -v and --explain want it; returns the report's exit code, or 3 if it
/// could not be written.
[[nodiscard]] int deliver(const Context& context, const Invocation& invocation, const gate::Session& session,
                          const model::Report& report, std::string_view default_format = "terminal");

/// A line that shows what is running once a run takes longer than 300 ms; erased at the end.
class Progress {
   public:
    explicit Progress(const Context& context, bool quiet);
    void operator()(const std::vector<std::string>& running);
    void clear() { line_.clear(); }

   private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    bool quiet_;
    base::StatusLine line_;
};

}  // namespace rfsn::cli
