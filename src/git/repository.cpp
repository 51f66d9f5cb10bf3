// SPDX-License-Identifier: MIT
#include "git/repository.hpp"

#include <sys/stat.h>

#include <fmt/format.h>

#include "git/discover.hpp"
#include "git/repository_impl.hpp"

namespace rfsn::git {
namespace {

bool exists(const std::string& path) {
    struct stat info {};
    return lstat(path.c_str(), &info) == 0;
}

}  // namespace

base::Result<std::string> Repository::Impl::run(std::vector<std::string> args, std::optional<std::string> input,
                                                std::vector<std::string> extra_env) const {
    return git_output(*runner, git_env, {std::move(args), std::move(input), std::move(extra_env), work_tree});
}

base::Result<base::ProcessResult> Repository::Impl::attempt(std::vector<std::string> args) const {
    return run_git(*runner, git_env, {std::move(args), std::nullopt, {}, work_tree});
}

std::string Repository::Impl::objects_dir() const {
    const std::string set = env.get_or("GIT_OBJECT_DIRECTORY", "");
    if (set.empty()) {
        return common_dir + "/objects";
    }
    return set.front() == '/' ? set : work_tree + "/" + set;
}

Repository::Repository(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

base::Result<Repository> Repository::open(const std::string& directory, const base::Environment& env,
                                          base::ProcessRunner& runner) {
    RFSN_ASSIGN(auto impl, discover(directory, env, runner));
    return Repository(std::move(impl));
}

const std::string& Repository::git_dir() const {
    return impl_->git_dir;
}
const std::string& Repository::common_dir() const {
    return impl_->common_dir;
}
const std::string& Repository::work_tree() const {
    return impl_->work_tree;
}
const std::string& Repository::index_path() const {
    return impl_->index_path;
}
const std::string& Repository::prefix() const {
    return impl_->prefix;
}
model::IndexOrigin Repository::index_origin() const {
    return impl_->origin;
}
bool Repository::is_linked_worktree() const {
    return impl_->git_dir != impl_->common_dir;
}
base::ProcessRunner& Repository::runner() const {
    return *impl_->runner;
}
const base::Environment& Repository::env() const {
    return impl_->env;
}

base::Result<std::string> Repository::hooks_dir() const {
    // libgit2 has no resolver for it, and the setting can come from any configuration file.
    RFSN_ASSIGN(std::string path, impl_->run({"rev-parse", "--git-path", "hooks"}));
    if (!path.empty() && path.back() == '\n') {
        path.pop_back();
    }
    if (path.empty()) {
        return base::fail(base::ErrorCode::external, "git rev-parse --git-path hooks printed nothing");
    }
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path.front() == '/' ? path : impl_->work_tree + "/" + path;
}

std::string Repository::index_stamp() const {
    struct stat info {};
    if (stat(impl_->index_path.c_str(), &info) != 0) {
        return "";
    }
    return fmt::format("{} {} {} {}.{} {}.{}", info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                       info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

bool Repository::merging() const {
    for (const char* name : {"MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"}) {
        if (exists(impl_->git_dir + "/" + name)) {
            return true;
        }
    }
    if (!exists(impl_->git_dir + "/reftable")) {
        return false;
    }
    for (const char* name : {"CHERRY_PICK_HEAD", "REVERT_HEAD"}) {  // in the table, not in files
        const auto result = impl_->attempt({"rev-parse", "--verify", "-q", name});
        if (result && result->ok()) {
            return true;
        }
    }
    return false;
}

base::Result<std::string> Repository::git(std::vector<std::string> args, std::optional<std::string> input,
                                          std::vector<std::string> extra_env) const {
    return impl_->run(std::move(args), std::move(input), std::move(extra_env));
}

}  // namespace rfsn::git
