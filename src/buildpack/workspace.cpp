// SPDX-License-Identifier: MIT
#include "buildpack/workspace.hpp"

#include <algorithm>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "base/text.hpp"
#include "buildpack/probe.hpp"

namespace rfsn::buildpack {
namespace {

using base::Result;

constexpr std::size_t max_members = 5000;

/// "./a/", ":a:b", "a\b\c.csproj" -> a directory below the root, "." for the root itself.
std::string as_directory(std::string text, bool separators) {
    if (separators) {
        std::replace(text.begin(), text.end(), '\\', '/');
        std::replace(text.begin(), text.end(), ':', '/');
    }
    std::string out;
    for (const auto part : base::split(text, '/')) {
        if (!part.empty() && part != ".") {
            out += (out.empty() ? "" : "/") + std::string(part);
        }
    }
    const auto name = name_of(out);
    const bool file =
        (name.size() > 5 && name.substr(name.size() - 4) == "proj" && name.find('.') != std::string_view::npos) ||
        name == "pom.xml" || name == "package.json";
    if (file) {
        out = directory_of(out);
    }
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
    if (const auto* next = node.find(dotted.substr(0, dot))) {
        collect(*next, dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1), out);
    }
}

Result<void> read_members(Tree& tree, const Workspace& workspace, const std::string& file, Membership& out) {
    if (!workspace.regex.empty()) {
        RFSN_ASSIGN(const auto* text, tree.read(file));
        if (text == nullptr) {
            return {};
        }
        RE2::Options options(RE2::Latin1);
        options.set_log_errors(false);
        const RE2 re("(?m)" + workspace.regex, options);
        const int group = re.NamedCapturingGroups().at("v");
        std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
        std::size_t at = 0;
        while (out.members.size() < max_members &&
               re.Match(*text, at, text->size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
            const auto& found = groups[static_cast<std::size_t>(group)];
            if (found.data() != nullptr) {
                out.members.push_back(as_directory(std::string(found), workspace.separators));
            }
            const auto end = static_cast<std::size_t>(groups[0].data() + groups[0].size() - text->data());
            at = std::max(end, at + 1);
        }
        return {};
    }
    RFSN_ASSIGN(const auto* document, tree.document(file, workspace.format));
    if (document == nullptr) {
        return {};
    }
    const auto take = [&](const std::vector<std::string>& paths, std::string_view mark) {
        for (const auto& path : paths) {
            std::vector<std::string> found;
            collect(*document, path, found);
            for (auto& text : found) {
                const bool negated = !text.empty() && text.front() == '!';
                const auto directory = as_directory(negated ? text.substr(1) : text, workspace.separators);
                out.members.push_back((negated ? "!" : std::string(mark)) + directory);
            }
        }
    };
    take(workspace.members, "");
    take(workspace.exclude, "!");
    return {};
}

bool matches(std::string_view pattern, std::string_view relative) {
    if (pattern.find('/') == std::string_view::npos) {
        // A glob without '/' would match the last component anywhere.
        return relative.find('/') == std::string_view::npos ? base::glob_match(pattern, relative) : pattern == "**";
    }
    return base::glob_match(pattern, relative);
}

}  // namespace

Result<std::vector<Membership>> memberships(Tree& tree, const Pack& pack, const std::string& root) {
    std::vector<Membership> out;
    for (const auto& workspace : pack.detail->workspaces) {
        RFSN_ASSIGN(const auto files, tree.expand(root, workspace.file));
        for (const auto& file : files) {
            Membership membership;
            membership.kind = workspace.kind;
            membership.everything = workspace.below;
            RFSN_TRY(read_members(tree, workspace, file, membership));
            if (membership.everything || !membership.members.empty()) {
                out.push_back(std::move(membership));
            }
        }
    }
    return out;
}

bool is_member(const Membership& membership, std::string_view relative) {
    bool in = membership.everything;
    for (const auto& member : membership.members) {
        const bool negated = member.front() == '!';
        if (matches(negated ? std::string_view(member).substr(1) : std::string_view(member), relative)) {
            in = !negated;
        }
    }
    return in;
}

}  // namespace rfsn::buildpack
