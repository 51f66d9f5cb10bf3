// SPDX-License-Identifier: MIT
#include "git/command.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace rfsn::git {
namespace {

// Nothing git prints for us is larger in practice; what is cut is an error, never a shorter answer.
constexpr std::size_t output_cap = std::size_t{4} << 30;

std::string first_lines(std::string_view text, std::size_t count) {
    std::string joined;
    for (const auto line : base::split_lines(base::trim(text))) {
        if (count-- == 0) {
            break;
        }
        joined += joined.empty() ? "" : "; ";
        joined += base::printable(line);
    }
    return joined;
}

std::string verb_of(const std::vector<std::string>& args) {
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (args[i] == "-c") {
            ++i;
        } else if (!args[i].empty() && args[i].front() != '-') {
            return args[i];
        }
    }
    return "";
}

}  // namespace

base::Environment for_git(const base::Environment& env) {
    base::Environment result = env;
    for (const char* name : {"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
                             "GIT_ICASE_PATHSPECS", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PREFIX", "LANGUAGE"}) {
        result.unset(name);
    }
    result.set("LC_ALL", "C");
    result.set("GIT_PAGER", "cat");
    result.set("GIT_TERMINAL_PROMPT", "0");
    return result;
}

base::Result<base::ProcessResult> run_git(base::ProcessRunner& runner, const base::Environment& env,
                                          GitCommand command) {
    base::Environment full = env;
    for (const auto& setting : command.extra_env) {
        const auto equals = setting.find('=');
        full.set(setting.substr(0, equals), setting.substr(equals + 1));
    }
    const std::string verb = verb_of(command.args);
    base::ProcessSpec spec;
    spec.argv = {"git", "--no-optional-locks"};
    spec.argv.insert(spec.argv.end(), command.args.begin(), command.args.end());
    spec.cwd = std::move(command.cwd);
    spec.env = full.block();
    spec.input = std::move(command.input);
    spec.output_cap = output_cap;
    auto result = runner.run_one(std::move(spec));
    switch (result.end) {
        case base::ProcessEnd::exited:
            if (result.out_truncated) {
                return base::fail(base::ErrorCode::limit,
                                  fmt::format("what git {} printed could not be read whole", verb));
            }
            if (result.exit_code == 0 && !result.input_taken) {  // its answer is about less than was asked
                return base::fail(base::ErrorCode::io, fmt::format("git {} did not get all of its input", verb));
            }
            return result;
        case base::ProcessEnd::not_found:
            return base::fail(base::ErrorCode::unavailable, "git is not installed or not in PATH; install git");
        case base::ProcessEnd::interrupted:
            return base::fail(base::ErrorCode::interrupted, fmt::format("interrupted while running git {}", verb));
        case base::ProcessEnd::timed_out:
        case base::ProcessEnd::stopped:
        case base::ProcessEnd::deadline:
            return base::fail(base::ErrorCode::timeout, fmt::format("git {}: {}", verb, result.describe()));
        case base::ProcessEnd::signaled:
        case base::ProcessEnd::not_started:
            break;
    }
    return tl::make_unexpected(git_failure(verb, result));
}

base::Error git_failure(const std::string& verb, const base::ProcessResult& result) {
    const std::string said = first_lines(result.err, 6);
    if (said.find("dubious ownership") != std::string::npos) {
        return {base::ErrorCode::denied,
                "git refuses this repository because another user owns it; if you trust it, run the "
                "`git config --global --add safe.directory ...` command that git names: " +
                    said,
                {}};
    }
    if (said.find("index.lock") != std::string::npos && said.find("File exists") != std::string::npos) {
        return {
            base::ErrorCode::conflict,
            "the index is locked by another git process (or by one that was killed); wait for it, or remove the lock "
            "file that git names: " +
                said,
            {}};
    }
    return {base::ErrorCode::external,
            fmt::format("git {} failed ({}){}{}", verb, result.describe(), said.empty() ? "" : ": ", said),
            {}};
}

base::Result<std::string> git_output(base::ProcessRunner& runner, const base::Environment& env, GitCommand command) {
    const std::string verb = verb_of(command.args);
    RFSN_ASSIGN(auto result, run_git(runner, env, std::move(command)));
    if (!result.ok()) {
        return tl::make_unexpected(git_failure(verb, result));
    }
    return std::move(result.out);
}

}  // namespace rfsn::git
