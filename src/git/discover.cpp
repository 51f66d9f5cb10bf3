// SPDX-License-Identifier: MIT
#include "git/discover.hpp"

#include <array>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <git2.h>

#include "base/text.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using Impl = Repository::Impl;

std::string real_path(const std::string& path) {
    std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), &free);
    return resolved ? resolved.get() : "";
}

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

std::string absolute(const std::string& path, const std::string& directory) {
    return !path.empty() && path.front() == '/' ? path : directory + "/" + path;
}

/// `path` below `top` as "" or "a/b/"; nullopt if it is elsewhere.
std::optional<std::string> below(const std::string& top, const std::string& path) {
    if (path == top) {
        return "";
    }
    const std::string lead = top == "/" ? top : top + "/";
    if (path.compare(0, lead.size(), lead) != 0) {
        return std::nullopt;
    }
    return path.substr(lead.size()) + "/";
}

/// Settings that libgit2 does not read as git does.
std::string foreign_setting(const base::Environment& env) {
    for (const char* name : {"GIT_CONFIG_PARAMETERS", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
                             "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_REPLACE_REF_BASE", "GIT_NAMESPACE",
                             "GIT_IMPLICIT_WORK_TREE", "GIT_CONFIG"}) {
        if (!env.get_or(name, "").empty()) {
            return name;
        }
    }
    const std::string count = env.get_or("GIT_CONFIG_COUNT", "0");
    return count == "0" ? "" : "GIT_CONFIG_COUNT";
}

/// Fills `impl` without a process, or says why that will not do.
std::string discover_with_libgit2(const std::string& directory, Impl& impl) {
    if (const std::string setting = foreign_setting(impl.env); !setting.empty()) {
        return setting + " is set";
    }
    lg2::start();
    const std::string git_dir = impl.env.get_or("GIT_DIR", "");
    unsigned flags = 0;
    std::string start = directory;
    if (!git_dir.empty()) {
        start = absolute(git_dir, directory);
        flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
    } else if (!impl.env.get_or("GIT_DISCOVERY_ACROSS_FILESYSTEM", "").empty()) {
        flags = GIT_REPOSITORY_OPEN_CROSS_FS;
    }
    const std::string ceilings = impl.env.get_or("GIT_CEILING_DIRECTORIES", "");
    auto handle = lg2::make<git_repository>(git_repository_open_ext, start.c_str(), flags, ceilings.c_str());
    if (!handle) {
        return lg2::last_error();
    }
    if (git_repository_is_bare(handle.get()) != 0 || git_repository_workdir(handle.get()) == nullptr) {
        return "libgit2 takes it for a bare repository";
    }
    impl.git_dir = without_slash(git_repository_path(handle.get()));
    impl.common_dir = without_slash(git_repository_commondir(handle.get()));
    impl.work_tree = without_slash(git_repository_workdir(handle.get()));
    const auto prefix = below(impl.work_tree, directory);
    // With GIT_DIR alone, git takes the current directory for the top, whatever the repository says.
    if (!prefix || (!git_dir.empty() && !prefix->empty()) || below(impl.git_dir, directory)) {
        return "the directory is not in the work tree that libgit2 found";
    }
    impl.prefix = *prefix;
    impl.handle = std::move(handle);
    impl.odb = lg2::make<git_odb>(git_repository_odb, impl.handle.get());
    return "";
}

base::Error explain(const base::ProcessResult& result, const std::string& directory) {
    const std::string shown = base::printable(directory);
    if (result.err.find("not a git repository") != std::string::npos) {
        return {ErrorCode::not_found,
                fmt::format(
                    "not a git repository: {} (nor any directory above it); go to your repository, or run `git init` "
                    "here; git says: {}",
                    shown, base::printable(base::trim(result.err))),
                {}};
    }
    if (result.err.find("must be run in a work tree") != std::string::npos) {
        return {ErrorCode::unsupported,
                fmt::format(
                    "{} is in a bare repository or inside a .git directory, where nothing can be staged; run this in "
                    "a work tree (`git worktree add DIR` makes one)",
                    shown),
                {}};
    }
    return git_failure("rev-parse", result);
}

