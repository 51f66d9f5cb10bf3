// SPDX-License-Identifier: MIT
#include "check/builtin_arguments.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rfsn::check {
namespace {

using Setter = base::Result<void> (*)(BuiltinArguments& arguments, const std::string& value);

struct Option {
    std::string_view id;     ///< of the built-in
    std::string_view shown;  ///< all its names, as usage shows them
    std::array<std::string_view, 3> names;
    std::string_view metavar;  ///< empty: takes no value
    Setter set;
    std::string_view help;
};

base::Result<void> set_max_kb(BuiltinArguments& arguments, const std::string& value) {
    std::string digits = value;
    digits.erase(0, digits.find_first_not_of(" \t"));
    if (const auto last = digits.find_last_not_of(" \t"); last != std::string::npos) {
        digits.erase(last + 1);
    }
    const bool plus = digits.size() > 1 && digits[0] == '+' && digits[1] != '-';
    std::int64_t number = 0;
    const char* begin = digits.data() + (plus ? 1 : 0);
    const char* end = digits.data() + digits.size();
    const auto result = std::from_chars(begin, end, number);
    if (result.ec != std::errc() || result.ptr != end) {
        return base::fail(base::ErrorCode::usage, "argument --maxkb: invalid int value: '" + value + "'");
    }
    arguments.max_kb = number;
    return {};
}

base::Result<void> set_line_ending(BuiltinArguments& arguments, const std::string& value) {
    constexpr std::array<std::string_view, 5> choices{"auto", "no", "cr", "crlf", "lf"};
    if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
        return base::fail(base::ErrorCode::usage, "argument -f/--fix: invalid choice: '" + value +
                                                      "' (choose from 'auto', 'no', 'cr', 'crlf', 'lf')");
    }
    arguments.line_ending = value;
    return {};
}

base::Result<void> add_markdown(BuiltinArguments& arguments, const std::string& value) {
    if (value.empty()) {
        return base::fail(base::ErrorCode::usage, "--markdown-linebreak-ext requires a non-empty argument");
    }
    arguments.markdown_linebreak_exts.push_back(value);
    return {};
}

template <bool BuiltinArguments::*flag>
base::Result<void> set_flag(BuiltinArguments& arguments, const std::string& /*value*/) {
    arguments.*flag = true;
    return {};
}

base::Result<void> ignore(BuiltinArguments& /*arguments*/, const std::string& /*value*/) {
    return {};
}

base::Result<void> set_chars(BuiltinArguments& arguments, const std::string& value) {
    arguments.chars = value;
    return {};
}

constexpr std::array known_options{
    Option{"trailing-whitespace",
           "--markdown-linebreak-ext",
           {"--markdown-linebreak-ext", "", ""},
           "*|EXT[,EXT,...]",
           add_markdown,
           "Markdown extensions (or *) to not strip linebreak spaces. default: []"},
    Option{"trailing-whitespace", "", {"--no-markdown-linebreak-ext", "", ""}, "", ignore, ""},
    Option{"trailing-whitespace",
           "--chars",
           {"--chars", "", ""},
           "CHARS",
           set_chars,
           "The set of characters to strip from the end of lines. Defaults to all whitespace characters."},
    Option{"check-yaml",
           "-m, --multi, --allow-multiple-documents",
           {"-m", "--multi", "--allow-multiple-documents"},
           "",
           set_flag<&BuiltinArguments::multi>,
           "Allow several documents in a file."},
    Option{"check-yaml",
           "--unsafe",
           {"--unsafe", "", ""},
           "",
           set_flag<&BuiltinArguments::unsafe>,
           "Check the syntax only. Implies --allow-multiple-documents."},
    Option{"check-merge-conflict",
           "--assume-in-merge",
           {"--assume-in-merge", "", ""},
           "",
           set_flag<&BuiltinArguments::assume_in_merge>,
           "Look for conflict markers even when no merge is under way."},
    Option{"check-added-large-files",
           "--enforce-all",
           {"--enforce-all", "", ""},
           "",
           set_flag<&BuiltinArguments::enforce_all>,
           "Enforce all files are checked, not just staged files."},
    Option{"check-added-large-files",
           "--maxkb",
           {"--maxkb", "", ""},
           "MAXKB",
           set_max_kb,
           "Maximum allowable KB for added files"},
    Option{"mixed-line-ending",
           "-f, --fix",
           {"-f", "--fix", ""},
           "{auto,no,cr,crlf,lf}",
           set_line_ending,
           "Replace line ending with the specified. Default is \"auto\""},
    Option{"",
           "-h, --help",
           {"-h", "--help", ""},
           "",
           set_flag<&BuiltinArguments::help>,
           "show this help message and exit"},
};

