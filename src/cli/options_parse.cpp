// SPDX-License-Identifier: MIT
#include "cli/options_parse.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/options.hpp"

namespace rfsn::cli {
namespace {

using base::ErrorCode;
using base::Result;
using Args = std::vector<std::string>;

/// An argument in a message: printable and not endless.
std::string shown(std::string_view arg) {
    constexpr std::size_t longest = 200;
    std::string text = base::printable(arg.substr(0, longest));
    return arg.size() > longest ? "'" + text + "...'" : "'" + text + "'";
}

std::string spelled(const Option& option) {
    return option.long_name.empty() ? std::string("-") + option.short_name : fmt::format("--{}", option.long_name);
}

bool dashed(std::string_view arg) {
    return arg.size() > 1 && arg.front() == '-';
}

std::string did_you_mean(std::string_view word, const Args& candidates) {
    const std::string near = base::nearest(word, candidates);
    return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

std::string more_help(const Command* command) {
    return command == nullptr ? "\n  git rfsn -h   lists the commands"
                              : fmt::format("\n  git rfsn {} -h   lists its options", command->name);
}

tl::unexpected<base::Error> usage_error(std::string message, const Command* command) {
    return base::fail(ErrorCode::usage, std::move(message) + more_help(command));
}

/// The options that a command understands, its own first.
class OptionSet {
   public:
    explicit OptionSet(const Command* command) {
        if (command != nullptr) {
            add(command->options);
        }
        add(global_options());
    }
    [[nodiscard]] const std::vector<const Option*>& items() const { return items_; }

    /// By "--name", "--name=value" or "-n...".
    [[nodiscard]] const Option* find(std::string_view arg) const {
        if (arg.substr(0, 2) == "--") {
            return find_long(arg.substr(2, arg.find('=') == arg.npos ? arg.npos : arg.find('=') - 2));
        }
        return dashed(arg) ? find_short(arg[1]) : nullptr;
    }
    [[nodiscard]] const Option* by_key(std::string_view key) const {
        for (const Option* option : items_) {
            if (option->key() == key) {
                return option;
            }
        }
        return nullptr;
    }
    [[nodiscard]] Args names() const {
        Args names;
        for (const Option* option : items_) {
            names.push_back(spelled(*option));
            if (!option->alias.empty()) {
                names.push_back(fmt::format("--{}", option->alias));
            }
        }
        return names;
    }

   private:
    void add(std::span<const Option> options) {
        for (const Option& option : options) {
            items_.push_back(&option);
        }
    }
    [[nodiscard]] const Option* find_long(std::string_view name) const {
        for (const Option* option : items_) {
            if (!name.empty() && (option->long_name == name || option->alias == name)) {
                return option;
            }
        }
        return nullptr;
    }
    [[nodiscard]] const Option* find_short(char name) const {
        for (const Option* option : items_) {
            if (option->short_name == name) {
                return option;
            }
        }
        return nullptr;
    }
    std::vector<const Option*> items_;
};

Result<void> check_value(const Option& option, const std::string& value, const Command* command) {
    if (option.kind == ValueKind::choice) {
        Args choices;
        for (const std::string_view choice : option.choices) {
            if (choice == value) {
                return {};
            }
            choices.emplace_back(choice);
        }
        return usage_error(fmt::format("{} does not take {}{}\n  it takes {}", spelled(option), shown(value),
                                       did_you_mean(value, choices), fmt::join(choices, ", ")),
                           command);
    }
    if (option.kind == ValueKind::number) {
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || end != value.data() + value.size() || number == 0 || number > 100000) {
            return usage_error(fmt::format("{} takes a number from 1 to 100000, not {}", spelled(option), shown(value)),
                               command);
        }
    }
    if (value.empty() && option.kind != ValueKind::directory) {
        return usage_error(fmt::format("{} needs a value that is not empty", spelled(option)), command);
    }
    return {};
}

/// Brings what CLI11 reads differently into one form: "--files a b" -> "--files=a --files=b"; refuses "--flag=value",
/// "--option=" (CLI11 would take the next argument) and "++" (CLI11 would swallow it).
Result<Args> normalise(const Args& args, const OptionSet& set, const Command* command) {
    Args out;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string& arg = args[i];
        const Option* option = set.find(arg);
        if (arg == "++") {
            return usage_error("an argument '++' must stand behind '--'", command);
        }
        if (option == nullptr || arg.substr(0, 2) != "--") {
            out.push_back(arg);
            continue;
        }
        const std::size_t equals = arg.find('=');
        if (equals != arg.npos && option->value.empty()) {
            return usage_error(fmt::format("{} takes no value", spelled(*option)), command);
        }
        if (equals != arg.npos && equals + 1 == arg.size()) {
            return usage_error(fmt::format("{} needs a value behind '='", spelled(*option)), command);
        }
        if (!option->greedy || equals != arg.npos) {
            out.push_back(arg);
            continue;
        }
        const std::size_t before = out.size();
        while (i + 1 < args.size() && !dashed(args[i + 1])) {
            RFSN_TRY(check_value(*option, args[++i], command));
            out.push_back(arg + "=" + args[i]);
        }
        if (out.size() == before) {
            return usage_error(fmt::format("{} needs at least one value; a path that begins with '-' goes behind '--'",
                                           spelled(*option)),
                               command);
        }
    }
    return out;
}

/// Fills `invocation.values`; returns what is no option.
Result<Args> read_options(const Args& args, const OptionSet& set, const Command* command, Invocation& invocation) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<std::pair<const Option*, CLI::Option*>> bound;
    for (const Option* option : set.items()) {
        std::string names;
        const auto name = [&](std::string text) { names += (names.empty() ? "" : ",") + std::move(text); };
        if (option->short_name != 0) {
            name(std::string("-") + option->short_name);
        }
        if (!option->long_name.empty()) {
            name(fmt::format("--{}", option->long_name));
        }
        if (!option->alias.empty()) {
            name(fmt::format("--{}", option->alias));
        }
        CLI::Option* made = option->value.empty() ? app.add_flag(names) : app.add_option(names);
        if (!option->value.empty()) {
            made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        }
        bound.emplace_back(option, made);
    }
    try {
        app.parse(Args(args.rbegin(), args.rend()));
    } catch (const CLI::ArgumentMismatch&) {
        // Only an option at the very end can lack its value.
        const Option* last = args.empty() ? nullptr : set.find(args.back());
        return usage_error(last == nullptr ? "an option needs a value"
                                           : fmt::format("{} needs a value ({})", spelled(*last), last->value),
                           command);
    } catch (const CLI::Error& error) {
        return usage_error(base::printable(error.what()), command);
    }
    for (const auto& entry : bound) {
        const Option& option = *entry.first;
        if (entry.second->count() == 0) {
            continue;
        }
        auto& values = invocation.values[std::string(option.key())];
        values = option.value.empty() ? Args(entry.second->count(), "true") : entry.second->results();
    }
    return app.remaining();
}

