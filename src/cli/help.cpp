// SPDX-License-Identifier: MIT
#include "cli/help.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::cli {
namespace {

constexpr std::size_t text_width = 79;

/// Words of `text` on lines of text_width, each line after the first indented; the first starts at column `at`.
std::string wrapped(std::string_view text, std::size_t at, std::size_t indent) {
    std::string out;
    std::size_t column = at;
    bool first = true;
    for (const std::string_view word : base::split(text, ' ')) {
        if (!first && column + 1 + word.size() > text_width) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        first = false;
    }
    return out;
}

using Row = std::pair<std::string, std::string>;

/// Two columns; a heading that is too long gets a line of its own.
std::string rows(const std::vector<Row>& entries, std::size_t widest) {
    std::size_t width = 0;
    for (const Row& row : entries) {
        if (row.first.size() <= widest) {
            width = std::max(width, row.first.size());
        }
    }
    const std::size_t indent = 2 + width + 2;
    std::string out;
    for (const Row& row : entries) {
        out += "  " + row.first;
        if (row.first.size() > width) {
            out += '\n';
            out.append(indent, ' ');
        } else {
            out.append(indent - 2 - row.first.size(), ' ');
        }
        out += wrapped(row.second, indent, indent) + '\n';
    }
    return out;
}

std::string option_rows(std::span<const Option> options) {
    std::vector<Row> entries;
    for (const Option& option : options) {
        entries.emplace_back(option_heading(option), option_text(option));
    }
    return rows(entries, 24);
}

std::string paragraphs(std::string_view text) {
    std::string out;
    for (const std::string_view paragraph : base::split_lines(text)) {
        out += wrapped(paragraph, 0, 0) + '\n';
    }
    return out;
}

std::string examples(std::span<const Example> items) {
    std::vector<Row> entries;
    for (const Example& example : items) {
        std::string command = "git rfsn";
        if (!example.command.empty()) {
            command += ' ';
            command += example.command;
        }
        entries.emplace_back(std::move(command), example.meaning);
    }
    return rows(entries, 46);
}

std::string command_rows(bool plumbing) {
    std::vector<Row> entries;
    for (const Command& command : commands()) {
        if (command.plumbing == plumbing) {
            entries.emplace_back(command.name, command.summary);
        }
    }
    return rows(entries, 12);
}

}  // namespace

std::string usage_line(const Command& command) {
    std::string out = "git rfsn ";
    out += &command == &default_command() ? fmt::format("[{}]", command.name) : std::string(command.name);
    if (!command.options.empty()) {
        out += " [options]";
    }
    const Positional& positional = command.positional;
    if (positional.max == 0) {
        return out;
    }
    if (command.raw) {
        return out + fmt::format(" {} [ARGUMENT...]", positional.name);
    }
    std::string name(positional.name);
    if (positional.kind == ValueKind::choice) {
        name = fmt::format("({})", fmt::join(positional.choices, "|"));
    }
    if (positional.max == unlimited) {
        name += "...";
    }
    const bool optional =
        positional.min == 0 || std::any_of(command.options.begin(), command.options.end(),
                                           [](const Option& option) { return option.replaces_positional; });
    if (!positional.option.empty()) {
        return out + fmt::format(" [[--] {}]", name);
    }
    return out + (optional ? fmt::format(" [{}]", name) : " " + name);
}

std::string option_heading(const Option& option) {
    std::string out;
    if (option.short_name != 0) {
        out = std::string("-") + option.short_name;
    }
    for (const std::string_view name : {option.long_name, option.alias}) {
        if (!name.empty()) {
            out += fmt::format("{}--{}", out.empty() ? "" : ", ", name);
        }
    }
    return option.value.empty() ? out : fmt::format("{} {}", out, option.value);
}

std::string option_text(const Option& option) {
    std::string out(option.help);
    if (!option.choices.empty() && option.long_name != "color") {
        out += fmt::format(": {}", fmt::join(option.choices, ", "));
    }
    return option.repeatable && !option.greedy ? out + "; may be repeated" : out;
}

std::string overview_help() {
    std::string out =
        "git rfsn: a gate in front of every commit and pull request\n\n"
        "usage: git rfsn [COMMAND] [options]\n\n"
        "commands:\n" +
        command_rows(false) + "\nfor scripts:\n" + command_rows(true) + "\noptions before or after the command:\n" +
        option_rows(global_options()) + "\nexit codes:\n";
    std::vector<Row> codes;
    for (const ExitCode& code : exit_codes()) {
        codes.emplace_back(std::to_string(code.code), code.meaning);
    }
    out += rows(codes, 3);
    out += "\nMore: git rfsn COMMAND -h, git help rfsn\n";
    return out;
}

std::string command_help(const Command& command) {
    std::string out = fmt::format("git rfsn {}: {}\n\nusage: {}\n\n{}", command.name, command.summary,
                                  usage_line(command), paragraphs(command.description));
    if (!command.alias.empty()) {
        out += fmt::format("\nalso known as: {}\n", command.alias);
    }
    if (command.positional.max > 0) {
        out +=
            "\narguments:\n" + rows({{std::string(command.positional.name), std::string(command.positional.help)}}, 24);
    }
    if (!command.options.empty()) {
        out += "\noptions:\n" + option_rows(command.options);
    }
    if (!command.raw) {
        out += "\noptions of every command:\n" + option_rows(global_options());
    }
    if (!command.examples.empty()) {
        out += "\nexamples:\n" + examples(command.examples);
    }
    return out;
}

}  // namespace rfsn::cli
