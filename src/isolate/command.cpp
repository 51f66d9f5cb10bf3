// SPDX-License-Identifier: MIT
#include "isolate/command.hpp"

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "isolate/overlay_probe.hpp"

namespace rfsn::isolate {
namespace {

std::string layer_name(const std::string& lower) {
    return base::sha256_hex(lower).substr(0, 16);
}

constexpr int most_processes = 8192;
constexpr int largest_file_mb = 8192;

bool is_directory(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

void add(std::vector<std::string>& arguments, std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
}

}  // namespace

SandboxCommand::SandboxCommand(const git::Repository& repository, const base::Environment& env,
                               const std::string& exec_program, std::string cache_root)
    : repository_(&repository),
      env_(env),
      scrubbed_(base::for_checks(env)),
      exec_program_(exec_program),
      cache_root_(std::move(cache_root)) {
    // Sockets of the desktop: keyrings, agents, the bus.
    scrubbed_.unset("XDG_RUNTIME_DIR");
}

const Powers& SandboxCommand::powers() const {
    if (!powers_) {
        powers_ = isolate::powers(exec_program_, cache_root_, scrubbed_, repository_->runner(), false);
    }
    return *powers_;
}

Powers SandboxCommand::powers_now() const {
    return isolate::powers(exec_program_, cache_root_, scrubbed_, repository_->runner(), true);
}

const Surroundings& SandboxCommand::around() const {
    if (!around_) {
        around_ = surroundings(env_, cache_root_);
        for (const auto& directory : {repository_->common_dir(), repository_->git_dir()}) {
            if (is_directory(directory + "/rfsn")) {
                around_->own.push_back(directory + "/rfsn");
            }
        }
    }
    return *around_;
}

std::string SandboxCommand::in_place(const std::string& path, const Place& place) const {
    std::vector<std::string> trees = siblings_;
    trees.push_back(repository_->work_tree());
    for (const auto& tree : trees) {
        if (path.rfind(tree + "/", 0) == 0) {
            std::string counterpart = place.root() + path.substr(tree.size());
            return ::access(place.from_outside(counterpart).c_str(), F_OK) == 0 ? counterpart : path;
        }
    }
    return path;
}

base::Environment SandboxCommand::environment(const Place& place, const Arguments& extra) const {
    base::Environment env = scrubbed_;
    for (const char* name : {"TMPDIR", "TMP", "TEMP"}) {
        env.set(name, place.tmp_dir());
    }
    // The place may be below a repository of the user's (a home directory kept in git): tools must not find that one.
    env.set("GIT_CEILING_DIRECTORIES", place.root().substr(0, place.root().rfind('/')));
    if (powers().read_only_outside()) {
        for (auto& [name, value] : missing_tool_caches(env, place.cache_dir())) {
            env.set(name, value);
        }
    }
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

void SandboxCommand::add_network(Arguments& arguments, const Limits& limits) const {
    if (limits.network && !limits.confined) {
        return;
    }
    if (powers().network_namespace) {
        arguments.emplace_back("--no-net");
    } else {
        // A check may need its loopback, and there is no way to leave it only that; a patch on trial gets none.
        arguments.emplace_back(limits.confined && powers().seccomp ? "--no-net=deny" : "--no-net=try");
    }
}

bool SandboxCommand::can_overlay(const std::string& lower) const {
    if (const auto known = overlays_.find(lower); known != overlays_.end()) {
        return known->second;
    }
    if (!mountinfo_) {
        mountinfo_ = read_mountinfo();
    }
    struct stat info {};
    return overlays_[lower] =
               ::stat(lower.c_str(), &info) == 0 && (info.st_uid == ::geteuid() || ::geteuid() == 0) &&
               !is_within(cache_root_, lower) && mounted_below(lower, *mountinfo_).empty() &&
               why_no_overlay(lower, cache_root_, cache_root_, exec_program_, scrubbed_, repository_->runner()).empty();
}

/// `kept`: where what is written stays from run to run; empty: it goes with the place, whose next command still finds
/// it: what one step has built is what the next one runs.
void SandboxCommand::add_layer(Arguments& arguments, const Place& place, const std::string& lower,
                               const std::string& kept) const {
    const std::string layers = kept.empty() ? place.layers().own_layers + "/" + layer_name(lower) : kept;
    const std::string upper = layers + "/upper";
    const std::string work = layers + "/work";
    struct stat info {};
    if (base::make_directories(upper, 0700) && base::make_directories(work, 0700) &&
        ::stat(lower.c_str(), &info) == 0 && ::chmod(upper.c_str(), info.st_mode & 07777U) == 0) {
        add(arguments, {"--overlay", lower, upper, work});
    }
}

/// Tools write into caches that all projects share. A check gets them with a layer over them, so that nothing of it is
/// seen elsewhere; where that is not possible, only a check that is no patch on trial may write there.
void SandboxCommand::add_tool_caches(Arguments& arguments, const Place& place, const Limits& limits) const {
    const bool layered = powers().mounts && !place.layers().own_layers.empty();
    for (const auto& cache : around().tool_caches) {
        if (is_within(place.root(), cache) || is_within(cache, place.root()) || is_within(cache, cache_root_)) {
            continue;
        }
        if (layered && can_overlay(cache)) {
            add_layer(arguments, place, cache,
                      limits.confined ? "" : place.cache_dir() + ".tools/" + layer_name(cache));
        } else if (!limits.confined) {
            add(arguments, {"--writable", cache});
        }
    }
}

void SandboxCommand::add_hidden(Arguments& arguments, const Place& place, const Limits& limits) const {
    std::set<std::string> hidden(around().own.begin(), around().own.end());
    if (!limits.network || limits.confined) {
        hidden.insert(around().secrets.begin(), around().secrets.end());
    }
    if (limits.confined) {
        hidden.insert(around().settings.begin(), around().settings.end());
        hidden.insert({repository_->common_dir(), repository_->git_dir()});
        if (powers().mounts) {
            hidden.insert("/run");  // docker, the bus, agents: whoever reaches their sockets is no longer confined
        }
    }
    if (const auto layers = place.layers(); !layers.hidden.empty()) {
        hidden.insert(layers.hidden);
    }
    const std::string home = env_.get_or("HOME", "/");
    for (const auto& path : hidden) {
        // A repository below it, or a home there, must stay to be seen.
        const bool around_us = is_within(repository_->work_tree(), path) || is_within(exec_program_, path) ||
                               (is_within(home, path) && path != cache_root_);
        if (!around_us) {
            add(arguments, {"--hide", path});
        }
    }
}

void SandboxCommand::add_file_system(Arguments& arguments, const std::string& program, const Place& place,
                                     const Limits& limits) const {
    if (!powers().read_only_outside()) {
        return;
    }
    const auto layers = place.layers();
    arguments.emplace_back("--read-only");
    if (!powers().mounts) {
        arguments.emplace_back("--no-mounts");
    }
    if (powers().landlock) {
        arguments.emplace_back("--landlock");
    }
    add_hidden(arguments, place, limits);
    add_tool_caches(arguments, place, limits);
    std::vector<std::string> writable{place.out_dir(), place.tmp_dir()};
    if (!layers.upper.empty()) {
        add(arguments, {"--overlay", place.root(), layers.upper, layers.work});
    } else if (layers.root_writable) {
        writable.push_back(place.root());
    }
    if (limits.confined && powers().mounts && !layers.own_layers.empty() && is_directory(place.cache_dir())) {
        // What a patch on trial compiles must not be what the next check finds compiled.
        add_layer(arguments, place, place.cache_dir(), "");
    }
    writable.push_back(place.cache_dir());
    // What this user opens to checks; a repository has no say in it.
    const std::string opened = limits.confined ? "" : env_.get_or("RFSN_SANDBOX_WRITABLE", "");
    for (const std::string_view directory : base::split(opened, ':')) {
        if (!directory.empty() && directory.front() == '/' && is_directory(std::string(directory))) {
            writable.emplace_back(directory);
        }
    }
    for (const auto& path : writable) {
        add(arguments, {"--writable", path});
    }
    if (!powers().mounts) {
        return;
    }
    std::vector<std::string> needed{repository_->work_tree(), repository_->common_dir(), place.root(), exec_program_,
                                    cache_root_};
    needed.push_back(program);
    needed.insert(needed.end(), siblings_.begin(), siblings_.end());
    needed.insert(needed.end(), writable.begin(), writable.end());
    if (const auto exposed = needed_below_tmp(env_, needed)) {
        add(arguments, {"--private-tmp", place.tmp_dir()});
        for (const auto& path : *exposed) {
            add(arguments, {"--expose", path});
        }
    }
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
        const std::string named = relative ? cwd + "/" + argv[0] : argv[0];
        const std::string outside = named.find('/') == std::string::npos ? named : place.from_outside(named);
        const auto program = base::find_program(outside, env.get_or("PATH", ""));
        if (powers().program && program) {
            argv[0] = outside == named ? *program : named;
            spec.argv = {exec_program_,
                         "--parent",
                         std::to_string(::getpid()),
                         "--tmpdir",
                         place.tmp_dir(),
                         "--chdir",
                         cwd,
                         "--processes",
                         std::to_string(most_processes),
                         "--file-mb",
                         std::to_string(largest_file_mb)};
            // The tree that is meant may not have the directory outside.
            spec.cwd = "/";
            if (limits.timeout.count() > 0) {
                const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.timeout).count() + 1;
                const auto cores = std::max(1U, std::thread::hardware_concurrency());
                add(spec.argv,
                    {"--cpu-seconds", std::to_string(std::min<long long>(seconds * cores + 60, 1'000'000'000))});
            }
            if (powers().pid_namespace) {
                spec.argv.emplace_back("--pids");
            }
            if (powers().seccomp) {
                spec.argv.emplace_back(limits.confined ? "--seccomp=strict" : "--seccomp");
            }
            add_network(spec.argv, limits);
            add_file_system(spec.argv, argv[0], place, limits);
            spec.argv.emplace_back("--");
        }
        // A program that is not there goes unwrapped, so that the runner says so, and not rfsn-exec with an exit code.
    }
    spec.argv.insert(spec.argv.end(), argv.begin(), argv.end());
    return spec;
}

std::vector<std::string> SandboxCommand::facts(const Limits& limits) const {
    const Powers& can = powers();
    if (!can.program) {
        return {"no sandbox: rfsn-exec cannot be run"};
    }
    std::vector<std::string> facts;
    if (limits.network && !limits.confined) {
        facts.emplace_back("network: as the check declares it");
    } else if (can.network_namespace) {
        facts.emplace_back("network: none but a loopback of its own");
    } else if (limits.confined && can.seccomp) {
        facts.emplace_back("network: none (sockets are forbidden)");
    } else {
        facts.emplace_back("network: not taken away, no network namespace is allowed here");
    }
    facts.emplace_back(can.mounts     ? "files: read-only outside its own tree, keys and tokens hidden (mounts)"
                       : can.landlock ? "files: read-only outside its own tree, keys and tokens unreadable (Landlock)"
                                      : "files: not protected, neither mounts nor Landlock are allowed here");
    facts.emplace_back(can.pid_namespace ? "processes: a PID namespace of its own"
                                         : "processes: a process group, daemons found by their parent");
    facts.emplace_back(can.seccomp ? "system calls: filtered (seccomp)"
                                   : "system calls: not filtered, no seccomp here");
    return facts;
}

}  // namespace rfsn::isolate
