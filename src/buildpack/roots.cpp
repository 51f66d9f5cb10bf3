// SPDX-License-Identifier: MIT
#include "buildpack/roots.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "buildpack/probe.hpp"
#include "buildpack/scope.hpp"
#include "buildpack/workspace.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;

struct Candidate {
    std::string directory;
    struct Hit {
        std::string file;
        int weight = 0;
        int nested = 0;
        bool weakened = false;  ///< by what is in it
    };
    std::vector<Hit> hits;
};

std::size_t depth(std::string_view directory) {
    return directory.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(directory.begin(), directory.end(), '/'));
}

std::string shown(std::string_view directory) {
    return directory.empty() ? "." : std::string(directory);
}

bool has_wildcard(std::string_view text) {
    return text.find_first_of("*?[{") != std::string_view::npos;
}

Result<std::vector<std::string>> files_of(Tree& tree, const std::string& directory, const Manifest& manifest) {
    RFSN_ASSIGN(const auto* listing, tree.list(directory));
    std::vector<std::string> found;
    if (!has_wildcard(manifest.pattern)) {
        if (std::binary_search(listing->files.begin(), listing->files.end(), manifest.pattern)) {
            found.push_back(manifest.pattern);
        }
        return found;
    }
    for (const auto& name : listing->files) {
        if (base::glob_match(manifest.pattern, name)) {
            found.push_back(name);
        }
    }
    return found;
}

/// Finds the roots of one pack.
class RootFinder {
   public:
    RootFinder(Tree& tree, const PackPaths& paths, std::vector<std::string>& notes)
        : tree_(tree), paths_(paths), notes_(notes) {}

    Result<std::vector<Root>> find() {
        RFSN_ASSIGN(const auto candidates, this->candidates());
        std::vector<const Candidate*> weak;
        for (const auto& candidate : candidates) {
            const auto* above = nearest_root(roots_, candidate.directory + "/x");
            auto root = weighed(candidate, above != nullptr);
            if (above != nullptr && !above->directory.empty() && above->directory == candidate.directory) {
                continue;
            }
            if (root.weight < paths_.pack->detail->minimum) {
                weak.push_back(&candidate);
                continue;
            }
            RFSN_ASSIGN(const bool absorbed, belongs_to_workspace(candidate.directory, false));
            if (!absorbed) {
                RFSN_TRY(note_problems(candidate));
                RFSN_TRY(accept(std::move(root)));
            }
        }
        for (const auto* candidate : weak) {
            auto root = weighed(*candidate, false);
            const bool by_content = std::any_of(candidate->hits.begin(), candidate->hits.end(),
                                                [](const auto& hit) { return hit.weakened; });
            RFSN_ASSIGN(const bool absorbed, belongs_to_workspace(candidate->directory, !by_content));
            if (absorbed) {
                continue;
            }
            if (const auto* above = nearest_root(roots_, candidate->directory + "/x")) {
                note(candidate->directory,
                     fmt::format("{} belongs to the project at {}", root.reasons.front(), shown(above->directory)));
            } else if (owns_source(candidate->directory)) {
                root.reasons.emplace_back("there are sources for it");
                RFSN_TRY(note_problems(*candidate));
                RFSN_TRY(accept(std::move(root)));
            } else {
                note(candidate->directory, fmt::format("{} is too weak without a source file", root.reasons.front()));
            }
        }
        RFSN_TRY(add_marked_members());
        std::sort(roots_.begin(), roots_.end(), [](const Root& a, const Root& b) {
            return std::pair(depth(a.directory), a.directory) < std::pair(depth(b.directory), b.directory);
        });
        return std::move(roots_);
    }

