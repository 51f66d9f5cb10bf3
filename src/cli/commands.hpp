// SPDX-License-Identifier: MIT
#pragma once

#include "cli/context.hpp"
#include "cli/options_parse.hpp"

namespace rfsn::cli {

/// Runs the command of a checked command line; returns the exit code. The directory of -C has been entered already;
/// "help" and "completion" never get here.
int dispatch(const Invocation& invocation);

// One a file, cmd_<name>.cpp; each returns the exit code.
int cmd_check(const Invocation& invocation, Context& context);
int cmd_ci(const Invocation& invocation, Context& context);
int cmd_hook(const Invocation& invocation, Context& context);
int cmd_fix(const Invocation& invocation, Context& context);
int cmd_propose(const Invocation& invocation, Context& context);
int cmd_prompt(const Invocation& invocation, Context& context);
int cmd_show(const Invocation& invocation, Context& context);
int cmd_apply(const Invocation& invocation, Context& context);
int cmd_discard(const Invocation& invocation, Context& context);
int cmd_undo(const Invocation& invocation, Context& context);
int cmd_verify(const Invocation& invocation, Context& context);
int cmd_stats(const Invocation& invocation, Context& context);
int cmd_log(const Invocation& invocation, Context& context);
int cmd_init(const Invocation& invocation, Context& context);
int cmd_uninstall(const Invocation& invocation, Context& context);
int cmd_detect(const Invocation& invocation, Context& context);
int cmd_buildpack(const Invocation& invocation, Context& context);
int cmd_explain(const Invocation& invocation, Context& context);
int cmd_config(const Invocation& invocation, Context& context);
int cmd_trust(const Invocation& invocation, Context& context);
int cmd_llm(const Invocation& invocation, Context& context);
int cmd_cache(const Invocation& invocation, Context& context);
int cmd_doctor(const Invocation& invocation, Context& context);
int cmd_builtin(const Invocation& invocation, Context& context);
int cmd_parse(const Invocation& invocation, Context& context);
int cmd_edit(const Invocation& invocation, Context& context);
int cmd_scan(const Invocation& invocation, Context& context);

/// The pre-commit hook: the same, and what the user's configuration lets it do about a red commit: try for a patch,
/// apply it unasked or ask at the terminal, and judge again.
int gate_commit(const Invocation& invocation, Context& context, const gate::CheckRequest& request);

/// Judges and delivers the report: what check, ci and the hooks share.
int run_check(const Invocation& invocation, Context& context, gate::CheckRequest request,
              std::string_view default_format);

}  // namespace rfsn::cli
