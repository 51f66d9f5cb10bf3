// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/replay.hpp"
#include "report/report.hpp"

namespace rfsn::cli {
namespace {

constexpr std::uint64_t max_bundle = std::uint64_t{256} << 20;

}  // namespace

int cmd_verify(const Invocation& invocation, Context& context) {
    const std::string& file = invocation.positionals.front();
    const auto bundle = file == "-" ? read_stdin(max_bundle) : base::read_file(file, max_bundle);
    if (!bundle) {
        return fail_with(bundle.error());
    }
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    Progress progress(context, false);
    const auto replay =
        gate::replay(**session, *bundle, [&](const std::vector<std::string>& running) { progress(running); });
    progress.clear();
    if (!replay) {
        return fail_with(replay.error());
    }
    std::string text = report::proposal(replay->again, traits(STDOUT_FILENO, context, "")) + "\n";
    for (const auto& difference : replay->differences) {
        text += "differs   " + base::printable(difference) + "\n";
    }
    text += replay->differences.empty() ? "verified  " + base::printable(replay->id) + ": the same verdict\n" : "";
    const int printed = print(text);
    return printed != 0 ? printed : (replay->differences.empty() ? 0 : 1);
}

}  // namespace rfsn::cli
