// SPDX-License-Identifier: MIT
#include "gate/judge.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "base/glob.hpp"
#include "base/interrupt.hpp"
#include "base/search_path.hpp"
#include "base/text.hpp"
#include "check/integrity.hpp"
#include "check/run_builtins.hpp"
#include "check/run_tools.hpp"
#include "check/settle.hpp"
#include "check/tool_versions.hpp"
#include "gate/already_red.hpp"
#include "gate/packs.hpp"
#include "gate/self_excluded.hpp"
#include "gate/test_proof.hpp"
#include "isolate/siblings.hpp"
#include "observe/log.hpp"

namespace rfsn::gate {
namespace {

std::string stage_name(const CheckRequest& request) {
    return model::name(request.stage);
}

/// Repository-relative form of what was typed.
std::string normalise(const std::string& typed, const git::Repository& repository) {
    std::string path = typed;
    if (!path.empty() && path.front() == '/') {
        const std::string top = repository.work_tree() + "/";
        return path.rfind(top, 0) == 0 ? path.substr(top.size()) : path;
    }
    path = repository.prefix() + path;
    std::vector<std::string> parts;
    for (const auto part : base::split(path, '/')) {
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == ".." && !parts.empty()) {
            parts.pop_back();
        } else {
            parts.emplace_back(part);
        }
    }
    std::string joined;
    for (const auto& part : parts) {
        joined += joined.empty() ? part : "/" + part;
    }
    return joined;
}

/// --files: named paths of the change; a tracked but unchanged one is judged at its index blob, an untracked one is a
/// usage error.
base::Result<void> select_files(Session& session, const CheckRequest& request, model::Snapshot& whole,
                                model::Snapshot& snapshot) {
    snapshot = whole;
    if (request.files.empty()) {
        return {};
    }
    std::set<std::string> wanted;
    for (const auto& typed : request.files) {
        wanted.insert(normalise(typed, session.repository()));
    }
    std::vector<model::StagedFile> chosen;
    const git::TreeView view(session.source(), whole);
    std::vector<model::StagedFile> extra;
    for (const auto& path : wanted) {
        bool found = false;
        for (const auto& file : whole.files) {
            if (file.path == path ||
                (file.path.size() > path.size() && file.path[path.size()] == '/' && file.path.rfind(path, 0) == 0)) {
                chosen.push_back(file);
                found = true;
            }
        }
        if (found) {
            continue;
        }
        RFSN_ASSIGN(const auto entry, view.find(path));
        if (!entry || entry->is_tree) {
            return base::fail(base::ErrorCode::usage,
                              "'" + base::printable(path) + "' is not tracked by git" +
                                  (entry ? " as a file and has no staged change below it" : "; `git add` it first"));
        }
        model::StagedFile file;
        file.path = path;
        file.kind = model::ChangeKind::unchanged;
        file.mode = file.old_mode = entry->mode;
        file.blob = file.old_blob = entry->object;
        extra.push_back(std::move(file));
    }
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    whole.files.insert(whole.files.end(), extra.begin(), extra.end());
    std::sort(whole.files.begin(), whole.files.end(), by_path);
    chosen.insert(chosen.end(), extra.begin(), extra.end());
    std::sort(chosen.begin(), chosen.end(), by_path);
    chosen.erase(
        std::unique(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
        chosen.end());
    snapshot.files = std::move(chosen);
    return {};
}

/// Projects are found for the whole change; their files are those that are judged.
void keep_chosen(const model::Snapshot& snapshot, std::vector<model::Project>& projects) {
    for (auto& project : projects) {
        project.files.erase(std::remove_if(project.files.begin(), project.files.end(),
                                           [&](const std::string& path) {
                                               const auto found = std::lower_bound(
                                                   snapshot.files.begin(), snapshot.files.end(), path,
                                                   [](const model::StagedFile& file, const std::string& wanted) {
                                                       return file.path < wanted;
                                                   });
                                               return found == snapshot.files.end() || found->path != path;
                                           }),
                            project.files.end());
    }
}

/// Returns the files that were left out.
std::vector<model::StagedFile> leave_out_excluded(const config::Config& config, model::Snapshot& snapshot) {
    if (config.exclude.empty()) {
        return {};
    }
    auto& files = snapshot.files;
    const auto out = std::stable_partition(files.begin(), files.end(), [&](const model::StagedFile& file) {
        return !base::glob_match_any(config.exclude, file.path);
    });
    std::vector<model::StagedFile> left_out(std::make_move_iterator(out), std::make_move_iterator(files.end()));
    files.erase(out, files.end());
    return left_out;
}

base::Result<void> load_config(Session& session, const Judged& judged) {
    const bool programs = !check::only_builtins(judged.request.choice);
    if (!judged.request.config_from_base) {
        RFSN_TRY(load_packs(session, *judged.view, judged.request.trusted, programs));
        return session.load_config(judged.view.get());
    }
    model::Snapshot base;
    base.source = model::SnapshotSource::range;
    base.base_tree = base.result_tree = judged.whole.base_tree;
    const git::TreeView view(session.source(), base);
    RFSN_TRY(load_packs(session, view, judged.request.trusted, programs));
    return session.load_config(&view);
}

void set_deadline(const Session& session, Judged& judged) {
    const auto& deadlines = session.config().config.deadline;
    const auto found = deadlines.find(stage_name(judged.request));
    if (found != deadlines.end() && found->second.count() > 0) {
        judged.limit = found->second;
        judged.deadline = judged.started + found->second;
    }
}

base::Result<void> make_plan(Session& session, Judged& judged) {
    check::PlanInput input;
    const auto trust = session.trust();
    input.snapshot = &judged.snapshot;
    input.self_excluded = &judged.self_excluded;
    input.view = judged.view.get();
    input.projects = &judged.detection.projects;
    input.registry = &session.registry();
    input.config = &session.config().config;
    input.stage = judged.request.stage;
    input.choice = judged.request.choice;
    input.work_tree = session.repository().work_tree();
    input.search_path = base::search_path(session.env());
    if (!check::only_builtins(input.choice)) {
        input.clone_trusted = judged.request.trusted || trust.clone_trusted();
        input.commands_trusted = judged.request.trusted || !session.config().repository_has_commands ||
                                 trust.commands_trusted(session.config().repository_commands_hash);
        const bool whole = judged.request.selection.source == model::SnapshotSource::all;
        RFSN_ASSIGN(judged.detection, whole ? buildpack::detect_all(*judged.view, session.registry())
                                            : buildpack::detect_for_change(*judged.view, session.registry()));
        keep_chosen(judged.snapshot, judged.detection.projects);
    }
    std::optional<std::vector<std::string>> siblings;
    input.lender = [&](const std::string& directory, const std::string& name) {
        const std::string own = input.work_tree + "/" + (directory.empty() ? name : directory + "/" + name);
        std::error_code unknown;
        if (std::filesystem::exists(own, unknown)) {
            return std::string();
        }
        if (!siblings) {
            siblings = isolate::sibling_work_trees(session.repository());
        }
        return isolate::lender_of(*judged.view, *siblings, directory, name);
    };
    RFSN_ASSIGN(judged.plans, check::make_plan(input));
    return {};
}

std::vector<const check::Planned*> pointers(const std::vector<check::Planned>& plans) {
    std::vector<const check::Planned*> all;
    for (const auto& planned : plans) {
        all.push_back(&planned);
    }
    return all;
}

check::ToolContext tool_context(Session& session, const Judged& judged, const git::TreeView& view, const Rerun& how) {
    check::ToolContext context;
    context.view = &view;
    context.isolation = &session.isolation();
    context.runner = &session.runner();
    context.slots = session.jobs();
    context.deadline = judged.deadline;
    if (how.own_deadline && judged.limit.count() > 0) {
        context.deadline = std::chrono::steady_clock::now() + judged.limit;
    }
    context.confined = how.confined;
    context.versions = &session.tool_versions();
    context.progress = judged.request.progress;
    context.memory = how.remembered && judged.request.remember ? session.result_memory() : nullptr;
    return context;
}

/// Built-ins first: they are done before the first tool has started.
std::vector<check::Outcome> run_all(Session& session, const Judged& judged, const git::TreeView& view,
                                    const std::vector<const check::Planned*>& plans, const Rerun& how) {
    std::vector<const check::Planned*> built, tools;
    for (const auto* planned : plans) {
        if (!planned->integrity) {
            (planned->builtin != nullptr ? built : tools).push_back(planned);
        }
    }
    auto built_outcomes = check::run_builtins(built, view, session.jobs());
    std::vector<check::Outcome> tool_outcomes;
    if (std::any_of(tools.begin(), tools.end(), [](const auto* planned) { return !planned->plan.preset; })) {
        tool_outcomes = check::run_tools(tools, tool_context(session, judged, view, how));
    } else {
        for (const auto* planned : tools) {
            tool_outcomes.push_back(check::preset_outcome(*planned));
        }
    }
    std::vector<check::Outcome> outcomes;
    std::size_t next_built = 0, next_tool = 0;
    for (const auto* planned : plans) {
        if (planned->integrity) {
            const check::Approval approval{judged.request.stage == model::Stage::ci,
                                           session.config().config.integrity_allow};
            outcomes.push_back(check::run_integrity(*planned, view, approval));
            continue;
        }
        outcomes.push_back(
            std::move(planned->builtin != nullptr ? built_outcomes[next_built++] : tool_outcomes[next_tool++]));
    }
    return outcomes;
}

/// Of a plan, where no check runs that would have asked: what is remembered, else what the tools say now.
void add_versions(Session& session, Judged& judged) {
    const auto context = tool_context(session, judged, *judged.view, {});
    check::VersionProbes probes(context);
    std::vector<std::pair<check::Outcome*, check::VersionQuestion>> asked;
    for (std::size_t i = 0; i < judged.plans.size(); ++i) {
        const auto& planned = judged.plans[i];
        if (planned.tool != nullptr && !planned.program.empty()) {
            asked.emplace_back(&judged.outcomes[i], check::version_question(planned));
            probes.ask(asked.back().second);
        }
    }
    context.runner->run([&] { return probes.next(); }, context.slots, judged.deadline, {});
    for (const auto& [outcome, question] : asked) {
        outcome->run.tool_version = probes.version(question);
    }
}

void log_outcomes(const std::vector<check::Outcome>& outcomes) {
    for (const auto& outcome : outcomes) {
        observe::log(observe::Level::debug, "check", "ran",
                     {{"check", outcome.run.plan.id},
                      {"project", outcome.run.plan.project},
                      {"state", std::string(model::name(outcome.run.state))},
                      {"reason", outcome.run.reason},
                      {"duration_ms", std::int64_t{outcome.run.duration.count()}}});
    }
}

/// Git reads the index anew when its hook has ended: what was staged meanwhile would be committed without having been
/// judged.
base::Result<void> still_the_same(Session& session, const Judged& judged, const std::string& stamp) {
    const bool red = std::any_of(judged.outcomes.begin(), judged.outcomes.end(), [](const check::Outcome& outcome) {
        return outcome.run.state == model::RunState::blocked;
    });
    if (red || judged.request.replay || judged.whole.source != model::SnapshotSource::index ||
        session.repository().index_stamp() == stamp || base::interrupted()) {
        return {};
    }
    RFSN_ASSIGN(const auto now, session.source().snapshot(judged.request.selection));
    return now.id == judged.whole.id
               ? base::Result<void>{}
               : base::fail(base::ErrorCode::conflict,
                            "what is staged changed while it was being checked: that has not been checked; run "
                            "the check, or commit, again");
}

void tell_missing_trampoline(Session& session, const Judged& judged) {
    const bool ran_a_tool = std::any_of(judged.plans.begin(), judged.plans.end(), [](const check::Planned& planned) {
        return planned.builtin == nullptr && !planned.integrity && !planned.plan.preset;
    });
    if (ran_a_tool && session.programs().exec.empty()) {
        session.notices.emplace_back(
            "rfsn-exec is missing, so the tools ran without its limits and with the network: reinstall git-rfsn");
    }
}

}  // namespace

base::Result<std::unique_ptr<Judged>> judge(Session& session, CheckRequest request) {
    auto context = observe::current();
    context.repository = session.repository().work_tree();
    context.phase = model::name(request.stage);
    const observe::ContextScope scope(context);
    const observe::Span span("gate", "check");
    auto judged = std::make_unique<Judged>();
    judged->started = std::chrono::steady_clock::now();
    judged->started_at = std::chrono::system_clock::now();
    judged->request = std::move(request);
    const std::string stamp = session.repository().index_stamp();
    if (judged->request.replay) {
        judged->whole = *judged->request.replay;
    } else {
        RFSN_ASSIGN(judged->whole, session.source().snapshot(judged->request.selection));
    }
    judged->view = std::make_unique<git::TreeView>(session.source(), judged->whole);
    RFSN_TRY(load_config(session, *judged));
    RFSN_TRY(select_files(session, judged->request, judged->whole, judged->snapshot));
    RFSN_ASSIGN(judged->self_excluded,
                self_excluded(session, *judged, leave_out_excluded(session.config().config, judged->snapshot)));
    set_deadline(session, *judged);
    RFSN_TRY(make_plan(session, *judged));
    if (judged->request.plan_only) {
        for (const auto& planned : judged->plans) {
            judged->outcomes.push_back(check::preset_outcome(planned));
        }
        add_versions(session, *judged);
        return judged;
    }
    judged->outcomes = run_all(session, *judged, *judged->view, pointers(judged->plans), {.remembered = true});
    log_outcomes(judged->outcomes);
    tell_missing_trampoline(session, *judged);
    RFSN_TRY(check::settle(judged->outcomes, *judged->view));
    if (!base::interrupted()) {
        RFSN_TRY(forgive_already_red(session, *judged));
        RFSN_TRY(name_tests_that_prove_nothing(session, *judged));
    }
    explain_self_excluded(*judged);
    RFSN_TRY(still_the_same(session, *judged, stamp));
    return judged;
}

base::Result<std::vector<check::Outcome>> run_on(Session& session, const Judged& judged, const git::TreeView& view,
                                                 const std::vector<const check::Planned*>& plans, const Rerun& how) {
    auto outcomes = run_all(session, judged, view, plans, how);
    RFSN_TRY(check::settle(outcomes, view));
    return outcomes;
}

}  // namespace rfsn::gate
