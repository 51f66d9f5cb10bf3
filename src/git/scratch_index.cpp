// SPDX-License-Identifier: MIT
#include "git/scratch_index.hpp"

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "git/quote.hpp"
#include "git/tree_reader.hpp"

namespace rfsn::git {
namespace {

const std::vector<std::string>& settings() {
    static const std::vector<std::string> list{
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",    "-c", "core.untrackedCache=false",
        "-c", "core.splitIndex=false",    "-c", "index.sparse=false",      "-c", "core.sparseCheckout=false",
        "-c", "index.skipHash=false",     "-c", "submodule.recurse=false", "-c", "advice.detachedHead=false",
        "-c", "core.fsync=none",          "-c", "checkout.workers=1",      "-c", "gc.auto=0"};
    return list;
}

/// GIT_ALTERNATE_OBJECT_DIRECTORIES is a list with ':' between, quoted where that is needed.
std::string alternate(const std::string& path) {
    const bool plain = path.find_first_of(":\"\n\\") == std::string::npos;
    return plain ? path : quote_always(path);
}

}  // namespace

ScratchGit::ScratchGit(const Repository& repository, std::string index, std::string objects,
                       const std::string& work_tree)
    : repository_(&repository.impl()), index_(std::move(index)), objects_(std::move(objects)) {
    const auto& impl = *repository_;
    std::string alternates = alternate(impl.objects_dir());
    if (const std::string more = impl.env.get_or("GIT_ALTERNATE_OBJECT_DIRECTORIES", ""); !more.empty()) {
        alternates += ":" + more;
    }
    env_ = {"GIT_DIR=" + impl.git_dir,
            "GIT_WORK_TREE=" + (work_tree.empty() ? impl.work_tree : work_tree),
            "GIT_INDEX_FILE=" + index_,
            "GIT_OBJECT_DIRECTORY=" + objects_,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + alternates,
            "GIT_NO_REPLACE_OBJECTS=1",
            "GIT_LFS_SKIP_SMUDGE=1"};
}

base::Result<std::string> ScratchGit::run(std::vector<std::string> args, std::optional<std::string> input) const {
    RFSN_TRY(base::make_directories(objects_, 0700));
    args.insert(args.begin(), settings().begin(), settings().end());
    return repository_->run(std::move(args), std::move(input), env_);
}

void ScratchGit::append_record(std::string& records, model::FileMode mode, const std::string& object,
                               const std::string& path) {
    records += mode_digits(mode);
    records += ' ';
    records += object;
    records += '\t';
    records += path;
    records += '\0';
}

base::Result<std::vector<std::string>> ScratchGit::write_blobs(const std::vector<const model::FileEdit*>& edits,
                                                               const std::string& scratch_dir) const {
    std::vector<std::string> ids;
    if (edits.empty()) {
        return ids;
    }
    RFSN_ASSIGN(const auto directory, base::TempDir::make(scratch_dir, "blobs-"));
    std::string names;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const std::string file = directory.path() + "/" + std::to_string(i);
        RFSN_TRY(base::write_atomically(file, edits[i]->content, 0600));
        names += quote_always(file) + "\n";
    }
    RFSN_ASSIGN(const std::string output, run({"hash-object", "-w", "--no-filters", "--stdin-paths"}, names));
    for (const auto line : base::split_lines(output)) {
        ids.emplace_back(line);
    }
    if (ids.size() != edits.size()) {
        return base::fail(base::ErrorCode::external, "git hash-object did not answer for every file");
    }
    return ids;
}

}  // namespace rfsn::git