Result<void> check_values(const Invocation& invocation, const OptionSet& set, const Command* command) {
    for (const auto& entry : invocation.values) {
        const Option* option = set.by_key(entry.first);
        if (option == nullptr || option->value.empty()) {
            continue;
        }
        for (const std::string& value : entry.second) {
            RFSN_TRY(check_value(*option, value, command));
        }
    }
    for (const Option* option : set.items()) {
        if (!option->conflicts.empty() && invocation.has(option->key()) && invocation.has(option->conflicts)) {
            return usage_error(fmt::format("{} and --{} can't be given together", spelled(*option), option->conflicts),
                               command);
        }
    }
    for (const std::string& setting : invocation.all("set")) {
        if (setting.find('=') == setting.npos || setting.front() == '=') {
            return usage_error(fmt::format("--set takes KEY=VALUE, not {}", shown(setting)), command);
        }
    }
    return {};
}

Result<void> check_positionals(Invocation& invocation, const Command& command) {
    const Positional& wanted = command.positional;
    const Args& given = invocation.positionals;
    if (given.size() > wanted.max) {
        const std::string& extra = given[wanted.max];
        std::string hint;
        if (find_command(extra) != nullptr) {
            hint = fmt::format("; the command comes first: git rfsn {} ...", extra);
        }
        return usage_error(fmt::format("unexpected argument {}{}", shown(extra), hint), &command);
    }
    if (given.size() < wanted.min) {
        for (const Option& option : command.options) {
            if (option.replaces_positional && invocation.has(option.key())) {
                return {};
            }
        }
        return usage_error(fmt::format("{} is missing: {}", wanted.name, wanted.help), &command);
    }
    if (wanted.kind == ValueKind::choice) {
        const Args choices(wanted.choices.begin(), wanted.choices.end());
        for (const std::string& arg : given) {
            if (std::find(choices.begin(), choices.end(), arg) == choices.end()) {
                return usage_error(fmt::format("{} is no {}{}\n  it is one of {}", shown(arg), wanted.name,
                                               did_you_mean(arg, choices), fmt::join(choices, ", ")),
                                   &command);
            }
        }
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].empty() && (i == 0 || !command.raw)) {
            return usage_error(fmt::format("{} is empty", wanted.name), &command);
        }
    }
    if (!wanted.option.empty() && !given.empty()) {
        auto& values = invocation.values[std::string(wanted.option)];
        values.insert(values.end(), given.begin(), given.end());
        invocation.positionals.clear();
    }
    return {};
}

