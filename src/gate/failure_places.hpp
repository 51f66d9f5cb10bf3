// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gate/judge.hpp"
#include "llm/llm.hpp"

// Where in the tree that is judged a failure leads.
namespace rfsn::gate {

/// Reads the files of the judged tree that may be shown: tracked, regular, no larger than 1 MiB, not excluded by the
/// configuration, and not of a name that keys have.
class ShowableFiles {
   public:
    ShowableFiles(const Session& session, const Judged& judged) : session_(&session), judged_(&judged) {}
    [[nodiscard]] bool is_showable(const std::string& path) const;
    [[nodiscard]] std::optional<std::string> read(const std::string& path) const;
    /// The tracked file that a tool means by `written`: a path of ours, of a copy elsewhere, below a project or, if
    /// only one file ends so, a part of a path. "" if there is none.
    [[nodiscard]] std::string resolve(const std::string& written, const std::string& project);

   private:
    [[nodiscard]] bool is_file(const std::string& path) const;
    const Session* session_;
    const Judged* judged_;
    bool walked_ = false;
    std::vector<std::string> all_;
};

/// The failing tests, what findings, notes, messages and traces point at, and the failing tools' configuration.
[[nodiscard]] base::Result<std::vector<llm::ReadFile>> files_to_read(Session& session, const Judged& judged);
/// What the change does, the named files first; without lock files and vendored ones.
[[nodiscard]] base::Result<std::vector<llm::StagedDiff>> diffs_to_show(Session& session, const Judged& judged,
                                                                       const std::set<std::string>& first);

}  // namespace rfsn::gate
