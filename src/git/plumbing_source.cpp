// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>
#include <git2.h>

#include "base/text.hpp"
#include "git/raw_diff.hpp"
#include "git/source_base.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::SnapshotSource;

const std::vector<std::string>& diff_options() {
    static const std::vector<std::string> options{
        "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-color", "--no-relative", "--ignore-submodules=none"};
    return options;
}

std::vector<std::string> diff_command(std::vector<std::string> head, bool renames,
                                      const std::vector<std::string>& tail) {
    head.insert(head.end(), diff_options().begin(), diff_options().end());
    if (renames) {
        head.insert(head.end(), {"-M", fmt::format("-l{}", rename_limit)});
    } else {
        head.emplace_back("--no-renames");
    }
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

/// HEAD's tree without a process, where libgit2 reads references as git does.
std::optional<std::string> head_tree_by_libgit2(git_repository* handle) {
    git_reference* raw = nullptr;
    const int code = git_repository_head(&raw, handle);
    const lg2::Handle<git_reference> head(raw);
    if (code == GIT_EUNBORNBRANCH) {
        return "";
    }
    if (code < 0) {
        return std::nullopt;
    }
    // A replaced commit has another tree for git: let it say which.
    const std::string replaced = std::string("refs/replace/") + git_oid_tostr_s(git_reference_target(head.get()));
    git_oid ignored{};
    if (git_reference_name_to_id(&ignored, handle, replaced.c_str()) != GIT_ENOTFOUND) {
        return std::nullopt;
    }
    const auto tree = lg2::make<git_object>(git_reference_peel, head.get(), GIT_OBJECT_TREE);
    return tree ? std::optional<std::string>(git_oid_tostr_s(git_object_id(tree.get()))) : std::nullopt;
}

class PlumbingSource final : public SourceBase {
   public:
    PlumbingSource(const Repository& repository, std::unique_ptr<ObjectReader> objects)
        : SourceBase(repository, std::move(objects)) {}

    [[nodiscard]] const char* name() const override { return "git"; }

    base::Result<model::Snapshot> snapshot(const Selection& selection) override {
        if (selection.source == SnapshotSource::all) {
            RFSN_ASSIGN(auto snapshot, snapshot_of_all());
            RFSN_ASSIGN(snapshot.base_tree, head_tree());
            seal(snapshot);
            return snapshot;
        }
        auto snapshot = empty_snapshot(selection.source);
        std::vector<std::string> command;
        if (selection.source == SnapshotSource::range) {
            RFSN_TRY(resolve(selection.range, snapshot));
            RFSN_ASSIGN(const std::string from, tree_or_empty(snapshot.base_tree));
            command = diff_command({"diff"}, true, {from, snapshot.result_tree, "--"});
        } else {
            RFSN_ASSIGN(snapshot.base_tree, head_tree());
            RFSN_ASSIGN(const std::string from, tree_or_empty(snapshot.base_tree));
            command = diff_command({"diff", "--cached"}, true, {from, "--"});
        }
        RFSN_ASSIGN(auto diff, raw_diff(std::move(command)));
        snapshot.files = std::move(diff);
        seal(snapshot);
        return snapshot;
    }

   protected:
    base::Result<std::vector<TreeEntry>> index_entries() override {
        // Not ls-files: it lists intent-to-add entries as empty blobs and can't tell them apart.
        RFSN_ASSIGN(const std::string empty, tree_or_empty(""));
        RFSN_ASSIGN(auto files, raw_diff(diff_command({"diff", "--cached"}, false, {empty, "--"})));
        std::vector<TreeEntry> entries;
        entries.reserve(files.size());
        for (auto& file : files) {
            entries.push_back({std::move(file.path), file.mode, std::move(file.blob), false});
        }
        return entries;
    }

   private:
    base::Result<std::vector<model::StagedFile>> raw_diff(std::vector<std::string> command) {
        // Between trees that are named by id, as they are stored: a replaced commit has had its say in which trees.
        RFSN_ASSIGN(const std::string output,
                    repository().git(std::move(command), std::nullopt, {"GIT_NO_REPLACE_OBJECTS=1"}));
        RFSN_ASSIGN(auto diff, parse_raw_diff(output));
        if (!diff.unmerged.empty()) {
            return tl::make_unexpected(unmerged_error(diff.unmerged));
        }
        return std::move(diff.files);
    }

    /// The id of the tree without entries, in the repository's hash.
    base::Result<std::string> tree_or_empty(const std::string& tree) {
        if (!tree.empty()) {
            return tree;
        }
        if (repository().impl().odb) {
            return "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        }
        return one_line({"hash-object", "-t", "tree", "--stdin"});
    }

    base::Result<std::string> one_line(std::vector<std::string> args) {
        RFSN_ASSIGN(const std::string output, repository().git(std::move(args)));
        return std::string(base::trim(output));
    }

    base::Result<std::string> head_tree() {
        const auto& impl = repository().impl();
        if (impl.handle) {
            if (auto tree = head_tree_by_libgit2(impl.handle.get())) {
                return std::move(*tree);
            }
        }
        RFSN_ASSIGN(const auto tree, impl.attempt({"rev-parse", "--verify", "-q", "HEAD^{tree}"}));
        if (tree.ok()) {
            return std::string(base::trim(tree.out));
        }
        // A branch without commits and a broken one look the same to rev-parse; log tells them apart.
        RFSN_ASSIGN(const auto log, impl.attempt({"-c", "log.showSignature=false", "log", "-1", "--format=%T"}));
        if (log.err.find("does not have any commits yet") != std::string::npos) {
            return std::string();
        }
        return log.ok() ? base::Result<std::string>(std::string(base::trim(log.out)))
                        : tl::make_unexpected(git_failure("log", log).with("while reading HEAD"));
    }

    base::Result<std::string> tree_of(const std::string& revision) {
        RFSN_ASSIGN(const auto result,
                    repository().impl().attempt({"rev-parse", "--verify", "-q", revision + "^{tree}"}));
        if (!result.ok()) {
            return base::fail(ErrorCode::usage,
                              fmt::format("'{}' names no commit or tree here; in CI, fetch enough history "
                                          "(actions/checkout with fetch-depth: 0)",
                                          base::printable(revision)));
        }
        return std::string(base::trim(result.out));
    }

    base::Result<void> resolve(const std::string& range, model::Snapshot& snapshot) {
        RFSN_ASSIGN(const RangeEnds ends, parse_range(range));
        RFSN_ASSIGN(snapshot.result_tree, tree_of(ends.to));
        if (is_null_id(ends.from)) {
            return {};
        }
        std::string from = ends.from;
        if (ends.symmetric) {
            RFSN_TRY(tree_of(ends.from));
            RFSN_ASSIGN(const auto result, repository().impl().attempt({"merge-base", ends.from, ends.to}));
            if (!result.ok()) {
                return base::fail(ErrorCode::usage,
                                  fmt::format("{} and {} have no common ancestor here; in CI, fetch enough history "
                                              "(actions/checkout with fetch-depth: 0)",
                                              base::printable(ends.from), base::printable(ends.to)));
            }
            from = base::trim(result.out);
        }
        RFSN_ASSIGN(snapshot.base_tree, tree_of(from));
        return {};
    }
};

}  // namespace

std::unique_ptr<StagedSource> plumbing_source(const Repository& repository, std::unique_ptr<ObjectReader> objects) {
    return std::make_unique<PlumbingSource>(repository, std::move(objects));
}

std::unique_ptr<StagedSource> plumbing_source(const Repository& repository) {
    return plumbing_source(repository, object_reader(repository));
}

}  // namespace rfsn::git
