// SPDX-License-Identifier: MIT
#include "check/builtin_command.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

void write_fixed(BuiltinCommand& command, const std::string& path, const std::string& bytes) {
    // The file behind a symlink is what the original writes to.
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    struct stat info {};
    if (real == nullptr || ::stat(real.get(), &info) != 0) {
        command.fail(base::printable(path) + ": it is gone");
        return;
    }
    if (const auto written = base::write_atomically(real.get(), bytes, info.st_mode & 07777U); !written) {
        command.fail(written.error().describe());
    }
}

BuiltinFile file_of(const model::StagedFile& staged, const std::string& content) {
    BuiltinFile file;
    file.file = &staged;
    file.content = content;
    file.size = content.size();
    return file;
}

BuiltinOutcome outcome_of_fixer(const BuiltinCommand& command, const BuiltinFile& file) {
    if (command.builtin.id == "trailing-whitespace") {
        return strip_trailing_whitespace(file, command.arguments);
    }
    return command.builtin.id == "mixed-line-ending" ? unify_line_endings(file, command.arguments)
                                                     : command.builtin.run(file, {});
}

void fix(BuiltinCommand& command, const std::string& path, const std::string& content) {
    model::StagedFile staged;
    staged.path = path;
    staged.mode = model::FileMode::regular;
    const BuiltinOutcome outcome = outcome_of_fixer(command, file_of(staged, content));
    if (outcome.findings.empty()) {
        return;
    }
    if (outcome.fixed) {
        write_fixed(command, path, *outcome.fixed);
    }
    const std::string& id = command.builtin.id;
    if (id == "mixed-line-ending") {
        command.find(path + (outcome.fixed ? ": fixed mixed line endings" : ": mixed line endings"));
    } else if (id == "fix-byte-order-marker") {
        command.find(path + ": removed byte-order marker");
    } else {
        command.find("Fixing " + path);
    }
}

std::string place(const DocumentProblem& problem) {
    return "line " + std::to_string(problem.line) + ", column " + std::to_string(problem.column);
}

void check(BuiltinCommand& command, const std::string& path, const std::string& content) {
    const std::string& id = command.builtin.id;
    if (id == "check-yaml") {
        if (const auto problem = yaml_problem(content, command.arguments)) {
            command.find(problem->message + "\n  in \"" + path + "\", " + place(*problem));
        }
    } else if (id == "check-json") {
        if (const auto problem = json_problem(content, false)) {
            command.find(path + ": Failed to json decode (" + problem->message + ": line " +
                         std::to_string(problem->line) + " column " + std::to_string(problem->column) + ")");
        }
    } else if (id == "check-toml") {
        if (const auto problem = toml_problem(content)) {
            command.find(path + ": " + problem->message + " (at " + place(*problem) + ")");
        }
    } else if (id == "check-merge-conflict") {
        for (const auto& found : conflict_lines(content, true)) {
            command.find(path + ":" + std::to_string(found.line) + ": Merge conflict string '" +
                         std::string(found.marker) + "' found");
        }
    } else if (id == "detect-private-key") {
        if (!private_key_lines(content).empty()) {
            command.find("Private key found: " + path);
        }
    } else if (id == "check-executables-have-shebangs") {
        if (content.compare(0, 2, "#!") != 0) {
            command.err += path + ": marked executable but has no (or invalid) shebang!\n";
            command.err += "  If it isn't supposed to be executable, try: `chmod -x " + path + "`\n";
            command.err += "  If on Windows, you may also need to: `git add --chmod=-x " + path + "`\n";
            command.err += "  If it is supposed to be executable, double-check its shebang.\n";
            command.exit_code = 1;
        }
    }
}

void check_secrets(BuiltinCommand& command, const std::string& path, const std::string& content) {
    model::StagedFile staged;
    staged.path = path;
    staged.mode = model::FileMode::regular;
    for (const auto& finding : command.builtin.run(file_of(staged, content), {}).findings) {
        const std::string line = path + ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column) +
                                 ": " + finding.code + ": " + finding.message;
        if (finding.blocking) {
            command.find(line);
        } else {
            command.out += line + "\n";
        }
    }
}

void run_on_files(BuiltinCommand& command) {
    for (const auto& path : command.arguments.files) {
        const auto content = base::read_file(path);
        if (!content) {
            command.fail(content.error().describe());
        } else if (command.builtin.fixes) {
            fix(command, path, *content);
        } else if (command.builtin.id == "secrets") {
            check_secrets(command, path, *content);
        } else {
            check(command, path, *content);
        }
    }
}

std::string known_ids() {
    std::string ids;
    for (const auto* list : {&builtins(), &optional_builtins()}) {
        for (const auto& builtin : *list) {
            ids += (ids.empty() ? "" : ", ") + builtin.id;
        }
    }
    return ids;
}

}  // namespace

int run_builtin_command(const std::string& id, const std::vector<std::string>& args, std::string& out,
                        std::string& err) {
    const Builtin* builtin = find_builtin(id);
    if (builtin == nullptr) {
        err += "builtin: there is no '" + base::printable(id) + "'; there are: " + known_ids() + "\n";
        return 2;
    }
    auto arguments = parse_builtin_arguments(id, args);
    if (!arguments) {
        err += builtin_usage(id) + id + ": error: " + arguments.error().message + "\n";
        return 2;
    }
    if (arguments->help) {
        out += builtin_help(id, builtin->description);
        return 0;
    }
    BuiltinCommand command{*builtin, std::move(*arguments), out, err};
    if (id == "check-added-large-files") {
        check_large_files(command);
    } else if (id != "check-merge-conflict" || command.arguments.assume_in_merge || is_in_merge(command)) {
        run_on_files(command);
    }
    return command.exit_code;
}

}  // namespace rfsn::check
