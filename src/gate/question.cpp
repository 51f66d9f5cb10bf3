// SPDX-License-Identifier: MIT
#include "gate/question.hpp"

#include <algorithm>
#include <set>

#include "gate/edit_limits.hpp"
#include "gate/failure_places.hpp"
#include "gate/reply_proposal.hpp"
#include "llm/targets.hpp"
#include "policy/policy.hpp"

namespace rfsn::gate {
namespace {

/// Files with a blocking finding that can be edited, or, where a check named none, the staged files it was about.
std::set<std::string> files_to_offer(const Judged& judged) {
    std::set<std::string> named, owned;
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        owned.insert(outcome.run.plan.files.begin(), outcome.run.plan.files.end());
        const bool is_test = outcome.run.plan.kind == model::CheckKind::test;
        for (const auto& finding : outcome.findings) {
            if (finding.blocking && !finding.path.empty() && !is_test) {
                named.insert(finding.path);
            }
        }
    }
    // A failing test says where it is or where the code gave up; what has to change is the code that was staged, never
    // a file of tests. Code that holds its own tests can be edited; policy looks after those.
    const bool test_failed = std::any_of(judged.outcomes.begin(), judged.outcomes.end(), [](const auto& outcome) {
        return outcome.run.state == model::RunState::blocked && outcome.run.plan.kind == model::CheckKind::test;
    });
    if (named.empty() || test_failed) {
        named.insert(owned.begin(), owned.end());
    }
    for (auto path = named.begin(); test_failed && path != named.end();) {
        path = policy::is_test_path(*path) ? named.erase(path) : std::next(path);
    }
    return named;
}

const model::StagedFile* staged(const Judged& judged, const std::string& path) {
    const auto& files = judged.whole.files;
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const model::StagedFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

/// The setting, or less where a model's own window is known to be smaller.
std::size_t prompt_tokens(const config::LlmSettings& settings) {
    std::int64_t tokens = settings.prompt_tokens;
    if (const auto targets = llm::targets(settings)) {
        for (const auto& target : *targets) {
            if (target.settings.context_tokens > 0) {
                tokens = std::min(tokens, target.settings.context_tokens - llm::reply_tokens(settings, *targets));
            }
        }
    }
    return static_cast<std::size_t>(std::max<std::int64_t>(tokens, 0));
}

}  // namespace

base::Result<llm::Prompt> prompt_for(Session& session, const Judged& judged) {
    llm::PromptInput input;
    const auto& config = session.config().config;
    input.tokens = prompt_tokens(config.llm);
    input.limits = edit_limits(session.config(), 0);
    for (const auto& outcome : judged.outcomes) {
        if (outcome.run.state != model::RunState::blocked) {
            continue;
        }
        llm::FailedCheck failed;
        failed.id = outcome.run.plan.id;
        failed.output = outcome.run.output;
        for (const auto& finding : outcome.findings) {
            if (finding.blocking) {
                failed.findings.push_back(finding);
            }
        }
        input.checks.push_back(std::move(failed));
    }
    if (input.checks.empty()) {
        return base::fail(base::ErrorCode::invalid, "nothing is red, so there is nothing to ask");
    }
    const ShowableFiles files(session, judged);
    std::vector<std::string> paths;
    for (const auto& path : files_to_offer(judged)) {
        const auto* file = staged(judged, path);
        if (file != nullptr && !file->has_content()) {
            continue;
        }
        if (auto content = files.read(path)) {
            input.files.push_back({path, std::move(*content), {}});
            paths.push_back(path);
        }
    }
    RFSN_ASSIGN(auto changed, git::changed_lines(session.source(), judged.whole, paths));
    for (auto& file : input.files) {
        file.changed = std::move(changed[file.path]);
    }
    RFSN_ASSIGN(input.read, files_to_read(session, judged));
    std::set<std::string> first(paths.begin(), paths.end());
    for (const auto& file : input.read) {
        first.insert(file.path);
    }
    RFSN_ASSIGN(input.diffs, diffs_to_show(session, judged, first));
    return llm::build_prompt(input);
}

}  // namespace rfsn::gate
