// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "git/hooks.hpp"

namespace rfsn::cli {
namespace {

bool is_zero(const std::string& id) {
    return id.find_first_not_of('0') == std::string::npos;
}

/// What a push of `local` adds: from what the remote has, or for a new branch from where it left the remote's branches.
base::Result<std::string> pushed_range(const git::Repository& repository, const std::string& remote,
                                       const std::string& local, const std::string& on_remote) {
    if (!is_zero(on_remote) && repository.git({"cat-file", "-e", on_remote + "^{commit}"})) {
        return on_remote + ".." + local;
    }
    RFSN_ASSIGN(const auto own,
                repository.git({"rev-list", "--reverse", "--topo-order", local, "--not", "--remotes=" + remote}));
    if (own.empty()) {
        return local + ".." + local;
    }
    const std::string first = own.substr(0, own.find('\n'));
    if (auto parent = repository.git({"rev-parse", "--verify", "-q", first + "^"})) {
        return std::string(base::trim(*parent)) + ".." + local;
    }
    RFSN_ASSIGN(const auto empty, repository.git({"hash-object", "-t", "tree", "/dev/null"}));
    return std::string(base::trim(empty)) + ".." + local;
}

int check_range(const Invocation& invocation, Context& context, const std::string& range) {
    gate::CheckRequest request;
    request.selection.source = model::SnapshotSource::range;
    request.selection.range = range;
    request.stage = model::Stage::pre_push;
    request.remember = true;
    return run_check(invocation, context, std::move(request), "terminal");
}

int pre_push(const Invocation& invocation, Context& context) {
    // pre-commit has read git's lines itself and hands on what it made of them.
    const auto from = context.env.get_or("PRE_COMMIT_FROM_REF", ""), to = context.env.get_or("PRE_COMMIT_TO_REF", "");
    if (!from.empty() && !to.empty()) {
        return check_range(invocation, context, from + ".." + to);
    }
    const std::string remote = invocation.positionals.size() > 1 ? invocation.positionals[1] : "origin";
    std::vector<std::string> ranges;
    {
        const auto session = open_session(context);
        if (!session) {
            return fail_with(session.error());
        }
        const auto lines = read_stdin(std::size_t{16} << 20);
        if (!lines) {
            return fail_with(lines.error());
        }
        for (const auto line : base::split_lines(*lines)) {
            const auto words = base::split(line, ' ');
            if (words.size() != 4) {
                return fail_with(
                    {base::ErrorCode::invalid, "pre-push: git handed over a line that has not four words", {}});
            }
            const std::string local(words[1]), remote_ref(words[2]), on_remote(words[3]);
            if (is_zero(local)) {
                continue;  // a deletion adds nothing
            }
            auto range = pushed_range((*session)->repository(), remote, local, on_remote);
            if (!range) {
                return fail_with(std::move(range.error()).with("while working out what is pushed to " + remote_ref));
            }
            if (std::find(ranges.begin(), ranges.end(), *range) == ranges.end()) {
                ranges.push_back(std::move(*range));
            }
        }
    }
    int worst = 0;
    for (const auto& range : ranges) {
        worst = std::max(worst, check_range(invocation, context, range));
    }
    return worst;
}

}  // namespace

int cmd_hook(const Invocation& invocation, Context& context) {
    const std::string name = invocation.positionals.front();
    const auto& known = git::known_hooks();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        return fail_with({base::ErrorCode::usage, "there is no gate for the hook '" + base::printable(name) + "'", {}});
    }
    if (name == "pre-push") {
        return pre_push(invocation, context);
    }
    gate::CheckRequest request;
    request.stage = model::stage(name).value_or(model::Stage::pre_commit);
    request.remember = true;
    return gate_commit(invocation, context, request);
}

}  // namespace rfsn::cli
