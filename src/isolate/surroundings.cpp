// SPDX-License-Identifier: MIT
#include "isolate/surroundings.hpp"

#include <filesystem>
#include <set>
#include <sys/stat.h>

#include "base/text.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

constexpr const char* secrets_below_home[] = {".ssh",
                                              ".gnupg",
                                              ".aws",
                                              ".azure",
                                              ".kube",
                                              ".docker/config.json",
                                              ".config/gh",
                                              ".config/glab-cli",
                                              ".config/hub",
                                              ".config/gcloud",
                                              ".config/op",
                                              ".config/doctl",
                                              ".config/rclone",
                                              ".config/sops",
                                              ".config/containers/auth.json",
                                              ".config/git/credentials",
                                              ".git-credentials",
                                              ".netrc",
                                              ".pgpass",
                                              ".my.cnf",
                                              ".vault-token",
                                              ".terraform.d",
                                              ".password-store",
                                              ".local/share/keyrings",
                                              ".local/share/kwalletd",
                                              ".local/share/password-store",
                                              ".mozilla",
                                              ".thunderbird",
                                              ".config/google-chrome",
                                              ".config/chromium",
                                              ".config/BraveSoftware",
                                              ".config/microsoft-edge",
                                              ".config/github-copilot",
                                              ".codex/auth.json",
                                              ".claude.json",
                                              ".claude/.credentials.json",
                                              ".gemini",
                                              ".pypirc",
                                              ".cargo/credentials",
                                              ".cargo/credentials.toml",
                                              ".gem/credentials",
                                              ".config/hcloud",
                                              ".fly",
                                              ".oci",
                                              ".s3cfg",
                                              ".boto",
                                              ".config/age",
                                              ".bash_history",
                                              ".zsh_history",
                                              ".python_history",
                                              ".node_repl_history",
                                              ".psql_history",
                                              ".local/share/fish/fish_history"};
constexpr const char* settings_below_home[] = {".npmrc",
                                               ".yarnrc",
                                               ".yarnrc.yml",
                                               ".m2/settings.xml",
                                               ".m2/settings-security.xml",
                                               ".gradle/gradle.properties",
                                               ".nuget/NuGet/NuGet.Config",
                                               ".config/pip",
                                               ".pip",
                                               ".config/pypoetry",
                                               ".composer/auth.json",
                                               ".config/composer/auth.json",
                                               ".bundle/config"};

/// A directory that a tool shares between projects: the variable that moves it, and where it is otherwise ('~' or '@',
/// the user's cache directory, in front). `own`: the name of one in a build cache of ours where there is none.
struct ToolCache {
    const char* variable;
    const char* path;
    const char* own;
};
constexpr ToolCache tool_cache_table[] = {
    {"GOCACHE", "@/go-build", "go-build"},
    {"GOMODCACHE", "~/go/pkg", ""},
    {"CARGO_HOME", "~/.cargo", "cargo"},
    {"npm_config_cache", "~/.npm", "npm"},
    {"GRADLE_USER_HOME", "~/.gradle", "gradle"},
    {"", "~/.m2", ""},
    {"NUGET_PACKAGES", "~/.nuget", ""},
    {"DOTNET_CLI_HOME", "~/.dotnet", "dotnet"},
    {"", "~/.local/share/NuGet", ""},
    {"GOLANGCI_LINT_CACHE", "@/golangci-lint", "golangci-lint"},
    {"PYLINTHOME", "@/pylint", "pylint"},
    {"BLACK_CACHE_DIR", "@/black", "black"},
    {"UV_CACHE_DIR", "@/uv", "uv"},
    {"PIP_CACHE_DIR", "@/pip", "pip"},
    {"COREPACK_HOME", "@/node/corepack", "corepack"},
    {"CCACHE_DIR", "@/ccache", "ccache"},
    {"", "~/.ccache", ""},
    {"", "@/yarn", ""},
    {"", "@/pnpm", ""},
    {"", "~/.local/share/pnpm", ""},
    {"", "~/.yarn", ""},
    {"DENO_DIR", "@/deno", ""},
    {"", "~/.bun", ""},
    {"", "@/node-gyp", ""},
    {"", "@/coursier", ""},
    {"", "~/.ivy2", ""},
    {"", "~/.sbt", ""},
    {"", "@/composer", ""},
    {"", "~/.pub-cache", ""},
    {"", "~/.conan2", ""},
    {"", "@/vcpkg", ""},
    {"", "@/zig", ""},
    {"", "@/clang", ""},
    {"", "@/pypoetry", ""},
    {"", "@/pre-commit", ""},
};

