// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <vector>

#include <fmt/format.h>

#include "cli/options.hpp"

namespace rfsn::cli {
namespace {

/// 'text' for a POSIX-like shell.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + '\'';
}

std::vector<std::string> spellings(const Option& option) {
    std::vector<std::string> names;
    if (option.short_name != 0) {
        names.push_back(std::string("-") + option.short_name);
    }
    for (const std::string_view name : {option.long_name, option.alias}) {
        if (!name.empty()) {
            names.push_back(fmt::format("--{}", name));
        }
    }
    return names;
}

std::vector<std::string> all_spellings(std::span<const Option> options) {
    std::vector<std::string> names;
    for (const Option& option : options) {
        for (std::string& name : spellings(option)) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

/// What completes a value in bash: sets COMPREPLY from $cur.
std::string bash_action(ValueKind kind, std::span<const std::string_view> choices) {
    switch (kind) {
        case ValueKind::choice:
            return fmt::format("__git_rfsn_reply '{}'", fmt::join(choices, " "));
        case ValueKind::file:
        case ValueKind::path:
            return "__git_rfsn_files -f";
        case ValueKind::directory:
            return "__git_rfsn_files -d";
        case ValueKind::revision:
            return "__git_rfsn_revisions";
        case ValueKind::text:
        case ValueKind::number:
            return "COMPREPLY=()";
    }
    return "COMPREPLY=()";
}

std::string bash_value_cases(std::span<const Option> options, std::string_view prefix, std::string_view indent) {
    std::string out;
    for (const Option& option : options) {
        if (!option.value.empty()) {
            std::vector<std::string> patterns;
            for (const std::string& name : spellings(option)) {
                patterns.push_back(std::string(prefix) + name);
            }
            out += fmt::format("{}{}) {}; return ;;\n", indent, fmt::join(patterns, "|"),
                               bash_action(option.kind, option.choices));
        }
    }
    return out;
}

std::vector<std::string_view> command_names() {
    std::vector<std::string_view> names;
    for (const Command& command : commands()) {
        if (!command.plumbing) {
            names.push_back(command.name);
        }
    }
    return names;
}

/// What zsh calls to complete a value.
std::string zsh_action(ValueKind kind, std::span<const std::string_view> choices) {
    switch (kind) {
        case ValueKind::choice:
            return fmt::format("({})", fmt::join(choices, " "));
        case ValueKind::file:
        case ValueKind::path:
            return "_files";
        case ValueKind::directory:
            return "_files -/";
        case ValueKind::revision:
            return "__git_rfsn_revisions";
        case ValueKind::text:
        case ValueKind::number:
            return " ";
    }
    return " ";
}

/// In a spec of _arguments, ':' and brackets mean something.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string zsh_specs(std::span<const Option> options, std::string_view indent) {
    std::string out;
    for (const Option& option : options) {
        for (const std::string& name : spellings(option)) {
            std::string spec = option.repeatable ? "*" : "";
            spec += name;
            if (!option.value.empty() && name.size() > 2) {
                spec += '=';
            }
            spec += fmt::format("[{}]", zsh_text(option.help));
            if (!option.value.empty()) {
                spec += fmt::format(":{}:{}", zsh_text(option.value), zsh_action(option.kind, option.choices));
            }
            out += fmt::format("{}{} \\\n", indent, quoted(spec));
        }
    }
    return out;
}

/// 'text' for fish, whose quotes know \' and \\.
std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '\'';
}

std::string fish_action(ValueKind kind, std::span<const std::string_view> choices) {
    switch (kind) {
        case ValueKind::choice:
            return fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(choices, " "))));
        case ValueKind::file:
        case ValueKind::path:
            return " -r -F";
        case ValueKind::directory:
            return " -x -a '(__fish_complete_directories)'";
        case ValueKind::revision:
            return " -x -a '(__git_rfsn_revisions)'";
        case ValueKind::text:
        case ValueKind::number:
            return " -x";
    }
    return " -x";
}

