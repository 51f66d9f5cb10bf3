// SPDX-License-Identifier: MIT
#include "buildpack/workspace.hpp"

#include <algorithm>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/probe.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;

constexpr std::size_t max_members = 5000;

/// "./a/", ":a:b", "a\b\c.csproj" -> a directory below the root, "." for the root itself, "" for what is not below it.
std::string as_directory(std::string text, bool separators) {
    if (separators) {
        std::replace(text.begin(), text.end(), '\\', '/');
        std::replace(text.begin(), text.end(), ':', '/');
    } else if (!text.empty() && text.front() == '/') {
        return "";
    }
    const auto inside = normal(text);
    if (!inside) {
        return "";
    }
    const auto name = name_of(*inside);
    const bool file =
        (name.size() > 5 && name.substr(name.size() - 4) == "proj" && name.find('.') != std::string_view::npos) ||
        name == "pom.xml" || name == "package.json" || name == "project.json";
    const std::string out(file ? directory_of(*inside) : std::string_view(*inside));
    return out.empty() ? "." : out;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the document, which the parser limits
void collect(const base::DocNode& node, std::string_view dotted, std::vector<std::string>& out) {
    if (node.is_list()) {
        for (const auto& item : node.items) {
            collect(item, dotted, out);
        }
        return;
    }
    if (dotted.empty()) {
        const auto* text = node.is_map() ? node.find("#text") : &node;
        if (text != nullptr && text->is_string() && out.size() < max_members) {
            out.emplace_back(base::trim(text->text));
        }
        return;
    }
    const auto dot = dotted.find('.');
    const auto key = dotted.substr(0, dot);
    const auto rest = dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1);
    if (key == "*") {
        for (const auto& [name, child] : node.entries) {
            collect(child, rest, out);
        }
    } else if (const auto* next = node.find(key)) {
        collect(*next, rest, out);
    }
}

RE2::Options options() {
    RE2::Options out(RE2::Latin1);
    out.set_log_errors(false);
    return out;
}

/// The group that took part in each match of `regex`, or the whole match where it has none.
std::vector<std::string> matches_of(const std::string& regex, const std::string& text) {
    const RE2 re("(?m)" + regex, options());
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
    std::vector<std::string> out;
    std::size_t at = 0;
    while (out.size() < max_members &&
           re.Match(text, at, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
        const auto group = std::find_if(groups.begin() + 1, groups.end(),
                                        [](const re2::StringPiece& piece) { return piece.data() != nullptr; });
        out.emplace_back(group == groups.end() ? groups[0] : *group);
        at = std::max(static_cast<std::size_t>(groups[0].data() + groups[0].size() - text.data()), at + 1);
    }
    return out;
}

bool has_wildcard(std::string_view text) {
    return text.find_first_of("*?[{") != std::string_view::npos;
}

/// Reads one kind of workspace of one root, and its members' own files where those count.
class MemberReader {
   public:
    MemberReader(Tree& tree, const Workspace& workspace, const std::string& root, Membership& out)
        : tree_(tree), workspace_(workspace), root_(root), out_(out) {}

    Result<void> read(const std::string& file) {
        std::vector<std::string> waiting{file};
        std::vector<std::string> excluded;
        std::set<std::string> seen{file};
        while (!waiting.empty() && seen.size() < max_members) {
            const auto next = std::move(waiting.back());
            waiting.pop_back();
            const auto from = out_.members.size();
            RFSN_TRY(one(next, next == file ? &excluded : nullptr));
            for (std::size_t i = from; workspace_.recursive && i < out_.members.size(); ++i) {
                const auto& member = out_.members[i];
                const auto below_it = join(join(root_, member), std::string(name_of(file)));
                if (member != "." && member.front() != '!' && !has_wildcard(member) && seen.insert(below_it).second) {
                    waiting.push_back(below_it);
                }
            }
        }
        out_.members.insert(out_.members.end(), excluded.begin(), excluded.end());
        return {};
    }

   private:
    Result<void> one(const std::string& file, std::vector<std::string>* excluded) {
        // The root's own file may lie in a directory of its tool (.moon), and yet speaks of the root.
        const std::string directory(excluded != nullptr ? std::string_view() : below(directory_of(file), root_));
        if (!workspace_.regex.empty() || !workspace_.below_if.empty()) {
            RFSN_ASSIGN(const auto* text, tree_.read(file));
            if (text != nullptr) {
                from_text(*text, directory);
            }
            return {};
        }
        if (workspace_.members.empty() && workspace_.exclude.empty() && workspace_.needs.empty()) {
            return {};
        }
        RFSN_ASSIGN(const auto* document, tree_.document(file, workspace_.format));
        if (document == nullptr ||
            (excluded != nullptr && !workspace_.needs.empty() && node_at(*document, workspace_.needs) == nullptr)) {
            return {};
        }
        for (const auto& path : workspace_.members) {
            std::vector<std::string> found;
            collect(*document, path, found);
            for (const auto& text : found) {
                const bool negated = !text.empty() && text.front() == '!';
                add(negated ? text.substr(1) : text, directory, negated ? "!" : "", out_.members);
            }
        }
        for (const auto& path : workspace_.exclude) {
            std::vector<std::string> found;
            collect(*document, path, found);
            for (const auto& text : excluded == nullptr ? std::vector<std::string>{} : found) {
                add(text, directory, "!", *excluded);
            }
        }
        return {};
    }

    void from_text(const std::string& text, const std::string& directory) {
        if (!workspace_.below_if.empty() && RE2::PartialMatch(text, RE2("(?m)" + workspace_.below_if, options()))) {
            out_.everything = true;
        }
        const auto parts =
            workspace_.within.empty() ? std::vector<std::string>{text} : matches_of(workspace_.within, text);
        for (const auto& part : workspace_.regex.empty() ? std::vector<std::string>{} : parts) {
            for (const auto& found : matches_of(workspace_.regex, part)) {
                add(found, directory, "", out_.members);
            }
        }
    }

    void add(const std::string& text, const std::string& directory, const char* mark,
             std::vector<std::string>& to) const {
        const bool absolute = !workspace_.separators && !text.empty() && text.front() == '/';
        const auto member =
            as_directory(absolute || directory.empty() ? text : directory + "/" + text, workspace_.separators);
        if (!member.empty() && to.size() < max_members) {
            to.push_back(mark + member);
        }
    }

    Tree& tree_;
    const Workspace& workspace_;
    const std::string& root_;
    Membership& out_;
};

bool matches(std::string_view pattern, std::string_view relative) {
    if (pattern.find('/') == std::string_view::npos) {
        // A glob without '/' would match the last component anywhere.
        return relative.find('/') == std::string_view::npos ? base::glob_match(pattern, relative) : pattern == "**";
    }
    return base::glob_match(pattern, relative);
}

Result<bool> has_one_of(Tree& tree, const std::string& directory, const std::vector<std::string>& names) {
    RFSN_ASSIGN(const auto* listing, tree.list(directory));
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return std::binary_search(listing->files.begin(), listing->files.end(), name);
    });
}

}  // namespace

