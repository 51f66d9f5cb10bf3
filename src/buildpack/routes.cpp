// SPDX-License-Identifier: MIT
#include "buildpack/routes.hpp"

#include <algorithm>
#include <string>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

constexpr std::array<std::string_view, 8> ids{"python", "node", "go", "rust", "cpp", "java", "dotnet", "polyrepo"};
constexpr PackMask python = 1;
constexpr PackMask node = 2;
constexpr PackMask go = 4;
constexpr PackMask rust = 8;
constexpr PackMask cpp = 16;
constexpr PackMask java = 32;
constexpr PackMask dotnet = 64;

struct Owner {
    std::string_view name;
    PackMask pack;
};
struct Interest {
    std::string_view name;
    PackMask packs;
};

// Sorted, for binary search. Made from config/buildpacks/*.yaml; tests/unit/buildpack/routes_test.cpp says what
// differs.
constexpr std::array owners{
    Owner{".C", cpp},     Owner{".H", cpp},       Owner{".c", cpp},     Owner{".c++", cpp},    Owner{".cc", cpp},
    Owner{".cjs", node},  Owner{".cpp", cpp},     Owner{".cs", dotnet}, Owner{".csx", dotnet}, Owner{".cts", node},
    Owner{".cu", cpp},    Owner{".cuh", cpp},     Owner{".cxx", cpp},   Owner{".fs", dotnet},  Owner{".fsx", dotnet},
    Owner{".go", go},     Owner{".h", cpp},       Owner{".h++", cpp},   Owner{".hh", cpp},     Owner{".hpp", cpp},
    Owner{".hxx", cpp},   Owner{".inl", cpp},     Owner{".ipp", cpp},   Owner{".java", java},  Owner{".js", node},
    Owner{".jsx", node},  Owner{".mjs", node},    Owner{".mts", node},  Owner{".py", python},  Owner{".pyi", python},
    Owner{".rs", rust},   Owner{".svelte", node}, Owner{".tpp", cpp},   Owner{".ts", node},    Owner{".tsx", node},
    Owner{".vb", dotnet}, Owner{".vue", node},
};

constexpr std::array languages{
    Owner{"c", cpp},
    Owner{"c#", dotnet},
    Owner{"c++", cpp},
    Owner{"cpp", cpp},
    Owner{"csharp", dotnet},
    Owner{"cuda", cpp},
    Owner{"f#", dotnet},
    Owner{"fsharp", dotnet},
    Owner{"go", go},
    Owner{"golang", go},
    Owner{"java", java},
    Owner{"javascript", node},
    Owner{"js", node},
    Owner{"jsx", node},
    Owner{"py", python},
    Owner{"python", python},
    Owner{"python3", python},
    Owner{"rs", rust},
    Owner{"rust", rust},
    Owner{"svelte", node},
    Owner{"ts", node},
    Owner{"tsx", node},
    Owner{"typescript", node},
    Owner{"vb.net", dotnet},
    Owner{"visual-basic-.net", dotnet},
    Owner{"vue", node},
};

constexpr std::array shebangs{
    Owner{"bun", node},     Owner{"deno", node},     Owner{"node", node},      Owner{"nodejs", node},
    Owner{"pypy3", python}, Owner{"python", python}, Owner{"python2", python}, Owner{"python3", python},
};

