// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "base/env.hpp"
#include "base/process.hpp"
#include "patch/patch.hpp"
#include "patch/verified_patch_maker.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::test {

template <class T>
T must(base::Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().describe());
    }
    return std::move(*result);
}

inline void must(const base::Result<void>& result) {
    if (!result) {
        throw std::runtime_error(result.error().describe());
    }
}

/// A prover that says what it was told to.
struct FakeProver final : patch::Prover {
    patch::Proof proof;
    std::optional<base::Error> error;
    int calls = 0;
    base::Result<patch::Proof> prove(const model::FixProposal& /*proposal*/) override {
        ++calls;
        if (error) {
            return tl::make_unexpected(*error);
        }
        return proof;
    }
};

/// A repository with everything that a patch goes through.
struct Workbench {
    TempRepo repo;
    base::PosixProcessRunner runner;
    std::unique_ptr<git::Repository> repository;
    std::unique_ptr<git::StagedSource> source;
    std::unique_ptr<patch::Store> store;

    void open(const base::Environment& env = base::Environment::of_process()) {
        repository = std::make_unique<git::Repository>(must(git::Repository::open(repo.path(), env, runner)));
        source = must(git::staged_source(*repository));
        store = std::make_unique<patch::Store>(must(patch::Store::open(*repository)));
    }
    [[nodiscard]] std::string staged(const std::string& path) const { return repo.git({"show", ":" + path}); }
    [[nodiscard]] std::string blob(const std::string& path) const {
        return must(git::index_blobs(*repository, {path}))[0];
    }
    [[nodiscard]] model::FileEdit edit(const std::string& path, const std::string& content,
                                       model::FileMode mode = model::FileMode::regular) const {
        return {path, blob(path), mode, content, false};
    }
    /// Stores a patch as a proof would have; these tests are about what happens after it.
    patch::StoredProposal proven(std::vector<model::FileEdit> edits) const {
        model::FixProposal proposal;
        proposal.strategy = "test";
        proposal.edits = std::move(edits);
        const std::string diff = must(git::unified_diff(*source, proposal.edits));
        const auto snapshot = must(source->snapshot({}));
        const auto id = must(store->add(patch::VerifiedPatchMaker::make(proposal, snapshot, "", "", diff, {}, {})));
        return must(store->get(id));
    }
    patch::ApplyOutcome apply(const patch::StoredProposal& proposal) const {
        return must(patch::apply(*repository, *source, *store, proposal));
    }
    patch::ApplyOutcome undo(const std::string& id = "") const {
        return must(patch::undo(*repository, *source, *store, id));
    }
    [[nodiscard]] std::string state(const std::string& id) const { return must(store->get(id)).state; }
};

inline std::string outcomes(const patch::ApplyOutcome& outcome) {
    std::string text;
    for (const auto& file : outcome.files) {
        text += file.path + ":" + git::name(file.work_tree) + " ";
    }
    return text;
}

}  // namespace rfsn::test
