// SPDX-License-Identifier: MIT
#include "buildpack/package_graph.hpp"
#include "buildpack/probe.hpp"
#include "buildpack/workspace.hpp"

namespace rfsn::buildpack {

using base::Result;
using Graph = std::optional<PackageGraph>;

Result<Graph> npm_packages(Tree& tree, const Pack& pack, const std::string& root) {
    RFSN_ASSIGN(const auto members, all_members(tree, pack, root));
    if (!members) {
        return Graph();
    }
    PackageGraph graph;
    for (const auto& directory : *members) {
        const auto path = join(join(root, directory), "package.json");
        RFSN_ASSIGN(const bool there, tree.exists(path));
        if (!there) {
            continue;
        }
        RFSN_ASSIGN(const auto* document, tree.document(path, FileFormat::json));
        const auto* name = document == nullptr ? nullptr : document->find("name");
        if (name == nullptr || !name->is_string() || name->text.empty()) {
            return Graph();  // nobody knows by what name the others depend on it
        }
        Package package;
        package.name = package.argument = name->text;
        for (const char* key : {"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"}) {
            const auto* table = document->find(key);
            for (const auto& [needed, version] : table == nullptr ? base::DocNode{}.entries : table->entries) {
                package.needs.insert(needed);
                // "alias": "npm:real@1" and "workspace:real@*"
                const auto colon = version.text.find(':');
                const auto at = version.text.rfind('@');
                if (colon != std::string::npos && at != std::string::npos && at > colon + 1) {
                    package.needs.insert(version.text.substr(colon + 1, at - colon - 1));
                }
            }
        }
        graph.emplace(directory, std::move(package));
    }
    return Graph(std::move(graph));
}

}  // namespace rfsn::buildpack
