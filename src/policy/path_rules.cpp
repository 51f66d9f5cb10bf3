// SPDX-License-Identifier: MIT
#include "policy/path_rules.hpp"

#include <algorithm>
#include <cctype>

#include "base/glob.hpp"
#include "base/text.hpp"

namespace rfsn::policy {
namespace {

using model::FileMode;

/// Code points that HFS+ ignores in names (git's own list), and other invisible ones.
std::size_t ignorable(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
    if (byte(0) == 0xc2 && byte(1) == 0xad) {
        return 2;
    }
    if (byte(0) == 0xe2 && byte(1) == 0x80 &&
        ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae))) {
        return 3;
    }
    if (byte(0) == 0xe2 && byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf) {
        return 3;
    }
    return byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf ? 3 : 0;
}

bool only_line_ends_differ(std::string_view before, std::string_view after) {
    const auto stripped = [](std::string_view text) {
        std::string out;
        for (auto line : base::split_lines(text)) {
            const auto last = line.find_last_not_of(" \t\r");
            out += line.substr(0, last == std::string_view::npos ? 0 : last + 1);
            out += '\n';
        }
        while (out.size() > 1 && out.back() == '\n' && out[out.size() - 2] == '\n') {
            out.pop_back();
        }
        return out == "\n" ? std::string() : out;
    };
    return stripped(before) == stripped(after);
}

bool is_lfs_pointer(std::string_view text) {
    return text.substr(0, 43) == "version https://git-lfs.github.com/spec/v1\n";
}

}  // namespace

std::string folded(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (const std::size_t skip = ignorable(path.substr(i)); skip > 0) {
            i += skip - 1;
            continue;
        }
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(path[i])));
    }
    return out;
}

std::string path_form_problem(std::string_view path, bool known) {
    if (path.empty() || path.size() > 4096) {
        return path.empty() ? "it is empty" : "it is longer than 4096 bytes";
    }
    if (path.find('\0') != std::string_view::npos) {
        return "it holds a NUL byte";
    }
    if (path.front() == '/') {
        return "it is absolute";
    }
    for (const auto component : base::split(path, '/')) {
        if (component.empty() || component == "." || component == "..") {
            return component == ".." ? "it goes upwards with '..'" : "it has an empty or '.' component";
        }
    }
    if (known) {
        return {};
    }
    if (path.size() > 1 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0])) != 0) {
        return "it begins with a drive letter";
    }
    if (path.front() == '-') {
        return "it begins with '-', which programs take for an option";
    }
    if (path.front() == '~') {
        return "it begins with '~'";
    }
    for (const char c : path) {
        if (c == '\\') {
            return "it holds a backslash";
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return "it holds a control character";
        }
    }
    if (folded(path).size() != path.size()) {
        return "it holds invisible characters";
    }
    return {};
}

bool reaches_git_directory(std::string_view path) {
    std::string name = folded(path);
    std::replace(name.begin(), name.end(), '\\', '/');
    for (auto component : base::split(name, '/')) {
        component = component.substr(0, component.find(':'));
        const auto last = component.find_last_not_of(" .");
        component = component.substr(0, last == std::string_view::npos ? 0 : last + 1);
        if (component == ".git") {
            return true;
        }
        if (component.substr(0, 4) == "git~" && component.size() > 4 &&
            component.find_first_not_of("0123456789", 4) == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

void judge_path(const RuleSet& rules, const Change& change, model::ProposalSource source, const Limits& limits,
                std::vector<model::PolicyVerdict>& verdicts) {
    const model::FileEdit& edit = change.edit;
    const bool fixer = source == model::ProposalSource::fixer;
    const std::string shown = base::printable(edit.path);
    const auto refuse = [&](std::string_view id, const std::string& detail = "") {
        if (!rules.asks(id)) {
            return;
        }
        verdicts.push_back(
            {std::string(id), false, shown + ": " + rules.reason(id) + (detail.empty() ? "" : " (" + detail + ")")});
    };

    if (const std::string problem = path_form_problem(edit.path, fixer && !edit.old_blob.empty()); !problem.empty()) {
        refuse("path-form", problem);
    }
    if (reaches_git_directory(edit.path)) {
        refuse("git-directory");
    }
    const auto has_mode = [&](FileMode mode) { return edit.mode == mode || change.old_mode == mode; };
    if (has_mode(FileMode::symlink)) {
        refuse("symlink");
    }
    if (has_mode(FileMode::gitlink)) {
        refuse("submodule");
    }
    const std::string name = folded(edit.path);
    if (edit.deletes) {
        refuse(rules.is_test_file(name) ? "test-removed" : "deletion");
    } else if (edit.mode != FileMode::symlink && edit.mode != FileMode::gitlink &&
               ((change.old_mode != FileMode::none && change.old_mode != edit.mode) ||
                (change.old_mode == FileMode::none && edit.mode != FileMode::regular))) {
        refuse("mode");
    }
    if (change.before.find('\0') != std::string::npos || edit.content.find('\0') != std::string::npos ||
        is_lfs_pointer(change.before) || is_lfs_pointer(edit.content)) {
        refuse("binary");
    }
    for (const auto& rule : rules.paths) {
        if (!rules.asks(rule.id) || (rule.model_only && fixer) || !base::glob_match_any(rule.globs, name) ||
            base::glob_match_any(rule.except, name)) {
            continue;
        }
        const bool diagnosed =
            rule.unless == Unless::diagnosed &&
            std::find(limits.diagnosed.begin(), limits.diagnosed.end(), edit.path) != limits.diagnosed.end();
        if (diagnosed) {
            verdicts.push_back({rule.id, true, shown + ": " + rule.reason + ", but a failing check is about it"});
        } else if (!(fixer && rule.unless == Unless::line_ends && only_line_ends_differ(change.before, edit.content))) {
            verdicts.push_back({rule.id, false, shown + ": " + rule.reason});
        }
    }
}

}  // namespace rfsn::policy
