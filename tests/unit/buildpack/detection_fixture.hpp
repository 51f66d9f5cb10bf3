// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env.hpp"
#include "base/process.hpp"
#include "buildpack/buildpack.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::buildpack {

/// A repository whose index is looked at as a commit would be.
class StagedRepo {
   public:
    test::TempRepo repo;

    void stage(const std::map<std::string, std::string>& files) const {
        for (const auto& [path, content] : files) {
            repo.write(path, content);
        }
        repo.git({"add", "-A", "-f"});
    }

    [[nodiscard]] Detection change() { return detect(false); }
    [[nodiscard]] Detection all() { return detect(true); }

    /// The view, opened anew: what is staged now.
    const git::TreeView& look() {
        auto opened = git::Repository::open(repo.path(), base::Environment::of_process(), runner_);
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().describe());
        repository_ = std::make_unique<git::Repository>(std::move(*opened));
        auto source = git::staged_source(*repository_);
        EXPECT_TRUE(source.has_value());
        source_ = std::move(*source);
        auto snapshot = source_->snapshot({});
        EXPECT_TRUE(snapshot.has_value()) << (snapshot ? "" : snapshot.error().describe());
        snapshot_ = std::move(*snapshot);
        view_ = std::make_unique<git::TreeView>(*source_, snapshot_);
        return *view_;
    }

    Registry registry;

   private:
    Detection detect(bool everything) {
        auto found = everything ? detect_all(look(), registry) : detect_for_change(look(), registry);
        EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().describe());
        return found ? std::move(*found) : Detection{};
    }

    base::PosixProcessRunner runner_;
    std::unique_ptr<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    model::Snapshot snapshot_;
    std::unique_ptr<git::TreeView> view_;
};

using Strings = std::vector<std::string>;

/// "pack root" or "pack root (files only)" of each project.
inline Strings projects_of(const Detection& detection) {
    Strings out;
    for (const auto& project : detection.projects) {
        out.push_back(project.pack + " " + project.root + (project.fallback ? " (files only)" : ""));
    }
    return out;
}

inline std::string notes_of(const Detection& detection) {
    std::string out;
    for (const auto& note : detection.notes) {
        out += note + "\n";
    }
    return out;
}

}  // namespace rfsn::buildpack