base::Result<void> discover_with_git(const std::string& directory, Impl& impl) {
    const std::array<const char*, 4> questions{"--absolute-git-dir", "--git-common-dir", "--show-toplevel",
                                               "--show-prefix"};
    const auto ask = [&](std::vector<std::string> args) -> base::Result<std::string> {
        args.insert(args.begin(), {"rev-parse", "--path-format=absolute"});
        RFSN_ASSIGN(auto result, run_git(*impl.runner, impl.git_env, {std::move(args), std::nullopt, {}, directory}));
        if (!result.ok()) {
            return tl::make_unexpected(explain(result, directory));
        }
        return std::move(result.out);
    };
    RFSN_ASSIGN(const std::string all, ask({questions.begin(), questions.end()}));
    std::vector<std::string> answers;
    for (const auto line : base::split(all, '\n')) {
        answers.emplace_back(line);
    }
    if (answers.size() != questions.size() + 1) {  // a newline in one of the paths
        answers.clear();
        for (const char* question : questions) {
            RFSN_ASSIGN(std::string answer, ask({question}));
            if (!answer.empty()) {
                answer.pop_back();
            }
            answers.push_back(std::move(answer));
        }
    }
    impl.git_dir = without_slash(answers[0]);
    impl.common_dir = without_slash(real_path(answers[1]));
    impl.work_tree = without_slash(answers[2]);
    impl.prefix = answers[3];
    if (impl.git_dir.empty() || impl.common_dir.empty() || impl.work_tree.empty()) {
        return base::fail(ErrorCode::external,
                          "git rev-parse did not say where the repository is: " + base::printable(all));
    }
    return {};
}

/// Objects without a repository: extensions that stop libgit2 from opening one mostly leave them as they were.
void open_objects(Impl& impl) {
    if (impl.is_set("GIT_OBJECT_DIRECTORY") || impl.is_set("GIT_ALTERNATE_OBJECT_DIRECTORIES")) {
        return;
    }
    lg2::start();
    const auto config = lg2::make<git_config>(git_config_open_ondisk, (impl.common_dir + "/config").c_str());
    if (!config) {
        return;
    }
    git_buf format = GIT_BUF_INIT;
    const int found = git_config_get_string_buf(&format, config.get(), "extensions.objectformat");
    const bool sha1 = found == GIT_ENOTFOUND || (found == 0 && std::string_view(format.ptr) == "sha1");
    git_buf_dispose(&format);
    if (sha1) {
        impl.odb = lg2::make<git_odb>(git_odb_open, impl.objects_dir().c_str());
    }
}

bool same_file(const std::string& a, const std::string& b) {
    struct stat left {};
    struct stat right {};
    return a == b || (stat(a.c_str(), &left) == 0 && stat(b.c_str(), &right) == 0 && left.st_dev == right.st_dev &&
                      left.st_ino == right.st_ino);
}

/// Git names its temporary indexes; that is the only sign of which kind of commit is asking.
void find_index(Impl& impl) {
    const std::string normal = impl.git_dir + "/index";
    const std::string set = impl.env.get_or("GIT_INDEX_FILE", "");
    impl.index_path = set.empty() ? normal : absolute(set, impl.work_tree);
    if (set.empty() || same_file(impl.index_path, normal)) {
        impl.origin = model::IndexOrigin::normal;
        return;
    }
    const auto slash = impl.index_path.rfind('/');
    const std::string name = impl.index_path.substr(slash + 1);
    impl.origin = model::IndexOrigin::foreign;
    if (!same_file(impl.index_path.substr(0, slash), impl.git_dir)) {
        return;
    }
    constexpr std::string_view lead = "next-index-";
    constexpr std::string_view tail = ".lock";
    if (name == "index.lock") {
        impl.origin = model::IndexOrigin::commit_all;
    } else if (name.size() > lead.size() + tail.size() && name.compare(0, lead.size(), lead) == 0 &&
               name.compare(name.size() - tail.size(), tail.size(), tail) == 0) {
        impl.origin = model::IndexOrigin::commit_paths;
    }
}

}  // namespace

base::Result<std::unique_ptr<Impl>> discover(const std::string& directory, const base::Environment& env,
                                             base::ProcessRunner& runner) {
    const std::string here = real_path(directory.empty() ? "." : directory);
    if (here.empty()) {
        return base::fail(ErrorCode::not_found, "no such directory: " + base::printable(directory));
    }
    auto impl = std::make_unique<Impl>();
    impl->env = env;
    impl->git_env = for_git(env);
    impl->runner = &runner;
    impl->refusal = discover_with_libgit2(here, *impl);
    if (!impl->refusal.empty()) {
        RFSN_TRY(discover_with_git(here, *impl));
        open_objects(*impl);
    }
    find_index(*impl);
    // Children run at the top, from where relative values would mean something else.
    if (impl->is_set("GIT_DIR")) {
        impl->git_env.set("GIT_DIR", impl->git_dir);
        impl->git_env.set("GIT_WORK_TREE", impl->work_tree);
    } else if (impl->is_set("GIT_WORK_TREE")) {
        impl->git_env.set("GIT_WORK_TREE", impl->work_tree);
    }
    if (impl->is_set("GIT_COMMON_DIR")) {
        impl->git_env.set("GIT_COMMON_DIR", impl->common_dir);
    }
    if (impl->is_set("GIT_INDEX_FILE")) {
        impl->git_env.set("GIT_INDEX_FILE", impl->index_path);
    }
    if (impl->is_set("GIT_OBJECT_DIRECTORY")) {
        impl->git_env.set("GIT_OBJECT_DIRECTORY", impl->objects_dir());
    }
    return impl;
}

}  // namespace rfsn::git
