// SPDX-License-Identifier: MIT
#include "check/plan.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "base/glob.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "buildpack/includes.hpp"
#include "check/choice.hpp"
#include "check/compile_database.hpp"
#include "check/integrity.hpp"
#include "check/own_check.hpp"

namespace rfsn::check {
namespace {

bool in_stage(const std::vector<model::Stage>& stages, model::Stage stage) {
    if (stages.empty()) {
        return true;
    }
    const auto has = [&](model::Stage wanted) {
        return std::find(stages.begin(), stages.end(), wanted) != stages.end();
    };
    // A merge is a commit; CI is everything that any stage runs.
    return stage == model::Stage::ci || has(stage) ||
           (stage == model::Stage::pre_merge_commit && has(model::Stage::pre_commit)) ||
           (stage == model::Stage::pre_push && has(model::Stage::pre_commit));
}

const config::CheckSettings* settings_of(const PlanInput& input, std::string_view id) {
    const auto found = input.config->checks.find(id);
    return found == input.config->checks.end() ? nullptr : &found->second;
}

/// The team's own filter over a check's files.
bool chosen_by(const config::CheckSettings* settings, const std::string& path) {
    return settings == nullptr || ((settings->files.empty() || base::glob_match_any(settings->files, path)) &&
                                   !base::glob_match_any(settings->exclude, path));
}

void preset(model::CheckPlan& plan, model::RunState state, std::string reason, std::string remedy = {}) {
    plan.preset = state;
    plan.preset_reason = std::move(reason);
    plan.remedy = std::move(remedy);
}

/// What the team's and the user's settings say about a check, whichever kind it is.
void apply_settings(const PlanInput& input, model::CheckPlan& plan) {
    const auto* settings = settings_of(input, plan.id);
    plan.required = input.stage == model::Stage::ci || (settings != nullptr && settings->required.value_or(false));
    if (settings != nullptr && settings->timeout) {
        plan.timeout = *settings->timeout;
    }
    Choice configured;
    configured.skip = input.config->skip;
    const Names names{plan.id, plan.pack, plan.kind};
    if (settings != nullptr && settings->enabled && !*settings->enabled) {
        preset(plan, model::RunState::skipped, "switched off in the configuration");
        plan.required = false;
    } else if (!is_wanted(configured, names)) {
        preset(plan, model::RunState::skipped, "in the configured skip list");
        plan.required = false;
    }
}

bool stage_wants(const PlanInput& input, const model::CheckPlan& plan, const std::vector<model::Stage>& of_pack) {
    const auto* settings = settings_of(input, plan.id);
    if (settings != nullptr && !settings->stages.empty()) {
        return in_stage(settings->stages, input.stage);
    }
    // Asked for by its own name, a check runs at any stage.
    const auto& only = input.choice.only;
    return in_stage(of_pack, input.stage) || std::find(only.begin(), only.end(), plan.id) != only.end();
}

BuiltinOptions builtin_options(const PlanInput& input, const config::CheckSettings* settings) {
    BuiltinOptions options;
    // A conflict that was staged by mistake is one outside a merge too; separators count between markers only.
    options.assume_in_merge = true;
    options.max_kb = static_cast<std::uint64_t>(input.config->max_file_kb);
    if (settings != nullptr) {
        options.extra = settings->args;
    }
    return options;
}

base::Result<void> plan_builtin(const PlanInput& input, const Builtin& builtin, std::vector<Planned>& out) {
    Planned planned;
    planned.builtin = &builtin;
    planned.plan.id = builtin.id;
    planned.plan.pack = "builtin";
    planned.plan.kind = builtin.id == "secrets" || builtin.id == "detect-private-key" ? model::CheckKind::security
                                                                                      : model::CheckKind::hygiene;
    planned.plan.tier = model::Tier::blobs;
    if (!is_wanted(input.choice, {builtin.id, "builtin", planned.plan.kind}) || !stage_wants(input, planned.plan, {})) {
        return {};
    }
    const auto* settings = settings_of(input, builtin.id);
    if (settings != nullptr && !settings->args.empty()) {
        RFSN_TRY(check_builtin_arguments(builtin.id, settings->args).map_error([&](base::Error error) {
            error.code = base::ErrorCode::config;
            return std::move(error).with("in checks." + builtin.id + ".args");
        }));
    }
    planned.options = builtin_options(input, settings);
    planned.plan.reason = "built-in";
    apply_settings(input, planned.plan);
    const auto consider = [&](const model::StagedFile& file) {
        BuiltinFile probe;
        probe.file = &file;
        probe.merging = input.snapshot->merging;
        if (!planned.plan.preset && chosen_by(settings, file.path) && builtin.applies(probe, planned.options)) {
            planned.plan.files.push_back(file.path);
        }
    };
    std::for_each(input.snapshot->files.begin(), input.snapshot->files.end(), consider);
    if (planned.plan.kind == model::CheckKind::security && input.self_excluded != nullptr) {
        std::for_each(input.self_excluded->begin(), input.self_excluded->end(), consider);
        std::sort(planned.plan.files.begin(), planned.plan.files.end());
    }
    if (!planned.plan.preset && planned.plan.files.empty()) {
        preset(planned.plan, model::RunState::skipped, "no staged file for it");
    }
    out.push_back(std::move(planned));
    return {};
}

base::Result<void> plan_builtins(const PlanInput& input, std::vector<Planned>& out) {
    for (const auto& builtin : builtins()) {
        RFSN_TRY(plan_builtin(input, builtin, out));
    }
    Planned integrity = plan_integrity(*input.snapshot);
    if (is_wanted(input.choice, {integrity.plan.id, integrity.plan.pack, integrity.plan.kind}) &&
        stage_wants(input, integrity.plan, {})) {
        apply_settings(input, integrity.plan);
        if (changes_configuration(*input.snapshot)) {
            integrity.plan.preset.reset();  // a change does not take itself out of sight
            integrity.plan.preset_reason.clear();
        }
        if (!integrity.plan.preset && integrity.plan.files.empty()) {
            preset(integrity.plan, model::RunState::skipped, "no staged file for it");
        }
        out.push_back(std::move(integrity));
    }
    for (const auto& builtin : optional_builtins()) {
        const auto* settings = settings_of(input, builtin.id);
        const auto& only = input.choice.only;
        if ((settings != nullptr && settings->enabled.value_or(false)) ||
            std::find(only.begin(), only.end(), builtin.id) != only.end()) {
            RFSN_TRY(plan_builtin(input, builtin, out));
        }
    }
    return {};
}

bool has_content(const model::Snapshot& snapshot, const std::string& path) {
    const auto found =
        std::lower_bound(snapshot.files.begin(), snapshot.files.end(), path,
                         [](const model::StagedFile& file, const std::string& wanted) { return file.path < wanted; });
    return found != snapshot.files.end() && found->path == path && found->has_content();
}

void require_tool(const PlanInput& input, Planned& planned, const std::string& project_root) {
    if (planned.tool == nullptr || planned.plan.preset) {
        return;
    }
    planned.program = find_tool(*planned.tool, project_root, input);
    if (planned.program.empty()) {
        preset(planned.plan, model::RunState::unavailable, planned.tool->id + " is not installed",
               input.view == nullptr
                   ? planned.tool->hint
                   : buildpack::tool_remedy(*planned.pack, *planned.tool, *planned.project, *input.view));
    }
}

void require_trust(const PlanInput& input, Planned& planned) {
    if (!planned.plan.runs_repository_code || input.clone_trusted || planned.plan.preset) {
        return;
    }
    // Nobody may read a required check that never ran as green.
    const auto state = planned.plan.required ? model::RunState::unavailable : model::RunState::skipped;
    preset(planned.plan, state, "it runs this repository's code, which is not trusted in this clone yet",
           "git rfsn init");
}

/// Audits ask a registry, and some tools take minutes: they run for whoever says so.
bool is_opted_for(const PlanInput& input, const std::string& id) {
    const auto* settings = settings_of(input, id);
    const auto& only = input.choice.only;
    return (settings != nullptr && settings->enabled.value_or(false)) ||
           std::find(only.begin(), only.end(), id) != only.end();
}

/// Directories that a package manager fills: without them a tool would fail in words that nobody would understand.
void require_dependencies(const PlanInput& input, Planned& planned, const model::Project& project) {
    const auto declares = project.facts.find("has_dependencies");
    if (planned.plan.preset || planned.spec->dependencies.empty() || declares == project.facts.end()) {
        return;
    }
    std::string directory = project.root == "." ? "" : project.root;
    while (true) {
        for (const auto& name : planned.spec->dependencies) {
            struct stat info {};
            const auto path = input.work_tree + "/" + (directory.empty() ? "" : directory + "/") + name;
            if (stat(path.c_str(), &info) == 0) {
                return;
            }
        }
        if (directory.empty()) {
            break;
        }
        const auto slash = directory.rfind('/');
        directory = slash == std::string::npos ? "" : directory.substr(0, slash);
    }
    preset(planned.plan, model::RunState::unavailable,
           "its dependencies are not installed: there is no " + planned.spec->dependencies.front(),
           buildpack::install_command(*planned.pack, project));
}

/// Which sources stand for the staged headers; with nothing but headers that no source includes there is nothing to do.
void explain_headers(const PlanInput& input, Planned& planned) {
    const auto& files = planned.plan.files;
    const auto is_header = [&](const std::string& path) { return buildpack::is_header_of(*planned.spec, path); };
    if (std::none_of(files.begin(), files.end(), is_header)) {
        return;
    }
    planned.records = read_build_records(input.work_tree, planned.project->root, input.search_path);
    planned.through =
        buildpack::including_sources(*planned.spec, *planned.project, *input.view, files, planned.records);
    const auto& sources = planned.through;
    std::string through;
    std::string alone;
    bool any_source = !sources.empty();
    for (const auto& path : files) {
        if (!is_header(path)) {
            any_source = true;
        } else if (const auto source = sources.find(path); source != sources.end()) {
            through +=
                (through.empty() ? "; " : ", ") + base::printable(path) + " through " + base::printable(source->second);
        } else if (alone.empty()) {
            alone = "no source file includes " + base::printable(path);
        }
    }
    planned.plan.reason += through + (alone.empty() ? "" : "; " + alone);
    if (!any_source) {
        preset(planned.plan, model::RunState::skipped, alone);
    }
}

base::Result<void> plan_project(const PlanInput& input, const model::Project& project, std::vector<Planned>& out) {
    RFSN_ASSIGN(const auto* pack, input.registry->get(project.pack));
    std::optional<buildpack::Affected> reach;
    for (const auto& spec : pack->checks) {
        Planned planned;
        planned.pack = pack;
        planned.project = &project;
        planned.plan.id = spec.id;
        planned.plan.pack = pack->id;
        planned.plan.project = project.root;
        planned.plan.kind = spec.kind;
        planned.plan.scope = spec.scope;
        planned.plan.tier = spec.tier;
        planned.plan.timeout = spec.timeout;
        planned.plan.runs_repository_code = spec.runs_repository_code;
        if (!is_wanted(input.choice, {spec.id, pack->id, spec.kind}) ||
            !stage_wants(input, planned.plan, spec.stages) || (spec.project_required && project.fallback) ||
            (spec.opt_in && !is_opted_for(input, spec.id))) {
            continue;
        }
        if (!spec.when.empty()) {
            RFSN_ASSIGN(const bool active, buildpack::evaluate(spec.when, project.facts));
            if (!active) {
                continue;
            }
        }
        const auto* settings = settings_of(input, spec.id);
        for (const auto& path : project.files) {
            if (buildpack::is_about(spec, project, path) && chosen_by(settings, path) &&
                (spec.scope != model::Scope::files || has_content(*input.snapshot, path))) {
                planned.plan.files.push_back(path);
            }
        }
        if (planned.plan.files.empty()) {
            continue;
        }
        planned.search_path = input.search_path;
        planned.spec = std::shared_ptr<const buildpack::CheckSpec>(std::shared_ptr<void>(), &spec);
        const auto tool = pack->tools.find(spec.tool);
        planned.tool = tool == pack->tools.end() ? nullptr : &tool->second;
        planned.plan.reason = std::to_string(planned.plan.files.size()) + " staged file" +
                              (planned.plan.files.size() == 1 ? "" : "s") + " of the " + pack->name + " project at " +
                              project.root;
        if (spec.kind == model::CheckKind::test && input.view != nullptr) {
            if (!reach) {
                reach = buildpack::affected(*pack, project, *input.view);
            }
            planned.plan.reason += "; " + reach->reason;
        }
        if (!spec.headers.empty() && input.view != nullptr) {
            explain_headers(input, planned);
        }
        apply_settings(input, planned.plan);
        require_trust(input, planned);
        require_dependencies(input, planned, project);
        require_tool(input, planned, project.root);
        out.push_back(std::move(planned));
    }
    return {};
}

/// A staged file of a known language that nothing at all can judge must not look green.
void note_unjudged(std::vector<Planned>& plans) {
    const bool any_tool = std::any_of(plans.begin(), plans.end(), [](const Planned& planned) {
        return planned.builtin == nullptr && !planned.integrity;
    });
    const bool any_runs =
        std::any_of(plans.begin(), plans.end(), [](const Planned& planned) { return !planned.plan.preset; });
    if (!any_tool || any_runs) {
        return;
    }
    for (auto& planned : plans) {
        if (planned.plan.preset == model::RunState::unavailable) {
            planned.plan.required = true;
        }
    }
}

/// In the dependencies of another work tree, where this one has none. `path` is relative.
std::optional<std::string> borrowed_program(const std::string& path, const PlanInput& input) {
    std::size_t start = 0;
    for (std::size_t slash = path.find('/'); input.lender && slash != std::string::npos;
         slash = path.find('/', start)) {
        const std::string name = path.substr(start, slash - start);
        if (name == "node_modules" || name == ".venv" || name == "venv" || name == "vendor") {
            const std::string lender = input.lender(path.substr(0, start == 0 ? 0 : start - 1), name);
            return lender.empty() ? std::nullopt : base::find_program(lender + "/" + path, input.search_path);
        }
        start = slash + 1;
    }
    return std::nullopt;
}

}  // namespace

std::string find_tool(const buildpack::Tool& tool, const std::string& project_root, const PlanInput& input) {
    const std::string project =
        project_root == "." || project_root.empty() ? input.work_tree : input.work_tree + "/" + project_root;
    for (std::string candidate : tool.programs) {
        const auto replace = [&](std::string_view from, const std::string& to) {
            const auto at = candidate.find(from);
            if (at != std::string::npos) {
                candidate.replace(at, from.size(), to);
            }
        };
        replace("{project}", project);
        replace("{root}", input.work_tree);
        const bool local = candidate.find('/') != std::string::npos && candidate.rfind(input.work_tree + "/", 0) == 0;
        if (local && !input.clone_trusted) {
            continue;
        }
        if (const auto found = base::find_program(candidate, input.search_path)) {
            return *found;
        }
        if (const auto found =
                local ? borrowed_program(candidate.substr(input.work_tree.size() + 1), input) : std::nullopt) {
            return *found;
        }
    }
    return {};
}

base::Result<std::vector<Planned>> make_plan(const PlanInput& input) {
    RFSN_TRY(validate_choice(input.choice, input));
    Choice configured;
    configured.skip = input.config->skip;
    RFSN_TRY(validate_choice(configured, input).map_error([](base::Error error) {
        error.code = base::ErrorCode::config;
        return std::move(error).with("in the setting `skip`; `git rfsn config --show-origin` says where it is from");
    }));
    std::vector<Planned> plans;
    RFSN_TRY(plan_builtins(input, plans));
    if (!only_builtins(input.choice)) {
        for (const auto& project : *input.projects) {
            RFSN_TRY(plan_project(input, project, plans).map_error([&](base::Error error) {
                return std::move(error).with("while planning the project at " + project.root);
            }));
        }
        for (auto& planned : plan_own_checks(input)) {
            apply_settings(input, planned.plan);
            require_trust(input, planned);
            plans.push_back(std::move(planned));
        }
    }
    note_unjudged(plans);
    return plans;
}

}  // namespace rfsn::check
