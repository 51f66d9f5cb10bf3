// SPDX-License-Identifier: MIT
#include <re2/re2.h>

#include "base/text.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

/// "some_module" is written "some-module" in a list of requirements, in any case.
std::string spelled_loosely(const std::string& name) {
    std::string pattern;
    for (const char c : name) {
        pattern += c == '_' || c == '-' || c == '.' ? "[-_.]" : RE2::QuoteMeta(std::string(1, c));
    }
    return "(?i)(?:^|[^\\w-])" + pattern + "(?:[^\\w-]|$)";
}

bool is_declared(const std::string& name, const Missing& missing, const model::Project& project, Tree& tree) {
    if (missing.declared_in.empty()) {
        return true;
    }
    const std::string root = project.root == "." ? "" : project.root;
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    const RE2 wanted(spelled_loosely(name), options);
    for (const auto& pattern : missing.declared_in) {
        const auto files = tree.expand(root, pattern);
        for (const auto& file : files ? *files : std::vector<std::string>{}) {
            const auto text = tree.read(file);
            if (text && *text != nullptr && RE2::PartialMatch(**text, wanted)) {
                return true;
            }
        }
    }
    return false;
}

/// Whether a manifest lists a package, not just a table or a setting of its name.
bool is_listed(const std::string& package, const Pack& pack, const model::Project& project, Tree& tree) {
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    const RE2 wanted("(?m)(?:\"|^\\s*)" + RE2::QuoteMeta(package) + "(?:\"|\\s*[=><~!^\\[;,]|\\s*$)", options);
    for (const auto& missing : pack.missing) {
        for (const auto& pattern : missing.declared_in) {
            const auto files = tree.expand(project.root == "." ? "" : project.root, pattern);
            for (const auto& file : files ? *files : std::vector<std::string>{}) {
                const auto text = tree.read(file);
                if (text && *text != nullptr && RE2::PartialMatch(**text, wanted)) {
                    return true;
                }
            }
        }
    }
    return false;
}

}  // namespace

std::string tool_remedy(const Pack& pack, const Tool& tool, const model::Project& project, const git::TreeView& view) {
    const auto package = tool.hint.substr(tool.hint.rfind(' ') + 1);
    Tree tree(view);
    if (!package.empty() && package.back() != ')' && is_listed(package, pack, project, tree)) {
        const auto command = install_command(pack, project);
        return command.empty() ? tool.hint : command;
    }
    return tool.hint;
}

std::string install_command(const Pack& pack, const model::Project& project) {
    for (const auto& install : pack.install) {
        const auto holds = install.when.empty() ? base::Result<bool>(true) : evaluate(install.when, project.facts);
        if (holds && *holds) {
            return install.command;
        }
    }
    return {};
}

std::optional<MissingDependency> missing_dependency(const Pack& pack, const model::Project& project,
                                                    std::string_view output, const git::TreeView& view) {
    Tree tree(view);
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    for (const auto& missing : pack.missing) {
        const RE2 re("(?m)" + missing.regex, options);
        std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
        if (!re.Match(output, 0, output.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
            continue;
        }
        const auto named = re.NamedCapturingGroups().find("v");
        std::string name;
        if (named != re.NamedCapturingGroups().end()) {
            const auto& group = groups[static_cast<std::size_t>(named->second)];
            name = std::string(group.data() == nullptr ? "" : group.data(), group.size());
        }
        if (!is_declared(name, missing, project, tree)) {
            continue;
        }
        MissingDependency found;
        found.reason = missing.reason.empty() ? "a dependency is not installed" : missing.reason;
        found.reason += name.empty() ? "" : ": " + base::printable(name.substr(0, 200));
        found.install = missing.install.empty() ? install_command(pack, project) : missing.install;
        return found;
    }
    return std::nullopt;
}

}  // namespace rfsn::buildpack
