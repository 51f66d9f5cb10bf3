// SPDX-License-Identifier: MIT
#include "cli/context.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "report/report.hpp"

namespace rfsn::cli {

base::Result<std::map<std::string, std::string>> overrides_of(const Invocation& invocation) {
    std::map<std::string, std::string> overrides;
    for (const auto& setting : invocation.all("set")) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos || equals == 0) {
            return base::fail(base::ErrorCode::usage, "--set wants KEY=VALUE, not '" + base::printable(setting) + "'");
        }
        overrides[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    if (invocation.has("color")) {
        overrides["color"] = invocation.value("color");
    }
    if (invocation.has("jobs")) {
        overrides["jobs"] = invocation.value("jobs");
    }
    return overrides;
}

base::Result<std::unique_ptr<gate::Session>> open_session(Context& context) {
    gate::OpenRequest request;
    request.env = context.env;
    request.overrides = context.overrides;
    request.runner = &context.runner;
    auto session = gate::Session::open(std::move(request));
    if (session) {  // said at once: an interrupted apply was completed, whatever the command goes on to do
        say_notices(**session);
    }
    return session;
}

void say_notices(gate::Session& session) {
    for (const auto& notice : session.notices) {
        say("note: " + notice);
    }
    session.notices.clear();
}

int exit_code(const base::Error& error) {
    switch (error.code) {
        case base::ErrorCode::usage:
        case base::ErrorCode::config:
            return 2;
        case base::ErrorCode::interrupted:
            return 130;
        default:
            return 3;
    }
}

void say(std::string_view text) {
    std::string line(text);
    line += '\n';
    base::write_all(STDERR_FILENO, line);
}

int fail_with(const base::Error& error) {
    std::string text;
    const std::string description = error.describe();
    for (const auto line : base::split_lines(description)) {
        text += (text.empty() ? "git-rfsn: " : "\n          ") + base::printable(line);
    }
    say(text);
    return exit_code(error);
}

base::Result<std::string> read_stdin(std::size_t max_bytes) {
    std::string text;
    std::vector<char> buffer(std::size_t{1} << 16);
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got == 0) {
            return text;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return base::fail(base::ErrorCode::io, std::string("stdin: ") + std::strerror(errno));
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > max_bytes) {
            return base::fail(base::ErrorCode::limit, "stdin holds more than " + std::to_string(max_bytes) + " bytes");
        }
    }
}

int print(std::string_view text) {
    return base::write_all(STDOUT_FILENO, text) ? 0 : 3;
}

base::TerminalTraits traits(int fd, const Context& context, std::string_view color) {
    auto found = base::terminal_traits(fd, context.env);
    if (color == "always" || color == "never") {
        found.color = color == "always";
    }
    return found;
}

int deliver(const Context& context, const Invocation& invocation, const gate::Session& session,
            const model::Report& report, std::string_view default_format) {
    const auto& config = session.config().config;
    const std::string format =
        invocation.value("format", config.format == "terminal" ? default_format : std::string_view(config.format));
    const std::string file = invocation.value("output");
    report::TerminalOptions options;
    options.traits = traits(STDERR_FILENO, context, config.color);
    options.quiet = invocation.has("quiet");
    options.verbose = invocation.has("verbose");
    options.explain = invocation.has("explain");
    if (!file.empty()) {
        options.traits = {};
        options.traits.is_terminal = true;  // a file is read from the top: no second verdict line
    }
    auto text = report::render(format, report, options);
    if (!text) {
        return fail_with(text.error());
    }
    if (!file.empty()) {
        // A device or pipe is written to; a regular file is replaced as a whole.
        if (file.rfind("/dev/", 0) == 0) {
            return fail_with({base::ErrorCode::usage, "--output wants a file; leave it out to write to stdout", {}});
        }
        if (auto written = base::write_atomically(file, *text, 0644); !written) {
            return fail_with(std::move(written.error()).with("while writing the report"));
        }
        if (format != "terminal") {
            base::write_all(STDERR_FILENO, report::terminal(report, {traits(STDERR_FILENO, context, config.color),
                                                                     options.quiet, options.verbose, options.explain}));
        }
        return report.exit_code;
    }
    const bool for_people = format == "terminal";
    if (!base::write_all(for_people ? STDERR_FILENO : STDOUT_FILENO, *text) && !for_people) {
        return report.exit_code == 0 ? 3 : report.exit_code;
    }
    return report.exit_code;
}

Progress::Progress(const Context& context, bool quiet)
    : quiet_(quiet), line_(STDERR_FILENO, base::terminal_traits(STDERR_FILENO, context.env)) {}

void Progress::operator()(const std::vector<std::string>& running) {
    if (quiet_ || running.empty() || std::chrono::steady_clock::now() - start_ < std::chrono::milliseconds(300)) {
        return;
    }
    std::string text = "rfsn  ";
    for (std::size_t i = 0; i < running.size(); ++i) {
        text += (i == 0 ? "" : ", ") + running[i];
    }
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_).count();
    line_.show(text + "  " + std::to_string(seconds) + " s");
}

}  // namespace rfsn::cli