Result<std::vector<Membership>> memberships(Tree& tree, const Pack& pack, const std::string& root) {
    std::vector<Membership> out;
    std::vector<std::string> replaced;
    std::vector<const Workspace*> silent;
    for (const auto& workspace : pack.detail->workspaces) {
        if (std::find(replaced.begin(), replaced.end(), workspace.kind) != replaced.end()) {
            continue;
        }
        RFSN_ASSIGN(const auto files, tree.expand(root, workspace.file));
        for (const auto& file : files) {
            replaced.insert(replaced.end(), workspace.replaces.begin(), workspace.replaces.end());
            Membership membership;
            membership.kind = workspace.kind;
            membership.everything = workspace.below;
            membership.spells_out = workspace.recursive || !workspace.with.empty() || workspace.below;
            membership.apart = workspace.apart;
            membership.with = workspace.with;
            RFSN_TRY(MemberReader(tree, workspace, root, membership).read(file));
            if (membership.everything || !membership.members.empty() || !membership.with.empty()) {
                out.push_back(std::move(membership));
            } else if (!workspace.otherwise.empty()) {
                silent.push_back(&workspace);
            }
        }
    }
    for (const auto* workspace : out.empty() ? silent : std::vector<const Workspace*>{}) {
        Membership membership;
        membership.kind = workspace->kind;
        membership.members = workspace->otherwise;
        out.push_back(std::move(membership));
    }
    return out;
}

Result<std::optional<std::vector<std::string>>> all_members(Tree& tree, const Pack& pack, const std::string& root) {
    using Members = std::optional<std::vector<std::string>>;
    RFSN_ASSIGN(const auto all, memberships(tree, pack, root));
    std::set<std::string> out;
    for (const auto& membership : all) {
        for (const auto& member : membership.members) {
            if (membership.everything || member.find("**") != std::string::npos) {
                return Members();
            }
            if (member.front() == '!' || member == ".") {
                continue;
            }
            std::vector<std::string> at{""};
            for (const auto part : base::split(member, '/')) {
                std::vector<std::string> next;
                for (const auto& directory : at) {
                    RFSN_ASSIGN(const auto* listing, tree.list(join(root, directory)));
                    for (const auto& name : listing->directories) {
                        if (name == part || (has_wildcard(part) && base::glob_match(part, name))) {
                            next.push_back(join(directory, name));
                        }
                    }
                }
                at = std::move(next);
                if (at.size() > max_members) {
                    return Members();
                }
            }
            for (auto& directory : at) {
                RFSN_ASSIGN(const bool in, is_member(tree, membership, root, join(root, directory)));
                if (in) {
                    out.insert(std::move(directory));
                }
            }
        }
    }
    return Members(std::in_place, out.begin(), out.end());
}

Result<bool> is_member(Tree& tree, const Membership& membership, const std::string& root,
                       const std::string& directory) {
    const auto relative = below(directory, root);
    bool in = false;
    bool named = false;
    for (const auto& member : membership.members) {
        const bool negated = member.front() == '!';
        // What is taken back may be meant as its files: "!**/test/**".
        if (negated ? matches(std::string_view(member).substr(1), relative) ||
                          matches(std::string_view(member).substr(1), std::string(relative) + "/x")
                    : matches(member, relative)) {
            in = !negated;
            named = true;
        }
    }
    if (named) {
        return in;
    }
    if (membership.everything) {
        RFSN_ASSIGN(const bool apart, has_one_of(tree, directory, membership.apart));
        return !apart;
    }
    return has_one_of(tree, directory, membership.with);
}

}  // namespace rfsn::buildpack
