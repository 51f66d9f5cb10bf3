// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/packs.hpp"
#include "git/hooks.hpp"

namespace rfsn::cli {

int cmd_init(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    auto names = invocation.all("hook");
    if (names.empty()) {
        names = {"pre-commit"};
    }
    const auto& repository = (*session)->repository();
    for (const auto& name : names) {
        const auto state =
            git::install_hook(repository, name, (*session)->programs().self, invocation.has("shared-hooks"));
        if (!state) {
            return fail_with(state.error());
        }
        say(name + "  " + base::printable(state->path) +
            (state->chained ? "  (the hook that was there runs first)" : "") +
            (state->kept ? "  (the hook that was there is kept; git did not run it before either)" : ""));
        if (!state->edited_copy.empty()) {
            say("  the shim had been edited; that is kept in " + base::printable(state->edited_copy));
        }
    }
    if (auto trusted = (*session)->trust().trust_clone(); !trusted) {
        return fail_with(trusted.error());
    }
    if (std::find(names.begin(), names.end(), "pre-push") == names.end()) {
        say("builds and tests run before a push: git rfsn init --hook pre-push adds that");
    }
    say("this clone's own tools are trusted; `git rfsn detect` shows them, `git rfsn uninstall` takes all of it back");
    return 0;
}

int cmd_uninstall(const Invocation& /*invocation*/, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    for (const auto& name : git::known_hooks()) {
        const auto before = git::hook_states((*session)->repository());
        if (!before) {
            return fail_with(before.error());
        }
        for (const auto& state : *before) {
            if (state.name != name || !state.ours) {
                continue;
            }
            const auto after = git::uninstall_hook((*session)->repository(), name);
            if (!after) {
                return fail_with(after.error());
            }
            say(name + "  removed" + (state.chained || state.kept ? "; the hook that was there before is back" : ""));
            if (!after->edited_copy.empty()) {
                say("  the shim had been edited; that is kept in " + base::printable(after->edited_copy));
            }
        }
    }
    if (auto forgotten = (*session)->trust().forget(); !forgotten) {
        return fail_with(forgotten.error());
    }
    return 0;
}

int cmd_trust(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    const auto trust = (*session)->trust();
    if (invocation.has("forget")) {
        const auto forgotten = trust.forget();
        return forgotten ? 0 : fail_with(forgotten.error());
    }
    git::Selection selection;
    const auto snapshot = (*session)->source().snapshot(selection);
    if (!snapshot) {
        return fail_with(snapshot.error());
    }
    const git::TreeView view((*session)->source(), *snapshot);
    if (auto loaded = gate::load_packs(**session, view, true, false); !loaded) {
        return fail_with(loaded.error());
    }
    if (auto loaded = (*session)->load_config(&view); !loaded) {
        return fail_with(loaded.error());
    }
    const auto& config = (*session)->config();
    if (config.repository_has_commands) {
        for (const auto& [id, settings] : config.config.checks) {
            std::string argv;
            for (const auto& word : settings.run) {
                argv += " " + base::printable(word);
            }
            if (!argv.empty()) {
                say(id + " runs:" + argv);
            }
        }
    }
    const auto packs = gate::repository_packs(view);
    if (!packs) {
        return fail_with(packs.error());
    }
    const auto packs_hash = gate::packs_hash(*packs);
    for (const auto& pack : *packs) {
        say("buildpack: " + base::printable(pack.path));
    }
    if (invocation.has("list")) {
        const bool commands =
            !config.repository_has_commands || trust.commands_trusted(config.repository_commands_hash);
        return print(std::string("this clone's own tools: ") + (trust.clone_trusted() ? "trusted" : "not trusted") +
                     "\ncommands of .rfsn.yaml: " +
                     (config.repository_has_commands ? (commands ? "trusted" : "not trusted") : "none") +
                     "\nbuildpacks of the repository: " +
                     (packs->empty()                       ? "none"
                      : trust.commands_trusted(packs_hash) ? "trusted"
                                                           : "not trusted") +
                     "\n");
    }
    if (auto trusted = trust.trust_clone(); !trusted) {
        return fail_with(trusted.error());
    }
    if (config.repository_has_commands) {
        if (auto trusted = trust.trust_commands(config.repository_commands_hash); !trusted) {
            return fail_with(trusted.error());
        }
    }
    if (!packs->empty()) {
        if (auto trusted = trust.trust_commands(packs_hash); !trusted) {
            return fail_with(trusted.error());
        }
    }
    say("trusted in this clone: its own tools" +
        std::string(config.repository_has_commands ? " and these commands" : "") +
        std::string(packs->empty() ? "" : " and these buildpacks"));
    return 0;
}

}  // namespace rfsn::cli
