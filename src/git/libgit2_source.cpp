// SPDX-License-Identifier: MIT
#include <algorithm>
#include <sys/stat.h>

#include <fmt/format.h>
#include <git2.h>

#include "git/raw_diff.hpp"
#include "git/source_base.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;
using model::ChangeKind;
using model::FileMode;
using model::SnapshotSource;
using model::StagedFile;

tl::unexpected<base::Error> unsupported(const std::string& why) {
    return base::fail(ErrorCode::unsupported, "libgit2 can't serve this repository: " + why);
}

std::optional<ChangeKind> kind_of(git_delta_t status) {
    switch (status) {
        case GIT_DELTA_ADDED:
            return ChangeKind::added;
        case GIT_DELTA_DELETED:
            return ChangeKind::deleted;
        case GIT_DELTA_MODIFIED:
            return ChangeKind::modified;
        case GIT_DELTA_TYPECHANGE:
            return ChangeKind::type_changed;
        default:
            return std::nullopt;
    }
}

/// What libgit2 is right about; everything else it answers with `unsupported`, and git is asked.
class Libgit2Source final : public SourceBase {
   public:
    explicit Libgit2Source(const Repository& repository)
        : SourceBase(repository, std::make_unique<OdbReader>(repository.impl().odb.get())),
          handle_(repository.impl().handle.get()) {}

    [[nodiscard]] const char* name() const override { return "libgit2"; }

    base::Result<model::Snapshot> snapshot(const Selection& selection) override {
        RFSN_TRY(servable());
        if (selection.source == SnapshotSource::all) {
            RFSN_ASSIGN(auto snapshot, snapshot_of_all());
            RFSN_ASSIGN(const auto tree, head_tree());
            snapshot.base_tree = id_of(tree.get());
            seal(snapshot);
            return snapshot;
        }
        auto snapshot = empty_snapshot(selection.source);
        lg2::Handle<git_diff> diff;
        if (selection.source == SnapshotSource::range) {
            RFSN_ASSIGN(diff, range_diff(selection.range, snapshot));
        } else {
            RFSN_ASSIGN(const auto index, open_index());
            RFSN_ASSIGN(const auto tree, head_tree());
            snapshot.base_tree = id_of(tree.get());
            git_diff_options options = diff_options();
            diff = lg2::make<git_diff>(git_diff_tree_to_index, handle_, tree.get(), index.get(), &options);
        }
        if (!diff) {
            return unsupported(lg2::last_error());
        }
        RFSN_TRY(collect(*diff, snapshot));
        seal(snapshot);
        return snapshot;
    }

   protected:
    base::Result<std::vector<TreeEntry>> index_entries() override {
        RFSN_TRY(servable());
        RFSN_ASSIGN(const auto index, open_index());
        std::vector<TreeEntry> entries;
        const std::size_t count = git_index_entrycount(index.get());
        for (std::size_t i = 0; i < count; ++i) {
            const git_index_entry* entry = git_index_get_byindex(index.get(), i);
            entries.push_back({entry->path, file_mode(entry->mode), git_oid_tostr_s(&entry->id), false});
        }
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        return entries;
    }

   private:
    static git_diff_options diff_options() {
        git_diff_options options{};
        git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
        options.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
        return options;
    }

    static std::string id_of(const git_tree* tree) { return tree == nullptr ? "" : git_oid_tostr_s(git_tree_id(tree)); }

    [[nodiscard]] base::Result<void> servable() const {
        if (handle_ == nullptr || !repository().impl().odb) {
            return unsupported(repository().impl().refusal);
        }
        return {};
    }

