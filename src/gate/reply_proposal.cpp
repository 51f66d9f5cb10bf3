// SPDX-License-Identifier: MIT
#include "gate/reply_proposal.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "edit/edit.hpp"
#include "gate/fix.hpp"

namespace rfsn::gate {

base::Result<model::FixProposal> proposal_from(const Judged& judged, const std::string& reply,
                                               const std::vector<std::string>& offered, model::ProposalSource source,
                                               const std::string& strategy) {
    RFSN_ASSIGN(const auto blocks, edit::parse_reply(reply, edit::Format::automatic));
    std::map<std::string, std::vector<edit::Block>> by_path;
    for (const auto& block : blocks) {
        by_path[block.path].push_back(block);
    }
    model::FixProposal proposal;
    proposal.source = source;
    proposal.strategy = strategy;
    proposal.checks = blocked_checks(judged);
    for (const auto& [path, of_path] : by_path) {
        if (!offered.empty() && std::find(offered.begin(), offered.end(), path) == offered.end()) {
            return base::fail(
                base::ErrorCode::invalid,
                "'" + base::printable(path) + "' was not offered; only these files may be edited: " + [&] {
                    std::string list;
                    for (const auto& one : offered) {
                        list += (list.empty() ? "" : ", ") + base::printable(one);
                    }
                    return list;
                }());
        }
        RFSN_ASSIGN(const auto entry, judged.view->find(path));
        std::string before;
        model::FileEdit edit;
        edit.path = path;
        if (entry) {
            RFSN_ASSIGN(before, judged.view->read(path, max_offered));
            edit.old_blob = entry->object;
            edit.mode = entry->mode;
        }
        auto applied = edit::apply_blocks(before, of_path);
        if (!applied) {
            return tl::make_unexpected(std::move(applied.error()).with("in " + base::printable(path)));
        }
        edit.content = std::move(applied->content);
        for (const auto& level : applied->levels) {
            proposal.match_levels.push_back(level == "exact" ? level : level + " in " + path);
        }
        proposal.edits.push_back(std::move(edit));
    }
    return proposal;
}

}  // namespace rfsn::gate
