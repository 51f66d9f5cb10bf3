// SPDX-License-Identifier: MIT
#include "isolate/dependencies.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "isolate/plain_file.hpp"
#include "isolate/siblings.hpp"

namespace fs = std::filesystem;

namespace rfsn::isolate {
namespace {

/// A hostile repository may hold a manifest in every directory.
constexpr std::size_t most_directories = 2000;
/// Scripts and path files that may name the work tree; larger files are no scripts.
constexpr std::uint64_t largest_script = std::uint64_t{1} << 20;

base::Result<void> os_failure(const std::string& doing, const std::string& path, int number) {
    return base::fail(base::ErrorCode::io, "cannot " + doing + " '" + base::printable(path) +
                                               "': " + std::generic_category().message(number));
}

bool is_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.substr(0, directory.size()) == directory &&
           path[directory.size()] == '/';
}

/// Every `from` that is followed by the end of a path component becomes `to`.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    std::size_t at = 0;
    for (std::size_t found = text.find(from); found != std::string_view::npos; found = text.find(from, at)) {
        const std::size_t end = found + from.size();
        const bool whole =
            end == text.size() || std::string_view("/\n\r'\":; \t").find(text[end]) != std::string_view::npos;
        result.append(text.substr(at, found - at)).append(whole ? to : from);
        at = end;
    }
    return result.append(text.substr(at));
}

class Lender {
   public:
    /// From `work_tree`, written below `tree`, which commands see as `seen`.
    Lender(std::string work_tree, std::string tree, std::string seen)
        : work_tree_(std::move(work_tree)), tree_(std::move(tree)), seen_(std::move(seen)) {}

    /// `relative` names the directory in both trees.
    base::Result<void> lend(const std::string& relative) {
        const std::string source = work_tree_ + "/" + relative;
        const std::string target = tree_ + "/" + relative;
        RFSN_TRY(base::remove_tree(target));
        struct stat info {};
        if (::stat((source + "/pyvenv.cfg").c_str(), &info) == 0) {
            return virtual_environment(relative);
        }
        return directory(relative, [](const std::string& name) {
            return name.front() == '@' || name == ".bin" ? Way::descend : Way::link;
        });
    }

   private:
    enum class Way { link, descend, rewrite };
    using Choose = Way (*)(const std::string& name);

    /// Makes the directory and treats each of its entries as `way` says.
    base::Result<void> directory(const std::string& relative, Choose way) {
        const std::string target = tree_ + "/" + relative;
        if (::mkdir(target.c_str(), 0755) != 0) {
            return os_failure("make", target, errno);
        }
        std::error_code failed;
        for (auto entry = fs::directory_iterator(work_tree_ + "/" + relative, failed);
             !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
            const std::string name = entry->path().filename().string();
            // Caches that tools keep there: ours, made anew, not the user's.
            const auto& caches = tool_caches_in_dependencies;
            if (std::find(std::begin(caches), std::end(caches), name) != std::end(caches)) {
                continue;
            }
            const std::string below = relative + "/" + name;
            std::error_code unknown;
            const auto type = entry->symlink_status(unknown).type();
            const Way chosen = way(name);
            if (type == fs::file_type::symlink) {
                RFSN_TRY(copy_link(below));
            } else if (type == fs::file_type::directory && chosen == Way::descend) {
                RFSN_TRY(directory(below, [](const std::string&) { return Way::link; }));
            } else if (type == fs::file_type::regular && chosen == Way::rewrite) {
                RFSN_TRY(copy_script(below));
            } else {
                RFSN_TRY(link(work_tree_ + "/" + below, below));
            }
        }
        return failed ? os_failure("list", work_tree_ + "/" + relative, failed.value()) : base::Result<void>{};
    }

    /// bin/ and the path files of site-packages name the environment and the project by absolute paths.
    base::Result<void> virtual_environment(const std::string& relative) {
        // It may be a symlink to where a tool keeps all environments; its scripts then name that place.
        std::error_code unknown;
        environment_ = fs::canonical(work_tree_ + "/" + relative, unknown).string();
        environment_copy_ = seen_ + "/" + relative;
        RFSN_TRY(directory(relative,
                           [](const std::string& name) { return name == "pyvenv.cfg" ? Way::rewrite : Way::link; }));
        RFSN_TRY(instead_of_link(relative + "/bin", [](const std::string&) { return Way::rewrite; }));
        RFSN_TRY(instead_of_link(relative + "/lib", [](const std::string&) { return Way::link; }));
        std::error_code failed;
        for (auto entry = fs::directory_iterator(work_tree_ + "/" + relative + "/lib", failed);
             !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
            const std::string python = relative + "/lib/" + entry->path().filename().string();
            RFSN_TRY(instead_of_link(python, [](const std::string&) { return Way::link; }));
            RFSN_TRY(instead_of_link(python + "/site-packages", [](const std::string& name) {
                const std::string extension = fs::path(name).extension().string();
                const bool points = extension == ".pth" || extension == ".egg-link" ||
                                    (extension == ".py" && name.rfind("__editable__", 0) == 0);
                return points ? Way::rewrite : Way::link;
            }));
        }
        return {};
    }

