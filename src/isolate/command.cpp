// SPDX-License-Identifier: MIT
#include "isolate/command.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/text.hpp"

namespace rfsn::isolate {

SandboxCommand::SandboxCommand(const git::Repository& repository, const base::Environment& env,
                               const std::string& exec_program)
    : repository_(&repository), scrubbed_(base::for_checks(env)) {
    if (exec_program.empty()) {
        missing_ = "rfsn-exec was not found";
    } else if (!base::find_program(exec_program, "")) {
        missing_ = "'" + base::printable(exec_program) + "' cannot be run";
    } else {
        exec_program_ = exec_program;
    }
}

std::string SandboxCommand::in_place(const std::string& path, const Place& place) const {
    const std::string prefix = repository_->work_tree() + "/";
    if (path.rfind(prefix, 0) != 0) {
        return path;
    }
    std::string counterpart = place.root() + "/" + path.substr(prefix.size());
    return ::access(counterpart.c_str(), F_OK) == 0 ? counterpart : path;
}

base::Environment SandboxCommand::environment(const Place& place, const std::vector<std::string>& extra) const {
    base::Environment env = scrubbed_;
    for (const char* name : {"TMPDIR", "TMP", "TEMP"}) {
        env.set(name, place.tmp_dir());
    }
    // The place may be below a repository of the user's (a home directory kept in git): tools must not find that one.
    env.set("GIT_CEILING_DIRECTORIES", place.root().substr(0, place.root().rfind('/')));
    for (const auto& setting : extra) {
        const std::size_t equals = setting.find('=');
        if (equals != std::string::npos && equals != 0) {
            env.set(setting.substr(0, equals), setting.substr(equals + 1));
        }
    }
    const std::string given = env.get_or("PATH", "");
    std::string path;
    for (const std::string_view directory : base::split(given, ':')) {
        path += path.empty() ? "" : ":";
        path += in_place(std::string(directory), place);
    }
    env.set("PATH", path);
    if (const auto active = env.get("VIRTUAL_ENV")) {
        env.set("VIRTUAL_ENV", in_place(*active, place));
    }
    return env;
}

base::ProcessSpec SandboxCommand::wrap(const Place& place, std::vector<std::string> argv, const std::string& cwd,
                                       const std::vector<std::string>& extra_env, const Limits& limits) const {
    const base::Environment env = environment(place, extra_env);
    base::ProcessSpec spec;
    spec.cwd = cwd;
    spec.env = env.block();
    spec.timeout = limits.timeout;
    spec.output_cap = limits.output_cap;
    if (!argv.empty()) {
        argv[0] = in_place(argv[0], place);
        const bool relative = argv[0].find('/') != std::string::npos && argv[0].front() != '/';
        const auto program = base::find_program(relative ? cwd + "/" + argv[0] : argv[0], env.get_or("PATH", ""));
        if (!exec_program_.empty() && program) {
            argv[0] = *program;
            spec.argv = {exec_program_, "--parent", std::to_string(::getpid()), "--tmpdir", place.tmp_dir()};
            if (!limits.network || limits.confined) {
                spec.argv.push_back("--no-net=try");
            }
            if (limits.confined && can_confine()) {
                for (const auto* directory : {&place.root(), &place.out_dir(), &place.cache_dir()}) {
                    spec.argv.insert(spec.argv.end(), {"--writable", *directory});
                }
                spec.argv.insert(spec.argv.end(), {"--writable", place.tmp_dir()});
            }
            spec.argv.push_back("--");
        }
        // A program that is not there goes unwrapped, so that the runner says so, and not rfsn-exec with an exit code.
    }
    spec.argv.insert(spec.argv.end(), argv.begin(), argv.end());
    return spec;
}

bool SandboxCommand::can_confine() const {
    if (!can_confine_) {
        const auto lines = capabilities();
        can_confine_ = std::find(lines.begin(), lines.end(), "read only file system: yes") != lines.end();
    }
    return *can_confine_;
}

std::vector<std::string> SandboxCommand::capabilities() const {
    if (exec_program_.empty()) {
        return {"sandbox: no (" + missing_ + "): checks run with the network and without limits"};
    }
    base::ProcessSpec spec;
    spec.argv = {exec_program_, "--probe"};
    spec.env = scrubbed_.block();
    spec.timeout = std::chrono::seconds(5);
    const auto result = repository_->runner().run_one(std::move(spec));
    if (!result.ok()) {
        return {"sandbox: no (rfsn-exec --probe: " + result.describe() + ")"};
    }
    std::vector<std::string> lines;
    for (const std::string_view line : base::split_lines(result.out)) {
        const std::size_t space = line.find(' ');
        std::string text(line.substr(0, space));
        for (char& c : text) {
            c = c == '-' ? ' ' : c;
        }
        if (space != std::string_view::npos) {
            text += ":" + std::string(line.substr(space));
        }
        lines.push_back(base::printable(text));
    }
    return lines;
}

}  // namespace rfsn::isolate
