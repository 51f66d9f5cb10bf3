// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/command.hpp"
#include "check/run_tools.hpp"

namespace rfsn::check {

/// The values of a check's placeholders in a place.
[[nodiscard]] CommandValues values_for(const Planned& planned, const git::TreeView& view, const isolate::Place& place);
/// What a check wants of the isolation: tier, files, and the configuration files above them.
[[nodiscard]] base::Result<isolate::Request> request_for(const Planned& planned, const git::TreeView& view);
/// The configuration files for scratch places: the globs of `context`, looked up in the directories from each file up
/// to the root.
[[nodiscard]] base::Result<std::vector<std::string>> context_files(const std::vector<std::string>& globs,
                                                                   const std::vector<std::string>& files,
                                                                   const git::TreeView& view);

/// One check on its way through a place: its steps one after the other, then its command, in batches. Hands out
/// processes to start and takes their results; knows nothing of scheduling.
class ToolRun {
   public:
    ToolRun(const Planned& planned, const ToolContext& context);
    /// Prepares the commands. Errors end the run (state error).
    void start(isolate::Place& place);
    [[nodiscard]] bool started() const { return place_ != nullptr; }
    [[nodiscard]] bool finished() const { return finished_; }
    /// The next process that may start now, or nullopt (some are running, or it is finished). `side_by_side`: batches
    /// may overlap.
    [[nodiscard]] std::optional<base::ProcessSpec> next(bool side_by_side);
    void done(base::ProcessResult result);
    void fail(model::RunState state, std::string reason);
    [[nodiscard]] Outcome take();
    [[nodiscard]] const Planned& planned() const { return *planned_; }
    [[nodiscard]] bool running() const { return running_ > 0; }

   private:
    struct Output {
        const buildpack::OutputSpec* spec = nullptr;
        std::string text;
        std::string directory;  ///< what `**` in a report's name stood for: the module that it is about
    };
    void judge_phase();
    void judge(const std::vector<base::ProcessResult>& results, bool is_step);
    /// Whether its test runner writes a report of each test.
    [[nodiscard]] bool reports_tests() const;
    void pass(bool nothing);
    [[nodiscard]] bool lacks_dependency(const std::vector<base::ProcessResult>& results);
    void collect_findings(const std::vector<base::ProcessResult>& results);
    /// The files that a report's name, which may be a glob, stands for.
    [[nodiscard]] std::vector<std::string> report_files(const std::string& pattern) const;
    [[nodiscard]] std::vector<Output> outputs(const std::vector<base::ProcessResult>& results);

    const Planned* planned_;
    const ToolContext* context_;
    isolate::Place* place_ = nullptr;
    CommandValues values_;
    std::vector<std::vector<ExpandedCommand>> phases_;
    std::size_t phase_ = 0;
    std::size_t command_ = 0;
    std::size_t running_ = 0;
    bool finished_ = false;
    std::vector<base::ProcessResult> results_;
    std::chrono::steady_clock::time_point start_;
    Outcome outcome_;
};

}  // namespace rfsn::check
