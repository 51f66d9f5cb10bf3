// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/package_graph.hpp"
#include "buildpack/tests_there.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

constexpr std::size_t max_directories = 5000;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// The value of a named group, or "".
std::string group(const RE2& re, const std::vector<re2::StringPiece>& groups, const std::string& name) {
    const auto found = re.NamedCapturingGroups().find(name);
    if (found == re.NamedCapturingGroups().end()) {
        return {};
    }
    const auto& piece = groups[static_cast<std::size_t>(found->second)];
    return piece.data() == nullptr ? std::string() : std::string(piece);
}

/// A name from the tree may not act as a glob.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == '{' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

/// "a, b, c and 4 more"
std::string some(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size() && i < 3; ++i) {
        out += (out.empty() ? "" : ", ") + base::printable(words[i]);
    }
    return words.size() > 3 ? out + " and " + std::to_string(words.size() - 3) + " more" : out;
}

class Finder {
   public:
    Finder(const Pack& pack, const model::Project& project, const git::TreeView& view)
        : pack_(pack),
          detail_(*pack.detail),
          project_(project),
          tree_(view),
          root_(project.root == "." ? "" : project.root),
          kind_(package_graph_kind(pack, project)) {}

    Affected find() {
        const auto wide = std::find_if(project_.files.begin(), project_.files.end(), [&](const std::string& path) {
            return base::glob_match_any(detail_.widen_on, below(path, root_));
        });
        if (wide != project_.files.end()) {
            out_.reason = "all tests: " + base::printable(*wide) + " is staged";
            return std::move(out_);
        }
        if (kind_ == "npm") {
            if (!by_workspace()) {
                by_name();
            }
        } else {
            if (!detail_.test_files.empty() && !detail_.affected.empty()) {
                by_name();
            }
            if (!kind_.empty()) {
                by_packages();
            }
        }
        if (out_.reason.empty()) {
            out_.reason = "all tests: nothing says which belong to what";
        }
        return std::move(out_);
    }

    bool may_have_tests() {
        if (detail_.test_files.empty()) {
            return true;
        }
        static_cast<void>(find());
        std::set<std::string> tests;
        const auto places = narrowed_to_.empty() ? Directories{""} : narrowed_to_;
        return std::any_of(places.begin(), places.end(), [&](const std::string& directory) {
            return !tests_below({}, directory, tests) || !tests.empty();
        });
    }

   private:
    using Directories = std::set<std::string>;

    void by_name() {
        std::set<std::string> tests;
        std::vector<std::string> why;
        for (const auto& path : project_.files) {
            const std::string relative(below(path, root_));
            const auto there = tree_.exists(path);
            const bool is_test = base::glob_match_any(detail_.test_files, relative);
            if (is_test && there && *there) {
                tests.insert(path);
                why.push_back(path + " itself");
                continue;
            }
            if (is_test) {
                continue;  // a test that was deleted calls for nothing more
            }
            const auto found = named_after(relative);
            if (found.empty()) {
                out_.reason = "all tests: no test is named after " + base::printable(path);
                return;
            }
            tests.insert(found.begin(), found.end());
            why.push_back(*found.begin() + " by the name of " + path);
        }
        out_.tests.assign(tests.begin(), tests.end());
        if (!tests.empty()) {
            out_.reason = some(why);
        }
    }

    /// `package`: the directory of a workspace's member that the rules are about, "" = the project itself.
    std::set<std::string> named_after(const std::string& below_root, const std::string& package = "") {
        const std::string relative(below(below_root, package));
        std::set<std::string> tests;
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        for (const auto& rule : detail_.affected) {
            const RE2 re(rule.match, options);
            std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
            if (!re.Match(relative, 0, relative.size(), RE2::UNANCHORED, groups.data(),
                          static_cast<int>(groups.size()))) {
                continue;
            }
            for (auto candidate : rule.tries) {
                replace_all(candidate, "{d}", escaped(group(re, groups, "d")));
                replace_all(candidate, "{n}", escaped(group(re, groups, "n")));
                const auto files = tree_.expand(join(root_, package), candidate);
                for (const auto& file : files ? *files : std::vector<std::string>{}) {
                    tests.insert(file);
                }
            }
        }
        return tests;
    }

    /// The directories of the staged files' packages and of all that depend on them, however indirectly; nullopt, with
    /// the reason said, where one is in none.
    std::optional<Directories> reached(const PackageGraph& graph, const std::vector<std::string>& files,
                                       std::vector<std::string>& why) {
        std::vector<std::string> waiting;
        Directories reached;
        for (const auto& path : files) {
            const auto directory = package_of(graph, path);
            if (!directory) {
                out_.reason = "all packages: " + base::printable(path) + " is in none";
                return std::nullopt;
            }
            if (reached.insert(*directory).second) {
                waiting.push_back(*directory);
            }
        }
        while (!waiting.empty()) {
            const auto& from = graph.at(waiting.back());
            waiting.pop_back();
            for (const auto& [directory, package] : graph) {
                if (package.needs.count(from.name) != 0 && reached.insert(directory).second) {
                    waiting.push_back(directory);
                    why.push_back(package.name + (kind_ == "go" ? " imports " : " depends on ") + from.name);
                }
            }
        }
        return reached;
    }

