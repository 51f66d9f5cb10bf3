// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <array>

#include "base/interrupt.hpp"
#include "observe/log.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::cli {
namespace {

struct Entry {
    std::string_view name;
    int (*run)(const Invocation&, Context&);
};

constexpr std::array handlers{
    Entry{"check", cmd_check},     Entry{"ci", cmd_ci},           Entry{"hook", cmd_hook},
    Entry{"fix", cmd_fix},         Entry{"propose", cmd_propose}, Entry{"prompt", cmd_prompt},
    Entry{"show", cmd_show},       Entry{"apply", cmd_apply},     Entry{"discard", cmd_discard},
    Entry{"undo", cmd_undo},       Entry{"init", cmd_init},       Entry{"uninstall", cmd_uninstall},
    Entry{"detect", cmd_detect},   Entry{"explain", cmd_explain}, Entry{"config", cmd_config},
    Entry{"trust", cmd_trust},     Entry{"llm", cmd_llm},         Entry{"doctor", cmd_doctor},
    Entry{"builtin", cmd_builtin}, Entry{"parse", cmd_parse},     Entry{"edit", cmd_edit},
    Entry{"scan", cmd_scan},       Entry{"verify", cmd_verify},   Entry{"log", cmd_log},
    Entry{"stats", cmd_stats},     Entry{"cache", cmd_cache},     Entry{"buildpack", cmd_buildpack},
};

observe::Level level_of(std::string_view name) {
    constexpr std::array names{"off", "error", "warn", "info", "debug"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (name == names.at(i)) {
            return static_cast<observe::Level>(i);
        }
    }
    return observe::Level::off;
}

/// RFSN_LOG, or log.level of the user's configuration. A broken configuration is the command's to report.
void start_log(const Context& context) {
    observe::LogOptions options;
    std::string level = context.env.get_or("RFSN_LOG", "");
    const std::string state = base::xdg_state_dir(context.env);
    options.file = state.empty() ? "" : state + "/log.jsonl";
    const bool set = gate::has_user_settings(context.env, context.overrides);
    if (const auto loaded =
            set ? gate::user_config(context.env, context.overrides) : base::Result<config::Loaded>(config::Loaded{})) {
        const auto& config = loaded->config;
        level = level.empty() ? config.log_level : level;
        options.file = config.log_file.empty() ? options.file : config.log_file;
        options.max_bytes = static_cast<std::uint64_t>(config.log_max_kb) << 10;
    }
    options.level = level_of(level);
    options.redact = [](std::string_view text) { return secrets::mask(text); };
    observe::configure(std::move(options));
}

}  // namespace

int dispatch(const Invocation& invocation) {
    base::install_interrupt_handler();
    Context context;
    context.env = base::Environment::of_process();
    auto overrides = overrides_of(invocation);
    if (!overrides) {
        return fail_with(overrides.error());
    }
    context.overrides = std::move(*overrides);
    start_log(context);
    auto log_context = observe::decode(context.env.get_or("RFSN_LOG_CONTEXT", ""));
    if (log_context.run.empty()) {
        log_context.run = observe::new_id();
    }
    const observe::ContextScope scope(log_context);
    for (const auto& entry : handlers) {
        if (entry.name == invocation.command) {
            observe::log(observe::Level::info, "cli", "start", {{"command", std::string(entry.name)}});
            const int code = entry.run(invocation, context);
            observe::log(observe::Level::info, "cli", "end", {{"exit_code", std::int64_t{code}}});
            observe::shutdown();
            return base::interrupted() ? 130 : code;
        }
    }
    return fail_with({base::ErrorCode::internal, "the command '" + invocation.command + "' has no handler", {}});
}

}  // namespace rfsn::cli
