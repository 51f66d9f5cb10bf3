// SPDX-License-Identifier: MIT
#include "base/search_path.hpp"
#include "check/tool_versions.hpp"
#include "gate/survey.hpp"

namespace rfsn::gate {

base::Result<void> find_versions(Session& session, Survey& survey) {
    RFSN_ASSIGN(const auto snapshot, session.source().snapshot({}));
    const git::TreeView view(session.source(), snapshot);
    check::ToolContext context;
    context.view = &view;
    context.isolation = &session.isolation();
    context.runner = &session.runner();
    context.slots = session.jobs();
    context.versions = &session.tool_versions();
    check::VersionProbes probes(context);
    struct Asked {
        SurveyedCheck* check;
        check::VersionQuestion question;
    };
    std::vector<Asked> asked;
    const auto path = base::search_path(session.env());
    for (auto& [project, checks] : survey.projects) {
        RFSN_ASSIGN(const auto* pack, session.registry().get(project.pack));
        for (auto& check : checks) {
            const auto tool = pack->tools.find(check.tool);
            if (tool != pack->tools.end() && !check.program.empty()) {
                asked.push_back({&check, {&tool->second, check.program, project.root, path}});
                probes.ask(asked.back().question);
            }
        }
    }
    context.runner->run([&] { return probes.next(); }, context.slots, std::nullopt, {});
    for (const auto& [check, question] : asked) {
        check->tool_version = probes.version(question);
    }
    return {};
}

}  // namespace rfsn::gate
