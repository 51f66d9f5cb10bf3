// SPDX-License-Identifier: MIT
#include <algorithm>

#include <re2/re2.h>

#include "base/text.hpp"
#include "buildpack/package_graph.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;
using Graph = std::optional<PackageGraph>;

/// Text without comments. A '//' in a string takes the rest of its line with it, which names no project.
std::string without_comments(std::string text) {
    static const RE2 comments(R"re((?s)/\*.*?\*/|(?-s://.*))re");
    RE2::GlobalReplace(&text, comments, "");
    return text;
}

/// ":a:b-c" and "a.bC" -> "a:bc": the accessors of projects are written otherwise.
std::string canonical(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == ':' || c == '.') {
            out += out.empty() ? "" : ":";
        } else if (c != '-' && c != '_') {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return out;
}

/// The paths that the settings include; nullopt where they are computed or laid out otherwise.
std::optional<std::vector<std::string>> included(const std::string& settings) {
    static const RE2 computed(
        R"re(\bprojectDir\b|\bincludeFlat\b|\beachDir|\beachFile|\bfileTree\b|\blistFiles\b|\bwalk\w*\s*[({]|\binclude\b[ \t]*\(?[ \t]*[^'"\s(])re");
    static const RE2 includes(R"re(\binclude\b[ \t]*\(?((?:\s*['"][^'"\n]+['"]\s*,?)+))re");
    static const RE2 quoted(R"re(['"]([^'"\n]+)['"])re");
    if (RE2::PartialMatch(settings, computed)) {
        return std::nullopt;
    }
    std::vector<std::string> paths;
    re2::StringPiece rest(settings);
    std::string list;
    std::string path;
    while (RE2::FindAndConsume(&rest, includes, &list)) {
        re2::StringPiece items(list);
        while (RE2::FindAndConsume(&items, quoted, &path)) {
            if (path.find('$') != std::string::npos) {
                return std::nullopt;
            }
            paths.push_back(path.front() == ':' ? path.substr(1) : path);
        }
    }
    return paths;
}

void references_of(const std::string& text, std::set<std::string>& needs) {
    static const RE2 by_path(R"re(\bproject\s*\(\s*(?:path\s*[:=]\s*)?['"]:?([^'"\n]+)['"])re");
    static const RE2 by_accessor(R"re(\bprojects\.([A-Za-z_][\w.]*))re");
    for (const RE2* re : {&by_path, &by_accessor}) {
        re2::StringPiece rest(text);
        std::string found;
        while (RE2::FindAndConsume(&rest, *re, &found)) {
            needs.insert(canonical(found));
        }
    }
}

Result<std::string> script(Tree& tree, const std::string& directory, const char* name) {
    for (const char* ending : {"", ".kts"}) {
        RFSN_ASSIGN(const auto* text, tree.read(join(directory, name + std::string(ending))));
        if (text != nullptr) {
            return without_comments(*text);
        }
    }
    return std::string();
}

}  // namespace

Result<Graph> gradle_packages(Tree& tree, const std::string& root) {
    RFSN_ASSIGN(const auto settings, script(tree, root, "settings.gradle"));
    const auto paths = included(settings);
    if (!paths) {
        return Graph();
    }
    // What the root says of its subprojects holds for each of them.
    std::set<std::string> of_all;
    RFSN_ASSIGN(const auto root_script, script(tree, root, "build.gradle"));
    references_of(root_script, of_all);
    PackageGraph graph;
    for (auto path : *paths) {
        // ":a:b" makes ":a" a project too.
        while (!path.empty()) {
            std::string directory = path;
            std::replace(directory.begin(), directory.end(), ':', '/');
            Package package;
            package.name = canonical(path);
            package.argument = ":" + path;
            package.needs = of_all;
            RFSN_ASSIGN(const auto build, script(tree, join(root, directory), "build.gradle"));
            references_of(build, package.needs);
            // A build file of another name ("a/a.gradle") cannot be read, nor a directory that is not there.
            RFSN_ASSIGN(const auto* listing, tree.list(join(root, directory)));
            if (listing->files.empty() && listing->directories.empty()) {
                return Graph();
            }
            package.needs.erase(package.name);
            graph.emplace(directory, std::move(package));
            const auto colon = path.rfind(':');
            path = colon == std::string::npos ? "" : path.substr(0, colon);
        }
    }
    return Graph(std::move(graph));
}

}  // namespace rfsn::buildpack
