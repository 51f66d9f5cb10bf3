// SPDX-License-Identifier: MIT
#include "buildpack/package_graph.hpp"

#include <algorithm>

#include <re2/re2.h>

#include "base/text.hpp"
#include "buildpack/probe.hpp"
#include "buildpack/workspace.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;
using Graph = std::optional<PackageGraph>;

/// Beyond this many source files, asking is dearer than testing everything.
constexpr std::size_t max_sources = 5000;
constexpr std::size_t max_directories = 5000;

std::string root_of(const model::Project& project) {
    return project.root == "." ? std::string() : project.root;
}

std::string text_at(const base::DocNode& document, const char* path) {
    const auto* node = node_at(document, path);
    if (node == nullptr) {
        return {};
    }
    if (node->is_list() && !node->items.empty()) {
        node = &node->items.front();
    }
    const auto* text = node->is_map() ? node->find("#text") : node;
    return text == nullptr ? std::string() : std::string(base::trim(text->text));
}

/// The root and every member that has the manifest; nullopt if they cannot all be named.
Result<std::optional<std::vector<std::string>>> package_directories(Tree& tree, const Pack& pack,
                                                                    const std::string& root, const char* manifest) {
    RFSN_ASSIGN(auto members, all_members(tree, pack, root));
    if (members) {
        members->emplace_back();
        std::vector<std::string> with_manifest;
        for (auto& directory : *members) {
            RFSN_ASSIGN(const bool there, tree.exists(join(join(root, directory), manifest)));
            if (there) {
                with_manifest.push_back(std::move(directory));
            }
        }
        members = std::move(with_manifest);
    }
    return members;
}

