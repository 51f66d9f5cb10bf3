// SPDX-License-Identifier: MIT
#include "gate/self_excluded.hpp"

#include <algorithm>

#include "base/doc.hpp"
#include "base/glob.hpp"
#include "check/integrity.hpp"

namespace rfsn::gate {
namespace {

constexpr const char* file_name = ".rfsn.yaml";

std::vector<std::string> excluded_by(const std::string& yaml) {
    const auto doc = base::parse_doc(base::DocFormat::yaml, yaml);
    return doc ? doc->strings("exclude") : std::vector<std::string>{};
}

base::Result<std::vector<std::string>> excluded_before(Session& session, const Judged& judged) {
    const auto& base = judged.whole.base_tree;
    RFSN_ASSIGN(const auto entry,
                base.empty() ? std::optional<git::TreeEntry>{} : session.source().find(base, file_name));
    if (!entry || entry->is_tree) {
        return std::vector<std::string>{};
    }
    RFSN_ASSIGN(const std::string before, session.source().read(entry->object, 1U << 20));
    return excluded_by(before);
}

/// Takes one of each away: what another layer excludes too stays.
void take_away(const std::vector<std::string>& globs, std::vector<std::string>& from) {
    for (const auto& glob : globs) {
        if (const auto at = std::find(from.begin(), from.end(), glob); at != from.end()) {
            from.erase(at);
        }
    }
}

}  // namespace

base::Result<std::vector<model::StagedFile>> self_excluded(Session& session, const Judged& judged,
                                                           std::vector<model::StagedFile> left_out) {
    if (left_out.empty() || judged.request.config_from_base || !check::changes_configuration(judged.whole)) {
        return std::vector<model::StagedFile>{};
    }
    const auto now = judged.view->read(file_name);
    auto added = now ? excluded_by(*now) : std::vector<std::string>{};
    RFSN_ASSIGN(const auto before, excluded_before(session, judged));
    take_away(before, added);
    auto others = session.config().config.exclude;
    take_away(added, others);
    left_out.erase(
        std::remove_if(left_out.begin(), left_out.end(),
                       [&](const model::StagedFile& file) { return base::glob_match_any(others, file.path); }),
        left_out.end());
    return left_out;
}

void explain_self_excluded(Judged& judged) {
    for (auto& outcome : judged.outcomes) {
        for (auto& finding : outcome.findings) {
            const bool is = std::any_of(judged.self_excluded.begin(), judged.self_excluded.end(),
                                        [&](const model::StagedFile& file) { return file.path == finding.path; });
            if (is) {
                finding.message += " (excluded by .rfsn.yaml, but only by this change: commit that first)";
            }
        }
    }
}

}  // namespace rfsn::gate
