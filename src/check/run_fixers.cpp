// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "check/run_tools.hpp"
#include "check/tool_run.hpp"

namespace rfsn::check {
namespace {

using Edits = std::map<std::string, model::FileEdit, std::less<>>;

std::vector<model::FileEdit> as_list(const Edits& edits) {
    std::vector<model::FileEdit> list;
    for (const auto& [path, edit] : edits) {
        list.push_back(edit);
    }
    return list;
}

bool accepted(const buildpack::CheckSpec& spec, const base::ProcessResult& result) {
    if (result.end != base::ProcessEnd::exited) {
        return false;
    }
    // Many fixers end as their check does when something is left that they cannot fix.
    return std::find(spec.ok.begin(), spec.ok.end(), result.exit_code) != spec.ok.end() ||
           std::find(spec.findings.begin(), spec.findings.end(), result.exit_code) != spec.findings.end();
}

const model::StagedFile* staged(const git::TreeView& view, const std::string& path) {
    const auto& files = view.snapshot().files;
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const model::StagedFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

/// A fixer that reads one file from stdin and writes the result to stdout.
base::Result<std::vector<model::FileEdit>> fix_by_stdio(const Planned& planned, const git::TreeView& view,
                                                        const isolate::Place& place, const ToolContext& context,
                                                        const std::vector<ExpandedCommand>& commands) {
    std::vector<model::FileEdit> edits;
    for (const auto& command : commands) {
        const auto* file = staged(view, command.file);
        if (file == nullptr) {
            continue;
        }
        RFSN_ASSIGN(std::string before, view.read(command.file));
        isolate::Limits limits;
        limits.timeout = planned.plan.timeout;
        auto spec = context.isolation->wrap(place, command.argv, command.cwd, command.env, limits);
        spec.input = before;
        auto result = context.runner->run_one(std::move(spec), context.deadline);
        if (result.ok() && !result.out_truncated && result.out != before) {
            edits.push_back({command.file, file->blob, file->mode, std::move(result.out), false});
        }
    }
    return edits;
}

base::Result<std::vector<model::FileEdit>> fix_one(const Planned& planned, const git::TreeView& view,
                                                   const ToolContext& context) {
    isolate::Request request;
    // A check that needs the whole tree has a fixer that does: cargo's manifests, eslint's configuration and plugins.
    const bool whole = planned.plan.tier == model::Tier::shadow;
    request.tier = planned.spec->fix_reads_stdin ? model::Tier::stdio
                   : whole                       ? model::Tier::shadow
                                                 : model::Tier::scratch;
    request.keep = planned.spec->keep;
    request.dependencies = planned.spec->dependencies;
    request.label = whole ? planned.plan.pack : planned.plan.id + "-fix";
    request.files = planned.plan.files;
    RFSN_ASSIGN(request.context, context_files(planned.spec->context, request.files, view));
    RFSN_ASSIGN(const auto place, context.isolation->prepare(view, request));
    const auto commands = expand(*planned.spec->fix, values_for(planned, view, *place), planned.spec->batch);
    if (planned.spec->fix_reads_stdin) {
        return fix_by_stdio(planned, view, *place, context, commands);
    }
    for (const auto& command : commands) {
        isolate::Limits limits;
        limits.timeout = planned.plan.timeout;
        const auto result = context.runner->run_one(
            context.isolation->wrap(*place, command.argv, command.cwd, command.env, limits), context.deadline);
        if (!accepted(*planned.spec, result)) {
            return base::fail(base::ErrorCode::external, planned.plan.id + "'s fixer ended with " + result.describe());
        }
    }
    RFSN_ASSIGN(auto changes, place->changes());
    // A fixer changes content; that it deleted a file is an accident, never a fix.
    changes.erase(
        std::remove_if(changes.begin(), changes.end(), [](const model::FileEdit& edit) { return edit.deletes; }),
        changes.end());
    return changes;
}

}  // namespace

base::Result<std::vector<model::FileEdit>> run_fixers(const std::vector<const Planned*>& plans,
                                                      const ToolContext& context) {
    Edits edits;
    for (const auto& edit : context.view->edits()) {
        edits[edit.path] = edit;
    }
    for (const auto* planned : plans) {
        if (planned->builtin != nullptr || planned->plan.preset || planned->spec == nullptr || !planned->spec->fix) {
            continue;
        }
        RFSN_ASSIGN(auto changed, fix_one(*planned, context.view->with_edits(as_list(edits)), context));
        for (auto& edit : changed) {
            const auto* file = staged(*context.view, edit.path);
            if (file != nullptr) {
                edit.old_blob = file->blob;
                edit.mode = file->mode;
                edits[edit.path] = std::move(edit);
            }
        }
    }
    return as_list(edits);
}

}  // namespace rfsn::check
