// SPDX-License-Identifier: MIT
#include <algorithm>

#include <re2/re2.h>

#include "buildpack/package_graph.hpp"
#include "buildpack/workspace.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;
using Graph = std::optional<PackageGraph>;

bool is_project(const std::string& name) {
    return RE2::FullMatch(name, R"re(.*\.(?:cs|fs|vb)proj)re");
}

bool holds_tests(const std::string& path, const std::string& text) {
    static const RE2 says(
        R"re((?i)Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk|Include="(?:xunit|NUnit|MSTest|TUnit)|<IsTestProject>\s*true)re");
    static const RE2 named(R"re((?i)tests?\.(?:cs|fs|vb)proj$)re");
    return RE2::PartialMatch(text, says) || RE2::PartialMatch(path, named);
}

/// References as paths from the top of the tree; nullopt where one is computed.
std::optional<std::set<std::string>> references_of(const std::string& text, const std::string& directory) {
    static const RE2 reference(R"re(<ProjectReference\s[^>]*?Include\s*=\s*["']([^"']+)["'])re");
    std::set<std::string> needs;
    re2::StringPiece rest(text);
    std::string found;
    while (RE2::FindAndConsume(&rest, reference, &found)) {
        std::replace(found.begin(), found.end(), '\\', '/');
        const auto path = normal(join(directory, found));
        if (found.find_first_of("$*;@%") != std::string::npos || !path) {
            return std::nullopt;
        }
        needs.insert(*path);
    }
    return needs;
}

}  // namespace

Result<Graph> dotnet_packages(Tree& tree, const Pack& pack, const std::string& root) {
    RFSN_ASSIGN(auto members, all_members(tree, pack, root));
    if (!members) {
        return Graph();
    }
    for (const char* shared : {"Directory.Build.props", "Directory.Build.targets"}) {
        RFSN_ASSIGN(const auto* text, tree.read(join(root, shared)));
        if (text != nullptr && text->find("<ProjectReference") != std::string::npos) {
            return Graph();  // holds for every project
        }
    }
    members->emplace_back();
    PackageGraph graph;
    for (const auto& directory : *members) {
        const auto place = join(root, directory);
        RFSN_ASSIGN(const auto* listing, tree.list(place));
        std::string only;
        for (const auto& name : listing->files) {
            if (is_project(name) && !only.empty()) {
                return Graph();  // which of two owns a file is theirs to say
            }
            only = is_project(name) ? name : only;
        }
        if (only.empty()) {
            continue;
        }
        Package package;
        package.name = join(place, only);
        RFSN_ASSIGN(const auto* text, tree.read(package.name));
        auto needs = text == nullptr ? std::nullopt : references_of(*text, place);
        if (!needs) {
            return Graph();
        }
        package.needs = std::move(*needs);
        package.argument = holds_tests(only, *text) ? join(directory, only) : "";
        graph.emplace(directory, std::move(package));
    }
    return Graph(std::move(graph));
}

}  // namespace rfsn::buildpack