    [[nodiscard]] std::optional<std::string> package_of(const PackageGraph& graph, const std::string& path) const {
        std::string directory(directory_of(below(path, root_)));
        while (graph.count(directory) == 0 && !directory.empty()) {
            directory = std::string(directory_of(directory));
        }
        return graph.count(directory) == 0 ? std::nullopt : std::optional<std::string>(directory);
    }

    void by_packages() {
        const auto graph = package_graph(tree_, pack_, project_);
        if (!graph || !*graph || (*graph)->empty()) {
            out_.reason = "all packages: how they depend on each other cannot be told";
            return;
        }
        std::vector<std::string> why;
        const auto found = reached(**graph, project_.files, why);
        if (!found) {
            return;
        }
        const std::string because = why.empty() ? "" : " (" + some(why) + ")";
        if (found->size() == (*graph)->size()) {
            out_.reason = "all packages: the change reaches each of them" + because;
            return;
        }
        for (const auto& directory : *found) {
            const auto& argument = (*graph)->at(directory).argument;
            if (!argument.empty()) {
                out_.packages.push_back(argument);
            }
        }
        if (out_.packages.empty()) {
            out_.reason = "all packages: no package with tests depends on the change";
            return;
        }
        narrowed_to_ = *found;
        std::sort(out_.packages.begin(), out_.packages.end());
        out_.reason = std::to_string(out_.packages.size()) + " of " + std::to_string((*graph)->size()) +
                      " packages: " + some(out_.packages) + because;
    }

    /// Of a workspace whose runner takes files: the tests by name of what is staged, or else all of its package, and
    /// all of the packages that depend on it. False where there is no such workspace.
    bool by_workspace() {
        const auto graph = package_graph(tree_, pack_, project_);
        if (!graph || !*graph || (*graph)->empty()) {
            return false;
        }
        std::vector<std::string> why;
        std::set<std::string> tests;
        std::vector<std::string> of_members;
        for (const auto& path : project_.files) {
            // What lies beside the members may matter to each of them, unless a test is named after it.
            const auto named =
                package_of(**graph, path) ? std::set<std::string>{} : named_after(std::string(below(path, root_)));
            tests.insert(named.begin(), named.end());
            if (named.empty()) {
                of_members.push_back(path);
            } else {
                why.push_back(*named.begin() + " by the name of " + path);
            }
        }
        const auto found = reached(**graph, of_members, why);
        if (!found) {
            return true;
        }
        Directories whole = *found;
        for (const auto& path : of_members) {
            whole.erase(*package_of(**graph, path));
        }
        for (const auto& path : of_members) {
            const std::string relative(below(path, root_));
            const auto there = tree_.exists(path);
            if (base::glob_match_any(detail_.test_files, relative)) {
                if (there && *there) {
                    tests.insert(path);
                    why.push_back(path + " itself");
                }
                continue;
            }
            const auto own = *package_of(**graph, path);
            const auto named = named_after(relative, own);
            if (named.empty()) {
                whole.insert(own);
                why.push_back("no test is named after " + path);
            } else {
                tests.insert(named.begin(), named.end());
                why.push_back(*named.begin() + " by the name of " + path);
            }
        }
        for (const auto& directory : whole) {
            if (!tests_below(**graph, directory, tests)) {
                out_.reason = "all tests: there are too many directories to look through";
                return true;
            }
        }
        for (const auto& directory : *found) {
            out_.packages.push_back((*graph)->at(directory).argument);
        }
        std::sort(out_.packages.begin(), out_.packages.end());
        out_.tests.assign(tests.begin(), tests.end());
        out_.reason = std::to_string(found->size()) + " of " + std::to_string((*graph)->size()) +
                      " packages: " + some(out_.packages) + (why.empty() ? "" : " (" + some(why) + ")");
        if (tests.empty()) {
            out_.reason += "; no test file is found there, so all run where a runner takes files";
        }
        return true;
    }

    /// Adds the test files of a package, not of those below it; false if there is too much to look through.
    bool tests_below(const PackageGraph& graph, const std::string& package, std::set<std::string>& tests) {
        std::vector<std::string> waiting{package};
        while (!waiting.empty()) {
            const std::string directory = std::move(waiting.back());
            waiting.pop_back();
            const auto listing = tree_.list(join(root_, directory));
            if (!listing || ++directories_ > max_directories) {
                return false;
            }
            for (const auto& name : (*listing)->files) {
                const auto relative = join(directory, name);
                if (base::glob_match_any(detail_.test_files, relative)) {
                    tests.insert(join(root_, relative));
                }
            }
            for (const auto& name : (*listing)->directories) {
                const auto below_it = join(directory, name);
                if (name != "node_modules" && name.front() != '.' && graph.count(below_it) == 0) {
                    waiting.push_back(below_it);
                }
            }
        }
        return true;
    }

    const Pack& pack_;
    const Pack::Detail& detail_;
    const model::Project& project_;
    Tree tree_;
    std::string root_;
    std::string kind_;
    std::size_t directories_ = 0;
    Directories narrowed_to_;  ///< of packages; empty: the whole project
    Affected out_;
};

}  // namespace

Affected affected(const Pack& pack, const model::Project& project, const git::TreeView& view) {
    return Finder(pack, project, view).find();
}

bool may_have_tests(const Pack& pack, const model::Project& project, const git::TreeView& view) {
    return Finder(pack, project, view).may_have_tests();
}

}  // namespace rfsn::buildpack