constexpr std::array extensions{
    Interest{".C", cpp},       Interest{".H", cpp},         Interest{".c", cpp},         Interest{".c++", cpp},
    Interest{".cc", cpp},      Interest{".cjs", node},      Interest{".cmake", cpp},     Interest{".cpp", cpp},
    Interest{".cs", dotnet},   Interest{".csproj", dotnet}, Interest{".css", node},      Interest{".csx", dotnet},
    Interest{".cts", node},    Interest{".cu", cpp},        Interest{".cuh", cpp},       Interest{".cxx", cpp},
    Interest{".fs", dotnet},   Interest{".fsproj", dotnet}, Interest{".fsx", dotnet},    Interest{".go", go},
    Interest{".h", cpp},       Interest{".h++", cpp},       Interest{".hh", cpp},        Interest{".hpp", cpp},
    Interest{".html", node},   Interest{".hxx", cpp},       Interest{".inl", cpp},       Interest{".ipp", cpp},
    Interest{".java", java},   Interest{".js", node},       Interest{".json", node},     Interest{".jsx", node},
    Interest{".kt", java},     Interest{".less", node},     Interest{".lockfile", java}, Interest{".md", node},
    Interest{".mjs", node},    Interest{".mts", node},      Interest{".pro", cpp},       Interest{".py", python},
    Interest{".pyi", python},  Interest{".rs", rust},       Interest{".scala", java},    Interest{".scss", node},
    Interest{".sln", dotnet},  Interest{".slnx", dotnet},   Interest{".svelte", node},   Interest{".tpp", cpp},
    Interest{".ts", node},     Interest{".tsx", node},      Interest{".vb", dotnet},     Interest{".vbproj", dotnet},
    Interest{".vcxproj", cpp}, Interest{".vue", node},      Interest{".yaml", node},     Interest{".yml", node},
};

constexpr std::array names{
    Interest{".clang-format", cpp},
    Interest{".clang-tidy", cpp},
    Interest{".editorconfig", dotnet},
    Interest{".flake8", python},
    Interest{".golangci.toml", go},
    Interest{".golangci.yaml", go},
    Interest{".golangci.yml", go},
    Interest{".java-version", java},
    Interest{".mypy.ini", python},
    Interest{".node-version", node},
    Interest{".nvmrc", node},
    Interest{".pylintrc", python},
    Interest{".python-version", python},
    Interest{".ruff.toml", python},
    Interest{".rustfmt.toml", rust},
    Interest{".sdkmanrc", java},
    Interest{"CMakeLists.txt", cpp},
    Interest{"CMakePresets.json", cpp},
    Interest{"Cargo.lock", rust},
    Interest{"Cargo.toml", rust},
    Interest{"Directory.Build.props", dotnet},
    Interest{"Directory.Packages.props", dotnet},
    Interest{"GNUmakefile", cpp},
    Interest{"Gopkg.toml", go},
    Interest{"MODULE.bazel", cpp},
    Interest{"Makefile", cpp},
    Interest{"NuGet.Config", dotnet},
    Interest{"NuGet.config", dotnet},
    Interest{"Pipfile", python},
    Interest{"Pipfile.lock", python},
    Interest{"SConstruct", cpp},
    Interest{"WORKSPACE", cpp},
    Interest{"build.gradle", java},
    Interest{"build.gradle.kts", java},
    Interest{"build.rs", rust},
    Interest{"build.xml", java},
    Interest{"bunfig.toml", node},
    Interest{"clippy.toml", rust},
    Interest{"compile_commands.json", cpp},
    Interest{"conanfile.py", cpp},
    Interest{"conanfile.txt", cpp},
    Interest{"configure.ac", cpp},
    Interest{"deno.json", node},
    Interest{"deno.jsonc", node},
    Interest{"deny.toml", rust},
    Interest{"environment.yml", python},
    Interest{"global.json", dotnet},
    Interest{"go.mod", go},
    Interest{"go.sum", go},
    Interest{"go.work", go},
    Interest{"gradle.properties", java},
    Interest{"gradlew", java},
    Interest{"lerna.json", node},
    Interest{"makefile", cpp},
    Interest{"manage.py", python},
    Interest{"meson.build", cpp},
    Interest{"meson_options.txt", cpp},
    Interest{"mvnw", java},
    Interest{"mypy.ini", python},
    Interest{"noxfile.py", python},
    Interest{"nuget.config", dotnet},
    Interest{"nx.json", node},
    Interest{"package-lock.json", node},
    Interest{"package.json", node},
    Interest{"package.json5", node},
    Interest{"packages.lock.json", dotnet},
    Interest{"pdm.lock", python},
    Interest{"pnpm-workspace.yaml", node},
    Interest{"poetry.lock", python},
    Interest{"pom.xml", java},
    Interest{"project.json", node},
    Interest{"pylintrc", python},
    Interest{"pyproject.toml", python},
    Interest{"pyrightconfig.json", python},
    Interest{"pytest.ini", python},
    Interest{"requirements.in", python},
    Interest{"requirements.txt", python},
    Interest{"ruff.toml", python},
    Interest{"rush.json", node},
    Interest{"rust-toolchain", rust},
    Interest{"rust-toolchain.toml", rust},
    Interest{"rustfmt.toml", rust},
    Interest{"settings.gradle", java},
    Interest{"settings.gradle.kts", java},
    Interest{"setup.cfg", python},
    Interest{"setup.py", python},
    Interest{"tox.ini", python},
    Interest{"tsconfig.json", node},
    Interest{"turbo.json", node},
    Interest{"uv.lock", python},
    Interest{"vcpkg.json", cpp},
    Interest{"verification-metadata.xml", java},
    Interest{"xmake.lua", cpp},
    Interest{"yarn.lock", node},
};

