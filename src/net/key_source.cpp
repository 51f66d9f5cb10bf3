// SPDX-License-Identifier: MIT
#include "net/key_source.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/env.hpp"
#include "base/fd.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace rfsn::net {
namespace {

constexpr std::size_t max_key = 65536;
constexpr std::chrono::seconds program_timeout{30};

tl::unexpected<LlmError> unusable(const std::string& what) {
    return llm_error("not_configured", what);
}

/// A program's standard output; its words may hold the key, so its stderr is not repeated.
Answer<std::string> output_of(const Target& target, std::vector<std::string> argv, std::string input) {
    std::set<std::string> variables;
    add_key_variables(target, variables);
    base::ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.cwd = "/";
    spec.env = environment_for_programs(variables);
    spec.env.emplace_back("GIT_TERMINAL_PROMPT=0");
    spec.env.emplace_back("GIT_ASKPASS=true");
    spec.env.emplace_back("SSH_ASKPASS=true");
    spec.input = std::move(input);
    spec.timeout = program_timeout;
    spec.output_cap = max_key;
    const std::string program = base::printable(spec.argv.front());
    base::PosixProcessRunner runner;
    base::ProcessResult result = runner.run_one(std::move(spec));
    wipe(result.err);
    if (!result.ok()) {
        wipe(result.out);
        return llm_error(result.end == base::ProcessEnd::timed_out ? "timeout" : "not_configured",
                         "the key's program " + program + " failed: " + result.describe());
    }
    return std::move(result.out);
}

Answer<std::string> from_command(const Target& target) {
    if (target.key.command.empty()) {
        return std::string();
    }
    auto out = output_of(target, target.key.command, "");
    if (out) {
        const auto end = out->find('\n');
        std::string line = out->substr(0, end);
        wipe(*out);
        return line;
    }
    return out;
}

/// `git credential fill` asks the user's helpers (cache, store, libsecret, ...). What it says on failure is a request
/// for a terminal, which means that it has nothing.
Answer<std::string> from_git(const Target& target, const Endpoint& to) {
    const auto colon = to.host.rfind(':');
    const bool usual = to.host.substr(colon) == ":443";
    const std::string protocol = to.url.rfind("http://", 0) == 0 ? "http" : "https";
    auto out = output_of(target, {"git", "credential", "fill"},
                         "protocol=" + protocol + "\nhost=" + (usual ? to.host.substr(0, colon) : to.host) + "\n\n");
    if (!out) {
        return out.error().code == "timeout" ? out : Answer<std::string>(std::string());
    }
    std::string key;
    for (const auto line : base::split_lines(*out)) {
        if (line.rfind("password=", 0) == 0) {
            key = line.substr(9);
        }
    }
    wipe(*out);
    return key;
}

Answer<std::string> from_source(const std::string& source, const Target& target, const Endpoint& to,
                                const Network& network) {
    if (source == "env") {
        return variable(target.key.env);
    }
    if (source == "file") {
        return target.key.file.empty() ? Answer<std::string>(std::string()) : read_private_file(target.key.file);
    }
    if (source == "command") {
        return from_command(target);
    }
    if (source == "git") {
        return from_git(target, to);
    }
    if (source == "vault") {
        return target.key.vault.address.empty() ? Answer<std::string>(std::string())
                                                : read_vault(target.key.vault, network);
    }
    return unusable("'" + base::printable(source) + "' is no source of keys; known are env, file, command, git, vault");
}

std::string tried(const KeyConfig& key) {
    std::string text;
    for (const auto& source : key.sources) {
        text += text.empty() ? "" : ", ";
        text += source == "env" && !key.env.empty()     ? "the variable " + key.env + " (not set)"
                : source == "file" && !key.file.empty() ? base::printable(key.file)
                                                        : source;
    }
    return text.empty() ? "no source is set" : "looked in: " + text;
}

}  // namespace

std::string variable(const std::string& name) {
    if (name.empty() || name.find_first_of("= \t\n") != std::string::npos || name.find('\0') != std::string::npos) {
        return {};
    }
    // Not base::Environment: it copies every value, and nothing would wipe the copy of a key.
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::string() : std::string(base::trim(value));
}

Answer<std::string> read_private_file(const std::string& path) {
    const std::string shown = base::printable(path);
    if (path.empty() || path[0] != '/') {
        return unusable("the key's file " + shown + " is no absolute path");
    }
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        return errno == ENOENT ? Answer<std::string>(std::string())
                               : unusable("the key's file " + shown + ": " + std::strerror(errno));
    }
    struct stat info {};
    if (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return unusable("the key's file " + shown + " is not a regular file");
    }
    if ((info.st_mode & 0077U) != 0) {
        return unusable("the key's file " + shown + " can be read by others; chmod 600 " + shown);
    }
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        return unusable("the key's file " + shown + " belongs to somebody else");
    }
    std::string text(max_key, '\0');
    const ssize_t got = ::read(fd.get(), text.data(), text.size());
    if (got < 0 || static_cast<std::size_t>(got) == text.size()) {
        wipe(text);
        return unusable("the key's file " + shown + (got < 0 ? " cannot be read" : " is too large for a key"));
    }
    std::string key(base::trim(std::string_view(text).substr(0, static_cast<std::size_t>(got))));
    wipe(text);
    return key;
}

Answer<std::shared_ptr<const Key>> find_key(const Target& target, const Endpoint& to, const Network& network) {
    for (const auto& source : target.key.sources) {
        auto value = from_source(source, target, to, network);
        if (!value) {
            return tl::make_unexpected(std::move(value.error()));
        }
        if (value->empty()) {
            continue;
        }
        auto key = Key::take(*value, to.host, source == "env" ? "the variable " + target.key.env : source);
        if (!key) {
            return tl::make_unexpected(std::move(key.error()));
        }
        if (!key->empty()) {
            return std::make_shared<const Key>(std::move(*key));
        }
    }
    if (!to.loopback) {
        return unusable("no key for " + base::printable(target.name) + "; " + tried(target.key));
    }
    return std::make_shared<const Key>();
}

void add_key_variables(const Target& target, std::set<std::string>& names) {
    for (const auto& name : {target.key.env, target.key.vault.token_env, target.key.vault.secret_id_env,
                             std::string("VAULT_TOKEN"), std::string("RFSN_LLM_KEY")}) {
        names.insert(name);
    }
}

std::vector<std::string> environment_for_programs(const std::set<std::string>& key_variables) {
    base::Environment env = base::Environment::of_process();
    const auto values = env.values();
    for (const auto& [name, value] : values) {
        if (key_variables.count(name) != 0 || name.rfind("GIT_", 0) == 0) {
            env.unset(name);
        }
    }
    return env.block();
}

}  // namespace rfsn::net
