// SPDX-License-Identifier: MIT
#include "cli/help.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/man.hpp"
#include "cli/options.hpp"
#include "support/temp_repo.hpp"

namespace rfsn {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

std::string run_tool(const std::vector<std::string>& argv, const std::string& input, int& status) {
    return test::run(argv, "/", status, input);
}

bool there(const char* tool) {
    int status = 0;
    test::run({"sh", "-c", std::string("command -v ") + tool}, "/", status);
    return status == 0;
}

TEST(Help, NamesEveryCommandAndEveryOption) {
    const std::string overview = cli::overview_help();
    for (const cli::Command& command : cli::commands()) {
        EXPECT_TRUE(has(overview, "\n  " + std::string(command.name) + " ")) << command.name;
        const std::string help = cli::command_help(command);
        EXPECT_TRUE(has(help, "usage: git rfsn ")) << command.name;
        for (const cli::Option& option : command.options) {
            EXPECT_TRUE(has(help, "\n  " + cli::option_heading(option))) << command.name << " " << option.key();
            for (const std::string_view choice : option.choices) {
                EXPECT_TRUE(has(help, choice)) << command.name << " " << choice;
            }
        }
        for (const cli::Example& example : command.examples) {
            EXPECT_TRUE(has(help, example.command)) << command.name;
        }
    }
}

TEST(Help, FitsEightyColumns) {
    std::vector<std::string> pages{cli::overview_help()};
    for (const cli::Command& command : cli::commands()) {
        pages.push_back(cli::command_help(command));
    }
    for (const std::string& page : pages) {
        for (const std::string_view line : base::split_lines(page)) {
            EXPECT_LT(base::display_width(line), 80U) << line;
        }
    }
}

TEST(Help, UsageShowsWhatIsOptional) {
    EXPECT_EQ(cli::usage_line(*cli::find_command("check")), "git rfsn [check] [options] [[--] PATH...]");
    EXPECT_EQ(cli::usage_line(*cli::find_command("explain")), "git rfsn explain CHECK|CODE");
    EXPECT_EQ(cli::usage_line(*cli::find_command("show")), "git rfsn show [options] [ID]");
    EXPECT_EQ(cli::usage_line(*cli::find_command("llm")), "git rfsn llm [options] (enable|disable|status|test|stats)");
    EXPECT_EQ(cli::usage_line(*cli::find_command("builtin")), "git rfsn builtin ID [ARGUMENT...]");
    EXPECT_EQ(cli::usage_line(*cli::find_command("undo")), "git rfsn undo");
}

TEST(ManPage, HasEveryCommandAndPassesTheLinter) {
    const std::string page = cli::man_page();
    for (const cli::Command& command : cli::commands()) {
        EXPECT_TRUE(has(page, ".Ss \"" + std::string(command.name) + "\"")) << command.name;
    }
    if (!there("mandoc")) {
        GTEST_SKIP() << "mandoc is not installed";
    }
    int status = 0;
    const std::string complaints = run_tool({"mandoc", "-T", "lint", "-W", "warning"}, page, status);
    EXPECT_EQ(status, 0) << complaints;
}

TEST(Completion, BashCompletesCommandsOptionsAndValues) {
    if (!there("bash")) {
        GTEST_SKIP() << "bash is not installed";
    }
    const std::string script = cli::bash_completion() +
                               "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _git_rfsn; echo "
                               "\"${COMPREPLY[*]}\"; }\n"
                               "try git-rfsn che\n"
                               "try git rfsn unin\n"
                               "try git-rfsn check --for\n"
                               "try git-rfsn check --format = js\n"
                               "try git-rfsn --stage pre-p\n"
                               "try git-rfsn llm en\n"
                               "try git-rfsn -C / init --hook pre-m\n"
                               "try git-rfsn fix --js\n";
    int status = 0;
    const std::string out = run_tool({"bash", "--norc"}, script, status);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(out, "check\nuninstall\n--format\njson\npre-push\nenable\npre-merge-commit\n\n");
}

TEST(Completion, EveryShellParsesItsScript) {
    struct Shell {
        const char* name;
        std::string script;
    };
    const Shell shells[] = {
        {"bash", cli::bash_completion()}, {"zsh", cli::zsh_completion()}, {"fish", cli::fish_completion()}};
    for (const Shell& shell : shells) {
        for (const cli::Command& command : cli::commands()) {
            EXPECT_TRUE(command.plumbing || has(shell.script, command.name)) << shell.name << " " << command.name;
        }
        if (there(shell.name)) {
            int status = 0;
            run_tool({shell.name, "-n"}, shell.script, status);
            EXPECT_EQ(status, 0) << shell.name;
        }
    }
}

}  // namespace
}  // namespace rfsn
