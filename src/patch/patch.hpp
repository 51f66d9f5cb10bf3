// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "git/repository.hpp"
#include "git/staged_source.hpp"
#include "git/write.hpp"
#include "model/patch.hpp"
#include "policy/policy.hpp"

namespace rfsn::patch {

struct Proof {
    std::vector<model::CheckDelta> checks;
    std::vector<std::string> not_run;
    std::vector<std::string> isolation;
    std::map<std::string, std::string, std::less<>> tool_versions;
    std::string result_tree;  ///< id of the tree the checks saw, when one was written
};

/// Runs the checks on the tree with the edits over it; gate/ implements it.
class Prover {
   public:
    virtual ~Prover() = default;
    [[nodiscard]] virtual base::Result<Proof> prove(const model::FixProposal& proposal) = 0;
};

/// A patch that was proven. Only verify() and the store's checksummed load make one; apply() takes nothing else.
class VerifiedPatch {
   public:
    [[nodiscard]] const model::FixProposal& proposal() const { return proposal_; }
    /// The change it was proven on: with its objects, all that a replay needs.
    [[nodiscard]] const model::Snapshot& snapshot() const { return snapshot_; }
    [[nodiscard]] const std::string& snapshot_id() const { return snapshot_.id; }
    /// Snapshot of the worktree's own index at that time, where git handed us another one (`commit -a`, `commit --
    /// PATH`) and throws it away when the commit fails; else empty.
    [[nodiscard]] const std::string& kept_id() const { return kept_id_; }
    [[nodiscard]] const std::string& base_tree() const {
        return base_tree_;
    }  ///< tree id it was proven on, "" if none was written
    [[nodiscard]] const std::string& result_tree() const { return result_tree_; }  ///< tree id it produces
    [[nodiscard]] const std::string& diff() const { return diff_; }
    [[nodiscard]] const model::Evidence& evidence() const { return evidence_; }
    [[nodiscard]] const model::Cost& cost() const { return cost_; }

   private:
    friend struct VerifiedPatchMaker;  // of verify.cpp and store.cpp only
    VerifiedPatch() = default;
    model::FixProposal proposal_;
    model::Snapshot snapshot_;
    std::string kept_id_, base_tree_, result_tree_, diff_;
    model::Evidence evidence_;
    model::Cost cost_;
};

struct Refusal {
    std::string reason;
    model::Evidence evidence;
    std::string diff;
};
struct Verification {
    std::optional<VerifiedPatch> patch;
    std::optional<Refusal> refusal;  ///< exactly one of the two
};
struct VerifyRequest {
    policy::Limits limits;
    std::vector<std::string> offered;
    model::Cost cost;
    std::string kept_id;            ///< see VerifiedPatch
    std::size_t failed_rounds = 0;  ///< for the evidence; `limits` go with them
};
/// Policy on the real tree diff, then the proof: at least one failing check turns green, nothing that was green turns
/// red, nothing becomes unavailable. Errors only for what is no verdict on the patch (io, interrupted, ...).
[[nodiscard]] base::Result<Verification> verify(const model::FixProposal& proposal, git::StagedSource& source,
                                                const model::Snapshot& snapshot, Prover& prover,
                                                const VerifyRequest& request);

struct StoredProposal {
    std::string id;  ///< short, stable: first 8 hex digits of the content's SHA-256
    std::string created_at;
    std::string state;  ///< proposed, applied, discarded, undone
    VerifiedPatch patch;
};
/// Proposals in <common dir>/rfsn/state.db, 0600, rows checksummed. Errors: io, corrupt (a row is skipped and said),
/// conflict.
class Store {
   public:
    [[nodiscard]] static base::Result<Store> open(const git::Repository& repository);
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();
    [[nodiscard]] base::Result<std::string> add(const VerifiedPatch& patch);
    /// Open proposals, newest first; all with their state if `all`.
    [[nodiscard]] base::Result<std::vector<StoredProposal>> list(bool all);
    /// By id or unique prefix; empty id = the newest open one. Errors: not_found, usage (ambiguous).
    [[nodiscard]] base::Result<StoredProposal> get(const std::string& id);
    /// Ids of the rows that the last list() skipped because their checksum did not hold.
    [[nodiscard]] const std::vector<std::string>& damaged() const;
    [[nodiscard]] base::Result<void> set_state(const std::string& id, const std::string& state);

   private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct AppliedFile {
    std::string path;
    git::WorkTreeOutcome work_tree = git::WorkTreeOutcome::conflict;
    std::string reason;
    std::string kept_patch;  ///< path of the .patch that holds what did not fit, on conflict
    bool in_index = true;    ///< false: the index entry stayed as it was
};
struct ApplyOutcome {
    std::string proposal;
    std::vector<AppliedFile> files;
    bool undo = false;  ///< an apply was taken back
};
/// Blobs, journal, index, work tree, in that order; each file atomic. A patch that was proven on a passing index goes
/// to the work tree, and into the index only where that holds what the patch is for. Errors: conflict (what is staged,
/// in any path, or HEAD, is not what the patch was proven on; or git handed us an index that it will not keep), io.
[[nodiscard]] base::Result<ApplyOutcome> apply(const git::Repository& repository, git::StagedSource& source,
                                               Store& store, const StoredProposal& proposal);
/// Puts the index entries and work-tree files of the last apply (or of `id`) back; later work in those files is kept by
/// a reverse three-way merge, a conflict leaves the file alone and says so. Completes an undo of it that was killed.
/// Errors: not_found (nothing to undo), conflict.
[[nodiscard]] base::Result<ApplyOutcome> undo(const git::Repository& repository, git::StagedSource& source,
                                              Store& store, const std::string& id);
/// Completes an apply or undo that was killed, from the journal in <git dir>/rfsn/. nullopt if there was none.
[[nodiscard]] base::Result<std::optional<ApplyOutcome>> recover(const git::Repository& repository);
/// A `git gc --prune=now` that looked at the index before we replaced it takes the new blobs when it gets to them,
/// even after the apply has ended. Writes what the last apply or undo staged, if it is gone and the index still names
/// it; returns how many files that were. Only within an hour. Errors: external.
[[nodiscard]] base::Result<std::size_t> restore_blobs(const git::Repository& repository);

}  // namespace rfsn::patch