std::string fish_options(std::string_view head, std::span<const Option> options) {
    std::string out;
    for (const Option& option : options) {
        out += head;
        if (option.short_name != 0) {
            out += std::string(" -s ") + option.short_name;
        }
        for (const std::string_view name : {option.long_name, option.alias}) {
            if (!name.empty()) {
                out += fmt::format(" -l {}", name);
            }
        }
        if (!option.value.empty()) {
            out += fish_action(option.kind, option.choices);
        }
        out += fmt::format(" -d {}\n", fish_quoted(option.help));
    }
    return out;
}

}  // namespace

std::string bash_completion() {
    std::string out =
        "# SPDX-License-Identifier: MIT\n"
        "# bash completion for git-rfsn, made from its option table; git's own completion calls _git_rfsn for \"git "
        "rfsn\".\n\n"
        "__git_rfsn_reply() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
        "__git_rfsn_files() {\n"
        "    compopt -o filenames 2>/dev/null\n"
        "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
        "}\n"
        "__git_rfsn_revisions() {\n"
        "    __git_rfsn_reply \"HEAD $(git for-each-ref --format='%(refname:short)' 2>/dev/null)\"\n"
        "}\n\n"
        "_git_rfsn() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i\n"
        "    COMPREPLY=()\n"
        "    # \"=\" is a word of its own here: --format=js is three words.\n"
        "    if [[ $cur == \"=\" ]]; then cur=\n"
        "    elif [[ $prev == \"=\" ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in\n";
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        names.emplace_back(command.name);
        if (!command.alias.empty()) {
            names.emplace_back(command.alias);
        }
    }
    out += fmt::format("            {}) command=${{COMP_WORDS[i]}}; break ;;\n", fmt::join(names, "|"));
    out +=
        "        esac\n"
        "    done\n"
        "    case $prev in\n";
    out += bash_value_cases(global_options(), "", "        ");
    out +=
        "    esac\n"
        "    case $command:$prev in\n";
    for (const Command& command : commands()) {
        out += bash_value_cases(command.options, fmt::format("{}:", command.name), "        ");
        if (&command == &default_command()) {
            out += bash_value_cases(command.options, ":", "        ");
        }
    }
    out += "    esac\n    case $command in\n";
    const std::string everywhere = fmt::format("{}", fmt::join(all_spellings(global_options()), " "));
    const auto offer = [&](const Command& command) {
        const std::string own = fmt::format("{}", fmt::join(all_spellings(command.options), " "));
        return fmt::format("__git_rfsn_reply '{}{}{}'", own, own.empty() ? "" : " ", everywhere);
    };
    out += fmt::format("        '') if [[ $cur == -* ]]; then {}; else __git_rfsn_reply '{}'; fi ;;\n",
                       offer(default_command()), fmt::join(command_names(), " "));
    for (const Command& command : commands()) {
        const std::string pattern =
            command.alias.empty() ? std::string(command.name) : fmt::format("{}|{}", command.name, command.alias);
        std::string values = bash_action(command.positional.kind, command.positional.choices);
        if (command.name == "help") {
            values = fmt::format("__git_rfsn_reply '{}'", fmt::join(command_names(), " "));
        }
        out +=
            fmt::format("        {}) if [[ $cur == -* ]]; then {}; else {}; fi ;;\n", pattern, offer(command), values);
    }
    out +=
        "    esac\n"
        "}\n\n"
        "complete -F _git_rfsn git-rfsn\n";
    return out;
}

