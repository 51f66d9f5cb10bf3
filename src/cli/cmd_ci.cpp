// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

namespace rfsn::cli {
namespace {

/// Where the pull request starts, by what CI services put into the environment.
std::string base_from_environment(const base::Environment& env) {
    if (auto base = env.get_or("RFSN_CI_BASE", ""); !base.empty()) {
        return base;
    }
    if (auto base = env.get_or("GITHUB_BASE_REF", ""); !base.empty()) {
        return "origin/" + base;
    }
    if (auto base = env.get_or("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""); !base.empty()) {
        return base;
    }
    const auto target = env.get_or("BITBUCKET_PR_DESTINATION_BRANCH", "");
    return target.empty() ? "" : "origin/" + target;
}

}  // namespace

int cmd_ci(const Invocation& invocation, Context& context) {
    const std::string base = invocation.value("base", base_from_environment(context.env));
    if (base.empty()) {
        return fail_with(
            {base::ErrorCode::usage,
             "which change? name its base: git rfsn ci --base origin/main (no CI service's variables were found)",
             {}});
    }
    gate::CheckRequest request;
    request.selection.source = model::SnapshotSource::range;
    request.selection.range = base + "..." + invocation.value("head", "HEAD");
    request.stage = model::Stage::ci;
    request.trusted = true;
    request.config_from_base = true;
    const bool github = context.env.get_or("GITHUB_ACTIONS", "") == "true";
    return run_check(invocation, context, std::move(request), github ? "github" : "terminal");
}

}  // namespace rfsn::cli
