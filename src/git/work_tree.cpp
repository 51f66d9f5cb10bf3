// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>
#include <git2.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "git/index_draft.hpp"
#include "git/libgit2.hpp"
#include "git/scratch_index.hpp"
#include "git/work_tree_file.hpp"
#include "git/write.hpp"

namespace rfsn::git {
namespace {

using base::ErrorCode;

/// The same change as the work tree may show it.
struct Form {
    std::string base;
    std::string theirs;
};

std::string with_crlf(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) {
            result += '\r';
        }
        result += text[i];
    }
    return result;
}

std::string with_lf(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
            result += text[i];
        }
    }
    return result;
}

bool mostly_crlf(std::string_view text) {
    std::size_t crlf = 0;
    std::size_t lf = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++(i > 0 && text[i - 1] == '\r' ? crlf : lf);
        }
    }
    return crlf > lf;
}

base::Result<std::optional<std::string>> merge(std::string_view base, std::string_view ours, std::string_view theirs,
                                               git_merge_file_favor_t favor) {
    lg2::start();
    const auto input = [](std::string_view text) {
        git_merge_file_input file{};
        git_merge_file_input_init(&file, GIT_MERGE_FILE_INPUT_VERSION);
        file.ptr = text.data();
        file.size = text.size();
        return file;
    };
    const auto ancestor = input(base);
    const auto left = input(ours);
    const auto right = input(theirs);
    git_merge_file_options options{};
    git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
    options.favor = favor;
    git_merge_file_result result{};
    if (git_merge_file(&result, &ancestor, &left, &right, &options) < 0) {
        return base::fail(ErrorCode::external, "merge failed: " + lg2::last_error());
    }
    std::optional<std::string> merged;
    if (result.automergeable != 0) {
        merged.emplace(result.ptr == nullptr ? "" : result.ptr, result.len);
    }
    git_merge_file_result_free(&result);
    return merged;
}

