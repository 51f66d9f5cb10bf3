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
constexpr std::array<std::string_view, 12> outputs{"target", "build", "dist",    "out",    "external",    "extern",
                                                   "bin",    "obj",   ".gradle", "_build", "deriveddata", "externals"};
/// How the names of generated files begin and end.
struct Affixes {
    std::string_view begin, end;
};
constexpr std::array generated{
    Affixes{"", "_pb2.py"},       Affixes{"", "_pb2.pyi"}, Affixes{"", "_pb2_grpc.py"},
    Affixes{"", ".pb.go"},        Affixes{"", ".pb.cc"},   Affixes{"", ".pb.h"},
    Affixes{"", ".min.js"},       Affixes{"", ".min.css"}, Affixes{"", ".min.mjs"},
    Affixes{"", ".bundle.js"},    Affixes{"", ".g.cs"},    Affixes{"", ".g.i.cs"},
    Affixes{"", ".designer.cs"},  Affixes{"", ".g.dart"},  Affixes{"zz_generated", ".go"},
    Affixes{"", "_generated.go"}, Affixes{"moc_", ".cpp"}, Affixes{"ui_", ".h"},
    Affixes{"qrc_", ".cpp"},
};

bool is_generated_name(std::string_view name) {
    return std::any_of(generated.begin(), generated.end(), [&](const Affixes& one) {
        return name.size() > one.begin.size() + one.end.size() && name.substr(0, one.begin.size()) == one.begin &&
               name.substr(name.size() - one.end.size()) == one.end;
    });
}

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

/// "name", "-name", "!name", "name=value" of an attribute: its value ("true" and "false" for set and unset), nullopt
/// within for unspecified, nothing if the word is about another one.
std::optional<std::optional<std::string>> value_of(std::string_view word, std::string_view name) {
    if (word == name) {
        return std::optional<std::string>("true");
    }
    if (word.size() == name.size() + 1 && word.substr(1) == name && (word.front() == '-' || word.front() == '!')) {
        return word.front() == '-' ? std::optional<std::string>("false") : std::optional<std::string>();
    }
    if (word.size() > name.size() && word.substr(0, name.size()) == name && word[name.size()] == '=') {
        return std::optional<std::string>(word.substr(name.size() + 1));
    }
    return std::nullopt;
}

void set_flag(std::string_view word, std::string_view name, std::optional<std::optional<bool>>& out) {
    if (const auto value = value_of(word, name)) {
        out = *value ? std::optional<bool>(**value != "false" && **value != "0") : std::optional<bool>();
    }
}

/// Poms and sources that a build's tests copy somewhere; a template's names are filled in before anybody reads them.
std::string fixture_by_place(std::string_view directory) {
    const auto slashed = "/" + std::string(directory) + "/";
    for (const std::string_view place : {"/src/test/resources/", "/src/integrationTest/resources/"}) {
        if (slashed.find(place) != std::string::npos) {
            return "a fixture (" + std::string(place.substr(1)) + ")";
        }
    }
    return slashed.find("{{") != std::string::npos ? "a template ({{...}})" : "";
}

}  // namespace

bool Scope::holds_no_project(std::string_view directory) {
    if (("/" + std::string(directory) + "/").find("/src/it/") != std::string::npos) {  // maven-invoker's projects
        return true;
    }
    const auto parts = base::split(directory, '/');
    return std::any_of(parts.begin(), parts.end(), [](std::string_view part) {
        const auto name = lower(part);
        return among(outputs, name) || among(fixtures, name);
    });
}

Scope::Line Scope::parse(const std::vector<std::string>& words) {
    Line line;
    line.pattern = words[0];
    for (std::size_t i = 1; i < words.size(); ++i) {
        set_flag(words[i], "linguist-vendored", line.vendored);
        set_flag(words[i], "linguist-generated", line.generated);
        set_flag(words[i], "linguist-documentation", line.documentation);
        set_flag(words[i], "linguist-detectable", line.detectable);
        if (const auto value = value_of(words[i], "linguist-language")) {
            line.language = *value ? std::optional<std::string>(lower(**value)) : std::optional<std::string>();
        }
    }
    return line;
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
        if (parts.size() < 2 || parts[0].empty() || parts[0].front() == '#' || parts[0].front() == '[') {
            continue;
        }
        auto line = parse(parts);
        if (line.pattern.front() == '/') {
            line.pattern.erase(0, 1);
            line.pattern = line.pattern.find('/') == std::string::npos ? "./" + line.pattern : line.pattern;
        }
        out.push_back(std::move(line));
    }
    return &attributes_.emplace(directory, std::move(out)).first->second;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the path
Result<const Scope::Directory*> Scope::directory(std::string_view path) {
    const auto known = directories_.find(path);
    if (known != directories_.end()) {
        return &known->second;
    }
    Directory out;
    if (!path.empty()) {
        RFSN_ASSIGN(const auto* above, directory(directory_of(path)));
        out = *above;
        const std::string part(name_of(path));
        const auto name = lower(part);
        if (out.reason.empty() && among(vendored, name)) {
            out.reason = "vendored (" + part + "/)";
        } else if (out.reason.empty() && among(fixtures, name)) {
            out.reason = "a fixture (" + part + "/)";
        } else if (out.reason.empty()) {
            out.reason = fixture_by_place(path);
        }
        // Scripts are kept in bin/ as well as programs are put there.
        out.doubtful = out.doubtful || (name != "bin" && among(outputs, name));
    }
    const std::string own(path);
    RFSN_ASSIGN(const auto* rows, lines(own));
    for (const auto& row : *rows) {
        out.lines.emplace_back(own, &row);
        out.languages = out.languages || row.language.has_value();
    }
    return &directories_.emplace(own, std::move(out)).first->second;
}

Result<bool> Scope::names_languages(const std::string& path) {
    RFSN_ASSIGN(const auto* place, directory(directory_of(path)));
    return place->languages;
}

Result<Standing> Scope::standing(const std::string& path) {
    RFSN_ASSIGN(const auto* place, directory(directory_of(path)));
    Standing out;
    out.outside = place->reason;
    out.doubtful = place->doubtful;
    if (out.outside.empty()) {
        const auto name = lower(name_of(path));
        if (is_generated_name(name)) {
            out.outside = "generated, by its name";
        }
    }
    // The top directory's lines come first, so that a deeper file, and in a file a later line, wins.
    std::optional<bool> is_vendored, is_generated, is_documentation, is_detectable;
    for (const auto& [above, line] : place->lines) {
        const auto relative = below(path, above);
        const bool top_only = line->pattern.rfind("./", 0) == 0;
        const bool here = top_only ? relative.find('/') == std::string_view::npos &&
                                         base::glob_match(line->pattern.substr(2), relative)
                                   : base::glob_match(line->pattern, relative);
        if (!here) {
            continue;
        }
        is_vendored = line->vendored.value_or(is_vendored);
        is_generated = line->generated.value_or(is_generated);
        is_documentation = line->documentation.value_or(is_documentation);
        is_detectable = line->detectable.value_or(is_detectable);
        out.language = line->language.value_or(out.language);
    }
    out.counts = is_detectable.value_or(!is_documentation.value_or(false));
    if (is_vendored.value_or(false) || is_generated.value_or(false)) {
        out.outside =
            std::string(is_vendored.value_or(false) ? "linguist-vendored" : "linguist-generated") + " (.gitattributes)";
    } else if (is_vendored.has_value() || is_generated.has_value()) {
        out.outside.clear();
        out.doubtful = false;
    }
    return out;
}

}  // namespace rfsn::buildpack
