// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/proposals.hpp"
#include "gate/apply.hpp"
#include "gate/replay.hpp"
#include "report/report.hpp"

namespace rfsn::cli {
namespace {

std::string id_of(const Invocation& invocation) {
    return invocation.positionals.empty() ? "" : invocation.positionals.front();
}

int list(patch::Store& store) {
    const auto all = store.list(true);
    if (!all) {
        return fail_with(all.error());
    }
    std::string text;
    for (const auto& stored : *all) {
        text += stored.id + "  " + stored.created_at + "  " + stored.state + "  " +
                model::name(stored.patch.proposal().source) + "  " + base::printable(stored.patch.proposal().strategy) +
                "\n";
    }
    return print(text);
}

}  // namespace

int cmd_show(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    auto store = patch::Store::open((*session)->repository());
    if (!store) {
        return fail_with(store.error());
    }
    if (invocation.has("all")) {
        return list(*store);
    }
    const auto stored = store->get(id_of(invocation));
    if (!stored) {
        return fail_with(stored.error());
    }
    if (invocation.has("evidence")) {
        return print(gate::evidence_bundle(*stored));
    }
    const auto shown = traits(STDOUT_FILENO, context, invocation.value("color"));
    return print(report::proposal(gate::summarise(*stored), shown, 0) + "\n");
}

int cmd_apply(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    return session ? apply_stored(context, **session, id_of(invocation)) : fail_with(session.error());
}

int cmd_discard(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    return session ? discard_stored(**session, id_of(invocation)) : fail_with(session.error());
}

int cmd_undo(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    if (const auto& recovered = (*session)->recovered; recovered && recovered->undo && id_of(invocation).empty()) {
        say_outcome(*recovered, "undone");  // by finishing the undo that was cut off
        return 0;
    }
    const auto outcome = gate::undo_proposal(**session, id_of(invocation));
    if (!outcome) {
        return fail_with(outcome.error());
    }
    say_outcome(*outcome, "undone");
    say_notices(**session);
    return 0;
}

}  // namespace rfsn::cli