void crates_of(const base::DocNode& table, std::set<std::string>& needs) {
    for (const auto& [name, value] : table.entries) {
        const auto* renamed = value.find("package");
        needs.insert(renamed != nullptr && renamed->is_string() ? renamed->text : name);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): [target.X.dependencies] is one level down
void needs_of_crate(const base::DocNode& document, std::set<std::string>& needs) {
    for (const char* key : {"dependencies", "dev-dependencies", "build-dependencies"}) {
        if (const auto* table = document.find(key)) {
            crates_of(*table, needs);
        }
    }
    if (const auto* targets = document.find("target")) {
        for (const auto& [name, target] : targets->entries) {
            needs_of_crate(target, needs);
        }
    }
}

Result<Graph> cargo(Tree& tree, const Pack& pack, const model::Project& project) {
    PackageGraph graph;
    RFSN_ASSIGN(const auto directories, package_directories(tree, pack, root_of(project), "Cargo.toml"));
    if (!directories) {
        return Graph();
    }
    for (const auto& directory : *directories) {
        RFSN_ASSIGN(const auto* document,
                    tree.document(join(join(root_of(project), directory), "Cargo.toml"), FileFormat::toml));
        if (document == nullptr) {
            return Graph();
        }
        Package package;
        package.name = package.argument = text_at(*document, "package.name");
        needs_of_crate(*document, package.needs);
        if (!package.name.empty()) {
            graph.emplace(directory, std::move(package));
        }
    }
    return Graph(std::move(graph));
}

Result<Graph> maven(Tree& tree, const Pack& pack, const model::Project& project) {
    PackageGraph graph;
    RFSN_ASSIGN(const auto directories, package_directories(tree, pack, root_of(project), "pom.xml"));
    if (!directories) {
        return Graph();
    }
    for (const auto& directory : *directories) {
        RFSN_ASSIGN(const auto* document,
                    tree.document(join(join(root_of(project), directory), "pom.xml"), FileFormat::xml));
        if (document == nullptr) {
            return Graph();
        }
        Package package;
        package.name = text_at(*document, "project.artifactId");
        package.argument = directory.empty() ? "." : directory;
        const auto* parent = node_at(*document, "project.parent.artifactId");
        if (parent != nullptr) {
            package.needs.insert(text_at(*document, "project.parent.artifactId"));
        }
        for (const char* list : {"project.dependencies.dependency", "project.build.plugins.plugin"}) {
            const auto* dependencies = node_at(*document, list);
            for (const auto& one : dependencies == nullptr ? std::vector<base::DocNode>{} : dependencies->items) {
                package.needs.insert(text_at(one, "artifactId"));
            }
        }
        graph.emplace(directory, std::move(package));
    }
    return Graph(std::move(graph));
}

/// The import paths of a Go file: `import "a"` and the lines of `import (...)`.
void imports_of(const std::string& text, std::set<std::string>& needs) {
    static const RE2 import_block(R"re((?ms)^import[ \t]*\(([^)]*)\))re");
    static const RE2 single(R"re((?m)^import[ \t]+(?:[\w.]+[ \t]+)?"([^"\n]+)")re");
    static const RE2 quoted(R"re("([^"\n]+)")re");
    re2::StringPiece rest(text);
    std::string block;
    std::string path;
    while (RE2::FindAndConsume(&rest, import_block, &block)) {
        re2::StringPiece lines(block);
        while (RE2::FindAndConsume(&lines, quoted, &path)) {
            needs.insert(path);
        }
    }
    rest = re2::StringPiece(text);
    while (RE2::FindAndConsume(&rest, single, &path)) {
        needs.insert(path);
    }
}

class GoModule {
   public:
    GoModule(Tree& tree, std::string root, std::string module)
        : tree_(tree), root_(std::move(root)), module_(std::move(module)) {}

    Result<Graph> read() {
        std::vector<std::string> waiting{""};
        std::size_t directories = 0;
        while (!waiting.empty()) {
            const auto directory = std::move(waiting.back());
            waiting.pop_back();
            if (++directories > max_directories || sources_ > max_sources) {
                return Graph();
            }
            RFSN_ASSIGN(const auto* listing, tree_.list(join(root_, directory)));
            const auto has = [&](std::string_view name) {
                return std::binary_search(listing->files.begin(), listing->files.end(), std::string(name));
            };
            if (!directory.empty() && has("go.mod")) {
                continue;  // a module of its own
            }
            RFSN_TRY(package(directory, *listing));
            for (const auto& name : listing->directories) {
                if (name != "testdata" && name != "vendor" && name != "node_modules" && name.front() != '.' &&
                    name.front() != '_') {
                    waiting.push_back(join(directory, name));
                }
            }
        }
        return Graph(std::move(graph_));
    }

   private:
    Result<void> package(const std::string& directory, const Tree::Listing& listing) {
        Package package;
        package.name = directory.empty() ? module_ : module_ + "/" + directory;
        package.argument = directory.empty() ? "." : "./" + directory;
        bool any = false;
        for (const auto& name : listing.files) {
            if (name.size() <= 3 || name.substr(name.size() - 3) != ".go") {
                continue;
            }
            any = true;
            ++sources_;
            RFSN_ASSIGN(const auto* text, tree_.read(join(join(root_, directory), name)));
            if (text != nullptr) {
                imports_of(*text, package.needs);
            }
        }
        if (any) {
            graph_.emplace(directory, std::move(package));
        }
        return {};
    }

    Tree& tree_;
    std::string root_;
    std::string module_;
    std::size_t sources_ = 0;
    PackageGraph graph_;
};

}  // namespace

std::string package_graph_kind(const Pack& pack, const model::Project& project) {
    const auto& kinds = pack.detail->package_graphs;
    if (kinds.size() < 2) {
        return kinds.empty() ? std::string() : kinds.front();
    }
    const auto pm = project.facts.find("pm");
    const bool named = pm != project.facts.end() && std::find(kinds.begin(), kinds.end(), pm->second) != kinds.end();
    return named ? pm->second : std::string();
}

Result<Graph> package_graph(Tree& tree, const Pack& pack, const model::Project& project) {
    const auto kind = package_graph_kind(pack, project);
    if (kind == "cargo") {
        return cargo(tree, pack, project);
    }
    if (kind == "maven") {
        return maven(tree, pack, project);
    }
    if (kind == "gradle") {
        return gradle_packages(tree, root_of(project));
    }
    if (kind == "npm") {
        return npm_packages(tree, pack, root_of(project));
    }
    if (kind == "dotnet") {
        return dotnet_packages(tree, pack, root_of(project));
    }
    const auto module = project.facts.find("module");
    if (kind != "go" || module == project.facts.end() || project.facts.count("has_workspace") != 0) {
        return Graph();
    }
    return GoModule(tree, root_of(project), module->second).read();
}

}  // namespace rfsn::buildpack
