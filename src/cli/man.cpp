// SPDX-License-Identifier: MIT
#include "cli/man.hpp"

#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"

namespace rfsn::cli {
namespace {

/// When the table last changed what it promises.
constexpr std::string_view page_date = "November 24, 2026";

/// Text between macros: no line of it can be read as a request, each sentence begins on a line of its own.
std::string text(std::string_view words) {
    constexpr std::size_t longest_line = 78;
    std::string out;
    for (const std::string_view paragraph : base::split_lines(words)) {
        if (paragraph.empty()) {
            out += ".Pp\n";
            continue;
        }
        std::string line;
        for (const std::string_view word : base::split(paragraph, ' ')) {
            std::string escaped;
            for (const char c : word) {
                escaped += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
            }
            if (!line.empty() && (line.back() == '.' || line.size() + 1 + escaped.size() > longest_line)) {
                out += line + '\n';
                line.clear();
            }
            if (line.empty() && !escaped.empty() && (escaped.front() == '.' || escaped.front() == '\'')) {
                line = "\\&";
            }
            line += (line.empty() || line == "\\&" ? "" : " ") + escaped;
        }
        out += line + '\n';
    }
    return out;
}

/// One quoted argument of a macro.
std::string argument(std::string_view words) {
    std::string out = "\"";
    for (const char c : words) {
        switch (c) {
            case '"':
                out += "\\(dq";
                break;
            case '\\':
                out += "\\e";
                break;
            case '-':
                out += "\\-";
                break;
            default:
                out += c;
        }
    }
    return out + '"';
}

std::string sentence(std::string_view words) {
    std::string out(words);
    if (!out.empty() && out.back() != '.') {
        out += '.';
    }
    return text(out);
}

std::string option_list(std::span<const Option> options) {
    std::string out = ".Bl -tag -width Ds\n";
    for (const Option& option : options) {
        out += fmt::format(".It Sy {}\n{}", argument(option_heading(option)), sentence(option_text(option)));
    }
    return out + ".El\n";
}

std::string example_list(std::span<const Example> examples) {
    std::string out;
    for (const Example& example : examples) {
        const std::string_view gap = example.command.empty() ? "" : " ";
        std::string meaning(example.meaning);
        meaning.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning.front())));
        out += text(meaning + ':') + ".Pp\n";
        out += fmt::format(".Dl {}\n.Pp\n", argument(fmt::format("git rfsn{}{}", gap, example.command)));
    }
    return out;
}

std::string command_section(const Command& command) {
    std::string out = fmt::format(".Ss {}\n", argument(command.name));
    out += sentence(command.summary);
    out += fmt::format(".Pp\n.Dl {}\n.Pp\n", argument(usage_line(command)));
    out += text(command.description);
    if (!command.alias.empty()) {
        out += fmt::format(".Pp\nAlso known as\n.Sy {} .\n", argument(command.alias));
    }
    if (!command.options.empty()) {
        out += option_list(command.options);
    }
    return out;
}

std::string variables(std::span<const Variable> items, std::string_view macro) {
    std::string out = ".Bl -tag -width Ds\n";
    for (const Variable& item : items) {
        out += fmt::format(".It {} {}\n{}", macro, argument(item.name), sentence(item.meaning));
    }
    return out + ".El\n";
}

}  // namespace

std::string man_page() {
    std::string out = ".\\\" SPDX-License-Identifier: MIT\n";
    out += fmt::format(".Dd {}\n.Dt GIT-RFSN 1\n.Os \"git-rfsn {}\"\n", page_date, base::version());
    out += ".Sh NAME\n.Nm git-rfsn\n.Nd a gate in front of every commit and pull request\n";
    out += ".Sh SYNOPSIS\n.Nm git rfsn\n.Op Ar COMMAND\n.Op Ar options\n";
    out += ".Sh DESCRIPTION\n";
    out += text(
        "git-rfsn reads what is staged, works out which projects the change belongs to, runs the checks that matter "
        "for "
        "it on exactly the bytes that would be committed, and, where something fails, proposes a patch that has been "
        "proven on the tree that would be committed.\n\n"
        "The work tree and the index are only written by commands that say so: fix --yes, propose --yes, apply and "
        "undo.");
    out += ".Pp\nThese options may stand before or after every command:\n" + option_list(global_options());
    out += ".Sh COMMANDS\n";
    for (const Command& command : commands()) {
        if (!command.plumbing) {
            out += command_section(command);
        }
    }
    out += ".Sh COMMANDS FOR SCRIPTS\n";
    for (const Command& command : commands()) {
        if (command.plumbing) {
            out += command_section(command);
        }
    }
    out += ".Sh ENVIRONMENT\n" + variables(environment_variables(), "Ev");
    out += ".Sh FILES\n" + variables(files_used(), "Pa");
    out += ".Sh EXIT STATUS\n.Bl -tag -width Ds\n";
    for (const ExitCode& code : exit_codes()) {
        out += fmt::format(".It {}\n{}", code.code, sentence(code.meaning));
    }
    out += ".El\n.Sh EXAMPLES\n";
    for (const Command& command : commands()) {
        out += example_list(command.examples);
    }
    constexpr std::string_view dangling = ".Pp\n";
    out.erase(out.size() - dangling.size());
    out += ".Sh SEE ALSO\n.Xr git 1 ,\n.Xr githooks 5\n";
    return out;
}

}  // namespace rfsn::cli