std::string real(const std::string& path) {
    std::error_code failed;
    const auto resolved = fs::canonical(path, failed);
    return failed ? std::string() : resolved.string();
}

void add_real(std::vector<std::string>& list, const std::string& path) {
    if (path.empty() || path.front() != '/') {
        return;
    }
    if (auto resolved = real(path); !resolved.empty()) {
        list.push_back(std::move(resolved));
    }
}

std::string default_path(const ToolCache& cache, const base::Environment& env) {
    const std::string home = env.get_or("HOME", "");
    const std::string caches = env.get_or("XDG_CACHE_HOME", home.empty() ? "" : home + "/.cache");
    const std::string& start = cache.path[0] == '@' ? caches : home;
    return start.empty() ? std::string() : start + (cache.path + 1);
}

}  // namespace

bool is_within(std::string_view path, std::string_view directory) {
    if (directory == "/") {
        return true;
    }
    return path.size() >= directory.size() && path.substr(0, directory.size()) == directory &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

Surroundings surroundings(const base::Environment& env, const std::string& cache_root) {
    Surroundings found;
    const std::string home = env.get_or("HOME", "");
    if (!home.empty()) {
        for (const char* name : secrets_below_home) {
            add_real(found.secrets, home + "/" + name);
        }
        for (const char* name : settings_below_home) {
            add_real(found.settings, home + "/" + name);
        }
    }
    for (const char* variable : {"GNUPGHOME", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "KUBECONFIG",
                                 "GH_CONFIG_DIR", "CLOUDSDK_CONFIG", "NETRC", "DOCKER_CONFIG"}) {
        add_real(found.secrets, env.get_or(variable, ""));
    }
    for (const auto& path : {base::xdg_config_dir(env), base::xdg_state_dir(env), cache_root}) {
        add_real(found.own, path);
    }
    for (const auto& cache : tool_cache_table) {
        const auto moved = cache.variable[0] != '\0' ? env.get(cache.variable) : std::nullopt;
        add_real(found.tool_caches, moved ? *moved : default_path(cache, env));
    }
    if (const std::string gopath = env.get_or("GOPATH", ""); !gopath.empty()) {
        add_real(found.tool_caches, gopath.substr(0, gopath.find(':')) + "/pkg");
    }
    return found;
}

std::vector<std::pair<std::string, std::string>> missing_tool_caches(const base::Environment& env,
                                                                     const std::string& cache_dir) {
    std::vector<std::pair<std::string, std::string>> variables;
    for (const auto& cache : tool_cache_table) {
        if (cache.own[0] == '\0') {
            continue;
        }
        const auto moved = env.get(cache.variable);
        if (moved && (moved->empty() || moved->front() != '/')) {
            continue;  // a word of the tool's own: GOCACHE=off
        }
        if (const std::string path = moved ? *moved : default_path(cache, env); path.empty() || real(path).empty()) {
            variables.emplace_back(cache.variable, cache_dir + "/" + cache.own);
        }
    }
    const std::string caches = env.get_or("XDG_CACHE_HOME", env.get_or("HOME", "") + "/.cache");
    if (real(caches).empty()) {
        variables.emplace_back("XDG_CACHE_HOME", cache_dir + "/xdg");
    }
    return variables;
}

std::optional<std::vector<std::string>> needed_below_tmp(const base::Environment& env,
                                                         const std::vector<std::string>& paths) {
    std::set<std::string> found;
    bool replaceable = true;
    const auto consider = [&](std::string_view path) {
        for (const std::string_view tmp : {std::string_view("/tmp"), std::string_view("/var/tmp")}) {
            if (path.size() > tmp.size() + 1 && is_within(path, tmp)) {
                found.emplace(path.substr(0, path.find('/', tmp.size() + 1)));
            } else if (is_within(tmp, path) && path.size() > 1) {
                // "/tmp" itself, or "/var" above it.
                replaceable = replaceable && path != tmp;
            }
        }
    };
    for (const auto& path : paths) {
        consider(path);
    }
    for (const auto& [name, value] : env.values()) {
        if (name == "TMPDIR" || name == "TMP" || name == "TEMP") {
            continue;
        }
        for (const std::string_view path : base::split(value, ':')) {
            if (path.size() > 5 && path != "/var/tmp") {
                consider(path);
            }
        }
    }
    if (!replaceable) {
        return std::nullopt;
    }
    return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace rfsn::isolate
