// SPDX-License-Identifier: MIT
#include "base/env.hpp"

#include <array>
#include <unistd.h>

#include "base/search_path.hpp"
#include "base/text.hpp"

namespace rfsn::base {
namespace {

constexpr std::array passed_on = {
    "HOME", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
    // where users keep the tools' own caches and settings
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
    // version managers
    "ASDF_DATA_DIR", "ASDF_DIR", "MISE_CACHE_DIR", "MISE_DATA_DIR", "NIX_PATH", "NIX_PROFILES", "NIX_SSL_CERT_FILE",
    "SSL_CERT_DIR", "SSL_CERT_FILE",
    // C and C++
    "AR", "CC", "CFLAGS", "CMAKE_GENERATOR", "CMAKE_PREFIX_PATH", "CONAN_HOME", "CPATH", "CPPFLAGS", "CXX", "CXXFLAGS",
    "LDFLAGS", "LD_LIBRARY_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH", "SDKROOT", "VCPKG_ROOT",
    // Go
    "CGO_ENABLED", "GO111MODULE", "GOARCH", "GOBIN", "GOCACHE", "GOFLAGS", "GOMODCACHE", "GONOSUMDB", "GOOS", "GOPATH",
    "GOPRIVATE", "GOROOT", "GOTOOLCHAIN", "GOWORK",
    // Java and Android
    "ANDROID_HOME", "ANDROID_SDK_ROOT", "GRADLE_HOME", "GRADLE_USER_HOME", "JAVA_HOME", "JDK_HOME", "M2_HOME",
    "MAVEN_HOME", "SDKMAN_DIR",
    // .NET
    "DOTNET_CLI_HOME", "DOTNET_ROOT", "NUGET_PACKAGES",
    // Node.js
    "BUN_INSTALL", "COREPACK_HOME", "DENO_DIR", "FNM_DIR", "NODE_PATH", "NVM_BIN", "NVM_DIR", "N_PREFIX", "PNPM_HOME",
    "VOLTA_HOME",
    // Python
    "CONDA_PREFIX", "PIPX_HOME", "POETRY_HOME", "PYENV_ROOT", "PYENV_VERSION", "PYTHONPATH", "UV_CACHE_DIR",
    "UV_PYTHON_INSTALL_DIR", "VIRTUAL_ENV",
    // Ruby, Rust
    "CARGO_HOME", "GEM_HOME", "GEM_PATH", "RBENV_ROOT", "RUSTFLAGS", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"};

/// A URL with a user or password in it: an allowed name does not make the value harmless.
bool holds_url_credentials(std::string_view value) {
    for (std::size_t at = value.find("://"); at != std::string_view::npos; at = value.find("://", at + 3)) {
        const std::string_view authority = value.substr(at + 3, value.substr(at + 3).find_first_of("/ ,|"));
        if (authority.find('@') != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// The specification says that a relative value is to be ignored.
std::string xdg_dir(const Environment& env, std::string_view variable, std::string_view below_home) {
    const std::string value = env.get_or(variable, "");
    if (!value.empty() && value.front() == '/') {
        return value + "/git-rfsn";
    }
    const std::string home = env.get_or("HOME", "");
    return home.empty() || home.front() != '/' ? std::string{} : home + std::string(below_home) + "/git-rfsn";
}

}  // namespace

Environment Environment::of_process() {
    std::map<std::string, std::string, std::less<>> values;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view line(*entry);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos && equals != 0) {
            // The first of two equal names counts, as with getenv.
            values.emplace(line.substr(0, equals), line.substr(equals + 1));
        }
    }
    return Environment(std::move(values));
}

std::optional<std::string> Environment::get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::string Environment::get_or(std::string_view name, std::string_view fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? std::string(fallback) : found->second;
}

void Environment::set(std::string name, std::string value) {
    values_[std::move(name)] = std::move(value);
}

void Environment::unset(std::string_view name) {
    if (const auto found = values_.find(name); found != values_.end()) {
        values_.erase(found);
    }
}

std::vector<std::string> Environment::block() const {
    std::vector<std::string> lines;
    lines.reserve(values_.size());
    for (const auto& entry : values_) {
        lines.push_back(entry.first + '=' + entry.second);
    }
    return lines;
}

std::string xdg_cache_dir(const Environment& env) {
    return xdg_dir(env, "XDG_CACHE_HOME", "/.cache");
}
std::string xdg_config_dir(const Environment& env) {
    return xdg_dir(env, "XDG_CONFIG_HOME", "/.config");
}
std::string xdg_state_dir(const Environment& env) {
    return xdg_dir(env, "XDG_STATE_HOME", "/.local/state");
}

Environment for_checks(const Environment& env) {
    Environment scrubbed;
    for (const char* name : passed_on) {
        auto value = env.get(name);
        if (value && !holds_url_credentials(*value)) {
            scrubbed.set(name, *std::move(value));
        }
    }
    scrubbed.set("PATH", search_path(env));
    scrubbed.set("LC_ALL", "C.UTF-8");
    return scrubbed;
}

}  // namespace rfsn::base
