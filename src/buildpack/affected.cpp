// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include <re2/re2.h>

#include "base/glob.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {
namespace {

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

}  // namespace

std::vector<std::string> affected_tests(const Pack& pack, const model::Project& project, const git::TreeView& view) {
    const auto& detail = *pack.detail;
    if (detail.test_files.empty() || detail.affected.empty()) {
        return {};
    }
    Tree tree(view);
    const std::string root = project.root == "." ? "" : project.root;
    std::set<std::string> tests;
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    for (const auto& path : project.files) {
        const std::string relative(below(path, root));
        if (base::glob_match_any(detail.widen_on, relative)) {
            return {};
        }
        const auto there = tree.exists(path);
        const bool is_test = base::glob_match_any(detail.test_files, relative);
        if (is_test && there && *there) {
            tests.insert(path);
            continue;
        }
        bool found = is_test;  // a test that was deleted calls for nothing more
        for (const auto& rule : detail.affected) {
            const RE2 re(rule.match, options);
            std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
            if (!re.Match(relative, 0, relative.size(), RE2::UNANCHORED, groups.data(),
                          static_cast<int>(groups.size()))) {
                continue;
            }
            for (auto candidate : rule.tries) {
                replace_all(candidate, "{d}", escaped(group(re, groups, "d")));
                replace_all(candidate, "{n}", escaped(group(re, groups, "n")));
                const auto files = tree.expand(root, candidate);
                for (const auto& file : files ? *files : std::vector<std::string>{}) {
                    tests.insert(file);
                    found = true;
                }
            }
        }
        if (!found) {
            return {};  // nobody knows what tests this file
        }
    }
    return {tests.begin(), tests.end()};
}

}  // namespace rfsn::buildpack
