// SPDX-License-Identifier: MIT
#include <set>
#include <unistd.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "gate/propose.hpp"
#include "gate/survey.hpp"
#include "git/hooks.hpp"

namespace rfsn::cli {
namespace {

struct Checkup {
    std::string text;
    bool sound = true;

    void good(const std::string& what, const std::string& how) {
        text += "ok    " + what + "  " + base::printable(how) + "\n";
    }
    void bad(const std::string& what, const std::string& how) {
        text += "bad   " + what + "  " + base::printable(how) + "\n";
        sound = false;
    }
    void note(const std::string& what, const std::string& how) {
        text += "note  " + what + "  " + base::printable(how) + "\n";
    }
};

void look_at_programs(const gate::Programs& programs, Checkup& checkup) {
    checkup.good("git-rfsn", std::string(base::version()) + " at " + programs.self);
    if (programs.exec.empty()) {
        checkup.bad("rfsn-exec",
                    "missing beside git-rfsn and in ../libexec/git-rfsn; checks run without its limits. Reinstall");
    } else {
        checkup.good("rfsn-exec", programs.exec);
    }
    if (programs.net.empty()) {
        checkup.note("rfsn-net", "missing: no model can be asked; everything else works");
    } else {
        checkup.good("rfsn-net", programs.net);
    }
}

void look_at_hooks(const git::Repository& repository, const gate::Programs& programs, Checkup& checkup) {
    const auto states = git::hook_states(repository);
    if (!states) {
        checkup.bad("hooks", states.error().describe());
        return;
    }
    for (const auto& state : *states) {
        if (state.ours && state.program != programs.self) {
            checkup.note(state.name,
                         "runs " + state.program + ", this is " + programs.self + "; git rfsn init renews it");
        } else if (state.ours && access(state.path.c_str(), X_OK) != 0) {
            checkup.bad(state.name, state.path + " is not executable, so git does not run it: git rfsn init renews it");
        } else if (state.ours) {
            checkup.good(state.name, state.path + (state.chained ? ", an earlier hook runs first" : ""));
        } else if (state.name == "pre-commit") {
            checkup.note(state.name, "not installed: git rfsn init");
        }
    }
}

void look_at_versions(gate::Session& session, gate::Survey& survey, Checkup& checkup) {
    if (const auto versions = gate::find_versions(session, survey); !versions) {
        checkup.note("tools", "their versions could not be asked: " + versions.error().describe());
    }
    std::set<std::string> told;
    for (const auto& [project, checks] : survey.projects) {
        for (const auto& check : checks) {
            const std::string how =
                (check.tool_version.empty() ? "says no version" : check.tool_version) + " at " + check.program;
            if (!check.program.empty() && told.insert(check.tool + " " + how).second) {
                checkup.good(check.tool, how);
            }
        }
    }
}

}  // namespace

int cmd_doctor(const Invocation& /*invocation*/, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Checkup checkup;
    look_at_programs((*session)->programs(), checkup);
    const auto& repository = (*session)->repository();
    checkup.good("repository", repository.work_tree() + ", stage read by " + (*session)->source().name());
    look_at_hooks(repository, (*session)->programs(), checkup);
    for (const auto& capability : (*session)->isolation().capabilities()) {
        checkup.note("isolation", capability);
    }
    auto found = gate::survey(**session);
    if (!found) {
        checkup.bad("projects", found.error().describe());
    } else {
        look_at_versions(**session, *found, checkup);
        for (const auto& [project, checks] : found->projects) {
            for (const auto& check : checks) {
                if (check.program.empty() && !check.tool.empty()) {
                    checkup.note(check.id, check.tool + " is not installed: " + check.hint);
                }
            }
        }
        checkup.note("trust", found->clone_trusted ? "this clone's own tools are trusted"
                                                   : "this clone is not trusted yet: git rfsn init");
    }
    const auto why = gate::why_no_endpoint((*session)->config().config.llm);
    checkup.note("model", why ? *why : "enabled; git rfsn llm status says which");
    const int printed = print(checkup.text);
    return printed != 0 ? printed : (checkup.sound ? 0 : 3);
}

}  // namespace rfsn::cli
