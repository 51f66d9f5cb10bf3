// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace rfsn::cli {

/// What a value is, for checking it and for completing it.
enum class ValueKind { text, number, file, directory, path, revision, choice };

struct Option {
    std::string_view long_name{};  ///< without dashes; may be empty
    char short_name = 0;
    std::string_view value{};  ///< "FILE"; empty: a flag
    std::string_view help{};   ///< one sentence, no full stop
    ValueKind kind = ValueKind::text;
    std::span<const std::string_view> choices{};
    bool repeatable = false;
    bool greedy = false;               ///< takes every value up to the next option
    std::string_view alias{};          ///< a second long name
    std::string_view conflicts{};      ///< key of an option that can't be given as well
    bool replaces_positional = false;  ///< with it the command needs no argument

    /// Its name in Invocation::values: the long name, else the short one.
    [[nodiscard]] constexpr std::string_view key() const {
        return long_name.empty() ? std::string_view{&short_name, 1} : long_name;
    }
};

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// A command's arguments without a dash; max 0: it takes none.
struct Positional {
    std::string_view name{};
    std::string_view help{};
    std::size_t min = 0;
    std::size_t max = 0;
    ValueKind kind = ValueKind::text;
    std::span<const std::string_view> choices{};
    std::string_view option{};  ///< key of the option that they are a shorter way of writing
};

struct Example {
    std::string_view command{};  ///< what follows "git rfsn"
    std::string_view meaning{};
};

struct Command {
    std::string_view name{};
    std::string_view summary{};      ///< one line, no full stop
    std::string_view description{};  ///< paragraphs, separated by an empty line
    Positional positional{};
    std::span<const Option> options{};
    std::span<const Example> examples{};
    std::string_view alias{};
    bool plumbing = false;
    bool raw = false;  ///< everything behind the name is handed on as it is
};

/// The one table: parsing, -h, the man page and the completions are made from it.
[[nodiscard]] std::span<const Command> commands();
/// Accepted before and after the command.
[[nodiscard]] std::span<const Option> global_options();
/// The command that runs when none is named.
[[nodiscard]] const Command& default_command();
/// By name or alias; nullptr if there is none.
[[nodiscard]] const Command* find_command(std::string_view name);

struct ExitCode {
    int code;
    std::string_view meaning{};
};
[[nodiscard]] std::span<const ExitCode> exit_codes();
struct Variable {
    std::string_view name{};
    std::string_view meaning{};
};
[[nodiscard]] std::span<const Variable> environment_variables();
[[nodiscard]] std::span<const Variable> files_used();

}  // namespace rfsn::cli
