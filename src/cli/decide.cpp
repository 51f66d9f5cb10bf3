// SPDX-License-Identifier: MIT
#include "cli/decide.hpp"

#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "cli/hunks.hpp"
#include "cli/proposals.hpp"
#include "gate/propose.hpp"
#include "report/report.hpp"

namespace rfsn::cli {
namespace {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

constexpr std::uint64_t max_edited = std::uint64_t{8} << 20;

/// What the whole way of one question needs.
struct Table {
    Context* context;
    gate::Session* session;
    const gate::Judged* judged;
    base::Dialog* dialog;
    Deadline deadline;
    base::TerminalTraits traits;
};

enum class Word { yes, no, hunks, edit, next, quit };

std::optional<Word> word(std::string_view answer) {
    const std::string_view typed = base::trim(answer);
    switch (typed.empty() ? 'l' : typed.front()) {
        case 'y':
            return Word::yes;
        case 'n':
            return Word::no;
        case 'h':
            return Word::hunks;
        case 'e':
            return Word::edit;
        case 'l':
            return Word::next;
        case 'q':
            return Word::quit;
        default:
            return std::nullopt;
    }
}

Word ask(const Table& table, const std::string& id) {
    for (;;) {
        const auto answer = table.dialog->ask(
            "apply " + id + "? [y]es  [n]o, never again  some [h]unks  [e]dit  [l]ater  [q]uit: ", table.deadline);
        if (!answer) {
            return Word::quit;
        }
        if (const auto known = word(*answer)) {
            return *known;
        }
    }
}

/// A patch that the person made of another one: judged and proven like any that is brought from outside.
std::optional<model::ProposalSummary> prove(const Table& table, const std::string& diff) {
    const auto proposed = gate::propose_from_reply(*table.session, *table.judged, diff);
    if (!proposed) {
        fail_with(proposed.error());
        return std::nullopt;
    }
    for (const auto& proposal : proposed->proposals) {
        say(report::proposal(proposal, table.traits));
        if (proposal.proven) {
            return proposal;
        }
    }
    return std::nullopt;
}

std::optional<std::string> chosen_hunks(const Table& table, const std::string& diff) {
    std::vector<Hunk> chosen;
    for (const auto& hunk : hunks_of(diff)) {
        table.dialog->show(report::diff(hunk.heading + hunk.text, table.traits));
        const auto answer = table.dialog->ask("take this hunk? [y]es  [n]o: ", table.deadline);
        if (!answer) {
            return std::nullopt;
        }
        if (!base::trim(*answer).empty() && base::trim(*answer).front() == 'y') {
            chosen.push_back(hunk);
        }
    }
    return chosen.empty() ? std::nullopt : std::optional<std::string>(diff_of(chosen));
}

std::optional<std::string> edited(const Table& table, const std::string& diff) {
    const auto editor = table.session->repository().git({"var", "GIT_EDITOR"});
    auto scratch = base::TempDir::make(table.context->env.get_or("TMPDIR", "/tmp"), "rfsn-edit-");
    if (!editor || !scratch) {
        fail_with(editor ? scratch.error() : editor.error());
        return std::nullopt;
    }
    const std::string file = scratch->path() + "/proposal.diff";
    if (auto written = base::write_atomically(file, diff, 0600); !written) {
        fail_with(written.error());
        return std::nullopt;
    }
    // Git's editor is a shell command; the file's name is an argument of it.
    const std::string command(base::trim(*editor));
    if (table.dialog->run({"sh", "-c", command + " \"$@\"", command, file}, table.context->env.block()) != 0) {
        say("git-rfsn: the editor failed; nothing was changed");
        return std::nullopt;
    }
    const auto bytes = base::read_file(file, max_edited);
    if (!bytes) {
        fail_with(bytes.error());
        return std::nullopt;
    }
    return *bytes == diff ? std::nullopt : std::optional<std::string>(*bytes);
}

/// What the answer makes of one proposal; nothing: ask about the next.
std::optional<int> settle(const Table& table, const model::ProposalSummary& proposal) {
    model::ProposalSummary now = proposal;
    for (;;) {
        std::optional<std::string> diff;
        switch (ask(table, now.id)) {
            case Word::yes:
                return apply_stored(*table.context, *table.session, now.id);
            case Word::no:
                return discard_stored(*table.session, now.id) == 0 ? std::nullopt : std::optional<int>(3);
            case Word::next:
                return std::nullopt;
            case Word::quit:
                return 0;
            case Word::hunks:
                diff = chosen_hunks(table, now.diff);
                break;
            case Word::edit:
                diff = edited(table, now.diff);
                break;
        }
        if (diff) {
            if (auto proven = prove(table, *diff)) {
                now = std::move(*proven);
            }
        }
    }
}

}  // namespace

std::optional<base::Dialog> person(const Context& context) {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0 || context.env.get("CI")) {
        return std::nullopt;
    }
    return base::Dialog::open();
}

int decide(Context& context, gate::Session& session, const gate::Judged& judged, const gate::Proposed& proposed,
           base::Dialog& dialog, Deadline deadline) {
    const Table table{&context, &session, &judged,
                      &dialog,  deadline, traits(STDERR_FILENO, context, session.config().config.color)};
    for (const auto& proposal : proposed.proposals) {
        if (!proposal.proven) {
            continue;
        }
        if (const auto code = settle(table, proposal)) {
            return *code;
        }
    }
    return 0;
}

}  // namespace rfsn::cli