template <class Table>
PackMask look_up(const Table& table, std::string_view name) {
    const auto found = std::lower_bound(table.begin(), table.end(), name,
                                        [](const auto& row, std::string_view key) { return row.name < key; });
    if (found == table.end() || found->name != name) {
        return 0;
    }
    if constexpr (requires { found->packs; }) {
        return found->packs;
    } else {
        return found->pack;
    }
}

std::string_view id_of(PackMask mask) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if ((mask & (1U << i)) != 0) {
            return ids.at(i);
        }
    }
    return {};
}

/// ".py" of "a.py"; of ".gitignore" nothing.
std::string_view extension_of(std::string_view name) {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot);
}

}  // namespace

const std::array<std::string_view, 8>& built_in_ids() {
    return ids;
}

PackMask interested_packs(std::string_view path) {
    const auto name = name_of(path);
    const auto extension = extension_of(name);
    unsigned mask = look_up(names, name);
    if (!extension.empty()) {
        mask |= look_up(extensions, extension);
    }
    // The only manifest with a '*' in the middle of its name.
    if (extension == ".txt" && name.substr(0, 12) == "requirements") {
        mask |= python;
    }
    return static_cast<PackMask>(mask);
}

std::string pack_of_path(std::string_view path) {
    const auto extension = extension_of(name_of(path));
    return std::string(id_of(look_up(owners, extension)));
}

std::string_view pack_of_interpreter(std::string_view interpreter) {
    auto mask = look_up(shebangs, interpreter);
    if (mask == 0) {
        const auto end = interpreter.find_last_not_of("0123456789.");
        mask = end == std::string_view::npos ? PackMask{0} : look_up(shebangs, interpreter.substr(0, end + 1));
    }
    return id_of(mask);
}

std::string_view pack_of_language(std::string_view language) {
    return id_of(look_up(languages, language));
}

std::string_view interpreter_of(std::string_view content) {
    if (content.substr(0, 2) != "#!") {
        return {};
    }
    auto line = content.substr(2, std::min<std::size_t>(content.find('\n', 2), 258) - 2);
    const auto word = [&] {
        line = base::trim(line);
        const auto end = line.find_first_of(" \t");
        const auto out = line.substr(0, end);
        line = end == std::string_view::npos ? std::string_view() : line.substr(end);
        return out;
    };
    auto program = name_of(word());
    if (program == "env") {
        do {
            program = word();
        } while (!program.empty() && (program.front() == '-' || program.find('=') != std::string_view::npos));
        program = name_of(program);
    }
    return program;
}

}  // namespace rfsn::buildpack
