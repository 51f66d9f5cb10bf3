// SPDX-License-Identifier: MIT
#include "gate/survey.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/search_path.hpp"
#include "base/text.hpp"
#include "buildpack/detail.hpp"
#include "buildpack/expression.hpp"
#include "check/builtin.hpp"
#include "check/diagnostics.hpp"
#include "check/plan.hpp"
#include "gate/detection_cache.hpp"
#include "gate/packs.hpp"
#include "policy/policy.hpp"
#include "secrets/secrets.hpp"

namespace rfsn::gate {
namespace {

std::vector<std::string> stage_names(const buildpack::CheckSpec& spec) {
    std::vector<std::string> names;
    for (const auto stage : spec.stages) {
        names.emplace_back(model::name(stage));
    }
    return names;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string explain_spec(const buildpack::Pack& pack, const buildpack::CheckSpec& spec) {
    std::string text = spec.id + ": a " + model::name(spec.kind) + " check of the " + pack.name + " pack\n";
    text += "  runs at    " + (spec.stages.empty() ? "every stage" : joined(stage_names(spec))) + "\n";
    text += "  active if  " + (spec.when.empty() ? "always" : spec.when) + "\n";
    text += "  command    ";
    for (const auto& word : spec.command.argv) {
        text += word + " ";
    }
    text += "\n  where      " + std::string(model::name(spec.tier)) +
            (spec.runs_repository_code ? ", runs this repository's code (needs git rfsn init)" : "") + "\n";
    text += std::string("  fix        ") +
            (spec.fix ? "git rfsn fix --only " + spec.id : "none of its own; git rfsn propose") + "\n";
    if (const auto tool = pack.tools.find(spec.tool); tool != pack.tools.end()) {
        text += "  tool       " + tool->second.id + " (" + tool->second.hint + ")\n";
    }
    return text + "  settings   checks: {" + spec.id +
           ": {enabled, required, stages, files, exclude, timeout}} in .rfsn.yaml\n";
}

std::string explain_builtin(const check::Builtin& builtin) {
    return builtin.id + ": built in, runs on the staged bytes at every stage\n  " + builtin.description +
           "\n  fix        " + (builtin.fixes ? "git rfsn fix --only " + builtin.id : "by hand, or git rfsn propose") +
           "\n  settings   checks: {" + builtin.id + ": {enabled, required, files, exclude, args}} in .rfsn.yaml\n";
}

base::Result<std::optional<buildpack::Detection>> detect_whole(Session& session) {
    git::Selection selection;
    selection.source = model::SnapshotSource::all;
    RFSN_ASSIGN(const auto snapshot, session.source().snapshot(selection));
    const git::TreeView view(session.source(), snapshot);
    RFSN_TRY(load_packs(session, view, false));
    RFSN_TRY(session.load_config(&view));
    RFSN_ASSIGN(auto detection, buildpack::detect_all(view, session.registry()));
    return std::optional<buildpack::Detection>(std::move(detection));
}

/// Which checks are active and which tools are there, for thousands of projects that are much alike.
class Surveyor {
   public:
    Surveyor(Session& session, bool trusted) : session_(session) {
        input_.work_tree = session.repository().work_tree();
        input_.search_path = base::search_path(session.env());
        input_.clone_trusted = trusted;
    }

    base::Result<SurveyedProject> look_at(model::Project project) {
        SurveyedProject surveyed;
        RFSN_ASSIGN(const auto* pack, session_.registry().get(project.pack));
        RFSN_ASSIGN(const auto* active, active_checks(*pack, project));
        for (const auto* spec : *active) {
            SurveyedCheck check{
                spec->id, model::name(spec->kind), stage_names(*spec), spec->tool, "", "", spec->runs_repository_code,
                ""};
            if (const auto tool = pack->tools.find(spec->tool); tool != pack->tools.end()) {
                check.program = program_of(tool->second, *pack, project.root);
                check.hint = tool->second.hint;
            }
            surveyed.checks.push_back(std::move(check));
        }
        surveyed.project = std::move(project);
        return surveyed;
    }

   private:
    using Checks = std::vector<const buildpack::CheckSpec*>;

    base::Result<const Checks*> active_checks(const buildpack::Pack& pack, const model::Project& project) {
        RFSN_ASSIGN(const auto* names, names_asked_for(pack));
        std::string key = pack.id + (project.fallback ? "\n" : " ");
        for (const auto& name : *names) {
            const auto fact = project.facts.find(name);
            key += "\n" + (fact == project.facts.end() ? std::string() : fact->second);
        }
        const auto known = active_.find(key);
        if (known != active_.end()) {
            return &known->second;
        }
        Checks checks;
        for (const auto& spec : pack.checks) {
            RFSN_ASSIGN(const bool active,
                        spec.when.empty() ? base::Result<bool>(true) : buildpack::evaluate(spec.when, project.facts));
            if (active && (!spec.project_required || !project.fallback)) {
                checks.push_back(&spec);
            }
        }
        return &active_.emplace(std::move(key), std::move(checks)).first->second;
    }

    /// The facts that the pack's conditions are about.
    base::Result<const std::set<std::string>*> names_asked_for(const buildpack::Pack& pack) {
        const auto known = names_.find(pack.id);
        if (known != names_.end()) {
            return &known->second;
        }
        std::set<std::string> names;
        for (const auto& spec : pack.checks) {
            if (!spec.when.empty()) {
                RFSN_ASSIGN(const auto some, buildpack::names_in(spec.when));
                names.insert(some.begin(), some.end());
            }
        }
        return &names_.emplace(pack.id, std::move(names)).first->second;
    }

    const std::string& program_of(const buildpack::Tool& tool, const buildpack::Pack& pack, const std::string& root) {
        // Places of the project itself are looked at only where the clone is trusted.
        const auto key = pack.id + "\n" + tool.id + "\n" + (input_.clone_trusted ? root : "");
        const auto known = programs_.find(key);
        return known != programs_.end() ? known->second
                                        : programs_.emplace(key, check::find_tool(tool, root, input_)).first->second;
    }

    Session& session_;
    check::PlanInput input_;
    std::map<std::string, Checks> active_;
    std::map<std::string, std::set<std::string>> names_;
    std::map<std::string, std::string> programs_;
};

}  // namespace

base::Result<Survey> survey(Session& session) {
    RFSN_ASSIGN(const auto own, user_packs(session.env()));
    // A program's answer may depend on anything; so may what was added by hand before.
    const bool keepable =
        !session.packs_loaded && std::none_of(own.begin(), own.end(), [](const auto& pack) { return pack.is_program; });
    const DetectionCache cache(session, packs_hash(own));
    auto kept = keepable ? cache.find() : std::nullopt;
    for (const auto& pack : kept ? own : std::vector<PackFile>{}) {
        RFSN_TRY(session.registry().add_yaml(pack.content, pack.path));
    }
    if (!kept) {
        RFSN_ASSIGN(kept, detect_whole(session));
        // The repository's own packs are read from its tree each time.
        if (keepable && session.registry().changed_ids().size() == own.size()) {
            cache.keep(*kept);
        }
    }
    Survey survey;
    survey.packs = std::move(kept->packs);
    survey.notes = std::move(kept->notes);
    survey.clone_trusted = session.trust().clone_trusted();
    Surveyor surveyor(session, survey.clone_trusted);
    for (auto& project : kept->projects) {
        RFSN_ASSIGN(auto surveyed, surveyor.look_at(std::move(project)));
        survey.projects.push_back(std::move(surveyed));
    }
    return survey;
}

std::vector<std::string> pack_problems(const buildpack::Pack& pack) {
    std::vector<std::string> problems;
    const auto parsers = check::parser_names();
    for (const auto& spec : pack.checks) {
        for (const auto& output : spec.outputs) {
            if (std::find(parsers.begin(), parsers.end(), output.parser) == parsers.end()) {
                const auto near = base::nearest(output.parser, parsers);
                problems.push_back("the check " + spec.id + " names the parser '" + output.parser +
                                   "', which there is not" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
            }
        }
        if (spec.kind == model::CheckKind::test && !spec.runs_repository_code) {
            problems.push_back("the check " + spec.id + " runs tests, so it says runs_repository_code: true");
        }
        if (spec.network && !spec.opt_in) {
            problems.push_back("the check " + spec.id + " wants the network, so it says opt_in: true");
        }
    }
    for (const auto& [id, tool] : pack.tools) {
        if (tool.hint.empty()) {
            problems.push_back("the tool " + id + " has no hint how to get it");
        }
    }
    return problems;
}

base::Result<std::string> explain_pack(buildpack::Registry& registry, const std::string& id) {
    const auto ids = registry.ids();
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
        const auto near = base::nearest(id, ids);
        return base::fail(base::ErrorCode::not_found, "there is no buildpack '" + base::printable(id) + "'" +
                                                          (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    RFSN_ASSIGN(const auto* pack, registry.get(id));
    std::string text =
        pack->id + ": " + pack->name + " " + pack->version + " (" + base::printable(pack->origin) + ")\n";
    for (const auto& language : pack->languages) {
        text += "  language   " + language.name + "  " + joined(language.extensions) + "\n";
    }
    for (const auto& manifest : pack->detail->manifests) {
        text += "  manifest   " + manifest.pattern + "  weight " + std::to_string(manifest.weight) +
                (manifest.weak < 0 ? "" : " (" + std::to_string(manifest.weak) + " where it only configures)") + "\n";
    }
    for (const auto& workspace : pack->detail->workspaces) {
        text += "  workspace  " + workspace.kind + " in " + workspace.file + "\n";
    }
    for (const auto& spec : pack->checks) {
        text += "  check      " + spec.id + "  (" + model::name(spec.kind) + ")  " +
                (spec.when.empty() ? "always" : "if " + spec.when) + "\n";
    }
    for (const auto& install : pack->install) {
        text += "  install    " + install.command + (install.when.empty() ? "" : "  if " + install.when) + "\n";
    }
    text += pack->image.empty() ? "" : "  image      " + pack->image + "\n";
    text += pack->system_packages.empty() ? "" : "  packages   " + joined(pack->system_packages) + "\n";
    return text;
}

base::Result<std::string> explain(buildpack::Registry& registry, const std::string& word) {
    std::vector<std::string> known;
    if (const auto* builtin = check::find_builtin(word)) {
        return explain_builtin(*builtin);
    }
    for (const auto* list : {&check::builtins(), &check::optional_builtins()}) {
        for (const auto& builtin : *list) {
            known.push_back(builtin.id);
            if (word == builtin.code) {
                return word + " is what " + explain_builtin(builtin);
            }
        }
    }
    for (const auto& [id, description] : secrets::rules()) {
        known.push_back(id);
        if (id == word) {
            return id + ": a rule of the built-in check `secrets`\n  " + description +
                   "\n  repair     take it out of the file, and revoke it: it may have been seen\n"
                   "  exception  a comment `rfsn-allow: secrets REASON` on its line\n";
        }
    }
    for (const auto& [id, reason] : policy::rules()) {
        known.push_back(id);
        if (id == word) {
            return id + ": a rule of the policy that proposed patches must keep\n  " + reason + "\n";
        }
    }
    for (const auto& id : registry.ids()) {
        RFSN_ASSIGN(const auto* pack, registry.get(id));
        for (const auto& spec : pack->checks) {
            known.push_back(spec.id);
            if (spec.id == word) {
                return explain_spec(*pack, spec);
            }
        }
    }
    const std::string near = base::nearest(word, known);
    return base::fail(
        base::ErrorCode::not_found,
        "'" + base::printable(word) + "' is none of our checks or codes" +
            (near.empty() ? "; a tool's own codes are in the tool's documentation" : "; did you mean '" + near + "'?"));
}

}  // namespace rfsn::gate