    base::Result<void> instead_of_link(const std::string& relative, Choose way) {
        struct stat info {};
        if (::lstat((work_tree_ + "/" + relative).c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
            return {};
        }
        RFSN_TRY(base::remove_tree(tree_ + "/" + relative));
        return directory(relative, way);
    }

    base::Result<void> link(const std::string& to, const std::string& relative) {
        const std::string target = tree_ + "/" + relative;
        return ::symlink(to.c_str(), target.c_str()) == 0 ? base::Result<void>{} : os_failure("make", target, errno);
    }

    /// A link that stays inside the project leads to the same place in our tree; any other one to where it led.
    base::Result<void> copy_link(const std::string& relative) {
        std::error_code failed;
        const std::string to = fs::read_symlink(work_tree_ + "/" + relative, failed).string();
        if (failed) {
            return {};  // gone meanwhile
        }
        if (!to.empty() && to.front() == '/') {
            return link(is_below(to, work_tree_) ? seen_ + to.substr(work_tree_.size()) : to, relative);
        }
        const fs::path inside = (fs::path(relative).parent_path() / to).lexically_normal();
        return link(*inside.begin() == ".." ? work_tree_ + "/" + relative : to, relative);
    }

    base::Result<void> copy_script(const std::string& relative) {
        const std::string source = work_tree_ + "/" + relative;
        struct stat info {};
        const auto text = base::read_file(source, largest_script);
        if (!text || ::stat(source.c_str(), &info) != 0 || text->find('\0') != std::string::npos) {
            return link(source, relative);
        }
        std::string copy = replaced(*text, work_tree_, seen_);
        if (!environment_.empty() && !is_below(environment_, work_tree_)) {
            copy = replaced(copy, environment_, environment_copy_);
        }
        if (copy == *text) {
            return link(source, relative);
        }
        return write_plain(tree_ + "/" + relative, copy, info.st_mode & 0777U);
    }

    std::string work_tree_;
    std::string tree_;
    std::string seen_;
    std::string environment_;  ///< the virtual environment at hand, where it really is
    std::string environment_copy_;
};

/// The parent may be absent or a symlink in what is to be committed, though not in the work tree.
bool is_plain_directory(const git::TreeView& view, const Target& target, const fs::path& parent) {
    if (target.has_own) {
        const auto entry = view.find(parent.string());
        return entry && *entry && (*entry)->is_tree;
    }
    std::error_code unknown;
    const fs::path path = fs::path(target.written) / parent;
    return fs::weakly_canonical(path, unknown) == path && fs::is_directory(path, unknown);
}

}  // namespace

base::Result<std::vector<std::string>> lend_dependencies(const git::TreeView& view, const Wanted& wanted,
                                                         const Target& target) {
    std::set<std::string> done;
    std::set<std::string> borrowed;
    for (const auto& directory : wanted.at) {
        for (const auto& name : wanted.names) {
            const fs::path joined = (fs::path(directory) / name).lexically_normal();
            const std::string relative = joined.string();
            const bool inside = !joined.empty() && joined.is_relative() && *joined.begin() != ".." && relative != ".";
            if (!inside || !done.insert(relative).second) {
                continue;
            }
            struct stat info {};
            const bool own = ::stat((wanted.work_tree + "/" + relative).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
            if (own && target.has_own) {
                continue;
            }
            const std::string source =
                own ? wanted.work_tree : lender_of(view, wanted.siblings, directory == "." ? "" : directory, name);
            if (source.empty()) {
                continue;
            }
            RFSN_ASSIGN(const auto tracked, view.find(relative));
            const fs::path parent = fs::path(target.written) / joined.parent_path();
            if (tracked || (joined.has_parent_path() && !is_plain_directory(view, target, joined.parent_path()))) {
                continue;
            }
            if (target.has_own) {
                RFSN_TRY(base::make_directories(parent.string(), 0755));
            }
            if (auto lent = Lender(source, target.written, target.seen).lend(relative); !lent) {
                return tl::make_unexpected(std::move(lent.error()).with("while lending " + base::printable(relative)));
            }
            if (!own) {
                borrowed.insert(source);
            }
        }
    }
    return std::vector<std::string>(borrowed.begin(), borrowed.end());
}

base::Result<std::vector<std::string>> manifest_directories(const git::Repository& repository, const std::string& tree,
                                                            const std::string& index) {
    std::vector<std::string> args{"--glob-pathspecs", "-C", tree, "ls-files", "-z", "--cached", "--"};
    for (const char* manifest :
         {"package.json", "deno.json", "pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "Pipfile",
          "tox.ini", "composer.json", "go.mod", "Gemfile", "Cargo.toml"}) {
        args.push_back(std::string("**/") + manifest);
    }
    RFSN_ASSIGN(const std::string output, repository.git(std::move(args), std::nullopt,
                                                         {"GIT_DIR=" + repository.git_dir(), "GIT_WORK_TREE=" + tree,
                                                          "GIT_INDEX_FILE=" + index}));
    std::set<std::string> directories{""};
    for (const std::string_view path : base::split(output, '\0')) {
        if (directories.size() >= most_directories) {
            break;
        }
        const std::size_t slash = path.rfind('/');
        directories.emplace(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
    }
    return std::vector<std::string>(directories.begin(), directories.end());
}

}  // namespace rfsn::isolate
