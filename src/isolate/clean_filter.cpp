// SPDX-License-Identifier: MIT
#include "isolate/clean_filter.hpp"

#include <set>

#include "base/atomic_file.hpp"
#include "base/text.hpp"

namespace rfsn::isolate {
namespace {

/// `git check-attr -z`: path, attribute, value, each ended by NUL. Paths for which some attribute may change bytes.
std::set<std::string, std::less<>> converted(const std::string& output) {
    std::set<std::string, std::less<>> paths;
    const auto fields = base::split(output, '\0');
    for (std::size_t i = 0; i + 2 < fields.size(); i += 3) {
        if (fields[i + 2] != "unspecified" && fields[i + 2] != "unset") {
            paths.emplace(fields[i]);
        }
    }
    return paths;
}

/// An alternate with these characters would have to be quoted; git reads a quoted one too.
std::string quoted(const std::string& path) {
    std::string text = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\') {
            text += '\\';
        }
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    return text + "\"";
}

}  // namespace

std::vector<std::string> CleanFilter::environment() const {
    std::string alternates = quoted(repository_->common_dir() + "/objects");
    // A quarantine of git's own, which may be named relative to the work tree.
    if (const std::string own = repository_->env().get_or("GIT_OBJECT_DIRECTORY", ""); !own.empty()) {
        alternates += ":" + quoted(own.front() == '/' ? own : repository_->work_tree() + "/" + own);
    }
    if (const std::string more = repository_->env().get_or("GIT_ALTERNATE_OBJECT_DIRECTORIES", ""); !more.empty()) {
        alternates += ":" + more;
    }
    return {"GIT_DIR=" + repository_->git_dir(), "GIT_WORK_TREE=" + root_, "GIT_OBJECT_DIRECTORY=" + objects_,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + alternates};
}

base::Result<void> CleanFilter::apply(const std::vector<Item>& items) const {
    if (items.empty()) {
        return {};
    }
    RFSN_TRY(base::make_directories(objects_, 0700));
    const auto env = environment();
    std::string paths;
    for (const auto& item : items) {
        paths += *item.path;
        paths += '\0';
    }
    RFSN_ASSIGN(const std::string attributes,
                repository_->git({"-C", root_, "check-attr", "-z", "--stdin", "filter", "ident",
                                  "working-tree-encoding", "text", "eol", "crlf"},
                                 paths, env));
    const auto asked = converted(attributes);
    for (const auto& item : items) {
        // Without an attribute only core.autocrlf converts, and that only carriage returns.
        if (asked.count(*item.path) == 0 && item.bytes->find('\r') == std::string::npos) {
            continue;
        }
        RFSN_ASSIGN(
            const std::string output,
            repository_->git({"-C", root_, "hash-object", "-w", "--stdin", "--path=" + *item.path}, *item.bytes, env));
        RFSN_ASSIGN(*item.bytes,
                    repository_->git({"cat-file", "blob", std::string(base::trim(output))}, std::nullopt, env));
    }
    return {};
}

}  // namespace rfsn::isolate
