// SPDX-License-Identifier: MIT
#include "cli/options_parse.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/options.hpp"
#include "report/report.hpp"

namespace rfsn {
namespace {

using Args = std::vector<std::string>;

cli::Invocation parsed(const Args& args) {
    auto result = cli::parse_command_line(args);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    return result ? *result : cli::Invocation{};
}

std::string refused(const Args& args) {
    const auto result = cli::parse_command_line(args);
    EXPECT_FALSE(result.has_value());
    if (result) {
        return {};
    }
    EXPECT_EQ(result.error().code, base::ErrorCode::usage);
    return result.error().message;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

TEST(CommandLine, CheckIsTheDefault) {
    EXPECT_EQ(parsed({}).command, "check");
    EXPECT_EQ(parsed({"-q"}).command, "check");
    EXPECT_EQ(parsed({"--all"}).command, "check");
    EXPECT_EQ(parsed({"--stage", "ci"}).value("stage"), "ci");
    EXPECT_EQ(parsed({"run"}).command, "check");
    EXPECT_EQ(parsed({"check"}).positionals, Args{});
}

TEST(CommandLine, AliasesHaveTheOptionsOwnKey) {
    EXPECT_TRUE(parsed({"check", "--all-files"}).has("all"));
    EXPECT_TRUE(parsed({"-v"}).has("verbose"));
    EXPECT_EQ(parsed({"-j4"}).value("jobs"), "4");
    EXPECT_EQ(parsed({"-qv"}).values.size(), 2U);
}

TEST(CommandLine, FilesTakeValuesUpToTheNextOption) {
    EXPECT_EQ(parsed({"--files", "a", "b", "-q", "--files", "c"}).all("files"), (Args{"a", "b", "c"}));
    EXPECT_EQ(parsed({"--files=a", "--", "-b", "--c"}).all("files"), (Args{"a", "-b", "--c"}));
    EXPECT_EQ(parsed({"check", "a", "b"}).all("files"), (Args{"a", "b"}));
    EXPECT_EQ(parsed({"--", "a"}).all("files"), Args{"a"});
    EXPECT_TRUE(parsed({"--", "a"}).positionals.empty());
    EXPECT_TRUE(has(refused({"--files", "-q"}), "--files needs at least one value"));
    EXPECT_TRUE(has(refused({"--files"}), "--files needs at least one value"));
    EXPECT_TRUE(has(refused({"--files", ""}), "not empty"));
}

TEST(CommandLine, NoPathIsMangled) {
    const Args paths{"[a,b]", "{}", "%%",  "a b", "a=b",   "\xFF\n", "++",
                     "--",    "-",  "a,b", "'q'", "\"q\"", "@x",     "check"};
    Args args{"check", "--"};
    args.insert(args.end(), paths.begin(), paths.end());
    EXPECT_EQ(parsed(args).all("files"), paths);
    for (const std::string path : {"[a,b]", "{}", "%%", "a=b", "\xFF\n", "'q'"}) {
        EXPECT_EQ(parsed({"--files", path}).all("files"), Args{path});
        EXPECT_EQ(parsed({"--files=" + path}).all("files"), Args{path});
        EXPECT_EQ(parsed({"--only", path}).all("only"), Args{path});
        EXPECT_EQ(parsed({"check", path}).all("files"), Args{path});
    }
    EXPECT_TRUE(has(refused({"check", "++"}), "must stand behind '--'"));
}

TEST(CommandLine, ListsAreSplitAtCommas) {
    EXPECT_EQ(parsed({"--only", "a, b,,c", "--only=d"}).list("only"), (Args{"a", "b", "c", "d"}));
    EXPECT_EQ(parsed({}).list("only"), Args{});
}

TEST(CommandLine, TheLastOfASingleOptionWins) {
    EXPECT_EQ(parsed({"--stage", "ci", "--stage", "pre-push"}).value("stage"), "pre-push");
    EXPECT_EQ(parsed({}).value("stage", "x"), "x");
}

TEST(CommandLine, GlobalsStandOnEitherSide) {
    for (const Args& args :
         {Args{"-C", "d", "--set", "jobs=2", "fix", "--yes"}, Args{"fix", "--yes", "-C", "d", "--set=jobs=2"},
          Args{"-Cd", "--set=jobs=2", "fix", "-y"}}) {
        const cli::Invocation got = parsed(args);
        EXPECT_EQ(got.command, "fix");
        EXPECT_EQ(got.all("C"), Args{"d"});
        EXPECT_EQ(got.all("set"), Args{"jobs=2"});
        EXPECT_TRUE(got.has("yes"));
    }
    // A value that is named like a command stays a value.
    EXPECT_EQ(parsed({"-C", "fix"}).command, "check");
    EXPECT_EQ(parsed({"--color", "never", "detect"}).command, "detect");
}

TEST(CommandLine, HookAndBuiltinGetEverythingAsItIs) {
    const Args rest{
        "trailing-whitespace", "--markdown-linebreak-ext=md", "--bogus", "--", "-C", "++", "[a]", "", "--help"};
    Args args{"builtin"};
    args.insert(args.end(), rest.begin(), rest.end());
    EXPECT_EQ(parsed(args).positionals, rest);
    args[0] = "hook";
    args.insert(args.begin(), {"-C", "d"});
    const cli::Invocation got = parsed(args);
    EXPECT_EQ(got.positionals, rest);
    EXPECT_EQ(got.value("C"), "d");
    EXPECT_FALSE(got.has("help"));
    EXPECT_TRUE(parsed({"hook", "--help"}).has("help"));
    EXPECT_TRUE(has(refused({"hook"}), "NAME is missing"));
}

TEST(CommandLine, HelpAndVersionWinOverWhatIsWrong) {
    EXPECT_TRUE(parsed({"check", "--bogus", "-h"}).has("help"));
    EXPECT_EQ(parsed({"-h"}).command, "");
    EXPECT_EQ(parsed({"-h", "fix"}).command, "fix");
    EXPECT_TRUE(parsed({"explain", "--help"}).has("help"));
    EXPECT_TRUE(parsed({"-C", "d", "--version"}).has("version"));
}

TEST(CommandLine, SaysWhatWasMeant) {
    EXPECT_TRUE(has(refused({"chekc"}), "unknown command 'chekc'; did you mean 'check'?"));
    EXPECT_TRUE(has(refused({"--al"}), "unknown option '--al'; did you mean '--all'?"));
    EXPECT_TRUE(has(refused({"fix", "--yess=1"}), "did you mean '--yes'?"));
    EXPECT_TRUE(has(refused({"--format", "jsno"}), "did you mean 'json'?"));
    EXPECT_TRUE(has(refused({"llm", "enabel"}), "did you mean 'enable'?"));
    EXPECT_TRUE(has(refused({"fix", "detect"}), "the command comes first: git rfsn detect"));
    EXPECT_TRUE(has(refused({"fix", "-x"}), "git rfsn fix -h"));
    EXPECT_FALSE(has(refused({"zzzzzzzzzz"}), "did you mean"));
}

TEST(CommandLine, RefusesWrongValues) {
    EXPECT_TRUE(has(refused({"--range"}), "--range needs a value (A..B)"));
    EXPECT_TRUE(has(refused({"--range="}), "needs a value behind '='"));
    EXPECT_TRUE(has(refused({"--quiet=yes"}), "--quiet takes no value"));
    EXPECT_TRUE(has(refused({"--all", "--range", "a..b"}), "can't be given together"));
    EXPECT_TRUE(has(refused({"--set", "jobs"}), "KEY=VALUE"));
    EXPECT_TRUE(has(refused({"--set", "=2"}), "KEY=VALUE"));
    EXPECT_TRUE(has(refused({"--color", "sometimes"}), "auto, always, never"));
    EXPECT_TRUE(has(refused({"init", "--hook", "post-commit"}), "pre-commit, pre-push, pre-merge-commit"));
    for (const std::string jobs : {"0", "-1", "1.5", "x", "99999999999999999999", " 2", "2 "}) {
        EXPECT_TRUE(has(refused({"--jobs", jobs}), "a number from 1 to 100000")) << jobs;
    }
    EXPECT_TRUE(has(refused({"undo", "x"}), "unexpected argument 'x'"));
    EXPECT_TRUE(has(refused({"show", "a", "b"}), "unexpected argument 'b'"));
    EXPECT_TRUE(has(refused({"show", ""}), "ID is empty"));
    EXPECT_TRUE(has(refused({"explain"}), "CHECK|CODE is missing"));
    EXPECT_TRUE(has(refused({""}), "unknown command ''"));
}

TEST(CommandLine, AListNeedsNoArgument) {
    EXPECT_TRUE(parsed({"parse", "--list"}).has("list"));
    EXPECT_TRUE(has(refused({"parse"}), "PARSER is missing"));
}

TEST(CommandLine, MessagesShowNoControlCharacters) {
    const std::string evil = "x\x1b[31m\n" + std::string(5000, 'y');
    for (const Args& args :
         {Args{evil}, Args{"--" + evil}, Args{"undo", evil}, Args{"--format", evil}, Args{"--jobs", evil}}) {
        const std::string message = refused(args);
        EXPECT_FALSE(has(message, "\x1b"));
        EXPECT_LT(message.size(), 1000U);
        for (std::size_t at = message.find('\n'); at != message.npos; at = message.find('\n', at + 1)) {
            EXPECT_EQ(message.substr(at, 3), "\n  ");
        }
    }
}

TEST(CommandLine, SurvivesEveryShortSequenceOfItsOwnWords) {
    Args words{"--", "-", "++", "-h", "--=x", "", "a", "=", "-j", "-j=", "[x]", "--files", "--files=", "-qvq"};
    for (const cli::Command& command : cli::commands()) {
        words.emplace_back(command.name);
    }
    for (const cli::Option& option : cli::global_options()) {
        words.push_back("--" + std::string(option.long_name));
    }
    for (const std::string& a : words) {
        for (const std::string& b : words) {
            for (const std::string& c :
                 {std::string("x"), std::string("--"), std::string("--all"), std::string("--set")}) {
                const auto result = cli::parse_command_line({a, b, c});
                if (!result) {
                    EXPECT_EQ(result.error().code, base::ErrorCode::usage);
                    EXPECT_FALSE(result.error().message.empty());
                } else if (!result->command.empty()) {
                    EXPECT_NE(cli::find_command(result->command), nullptr);
                }
            }
        }
    }
}

TEST(OptionTable, NamesAreUniqueAndDescribed) {
    std::set<std::string_view> names;
    for (const cli::Command& command : cli::commands()) {
        EXPECT_TRUE(names.insert(command.name).second) << command.name;
        EXPECT_TRUE(command.alias.empty() || names.insert(command.alias).second) << command.alias;
        EXPECT_FALSE(command.summary.empty());
        EXPECT_NE(command.summary.back(), '.') << command.name;
        EXPECT_EQ(command.description.back(), '.') << command.name;
        std::set<std::string> spelled;
        for (const auto options : {command.options, cli::global_options()}) {
            for (const cli::Option& option : options) {
                EXPECT_TRUE(spelled.insert(std::string(option.key())).second) << command.name << " " << option.key();
                if (option.short_name != 0 && !option.long_name.empty()) {
                    EXPECT_TRUE(spelled.insert(std::string(1, option.short_name)).second) << command.name;
                }
                EXPECT_FALSE(option.help.empty());
                EXPECT_EQ(option.kind == cli::ValueKind::choice, !option.choices.empty());
            }
        }
    }
}

TEST(OptionTable, ReportFormatsAreThoseOfTheReport) {
    for (const cli::Option& option : cli::find_command("check")->options) {
        if (option.long_name == "format") {
            EXPECT_EQ(Args(option.choices.begin(), option.choices.end()), report::format_names());
        }
    }
}

TEST(OptionTable, ExamplesParse) {
    for (const cli::Command& command : cli::commands()) {
        for (const cli::Example& example : command.examples) {
            Args args;
            std::string word;
            for (const char c : std::string(example.command) + " ") {
                if (c != ' ') {
                    word += c;
                } else if (!word.empty()) {
                    args.push_back(word);
                    word.clear();
                }
            }
            for (std::size_t i = 0; i < args.size(); ++i) {
                if (args[i] == "|" || args[i] == "<" || args[i] == ">") {
                    args.resize(i);
                }
            }
            EXPECT_TRUE(cli::parse_command_line(args).has_value()) << example.command;
        }
    }
}

}  // namespace
}  // namespace rfsn
