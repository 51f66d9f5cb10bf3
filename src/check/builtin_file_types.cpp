// SPDX-License-Identifier: MIT
#include "check/builtin_file_types.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rfsn::check {
namespace {

constexpr std::array<std::string_view, 4> yaml_extensions{"eyaml", "yaml", "yamlld", "yml"};
constexpr std::array<std::string_view, 5> yaml_names{".ansible-lint", ".clang-format", ".clang-tidy", ".salt-lint",
                                                     ".yamllint"};
constexpr std::array<std::string_view, 7> json_extensions{"ejson",  "geojson", "ipynb",     "json",
                                                          "jsonld", "piskel",  "xctestplan"};
constexpr std::array<std::string_view, 6> json_names{".babelrc",  ".bowerrc",     ".csslintrc",
                                                     ".jshintrc", ".mention-bot", "Pipfile.lock"};
constexpr std::array<std::string_view, 1> toml_extensions{"toml"};
constexpr std::array<std::string_view, 6> toml_names{"Cargo.lock",  "Cargo.toml",     "Pipfile",
                                                     "poetry.lock", "pyproject.toml", "uv.lock"};
constexpr std::array<std::string_view, 44> binary_extensions{
    "ai",   "asar", "avif", "bmp",  "bz2", "bz3",  "dll",  "ear", "eot",  "eps",   "exe", "fits",  "ggb", "gif", "gz",
    "icns", "ico",  "jar",  "jpeg", "jpg", "mscz", "otf",  "p12", "pdf",  "png",   "pyz", "pyzw",  "so",  "swf", "tar",
    "tgz",  "tif",  "tiff", "ttf",  "war", "wav",  "webp", "whl", "woff", "woff2", "zip", "class", "pyc", "o"};

template <std::size_t n>
bool is_in(const std::array<std::string_view, n>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string extension_of(std::string_view path) {
    const std::string_view name = name_of(path);
    const auto stem = name.find_first_not_of('.');
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || stem == std::string_view::npos || dot < stem) {
        return {};
    }
    std::string extension(name.substr(dot + 1));
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return extension;
}

/// The name, or a part of it between dots: "Pipfile.dev" is a Pipfile.
template <std::size_t n>
bool is_named(std::string_view path, const std::array<std::string_view, n>& names) {
    std::string_view name = name_of(path);
    if (is_in(names, name)) {
        return true;
    }
    while (!name.empty()) {
        const auto dot = name.find('.');
        if (is_in(names, name.substr(0, dot))) {
            return true;
        }
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    return false;
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

bool has_type(std::string_view path, FileType type) {
    const std::string extension = extension_of(path);
    switch (type) {
        case FileType::yaml:
            return is_in(yaml_extensions, extension) || is_named(path, yaml_names);
        case FileType::json:
            return is_in(json_extensions, extension) || is_named(path, json_names);
        case FileType::toml:
            return is_in(toml_extensions, extension) || is_named(path, toml_names);
    }
    return false;
}

bool is_json_with_comments(std::string_view path) {
    constexpr std::array<std::string_view, 12> names{
        ".babelrc",  ".jshintrc",          ".csslintrc", ".eslintrc.json",    ".swcrc",  "devcontainer.json",
        "deno.json", "api-extractor.json", "turbo.json", "babel.config.json", "nx.json", "biome.json"};
    const std::string_view name = name_of(path);
    if (is_in(names, name) || starts_with(path, ".vscode/") || path.find("/.vscode/") != std::string_view::npos ||
        starts_with(path, ".devcontainer/") || path.find("/.devcontainer/") != std::string_view::npos) {
        return true;
    }
    return (starts_with(name, "tsconfig") || starts_with(name, "jsconfig")) && extension_of(name) == "json";
}

bool is_text(const BuiltinFile& file) {
    if (!file.file->has_content() || file.binary || is_in(binary_extensions, extension_of(file.file->path))) {
        return false;
    }
    constexpr std::size_t looked_at = 1024;
    const std::string_view head = file.content.substr(0, looked_at);
    return std::all_of(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 ? byte != 0x7F : (byte >= 7 && byte <= 13) || byte == 27;
    });
}

}  // namespace rfsn::check
