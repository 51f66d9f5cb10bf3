// SPDX-License-Identifier: MIT
#include "cli/cli.hpp"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/terminal.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/man.hpp"
#include "cli/options.hpp"

namespace rfsn::cli {
namespace {

constexpr int done = 0;
constexpr int usage = 2;
constexpr int failed = 3;

int print(std::string_view text) {
    if (!base::write_all(STDOUT_FILENO, text)) {
        const std::string why = std::strerror(errno);
        base::write_all(STDERR_FILENO, fmt::format("git-rfsn: can't write to stdout: {}\n", why));
        return failed;
    }
    return done;
}

int complain(std::string_view message, int code) {
    base::write_all(STDERR_FILENO, fmt::format("git-rfsn: {}\n", message));
    return code;
}

int print_version() {
    return print(fmt::format("git-rfsn {}\n", base::version()));
}

int print_help(const std::string& name) {
    if (name.empty()) {
        return print(overview_help());
    }
    const Command* command = find_command(name);
    if (command == nullptr) {
        std::vector<std::string> names;
        for (const Command& each : commands()) {
            names.emplace_back(each.name);
        }
        const std::string near = base::nearest(name, names);
        return complain(fmt::format("unknown command '{}'{}", base::printable(name),
                                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near)),
                        usage);
    }
    return print(command_help(*command));
}

int print_completion(const std::string& shell) {
    if (shell == "bash") {
        return print(bash_completion());
    }
    if (shell == "zsh") {
        return print(zsh_completion());
    }
    return print(shell == "fish" ? fish_completion() : man_page());
}

/// A closed standard stream would hand its number to the next file that is opened, and output would go there.
bool hold_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) {
            return false;
        }
    }
    return true;
}

int run_checked(const std::vector<std::string>& args) {
    const base::Result<Invocation> invocation = parse_command_line(args);
    if (!invocation) {
        return complain(invocation.error().describe(), usage);
    }
    if (invocation->has("version")) {
        return print_version();
    }
    if (invocation->has("help")) {
        return print_help(invocation->command);
    }
    if (invocation->command == "help") {
        return print_help(invocation->positionals.empty() ? "" : invocation->positionals.front());
    }
    if (invocation->command == "completion") {
        return print_completion(invocation->positionals.front());
    }
    for (const std::string& directory : invocation->all("C")) {
        if (!directory.empty() && chdir(directory.c_str()) != 0) {
            const std::string why = std::strerror(errno);
            return complain(fmt::format("-C: can't enter '{}': {}", base::printable(directory), why), usage);
        }
    }
    return dispatch(*invocation);
}

}  // namespace

int run(int argc, char** argv) {
    if (!hold_standard_streams()) {
        return failed;
    }
    if (argc == 2 && std::string_view(argv[1]) == "--version") {
        return print_version();
    }
    try {
        return run_checked(argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>{});
    } catch (const std::bad_alloc&) {
        return complain("out of memory", failed);
    } catch (const std::exception& error) {
        return complain(
            fmt::format("internal error: {}\n  this is a bug in git-rfsn; please report it with the command "
                        "that you typed",
                        base::printable(error.what())),
            failed);
    }
}

}  // namespace rfsn::cli
