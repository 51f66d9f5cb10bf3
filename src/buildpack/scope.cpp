// SPDX-License-Identifier: MIT
#include "buildpack/scope.hpp"

#include <algorithm>
#include <array>

#include "base/glob.hpp"
#include "base/text.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;

constexpr std::array<std::string_view, 19> vendored{
    "node_modules",  "bower_components", "jspm_packages", "vendor",   "_vendor", "vendored",
    "third_party",   "third-party",      "thirdparty",    "3rdparty", ".venv",   "venv",
    "site-packages", "__pycache__",      ".tox",          ".nox",     ".yarn",   "pods",
    "godeps"};
constexpr std::array<std::string_view, 4> fixtures{"testdata", "fixtures", "__fixtures__", "__snapshots__"};
constexpr std::array<std::string_view, 9> outputs{"target", "build", "dist",    "out",   "external",
                                                  "bin",    "obj",   ".gradle", "_build"};
constexpr std::array generated{"*_pb2.py",       "*_pb2.pyi", "*_pb2_grpc.py", "*.pb.go",   "*.pb.cc",
                               "*.pb.h",         "*.min.js",  "*.min.css",     "*.min.mjs", "*.bundle.js",
                               "*.g.cs",         "*.g.i.cs",  "*.designer.cs", "*.g.dart",  "zz_generated*.go",
                               "*_generated.go", "moc_*.cpp", "ui_*.h",        "qrc_*.cpp"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return out;
}

template <class List>
bool among(const List& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// The words of an attributes line; a pattern may stand in quotes.
std::vector<std::string> words(std::string_view line) {
    std::vector<std::string> out;
    std::size_t i = 0;
    while (i < line.size()) {
        if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
            ++i;
            continue;
        }
        std::string word;
        if (out.empty() && line[i] == '"') {
            for (++i; i < line.size() && line[i] != '"'; ++i) {
                if (line[i] == '\\' && i + 1 < line.size()) {
                    ++i;
                }
                word += line[i];
            }
            ++i;
        } else {
            while (i < line.size() && line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                word += line[i++];
            }
        }
        out.push_back(std::move(word));
    }
    return out;
}

/// "name", "-name", "name=false": set, unset or not mentioned.
std::optional<bool> state(std::string_view word, std::string_view name) {
    const bool unset = !word.empty() && (word.front() == '-' || word.front() == '!');
    if (unset) {
        word.remove_prefix(1);
    }
    if (word == name) {
        return !unset;
    }
    if (word.size() > name.size() && word.substr(0, name.size()) == name && word[name.size()] == '=') {
        const auto value = word.substr(name.size() + 1);
        return value != "false" && value != "0";
    }
    return std::nullopt;
}

}  // namespace

bool Scope::holds_no_project(std::string_view directory) {
    const auto parts = base::split(directory, '/');
    return std::any_of(parts.begin(), parts.end(), [](std::string_view part) {
        const auto name = lower(part);
        return among(outputs, name) || among(fixtures, name);
    });
}

Result<const std::vector<Scope::Line>*> Scope::lines(const std::string& directory) {
    const auto known = attributes_.find(directory);
    if (known != attributes_.end()) {
        return &known->second;
    }
    std::vector<Line> out;
    RFSN_ASSIGN(const auto* text, tree_.read(join(directory, ".gitattributes")));
    for (const auto row : base::split_lines(text == nullptr ? std::string_view() : std::string_view(*text))) {
        if (row.find("linguist-") == std::string_view::npos) {
            continue;
        }
        const auto parts = words(row);
        if (parts.size() < 2 || parts[0].front() == '#' || parts[0].front() == '[') {
            continue;
        }
        Line line{parts[0], {}, {}};
        for (std::size_t i = 1; i < parts.size(); ++i) {
            if (const auto value = state(parts[i], "linguist-vendored")) {
                line.vendored = value;
            }
            if (const auto value = state(parts[i], "linguist-generated")) {
                line.generated = value;
            }
        }
        if (line.vendored || line.generated) {
            if (line.pattern.front() == '/') {
                line.pattern.erase(0, 1);
            }
            out.push_back(std::move(line));
        }
    }
    return &attributes_.emplace(directory, std::move(out)).first->second;
}

Result<std::string> Scope::outside(const std::string& path) {
    const std::string directory(directory_of(path));
    auto known = directories_.find(directory);
    if (known == directories_.end()) {
        std::string reason;
        for (const auto part : base::split(directory, '/')) {
            const auto name = lower(part);
            if (reason.empty() && among(vendored, name)) {
                reason = "vendored (" + std::string(part) + "/)";
            } else if (reason.empty() && among(fixtures, name)) {
                reason = "a fixture (" + std::string(part) + "/)";
            }
        }
        known = directories_.emplace(directory, std::move(reason)).first;
    }
    auto reason = known->second;
    const auto name = lower(name_of(path));
    if (reason.empty() && std::any_of(generated.begin(), generated.end(),
                                      [&](const char* glob) { return base::glob_match(glob, name); })) {
        reason = "generated, by its name";
    }
    std::optional<bool> is_vendored;
    std::optional<bool> is_generated;
    // The top directory first, so that a deeper file, and in a file a later line, wins.
    for (std::size_t end = 0; end != std::string::npos;) {
        const std::string above = path.substr(0, end);
        RFSN_ASSIGN(const auto* rows, lines(above));
        for (const auto& row : *rows) {
            if (base::glob_match(row.pattern, below(path, above))) {
                is_vendored = row.vendored ? row.vendored : is_vendored;
                is_generated = row.generated ? row.generated : is_generated;
            }
        }
        end = path.find('/', end == 0 ? 0 : end + 1);
    }
    if (is_vendored.value_or(false) || is_generated.value_or(false)) {
        return std::string(is_vendored.value_or(false) ? "linguist-vendored" : "linguist-generated") +
               " (.gitattributes)";
    }
    const bool taken_back = (is_vendored.has_value() && !*is_vendored) || (is_generated.has_value() && !*is_generated);
    return taken_back ? std::string() : reason;
}

}  // namespace rfsn::buildpack