std::string zsh_completion() {
    std::string out =
        "#compdef git-rfsn\n"
        "#description gate in front of every commit\n"
        "# SPDX-License-Identifier: MIT\n\n"
        "__git_rfsn_revisions() {\n"
        "  local -a revisions\n"
        "  revisions=(HEAD ${(f)\"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)\"})\n"
        "  compadd -a revisions\n"
        "}\n\n"
        "__git_rfsn_commands() {\n"
        "  local -a commands\n"
        "  commands=(\n";
    for (const Command& command : commands()) {
        if (!command.plumbing) {
            out += fmt::format("    {}\n", quoted(fmt::format("{}:{}", command.name, zsh_text(command.summary))));
        }
    }
    out +=
        "  )\n"
        "  _describe -t commands 'git-rfsn command' commands\n"
        "}\n\n"
        "_git-rfsn() {\n"
        "  local curcontext=$curcontext state line\n"
        "  typeset -A opt_args\n"
        "  # Without a command it is check.\n"
        "  _arguments -C \\\n" +
        zsh_specs(default_command().options, "    ") + zsh_specs(global_options(), "    ") +
        "    '1:command:__git_rfsn_commands' \\\n"
        "    '*::argument:->argument'\n"
        "  [[ $state == argument ]] || return\n"
        "  case $line[1] in\n";
    for (const Command& command : commands()) {
        const std::string pattern =
            command.alias.empty() ? std::string(command.name) : fmt::format("{}|{}", command.name, command.alias);
        std::string rest = zsh_action(command.positional.kind, command.positional.choices);
        if (command.name == "help") {
            rest = "__git_rfsn_commands";
        }
        std::string positional;
        if (command.positional.max > 0) {
            const std::string_view many = command.positional.max == unlimited ? "*" : "1";
            positional = fmt::format(" \\\n        {}",
                                     quoted(fmt::format("{}:{}:{}", many, zsh_text(command.positional.name), rest)));
        }
        std::string specs = zsh_specs(command.options, "        ") + zsh_specs(global_options(), "        ");
        specs.erase(specs.size() - 3);
        out += fmt::format("    {})\n      _arguments -S \\\n{}{}\n      ;;\n", pattern, specs, positional);
    }
    out +=
        "  esac\n"
        "}\n\n"
        "_git-rfsn \"$@\"\n";
    return out;
}

std::string fish_completion() {
    std::string out =
        "# SPDX-License-Identifier: MIT\n"
        "# fish completion for git-rfsn and git rfsn, made from its option table.\n\n"
        "function __git_rfsn_revisions\n"
        "    echo HEAD\n"
        "    git for-each-ref --format='%(refname:short)' 2>/dev/null\n"
        "end\n\n"
        "# The words behind \"git-rfsn\" or \"git rfsn\"; fails for any other git command.\n"
        "function __git_rfsn_words\n"
        "    set -l words (commandline -opc)\n"
        "    if test (count $words) -ge 2; and test $words[1] = git\n"
        "        test $words[2] = rfsn; or return 1\n"
        "        set -e words[1]\n"
        "    else if string match -qr '(^|/)git$' -- $words[1]\n"
        "        return 1\n"
        "    end\n"
        "    set -e words[1]\n"
        "    printf '%s\\n' $words\n"
        "end\n\n"
        "# Which command stands on the line: __git_rfsn_using NAME..., or none without a name.\n"
        "function __git_rfsn_using\n"
        "    set -l words (__git_rfsn_words); or return 1\n"
        "    for word in $words\n";
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        names.emplace_back(command.name);
        if (!command.alias.empty()) {
            names.emplace_back(command.alias);
        }
    }
    out += fmt::format("        if contains -- $word {}\n", fmt::join(names, " "));
    out +=
        "            contains -- $word $argv\n"
        "            return\n"
        "        end\n"
        "    end\n"
        "    test (count $argv) -eq 0\n"
        "end\n\n";
    for (const std::string_view program : {"git-rfsn", "git"}) {
        const std::string none = fmt::format("complete -c {} -n __git_rfsn_using", program);
        if (program == "git-rfsn") {
            out += "complete -c git-rfsn -f\n";
        }
        for (const Command& command : commands()) {
            if (!command.plumbing) {
                out += fmt::format("{} -f -a {} -d {}\n", none, command.name, fish_quoted(command.summary));
            }
        }
        out += fish_options(none, default_command().options);
        out += fish_options(fmt::format("complete -c {} -n '__git_rfsn_words >/dev/null'", program), global_options());
        for (const Command& command : commands()) {
            const std::string pattern =
                command.alias.empty() ? std::string(command.name) : fmt::format("{} {}", command.name, command.alias);
            const std::string head = fmt::format("complete -c {} -n '__git_rfsn_using {}'", program, pattern);
            out += fish_options(head, command.options);
            if (command.name == "help") {
                out +=
                    fmt::format("{} -x -a {}\n", head, fish_quoted(fmt::format("{}", fmt::join(command_names(), " "))));
            } else if (command.positional.max > 0 && command.positional.kind != ValueKind::text) {
                out += head + fish_action(command.positional.kind, command.positional.choices) + '\n';
            }
        }
    }
    return out;
}

}  // namespace rfsn::cli