bool is_binary(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

/// Git's conversions for one path, asked only when the bytes alone do not settle it.
class Conversions {
   public:
    static base::Result<Conversions> open(const Repository& repository, const std::string& path) {
        RFSN_ASSIGN(auto dir, base::TempDir::make(moment_dir(repository), "tmp-rfsn-"));
        return Conversions(repository, path, std::move(dir));
    }

    /// As a checkout would write them.
    base::Result<Form> smudged(std::string_view base, std::string_view theirs) {
        model::FileEdit before;
        model::FileEdit after;
        before.content = base;
        after.content = theirs;
        RFSN_ASSIGN(const auto ids, git_.write_blobs({&before, &after}, dir_.path()));
        base_id_ = ids[0];
        RFSN_ASSIGN(std::string shown_base, git_.run({"cat-file", "--filters", "--path=" + path_, ids[0]}));
        RFSN_ASSIGN(std::string shown_theirs, git_.run({"cat-file", "--filters", "--path=" + path_, ids[1]}));
        return Form{std::move(shown_base), std::move(shown_theirs)};
    }

    /// Whether `git add` of these bytes would give base again; after smudged().
    [[nodiscard]] base::Result<bool> cleans_to_base(const std::string& disk) const {
        RFSN_ASSIGN(const std::string id,
                    git_.run({"-c", "core.safecrlf=false", "hash-object", "--stdin", "--path=" + path_}, disk));
        return base::trim(id) == base_id_;
    }

    /// Whether a filter driver (LFS, encryption, ...) owns the path.
    [[nodiscard]] base::Result<bool> driven() const {
        RFSN_ASSIGN(const std::string said, git_.run({"check-attr", "-z", "filter", "--", path_}));
        const auto fields = base::split(said, '\0');
        return fields.size() >= 3 && fields[2] != "unspecified" && fields[2] != "unset";
    }

   private:
    Conversions(const Repository& repository, std::string path, base::TempDir dir)
        : dir_(std::move(dir)),
          path_(std::move(path)),
          git_(repository, repository.index_path(), dir_.path() + "/objects", "") {}

    base::TempDir dir_;
    std::string path_;
    ScratchGit git_;
    std::string base_id_;
};

WorkTreePlan conflict(WorkTreePlan plan, std::string reason) {
    plan.outcome = WorkTreeOutcome::conflict;
    plan.reason = std::move(reason);
    return plan;
}

const char* why_not_regular(const WorkTreeFile& file) {
    if (file.kind() == WorkTreeFile::Kind::symlink) {
        return "it is a symlink in the work tree, not a regular file, and nothing is written through one";
    }
    return file.is_directory() ? "it is a directory in the work tree, not a regular file"
                               : "it is a pipe, socket or device in the work tree, not a regular file";
}

WorkTreePlan removal(WorkTreePlan plan) {
    plan.outcome = WorkTreeOutcome::written;
    return plan;
}

WorkTreePlan settled(WorkTreePlan plan, WorkTreeOutcome outcome, std::string after) {
    plan.outcome = plan.before == after ? WorkTreeOutcome::already : outcome;
    plan.after = std::move(after);
    return plan;
}

/// The file holds neither base nor theirs byte for byte.
base::Result<WorkTreePlan> plan_changed(const Repository& repository, const std::string& path, std::string_view base,
                                        std::string_view theirs, bool deletes, WorkTreePlan plan) {
    const std::string& disk = *plan.before;
    RFSN_ASSIGN(auto conversions, Conversions::open(repository, path));
    RFSN_ASSIGN(const Form shown, conversions.smudged(base, theirs));
    if (deletes) {
        bool untouched = disk == shown.base;
        if (!untouched) {
            RFSN_ASSIGN(untouched, conversions.cleans_to_base(disk));
        }
        return untouched ? removal(std::move(plan)) : conflict(std::move(plan), "it has unstaged changes and is kept");
    }
    if (disk == shown.base || disk == shown.theirs) {
        return settled(std::move(plan), WorkTreeOutcome::written, shown.theirs);
    }
    if (is_binary(disk) || is_binary(shown.base) || is_binary(shown.theirs)) {
        return conflict(std::move(plan), "it has unstaged changes and is binary");
    }
    const std::vector<Form> forms{shown,
                                  {std::string(base), std::string(theirs)},
                                  {with_crlf(base), with_crlf(theirs)},
                                  {with_lf(base), with_lf(theirs)}};
    for (const auto& form : forms) {
        RFSN_ASSIGN(auto merged, merge(form.base, disk, form.theirs, GIT_MERGE_FILE_FAVOR_NORMAL));
        if (merged) {
            return settled(std::move(plan), WorkTreeOutcome::merged, std::move(*merged));
        }
    }
    // Odd line ends are no work of the user's: then the change goes in, and only its own lines are touched.
    RFSN_ASSIGN(const bool driven, conversions.driven());
    RFSN_ASSIGN(const bool untouched, driven ? base::Result<bool>(false) : conversions.cleans_to_base(disk));
    if (untouched) {
        const Form& form = mostly_crlf(disk) ? forms[2] : forms[3];
        RFSN_ASSIGN(auto merged, merge(form.base, disk, form.theirs, GIT_MERGE_FILE_FAVOR_THEIRS));
        if (merged) {
            return settled(std::move(plan), WorkTreeOutcome::written, std::move(*merged));
        }
    }
    return conflict(std::move(plan), "its unstaged changes touch the same lines");
}

base::Result<WorkTreePlan> plan_new(const Repository& repository, const std::string& path, std::string_view theirs,
                                    WorkTreePlan plan) {
    RFSN_ASSIGN(auto conversions, Conversions::open(repository, path));
    RFSN_ASSIGN(Form shown, conversions.smudged("", theirs));
    if (!plan.before) {
        plan.outcome = WorkTreeOutcome::written;
        plan.after = std::move(shown.theirs);
        return plan;
    }
    return *plan.before == theirs || *plan.before == shown.theirs
               ? settled(plan, WorkTreeOutcome::already, *plan.before)
               : conflict(std::move(plan), "another file is already there, and not tracked");
}

}  // namespace

