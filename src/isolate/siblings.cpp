// SPDX-License-Identifier: MIT
#include "isolate/siblings.hpp"

#include <sys/stat.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"

namespace rfsn::isolate {
namespace {

constexpr std::uint64_t largest_lock = 64U << 20;

constexpr const char* locks[] = {
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",     "pnpm-lock.yaml", "bun.lock",
    "bun.lockb",         "deno.lock",           "poetry.lock",   "uv.lock",        "pdm.lock",
    "Pipfile.lock",      "requirements.txt",    "composer.lock", "go.sum",         "Cargo.lock",
    "Gemfile.lock"};

bool is_directory(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string joined(const std::string& directory, const std::string& name) {
    return directory.empty() ? name : directory + "/" + name;
}

/// In the nearest directory that has any lock file, every one of them is the same.
bool same_locks(const git::TreeView& view, const std::string& sibling, std::string directory) {
    for (;;) {
        bool any = false;
        for (const char* lock : locks) {
            const std::string path = joined(directory, lock);
            const auto entry = view.find(path);
            if (!entry || !*entry || (*entry)->is_tree) {
                continue;
            }
            any = true;
            const auto wanted = view.read(path, largest_lock);
            const auto theirs = base::read_file(sibling + "/" + path, largest_lock);
            if (!wanted || !theirs || *wanted != *theirs) {
                return false;
            }
        }
        if (any || directory.empty()) {
            return any;
        }
        const std::size_t slash = directory.rfind('/');
        directory.resize(slash == std::string::npos ? 0 : slash);
    }
}

}  // namespace

std::vector<std::string> sibling_work_trees(const git::Repository& repository) {
    std::vector<std::string> found;
    if (!is_directory(repository.common_dir() + "/worktrees")) {
        return found;
    }
    // -z is younger than git 2.36; a path with a newline is then not found, and nothing is borrowed from it.
    auto output = repository.git({"worktree", "list", "--porcelain", "-z"});
    const char end = output ? '\0' : '\n';
    if (!output) {
        output = repository.git({"worktree", "list", "--porcelain"});
    }
    if (!output) {
        return found;
    }
    constexpr std::string_view label = "worktree ";
    for (const std::string_view line : base::split(*output, end)) {
        if (line.rfind(label, 0) != 0) {
            continue;
        }
        std::string path(line.substr(label.size()));
        if (path != repository.work_tree() && is_directory(path)) {
            found.push_back(std::move(path));
        }
    }
    return found;
}

std::string lender_of(const git::TreeView& view, const std::vector<std::string>& siblings, const std::string& directory,
                      const std::string& name) {
    for (const auto& sibling : siblings) {
        if (is_directory(sibling + "/" + joined(directory, name)) && same_locks(view, sibling, directory)) {
            return sibling;
        }
    }
    return {};
}

}  // namespace rfsn::isolate
