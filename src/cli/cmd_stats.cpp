// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/learning.hpp"

namespace rfsn::cli {
namespace {

std::string as_json(const std::vector<gate::Believed>& all) {
    auto arms = nlohmann::json::array();
    for (const auto& [history, belief] : all) {
        arms.push_back({{"arm", history.arm},
                        {"proven", history.all.proven},
                        {"failed", history.all.failed},
                        {"accepted", history.accepted},
                        {"rejected", history.rejected},
                        {"reverted", history.reverted},
                        {"tokens", history.tokens},
                        {"median_ms", history.median.count()},
                        {"mean", belief.mean()},
                        {"deviation", belief.deviation()},
                        {"quarantined", belief.quarantined},
                        {"why", belief.why}});
    }
    const nlohmann::json value{{"version", 1}, {"arms", std::move(arms)}};
    return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string as_text(const std::vector<gate::Believed>& all) {
    if (all.empty()) {
        return "nothing was tried in this repository yet\n";
    }
    std::string text;
    for (const auto& [history, belief] : all) {
        text += fmt::format(
            "{}\n  chance    {:.0f} % +- {:.0f} ({})\n  person    {} applied, {} discarded, {} taken back\n"
            "  spent     {} tokens, {} ms in the median\n",
            base::printable(history.arm), 100 * belief.mean(), 100 * belief.deviation(), belief.why, history.accepted,
            history.rejected, history.reverted, history.tokens, history.median.count());
    }
    return text + "It orders what is tried first; no verdict depends on it.\n";
}

}  // namespace

int cmd_stats(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    auto all = gate::believed(**session, {});
    if (!all) {
        return fail_with(all.error());
    }
    std::stable_sort(all->begin(), all->end(),
                     [](const auto& a, const auto& b) { return a.belief.mean() > b.belief.mean(); });
    return print(invocation.value("format", "terminal") == "json" ? as_json(*all) : as_text(*all));
}

}  // namespace rfsn::cli
