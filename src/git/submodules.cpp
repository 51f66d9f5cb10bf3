// SPDX-License-Identifier: MIT
#include "git/submodules.hpp"

#include <sys/stat.h>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace rfsn::git {
namespace {

/// What git hands to a hook is about the repository that holds the submodule.
base::Environment own_environment(const base::Environment& env) {
    base::Environment own = env;
    for (const auto& [name, value] : env.values()) {
        const bool stays = name == "GIT_EXEC_PATH" || name == "GIT_CONFIG_NOSYSTEM" || name == "GIT_CONFIG_GLOBAL" ||
                           name == "GIT_CONFIG_SYSTEM" || name == "GIT_CEILING_DIRECTORIES";
        if (name.rfind("GIT_", 0) == 0 && !stays) {
            own.unset(name);
        }
    }
    return own;
}

/// Every part of the path is a directory, no symlink: another repository is not what is recorded here.
bool is_plain_directory(const std::string& root, const std::string& path) {
    struct stat info {};
    for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
        const std::string part = root + "/" + path.substr(0, slash);
        if (::lstat(part.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
            return false;
        }
        if (slash == std::string::npos) {
            return true;
        }
    }
}

}  // namespace

base::Result<std::vector<Submodule>> submodules_of(const ScratchGit& git) {
    RFSN_ASSIGN(const std::string output, git.run({"ls-files", "-s", "-z"}));
    std::vector<Submodule> found;
    for (const auto record : base::split(output, '\0')) {
        // "160000 <id> 0\t<path>"
        const auto tab = record.find('\t');
        const auto fields = base::split(record.substr(0, tab), ' ');
        if (tab != std::string_view::npos && fields.size() == 3 && fields[0] == "160000") {
            found.push_back({std::string(record.substr(tab + 1)), std::string(fields[1])});
        }
    }
    return found;
}

std::optional<OpenSubmodule> open_submodule(const Repository& repository, const Submodule& submodule) {
    const std::string directory = repository.work_tree() + "/" + submodule.path;
    struct stat info {};
    if (!is_plain_directory(repository.work_tree(), submodule.path) ||
        ::lstat((directory + "/.git").c_str(), &info) != 0) {
        return std::nullopt;
    }
    auto opened = Repository::open(directory, own_environment(repository.env()), repository.runner());
    if (!opened || opened->work_tree() != directory) {
        return std::nullopt;
    }
    auto tree = opened->git({"rev-parse", "--verify", "-q", submodule.commit + "^{tree}"});
    if (!tree) {
        return std::nullopt;
    }
    return OpenSubmodule{std::make_unique<Repository>(std::move(*opened)), std::string(base::trim(*tree))};
}

std::string submodule_state(const std::string& state_dir, const std::string& path) {
    return state_dir + "/module-" + base::sha256_hex(path).substr(0, 12);
}

}  // namespace rfsn::git