   private:
    Result<std::vector<Candidate>> candidates() {
        std::vector<Candidate> out;
        for (const auto& directory : paths_.directories) {
            Candidate candidate{directory, {}};
            for (const auto& manifest : paths_.pack->detail->manifests) {
                RFSN_ASSIGN(const auto names, files_of(tree_, directory, manifest));
                for (const auto& name : names) {
                    const auto known = std::any_of(candidate.hits.begin(), candidate.hits.end(),
                                                   [&](const Candidate::Hit& hit) { return hit.file == name; });
                    if (!known) {
                        RFSN_ASSIGN(auto hit, weigh(directory, name, manifest));
                        candidate.hits.push_back(std::move(hit));
                    }
                }
            }
            if (candidate.hits.empty()) {
                continue;
            }
            if (Scope::holds_no_project(directory)) {
                note(directory,
                     fmt::format("{} makes no project of a build output or fixture", candidate.hits.front().file));
                continue;
            }
            out.push_back(std::move(candidate));
        }
        std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
            return depth(a.directory) < depth(b.directory);
        });
        return out;
    }

    Result<Candidate::Hit> weigh(const std::string& directory, const std::string& name, const Manifest& manifest) {
        Candidate::Hit hit{name, manifest.weight, manifest.nested < 0 ? manifest.weight : manifest.nested};
        if (!manifest.strong.empty()) {
            RFSN_ASSIGN(const auto strong, ask_first(tree_, manifest.strong, {directory, nullptr}));
            if (!strong) {
                const auto path = join(directory, name);
                const auto format = format_of(name);
                if (format != FileFormat::text) {
                    RFSN_TRY(tree_.document(path, format));
                } else {
                    RFSN_TRY(tree_.read(path));
                }
                // What cannot be read may say anything: it is not taken for less than it seems.
                const auto problem = tree_.problem(path);
                if (!problem.empty() && problem.find("symlink") == std::string::npos) {
                    return hit;
                }
                hit.weakened = true;
                hit.weight = manifest.weak;
                hit.nested = std::min(hit.nested, manifest.weak);
            }
        }
        return hit;
    }

    /// Says which manifests of a project told nothing.
    Result<void> note_problems(const Candidate& candidate) {
        for (const auto& hit : candidate.hits) {
            const auto path = join(candidate.directory, hit.file);
            const auto format = format_of(hit.file);
            if (format != FileFormat::text) {
                RFSN_TRY(tree_.document(path, format));
            } else {
                RFSN_TRY(tree_.read(path));
            }
            if (const auto problem = tree_.problem(path); !problem.empty()) {
                note(candidate.directory, fmt::format("{} {}: it says nothing", hit.file, problem));
            }
        }
        return {};
    }

    static Root weighed(const Candidate& candidate, bool nested) {
        Root root{candidate.directory, 0, {}, {}, {}};
        auto hits = candidate.hits;
        std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
        for (const auto& hit : hits) {
            const int weight = nested ? hit.nested : hit.weight;
            root.weight = std::max(root.weight, weight);
            root.reasons.push_back(fmt::format("{} (weight {})", hit.file, weight));
        }
        return root;
    }

    /// A weak manifest makes a member only where the workspace spells its members out.
    Result<bool> belongs_to_workspace(const std::string& directory, bool weak) {
        for (auto& root : roots_) {
            if (!is_below(directory, root.directory) || directory == root.directory) {
                continue;
            }
            RFSN_ASSIGN(const auto* all, memberships_of(root.directory));
            const std::string relative(below(directory, root.directory));
            for (const auto& membership : *all) {
                if (weak && !membership.spells_out) {
                    continue;
                }
                RFSN_ASSIGN(const bool in, is_member(tree_, membership, root.directory, directory));
                if (in) {
                    if (std::find(root.members.begin(), root.members.end(), relative) == root.members.end()) {
                        root.members.push_back(relative);
                    }
                    note(directory,
                         fmt::format("a member of the {} workspace at {}", membership.kind, shown(root.directory)));
                    return true;
                }
            }
        }
        return false;
    }

    Result<const std::vector<Membership>*> memberships_of(const std::string& root) {
        auto known = memberships_.find(root);
        if (known == memberships_.end()) {
            RFSN_ASSIGN(auto all, memberships(tree_, *paths_.pack, root));
            known = memberships_.emplace(root, std::move(all)).first;
        }
        return &known->second;
    }

    /// Members that the workspace names outright are known even if nothing of them is staged.
    Result<void> accept(Root root) {
        RFSN_ASSIGN(const auto* all, memberships_of(root.directory));
        for (const auto& membership : *all) {
            root.workspace = root.workspace.empty() ? membership.kind : root.workspace;
            for (const auto& member : membership.members) {
                if (has_wildcard(member) || member.front() == '!' || member == "." || root.members.size() >= 1000 ||
                    std::find(root.members.begin(), root.members.end(), member) != root.members.end()) {
                    continue;
                }
                RFSN_ASSIGN(const auto* listing, tree_.list(join(root.directory, member)));
                const auto is_manifest = [&](const std::string& name) {
                    return std::any_of(
                        paths_.pack->detail->manifests.begin(), paths_.pack->detail->manifests.end(),
                        [&](const Manifest& manifest) { return base::glob_match(manifest.pattern, name); });
                };
                if (std::any_of(listing->files.begin(), listing->files.end(), is_manifest)) {
                    root.members.push_back(member);
                }
            }
        }
        note(root.directory, fmt::format("a {} project by {}", paths_.pack->name, fmt::join(root.reasons, ", ")));
        roots_.push_back(std::move(root));
        return {};
    }

    /// Members that a file in their directory marks as such (Nx's project.json).
    Result<void> add_marked_members() {
        for (auto& root : roots_) {
            RFSN_ASSIGN(const auto* all, memberships_of(root.directory));
            for (const auto& membership : *all) {
                for (const auto& directory : membership.with.empty() ? std::set<std::string>{} : paths_.directories) {
                    const std::string relative(below(directory, root.directory));
                    const bool candidate =
                        directory != root.directory && is_below(directory, root.directory) &&
                        std::none_of(roots_.begin(), roots_.end(),
                                     [&](const Root& other) { return other.directory == directory; }) &&
                        std::find(root.members.begin(), root.members.end(), relative) == root.members.end();
                    if (!candidate || Scope::holds_no_project(directory)) {
                        continue;
                    }
                    RFSN_ASSIGN(const bool in, is_member(tree_, membership, root.directory, directory));
                    if (in) {
                        root.members.push_back(relative);
                        note(directory,
                             fmt::format("a member of the {} workspace at {}", membership.kind, shown(root.directory)));
                    }
                }
            }
        }
        return {};
    }

    /// Whether a source below the directory is in no project with a strong manifest.
    [[nodiscard]] bool owns_source(const std::string& directory) {
        if (!unowned_) {
            unowned_.emplace();
            const RootMap map(roots_);
            for (const auto& path : paths_.sources) {
                if (paths_.minor.count(path) != 0 || map.nearest(path) != nullptr) {
                    continue;
                }
                for (std::string_view above = directory_of(path);; above = directory_of(above)) {
                    if (!unowned_->insert(std::string(above)).second || above.empty()) {
                        break;
                    }
                }
            }
        }
        return unowned_->count(directory) != 0;
    }

    void note(std::string_view directory, const std::string& text) {
        if (notes_.size() < 10000) {
            notes_.push_back(fmt::format("{}: {}: {}", paths_.pack->id, shown(directory), text));
        }
    }

    Tree& tree_;
    const PackPaths& paths_;
    std::vector<std::string>& notes_;
    std::vector<Root> roots_;
    std::optional<std::set<std::string>> unowned_;  ///< directories with such a source below
    std::map<std::string, std::vector<Membership>, std::less<>> memberships_;
};

}  // namespace

Result<std::vector<Root>> find_roots(Tree& tree, const PackPaths& paths, std::vector<std::string>& notes) {
    auto roots = RootFinder(tree, paths, notes).find();
    if (roots) {
        for (auto& root : *roots) {
            std::sort(root.members.begin(), root.members.end());
        }
    }
    return roots;
}

RootMap::RootMap(const std::vector<Root>& roots) {
    for (const auto& root : roots) {
        by_directory_.emplace(root.directory, &root);
    }
}

const Root* RootMap::nearest(std::string_view path) const {
    while (!path.empty()) {
        path = directory_of(path);
        const auto found = by_directory_.find(path);
        if (found != by_directory_.end()) {
            return found->second;
        }
    }
    return nullptr;
}

const Root* nearest_root(const std::vector<Root>& roots, std::string_view path) {
    const Root* best = nullptr;
    for (const auto& root : roots) {
        if (is_below(path, root.directory) && (best == nullptr || root.directory.size() > best->directory.size())) {
            best = &root;
        }
    }
    return best;
}

}  // namespace rfsn::buildpack