    /// The index git handed us, if every entry in it is one that libgit2 reads as git does.
    base::Result<lg2::Handle<git_index>> open_index() {
        auto index = lg2::make<git_index>(git_index_open, repository().index_path().c_str());
        if (!index) {
            return unsupported(lg2::last_error());
        }
        std::vector<std::string> unmerged;
        const std::size_t count = git_index_entrycount(index.get());
        for (std::size_t i = 0; i < count; ++i) {
            const git_index_entry* entry = git_index_get_byindex(index.get(), i);
            if (git_index_entry_stage(entry) != 0) {
                unmerged.emplace_back(entry->path);
            } else if ((entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0) {
                return unsupported("an intent-to-add entry");
            } else if (file_mode(entry->mode) == FileMode::none) {
                return unsupported("an entry that is no file");
            }
        }
        if (!unmerged.empty()) {
            std::sort(unmerged.begin(), unmerged.end());
            unmerged.erase(std::unique(unmerged.begin(), unmerged.end()), unmerged.end());
            return tl::make_unexpected(unmerged_error(unmerged));
        }
        return index;
    }

    /// Null for a branch without commits.
    base::Result<lg2::Handle<git_tree>> head_tree() {
        git_reference* raw = nullptr;
        const int code = git_repository_head(&raw, handle_);
        const lg2::Handle<git_reference> head(raw);
        if (code == GIT_EUNBORNBRANCH) {
            return lg2::Handle<git_tree>();
        }
        if (code < 0) {
            return unsupported(lg2::last_error());
        }
        return peel(*git_reference_target(head.get()));
    }

    base::Result<lg2::Handle<git_tree>> peel(const git_oid& id) {
        git_oid ignored{};
        const std::string replaced = std::string("refs/replace/") + git_oid_tostr_s(&id);
        if (git_reference_name_to_id(&ignored, handle_, replaced.c_str()) != GIT_ENOTFOUND) {
            return unsupported("a replaced commit");
        }
        const auto object = lg2::make<git_object>(git_object_lookup, handle_, &id, GIT_OBJECT_ANY);
        git_object* tree = nullptr;
        if (!object || git_object_peel(&tree, object.get(), GIT_OBJECT_TREE) < 0) {
            return unsupported(lg2::last_error());
        }
        return lg2::Handle<git_tree>(reinterpret_cast<git_tree*>(tree));
    }

    /// Whether the parents of every commit are the ones that are stored in it.
    [[nodiscard]] base::Result<void> plain_history() const {
        for (const char* name : {"/info/grafts", "/shallow"}) {
            struct stat info {};
            if (stat((repository().common_dir() + name).c_str(), &info) == 0 && info.st_size > 0) {
                return unsupported("commits whose parents are not the ones stored");
            }
        }
        git_reference_iterator* raw = nullptr;
        if (git_reference_iterator_glob_new(&raw, handle_, "refs/replace/*") < 0) {
            return unsupported(lg2::last_error());
        }
        const std::unique_ptr<git_reference_iterator, decltype(&git_reference_iterator_free)> each(
            raw, &git_reference_iterator_free);
        const char* name = nullptr;
        return git_reference_next_name(&name, each.get()) == GIT_ITEROVER ? base::Result<void>{}
                                                                          : unsupported("replaced commits");
    }

    base::Result<git_oid> resolve(const std::string& revision) {
        const auto object = lg2::make<git_object>(git_revparse_single, handle_, revision.c_str());
        if (!object) {
            return unsupported(lg2::last_error());
        }
        return *git_object_id(object.get());
    }

    base::Result<lg2::Handle<git_diff>> range_diff(const std::string& range, model::Snapshot& snapshot) {
        RFSN_ASSIGN(const RangeEnds ends, parse_range(range));
        RFSN_ASSIGN(const git_oid to, resolve(ends.to));
        RFSN_ASSIGN(const auto result, peel(to));
        lg2::Handle<git_tree> base;
        if (!is_null_id(ends.from)) {
            RFSN_ASSIGN(git_oid from, resolve(ends.from));
            if (ends.symmetric) {
                RFSN_TRY(plain_history());
                git_oid common{};
                if (git_merge_base(&common, handle_, &from, &to) < 0) {
                    return unsupported(lg2::last_error());
                }
                from = common;
            }
            RFSN_ASSIGN(base, peel(from));
        }
        snapshot.base_tree = id_of(base.get());
        snapshot.result_tree = id_of(result.get());
        git_diff_options options = diff_options();
        return lg2::make<git_diff>(git_diff_tree_to_tree, handle_, base.get(), result.get(), &options);
    }

    static base::Result<void> collect(git_diff& diff, model::Snapshot& snapshot) {
        bool added = false;
        bool deleted = false;
        const std::size_t count = git_diff_num_deltas(&diff);
        for (std::size_t i = 0; i < count; ++i) {
            const git_diff_delta* delta = git_diff_get_delta(&diff, i);
            const auto kind = kind_of(delta->status);
            if (!kind) {
                return unsupported(fmt::format("a change of kind {}", static_cast<int>(delta->status)));
            }
            StagedFile file;
            file.kind = *kind;
            file.path = delta->new_file.path;
            if (file.kind != ChangeKind::added) {
                file.old_mode = file_mode(delta->old_file.mode);
                file.old_blob = git_oid_tostr_s(&delta->old_file.id);
            }
            if (file.kind != ChangeKind::deleted) {
                file.mode = file_mode(delta->new_file.mode);
                file.blob = git_oid_tostr_s(&delta->new_file.id);
            }
            if (file.kind == ChangeKind::modified && file.mode == file.old_mode && file.blob == file.old_blob) {
                continue;  // a mode that git no longer writes, and reads as this one
            }
            added = added || file.kind == ChangeKind::added;
            deleted = deleted || file.kind == ChangeKind::deleted;
            snapshot.files.push_back(std::move(file));
        }
        if (added && deleted) {
            // libgit2 measures similarity otherwise than git; which of the two a rename is must not depend on the
            // reader.
            return unsupported("a possible rename");
        }
        return {};
    }

    git_repository* handle_;
};

}  // namespace

std::unique_ptr<StagedSource> libgit2_source(const Repository& repository) {
    return std::make_unique<Libgit2Source>(repository);
}

}  // namespace rfsn::git
