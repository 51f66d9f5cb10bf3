// SPDX-License-Identifier: MIT
#include "check/own_check.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "base/process.hpp"
#include "check/choice.hpp"

namespace rfsn::check {
namespace {

std::shared_ptr<const buildpack::CheckSpec> spec_of(const std::string& id, const config::CheckSettings& settings) {
    auto spec = std::make_shared<buildpack::CheckSpec>();
    spec->id = id;
    spec->kind = model::check_kind(settings.kind).value_or(model::CheckKind::lint);
    spec->tier = model::Tier::shadow;
    spec->scope = model::Scope::project;
    spec->runs_repository_code = true;
    spec->command.argv = settings.run;
    spec->command.cwd = "{root}";
    // A team's own command says "no" by any status but 0; which statuses are crashes only its author knows.
    spec->findings.clear();
    for (int code = 1; code < 126; ++code) {
        spec->findings.push_back(code);
    }
    if (!settings.parser.empty()) {
        spec->outputs.push_back({"both", "", settings.parser});
    }
    return spec;
}

bool wanted_at(const PlanInput& input, const std::string& id, const config::CheckSettings& settings) {
    const auto& only = input.choice.only;
    if (std::find(only.begin(), only.end(), id) != only.end() || input.stage == model::Stage::ci ||
        settings.stages.empty()) {
        return true;
    }
    return std::find(settings.stages.begin(), settings.stages.end(), input.stage) != settings.stages.end();
}

}  // namespace

std::vector<Planned> plan_own_checks(const PlanInput& input) {
    std::vector<Planned> plans;
    for (const auto& [id, settings] : input.config->checks) {
        if (settings.run.empty()) {
            continue;
        }
        Planned planned;
        planned.spec = spec_of(id, settings);
        planned.search_path = input.search_path;
        planned.plan.id = id;
        planned.plan.pack = "config";
        planned.plan.project = ".";
        planned.plan.kind = planned.spec->kind;
        planned.plan.scope = planned.spec->scope;
        planned.plan.tier = planned.spec->tier;
        planned.plan.timeout = settings.timeout.value_or(std::chrono::minutes(1));
        planned.plan.runs_repository_code = true;
        planned.plan.reason = "the configuration has it";
        if (!is_wanted(input.choice, {id, "config", planned.plan.kind}) || !wanted_at(input, id, settings)) {
            continue;
        }
        for (const auto& file : input.snapshot->files) {
            if ((settings.files.empty() || base::glob_match_any(settings.files, file.path)) &&
                !base::glob_match_any(settings.exclude, file.path)) {
                planned.plan.files.push_back(file.path);
            }
        }
        if (planned.plan.files.empty()) {
            continue;
        }
        if (!input.commands_trusted) {
            planned.plan.preset = model::RunState::unavailable;
            planned.plan.preset_reason = "its command has changed or was never approved";
            planned.plan.remedy = "git rfsn trust";
        } else if (const auto found = base::find_program(settings.run.front(), input.search_path);
                   found || settings.run.front().find('/') != std::string::npos) {
            planned.program = found.value_or(settings.run.front());
        } else {
            planned.plan.preset = model::RunState::unavailable;
            planned.plan.preset_reason = settings.run.front() + " is not installed";
        }
        plans.push_back(std::move(planned));
    }
    return plans;
}

}  // namespace rfsn::check