base::Result<std::optional<std::string>> merge_bytes(std::string_view base, std::string_view ours,
                                                     std::string_view theirs) {
    if (ours == base) {
        return std::string(theirs);
    }
    if (theirs == base || ours == theirs) {
        return std::string(ours);
    }
    if (is_binary(base) || is_binary(ours) || is_binary(theirs)) {
        return std::nullopt;
    }
    return merge(base, ours, theirs, GIT_MERGE_FILE_FAVOR_NORMAL);
}

base::Result<WorkTreePlan> plan_work_tree(const Repository& repository, const std::string& path, std::string_view base,
                                          std::string_view theirs, bool deletes, bool creates) {
    WorkTreePlan plan;
    auto file = WorkTreeFile::at(repository.work_tree(), path, false);
    if (!file) {
        return file.error().code == ErrorCode::denied
                   ? base::Result<WorkTreePlan>(conflict(std::move(plan), file.error().message))
                   : tl::make_unexpected(std::move(file.error()));
    }
    if (file->kind() == WorkTreeFile::Kind::absent) {
        if (creates && !deletes) {
            return plan_new(repository, path, theirs, std::move(plan));
        }
        plan.outcome = deletes ? WorkTreeOutcome::already : WorkTreeOutcome::absent;
        plan.reason = deletes ? "" : "it is deleted in the work tree";
        return plan;
    }
    if (file->kind() != WorkTreeFile::Kind::regular) {
        return conflict(std::move(plan), why_not_regular(*file));
    }
    plan.mode = file->mode();
    auto bytes = file->read();
    if (!bytes) {
        const bool about_file = bytes.error().code == ErrorCode::denied || bytes.error().code == ErrorCode::conflict;
        return about_file ? base::Result<WorkTreePlan>(conflict(std::move(plan), bytes.error().message))
                          : tl::make_unexpected(std::move(bytes.error()));
    }
    plan.before = std::move(*bytes);
    const std::string& disk = *plan.before;
    if (creates) {
        return plan_new(repository, path, theirs, std::move(plan));
    }
    if (!deletes && disk == theirs) {
        return settled(std::move(plan), WorkTreeOutcome::already, std::string(theirs));
    }
    if (disk == base) {
        return deletes ? removal(std::move(plan))
                       : settled(std::move(plan), WorkTreeOutcome::written, std::string(theirs));
    }
    return plan_changed(repository, path, base, theirs, deletes, std::move(plan));
}

void sweep_work_tree(const Repository& repository, const std::string& path) {
    if (const auto file = WorkTreeFile::at(repository.work_tree(), path, false)) {
        file->sweep();
    }
}

base::Result<void> write_work_tree(const Repository& repository, const std::string& path,
                                   const std::optional<std::string>& expected, const std::optional<std::string>& bytes,
                                   std::uint32_t mode) {
    using Kind = WorkTreeFile::Kind;
    RFSN_ASSIGN(const auto file, WorkTreeFile::at(repository.work_tree(), path, !expected && bytes));
    if (file.kind() == Kind::absent) {
        if (expected) {
            return base::fail(ErrorCode::conflict, base::printable(path) + " was removed meanwhile; it is left alone");
        }
        return bytes ? file.replace(*bytes, mode) : base::Result<void>{};
    }
    if (!expected || file.kind() != Kind::regular) {
        return base::fail(ErrorCode::conflict, base::printable(path) + " was put there meanwhile; it is left alone");
    }
    RFSN_ASSIGN(const std::string now, file.read());
    if (now != *expected) {
        return base::fail(ErrorCode::conflict, base::printable(path) + " was changed meanwhile; it is left alone");
    }
    return bytes ? file.replace(*bytes, mode) : file.remove(repository.work_tree());
}

}  // namespace rfsn::git
