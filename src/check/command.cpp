// SPDX-License-Identifier: MIT
#include "check/command.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "base/process.hpp"

namespace rfsn::check {
namespace {

constexpr std::size_t max_argv_bytes = 100'000;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// A path of the repository as a tool in `cwd` must be told it.
std::string relative_to(const std::string& path, const CommandValues& values, const std::string& cwd) {
    std::string relative = path;
    if (cwd != values.root) {
        relative = std::filesystem::path(values.root + "/" + path).lexically_relative(cwd).string();
    }
    return !relative.empty() && relative.front() == '-' ? "./" + relative : relative;
}

std::vector<std::vector<std::string>> batches_of(const std::vector<std::string>& files, int batch) {
    std::vector<std::vector<std::string>> batches;
    std::size_t bytes = 0;
    for (const auto& file : files) {
        const bool full =
            !batches.empty() && ((batch > 0 && batches.back().size() >= static_cast<std::size_t>(batch)) ||
                                 bytes + file.size() + 1 > max_argv_bytes);
        if (batches.empty() || full) {
            batches.emplace_back();
            bytes = 0;
        }
        batches.back().push_back(file);
        bytes += file.size() + 1;
    }
    return batches;
}

/// "--package={package}" once for each package that the change reaches, or what stands for all of them.
void append_affected(const buildpack::Command& command, const CommandValues& values, std::vector<std::string>& argv) {
    std::string all_packages;
    for (const auto& package : values.packages) {
        all_packages += (all_packages.empty() ? "" : ",") + package;
    }
    for (const auto& arg : values.packages.empty() ? command.all : command.affected) {
        const bool each = arg.find("{package}") != std::string::npos;
        for (const auto& package : each ? values.packages : std::vector<std::string>{""}) {
            std::string text = expand_text(arg, values);
            replace_all(text, "{package}", package);
            replace_all(text, "{packages}", all_packages);
            argv.push_back(std::move(text));
        }
    }
}

/// POSIX extended, as clang's tools match it against absolute paths.
std::string regex_of(const std::vector<std::string>& paths) {
    std::string alternatives;
    for (const auto& path : paths) {
        alternatives += alternatives.empty() ? "" : "|";
        for (const char c : path) {
            alternatives += std::string_view("\\^$.|?*+()[]{}").find(c) == std::string_view::npos ? "" : "\\";
            alternatives += c;
        }
    }
    return "/(" + alternatives + ")$";
}

bool mentions(const std::vector<std::string>& argv, std::string_view placeholder) {
    return std::any_of(argv.begin(), argv.end(),
                       [&](const std::string& arg) { return arg.find(placeholder) != std::string::npos; });
}

}  // namespace

std::string expand_text(std::string text, const CommandValues& values) {
    replace_all(text, "{root}", values.root);
    replace_all(text, "{project}", values.project);
    replace_all(text, "{out}", values.out);
    replace_all(text, "{cache}", values.cache);
    replace_all(text, "{tool}", values.tool);
    return text;
}

std::vector<ExpandedCommand> expand(const buildpack::Command& command, const CommandValues& values, int batch) {
    const std::string cwd = expand_text(command.cwd.empty() ? "{project}" : command.cwd, values);
    std::vector<std::string> files;
    for (const auto& file : values.files) {
        files.push_back(relative_to(file, values, cwd));
    }
    std::vector<std::vector<std::string>> batches{{}};
    const bool one_by_one = mentions(command.argv, "{file}");
    if (one_by_one) {
        batches = batches_of(files, 1);
    } else if (mentions(command.argv, "{files}")) {
        batches = batches_of(files, batch);
    }
    const bool by_package = mentions(command.argv, "{package}");
    if (by_package && !values.packages.empty()) {
        batches.assign(values.packages.size(), {});
    }
    std::vector<ExpandedCommand> commands;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        ExpandedCommand expanded;
        expanded.cwd = cwd;
        for (const auto& entry : command.env) {
            expanded.env.push_back(expand_text(entry, values));
        }
        if (one_by_one) {
            expanded.file = values.files[i];
        }
        for (const auto& arg : command.argv) {
            if (arg == "{files}") {
                expanded.argv.insert(expanded.argv.end(), batches[i].begin(), batches[i].end());
            } else if (arg == "{tests}") {
                for (const auto& test : values.tests) {
                    expanded.argv.push_back(relative_to(test, values, cwd));
                }
            } else if (by_package && arg.find("{package}") != std::string::npos) {
                std::string text = expand_text(arg, values);
                replace_all(text, "{package}", values.packages.empty() ? "" : values.packages[i]);
                if (!values.packages.empty()) {
                    expanded.argv.push_back(std::move(text));
                }
            } else if (arg.find("{headers}") != std::string::npos) {
                std::string text = expand_text(arg, values);
                replace_all(text, "{headers}", regex_of(values.headers));
                if (!values.headers.empty()) {
                    expanded.argv.push_back(std::move(text));
                }
            } else if (arg == "{affected}") {
                append_affected(command, values, expanded.argv);
            } else if (arg.find("{member}") != std::string::npos) {
                for (const auto& member : values.members) {
                    std::string text = expand_text(arg, values);
                    replace_all(text, "{member}", member);
                    expanded.argv.push_back(std::move(text));
                }
            } else {
                std::string text = expand_text(arg, values);
                if (one_by_one) {
                    replace_all(text, "{file}", batches[i].front());
                }
                expanded.argv.push_back(std::move(text));
            }
        }
        for (const auto& [program, arguments] : command.if_program) {
            if (base::find_program(program, values.search_path)) {
                for (const auto& argument : arguments) {
                    expanded.argv.push_back(expand_text(argument, values));
                }
            }
        }
        const auto& names = values.tool_names;
        if (!expanded.argv.empty() && !values.tool.empty() &&
            std::find(names.begin(), names.end(), expanded.argv.front()) != names.end()) {
            expanded.argv.front() = values.tool;
        }
        commands.push_back(std::move(expanded));
    }
    return commands;
}

}  // namespace rfsn::check