std::vector<const Option*> options_of(std::string_view id) {
    std::vector<const Option*> of_id;
    for (const auto& option : known_options) {
        if (option.id == id || option.id.empty()) {
            of_id.push_back(&option);
        }
    }
    return of_id;
}

bool has_name(const Option& option, std::string_view name) {
    return !name.empty() && std::find(option.names.begin(), option.names.end(), name) != option.names.end();
}

std::string names_of(const Option& option) {
    std::string names;
    for (const auto name : option.names) {
        if (!name.empty()) {
            names += (names.empty() ? "" : "/") + std::string(name);
        }
    }
    return names;
}

bool is_negative_number(std::string_view arg) {
    return arg.size() > 1 && arg[0] == '-' && arg.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

/// How argparse sees one word: an option with perhaps a value in it, or a file.
struct Word {
    const Option* option = nullptr;
    std::optional<std::string> value;
};

class CommandLine {
   public:
    CommandLine(std::string_view id, const std::vector<std::string>& args) : options_(options_of(id)), args_(args) {}

    base::Result<BuiltinArguments> parse() {
        for (; at_ < args_.size(); ++at_) {
            const std::string& arg = args_[at_];
            if (arg == "--") {
                parsed_.files.insert(parsed_.files.end(), args_.begin() + static_cast<std::ptrdiff_t>(at_) + 1,
                                     args_.end());
                break;
            }
            if (arg.size() < 2 || arg[0] != '-' || is_negative_number(arg)) {
                parsed_.files.push_back(arg);
                continue;
            }
            RFSN_ASSIGN(Word word, classify(arg));
            if (word.option == nullptr) {
                if (arg.find(' ') != std::string::npos) {
                    parsed_.files.push_back(arg);
                } else {
                    unknown_ += (unknown_.empty() ? "" : " ") + arg;
                }
                continue;
            }
            RFSN_TRY(apply(word));
            if (parsed_.help) {
                return parsed_;
            }
        }
        if (!unknown_.empty()) {
            return base::fail(base::ErrorCode::usage, "unrecognized arguments: " + unknown_);
        }
        return parsed_;
    }

   private:
    [[nodiscard]] base::Result<Word> classify(const std::string& arg) const {
        const auto equals = arg.find('=');
        const std::string name = arg.substr(0, equals);
        std::optional<std::string> value;
        if (equals != std::string::npos) {
            value = arg.substr(equals + 1);
        }
        for (const auto* option : options_) {
            if (has_name(*option, arg)) {
                return Word{option, std::nullopt};
            }
            if (has_name(*option, name)) {
                return Word{option, value};
            }
        }
        return name.compare(0, 2, "--") == 0 ? classify_prefix(arg, name, value) : classify_short(arg);
    }

    [[nodiscard]] base::Result<Word> classify_prefix(const std::string& arg, const std::string& prefix,
                                                     const std::optional<std::string>& value) const {
        Word word;
        std::string candidates;
        for (const auto* option : options_) {
            for (const auto name : option->names) {
                if (name.substr(0, 2) == "--" && name.substr(0, prefix.size()) == prefix) {
                    candidates += (candidates.empty() ? "" : ", ") + std::string(name);
                    if (word.option != nullptr) {
                        word.option = nullptr;
                        return base::fail(base::ErrorCode::usage,
                                          "ambiguous option: " + arg + " could match " + candidates);
                    }
                    word = {option, value};
                }
            }
        }
        return word;
    }

    [[nodiscard]] base::Result<Word> classify_short(const std::string& arg) const {
        const std::string name = arg.substr(0, 2);
        for (const auto* option : options_) {
            if (!has_name(*option, name)) {
                continue;
            }
            if (option->metavar.empty()) {
                return base::fail(base::ErrorCode::usage, "argument " + names_of(*option) +
                                                              ": ignored explicit argument '" + arg.substr(2) + "'");
            }
            return Word{option, arg.substr(2)};
        }
        return Word{};
    }

    base::Result<void> apply(Word& word) {
        const Option& option = *word.option;
        if (option.metavar.empty()) {
            if (word.value) {
                return base::fail(base::ErrorCode::usage,
                                  "argument " + names_of(option) + ": ignored explicit argument '" + *word.value + "'");
            }
            return option.set(parsed_, {});
        }
        if (!word.value) {
            const bool there = at_ + 1 < args_.size() &&
                               (args_[at_ + 1].size() < 2 || args_[at_ + 1][0] != '-' ||
                                is_negative_number(args_[at_ + 1]) || args_[at_ + 1].find(' ') != std::string::npos);
            if (!there) {
                return base::fail(base::ErrorCode::usage, "argument " + names_of(option) + ": expected one argument");
            }
            word.value = args_[++at_];
        }
        return option.set(parsed_, *word.value);
    }

    std::vector<const Option*> options_;
    const std::vector<std::string>& args_;
    std::size_t at_ = 0;
    BuiltinArguments parsed_;
    std::string unknown_;
};

/// "a,b" -> "a", "b", each lowered and with one leading dot. No list at all gives ".", as with the original.
std::vector<std::string> markdown_extensions(const std::vector<std::string>& lists) {
    std::string joined;
    for (const auto& list : lists) {
        joined += (&list == &lists.front() ? "" : ",") + list;
    }
    std::vector<std::string> extensions;
    std::size_t at = 0;
    while (at <= joined.size()) {
        const auto comma = std::min(joined.find(',', at), joined.size());
        std::string extension = joined.substr(at, comma - at);
        std::transform(extension.begin(), extension.end(), extension.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        extension.erase(0, std::min(extension.find_first_not_of('.'), extension.size()));
        extensions.push_back("." + extension);
        at = comma + 1;
    }
    return extensions;
}

base::Result<void> check_markdown(const BuiltinArguments& arguments) {
    for (const auto& extension : markdown_extensions(arguments.markdown_linebreak_exts)) {
        if (extension.find_first_of("./\\:", 1) != std::string::npos) {
            return base::fail(base::ErrorCode::usage,
                              "bad --markdown-linebreak-ext extension '" + extension +
                                  "' (has . / \\ :)\n  (probably filename; use '--markdown-linebreak-ext=EXT')");
        }
    }
    return {};
}

}  // namespace

bool BuiltinArguments::is_markdown(std::string_view path) const {
    for (const auto& list : markdown_linebreak_exts) {
        if (list == "*") {
            return true;
        }
    }
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto stem = name.find_first_not_of('.');
    const auto dot = name.rfind('.');
    std::string extension;
    if (dot != std::string_view::npos && stem != std::string_view::npos && dot > stem) {
        extension = name.substr(dot);
    }
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto known = markdown_extensions(markdown_linebreak_exts);
    return std::find(known.begin(), known.end(), extension) != known.end();
}

base::Result<BuiltinArguments> parse_builtin_arguments(std::string_view id, const std::vector<std::string>& args) {
    RFSN_ASSIGN(BuiltinArguments parsed, CommandLine(id, args).parse());
    RFSN_TRY(check_markdown(parsed));
    return parsed;
}

BuiltinArguments effective_arguments(std::string_view id, const BuiltinOptions& options) {
    BuiltinArguments arguments;
    if (!options.extra.empty()) {
        if (auto parsed = parse_builtin_arguments(id, options.extra)) {
            arguments = std::move(*parsed);
        }
    }
    arguments.multi = arguments.multi || options.yaml_multi;
    arguments.assume_in_merge = arguments.assume_in_merge || options.assume_in_merge;
    arguments.enforce_all = arguments.enforce_all || options.enforce_all;
    if (!arguments.max_kb) {
        arguments.max_kb = static_cast<std::int64_t>(std::min<std::uint64_t>(options.max_kb, INT64_MAX));
    }
    if (options.markdown_linebreak) {
        arguments.markdown_linebreak_exts.emplace_back("md,markdown");
    }
    return arguments;
}

std::string builtin_usage(std::string_view id) {
    std::string usage = "usage: git rfsn builtin " + std::string(id);
    for (const auto* option : options_of(id)) {
        if (!option->shown.empty()) {
            usage += " [" + std::string(option->names.front()) + (option->metavar.empty() ? "" : " ") +
                     std::string(option->metavar) + "]";
        }
    }
    return usage + " [filenames ...]\n";
}

std::string builtin_help(std::string_view id, std::string_view description) {
    std::string help = builtin_usage(id) + "\n" + std::string(description) + "\n\noptions:\n";
    for (const auto* option : options_of(id)) {
        if (!option->shown.empty()) {
            help += "  " + std::string(option->shown) + (option->metavar.empty() ? "" : " ") +
                    std::string(option->metavar) + "\n        " + std::string(option->help) + "\n";
        }
    }
    return help;
}

base::Result<void> check_builtin_arguments(std::string_view id, const std::vector<std::string>& args) {
    auto parsed = parse_builtin_arguments(id, args);
    if (!parsed) {
        return tl::make_unexpected(std::move(parsed.error()));
    }
    if (parsed->help || !parsed->files.empty()) {
        return base::fail(
            base::ErrorCode::usage,
            std::string(id) + ": '" + (parsed->help ? "--help" : parsed->files.front()) + "' is not an option of it");
    }
    return {};
}

}  // namespace rfsn::check