/// Where the command's name stands: the first argument that is no global option or its value; args.size() if there is
/// none.
std::size_t command_index(const Args& args, const OptionSet& globals) {
    std::size_t i = 0;
    while (i < args.size() && dashed(args[i]) && args[i] != "--") {
        const Option* option = globals.find(args[i]);
        if (option == nullptr) {
            return args.size();
        }
        const bool value_is_next =
            !option->value.empty() && (args[i].size() == 2 || (args[i][1] == '-' && args[i].find('=') == args[i].npos));
        i += value_is_next ? 2 : 1;
    }
    return i < args.size() && args[i] != "--" ? i : args.size();
}

Result<const Command*> choose_command(const Args& args, std::size_t index, bool& named) {
    named = index < args.size();
    if (!named) {
        return &default_command();
    }
    if (const Command* command = find_command(args[index]); command != nullptr) {
        return command;
    }
    Args names;
    for (const Command& command : commands()) {
        names.emplace_back(command.name);
        if (!command.alias.empty()) {
            names.emplace_back(command.alias);
        }
    }
    return usage_error(fmt::format("unknown command {}{}", shown(args[index]), did_you_mean(args[index], names)),
                       nullptr);
}

}  // namespace

bool Invocation::has(std::string_view key) const {
    return values.find(key) != values.end();
}

std::string Invocation::value(std::string_view key, std::string_view fallback) const {
    const auto found = values.find(key);
    return found == values.end() || found->second.empty() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Invocation::all(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::vector<std::string>{} : found->second;
}

std::vector<std::string> Invocation::list(std::string_view key) const {
    std::vector<std::string> parts;
    for (const std::string& value : all(key)) {
        for (const std::string_view part : base::split(value, ',')) {
            if (const std::string_view name = base::trim(part); !name.empty()) {
                parts.emplace_back(name);
            }
        }
    }
    return parts;
}

Result<Invocation> parse_command_line(const Args& args) {
    bool named = false;
    const std::size_t index = command_index(args, OptionSet(nullptr));
    RFSN_ASSIGN(const Command* const command, choose_command(args, index, named));

    Invocation invocation;
    invocation.command = command->name;
    if (named && command->raw) {
        const OptionSet set(nullptr);
        const Args before(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(index));
        RFSN_ASSIGN(const Args normal, normalise(before, set, nullptr));
        RFSN_ASSIGN(const Args extras, read_options(normal, set, nullptr, invocation));
        RFSN_TRY(check_values(invocation, set, nullptr));
        invocation.positionals.assign(args.begin() + static_cast<std::ptrdiff_t>(index) + 1, args.end());
        if (!invocation.positionals.empty() &&
            (invocation.positionals[0] == "-h" || invocation.positionals[0] == "--help")) {
            invocation.values["help"].emplace_back("true");
        }
        if (!invocation.has("help") && !invocation.has("version")) {
            RFSN_TRY(check_positionals(invocation, *command));
        }
        return invocation;
    }

    Args rest = args;
    if (named) {
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
    }
    const auto mark = std::find(rest.begin(), rest.end(), "--");
    Args behind;
    if (mark != rest.end()) {
        behind.assign(mark + 1, rest.end());
        rest.erase(mark, rest.end());
    }
    const OptionSet set(command);
    RFSN_ASSIGN(const Args normal, normalise(rest, set, command));
    RFSN_ASSIGN(Args extras, read_options(normal, set, command, invocation));
    if (invocation.has("help") || invocation.has("version")) {
        if (!named) {
            invocation.command.clear();
        }
        return invocation;
    }
    for (std::string& extra : extras) {
        if (dashed(extra)) {
            const std::string name = extra.substr(0, extra.find('='));
            return usage_error(fmt::format("unknown option {}{}", shown(extra), did_you_mean(name, set.names())),
                               command);
        }
        invocation.positionals.push_back(std::move(extra));
    }
    invocation.positionals.insert(invocation.positionals.end(), behind.begin(), behind.end());
    RFSN_TRY(check_values(invocation, set, command));
    RFSN_TRY(check_positionals(invocation, *command));
    return invocation;
}

}  // namespace rfsn::cli
