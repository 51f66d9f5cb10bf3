// SPDX-License-Identifier: MIT
#include "check/outside_settings.hpp"

#include "base/hash.hpp"
#include "base/kept_files.hpp"

namespace rfsn::check {
namespace {

constexpr const char* below_home[] = {".clang-format",
                                      ".clang-tidy",
                                      ".editorconfig",
                                      ".eslintrc",
                                      ".eslintrc.js",
                                      ".eslintrc.json",
                                      ".eslintrc.yml",
                                      ".flake8",
                                      ".gitattributes",
                                      ".gitconfig",
                                      ".golangci.yml",
                                      ".golangci.yaml",
                                      ".hadolint.yaml",
                                      ".isort.cfg",
                                      ".mypy.ini",
                                      ".npmrc",
                                      ".prettierrc",
                                      ".pydocstyle",
                                      ".pylintrc",
                                      ".rustfmt.toml",
                                      ".shellcheckrc",
                                      ".yarnrc.yml",
                                      ".cargo/config",
                                      ".cargo/config.toml",
                                      ".gradle/gradle.properties",
                                      ".gradle/init.gradle",
                                      ".gradle/init.d",
                                      ".m2/settings.xml",
                                      ".nuget/NuGet/NuGet.Config"};

constexpr const char* below_config[] = {
    "bandit",         "black",     "clippy.toml",          "flake8",       "git/config",      "go/env",
    "mypy/config",    "npm/npmrc", "pip/pip.conf",         "pycodestyle",  "pylintrc",        "ruff/pyproject.toml",
    "ruff/ruff.toml", "rustfmt",   "rustfmt/rustfmt.toml", "shellcheckrc", "yamllint/config", "yapf/style"};

constexpr const char* above_the_work_tree[] = {".cargo/config",
                                               ".cargo/config.toml",
                                               ".clang-format",
                                               ".clang-tidy",
                                               ".editorconfig",
                                               ".eslintrc",
                                               ".eslintrc.cjs",
                                               ".eslintrc.js",
                                               ".eslintrc.json",
                                               ".eslintrc.yml",
                                               ".eslintrc.yaml",
                                               ".flake8",
                                               ".golangci.yml",
                                               ".golangci.yaml",
                                               ".prettierrc",
                                               ".ruff.toml",
                                               ".shellcheckrc",
                                               ".rustfmt.toml",
                                               "Cargo.toml",
                                               "Directory.Build.props",
                                               "Directory.Build.targets",
                                               "biome.json",
                                               "clippy.toml",
                                               "conftest.py",
                                               "eslint.config.js",
                                               "eslint.config.mjs",
                                               "global.json",
                                               "go.work",
                                               "mypy.ini",
                                               "node_modules",
                                               "nuget.config",
                                               "package.json",
                                               "pom.xml",
                                               "pyproject.toml",
                                               "pytest.ini",
                                               "ruff.toml",
                                               "rustfmt.toml",
                                               "setup.cfg",
                                               "tox.ini",
                                               "tsconfig.json"};

void add(base::Sha256& hash, const std::string& path) {
    hash.field(path).field(base::file_identity(path));
}

}  // namespace

std::string outside_settings(const base::Environment& env, const std::string& work_tree) {
    base::Sha256 hash;
    const std::string home = env.get_or("HOME", "/nowhere");
    for (const char* name : below_home) {
        add(hash, home + "/" + name);
    }
    const std::string config = env.get_or("XDG_CONFIG_HOME", home + "/.config");
    for (const char* name : below_config) {
        add(hash, config + "/" + name);
    }
    add(hash, work_tree + "/.git/config");  // how files are written out: core.autocrlf and the like
    for (auto slash = work_tree.rfind('/'); slash != std::string::npos && slash > 0;
         slash = work_tree.rfind('/', slash - 1)) {
        for (const char* name : above_the_work_tree) {
            add(hash, work_tree.substr(0, slash) + "/" + name);
        }
    }
    return hash.hex();
}

}  // namespace rfsn::check
