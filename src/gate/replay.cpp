// SPDX-License-Identifier: MIT
#include "gate/replay.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "gate/fix.hpp"
#include "git/raw_diff.hpp"
#include "patch/serialise.hpp"

namespace rfsn::gate {
namespace {

using base::ErrorCode;
using nlohmann::json;

constexpr const char* kind = "git-rfsn evidence";

struct Bundle {
    std::string id;
    patch::VerifiedPatch patch;
};

base::Result<Bundle> read_bundle(std::string_view text) {
    try {
        const auto value = json::parse(text);
        if (value.at("kind").get<std::string>() != kind || value.at("version").get<int>() != 1) {
            return base::fail(ErrorCode::corrupt, "this is no evidence bundle of a version known here");
        }
        const auto body = value.at("patch").get<std::string>();
        if (base::sha256_hex(body) != value.at("sha256").get<std::string>()) {
            return base::fail(ErrorCode::corrupt, "the bundle was changed: its checksum does not hold");
        }
        RFSN_ASSIGN(auto patch, patch::patch_from_json(body));
        return Bundle{value.at("id").get<std::string>(), std::move(patch)};
    } catch (const json::exception& error) {
        return base::fail(ErrorCode::corrupt, std::string("this is no evidence bundle: ") + error.what());
    }
}

/// Every object that the replay will read must still be there.
base::Result<void> objects_are_there(git::StagedSource& source, const model::Snapshot& snapshot) {
    RFSN_TRY(source.list(snapshot.base_tree, ""));
    for (const auto& file : snapshot.files) {
        if (file.has_content()) {
            auto size = source.size(file.blob);
            if (!size) {
                return tl::make_unexpected(
                    std::move(size.error()).with("what was staged as " + base::printable(file.path)));
            }
        }
    }
    return {};
}

std::string words(const model::CheckDelta& delta) {
    return std::string(model::name(delta.before)) + " -> " + model::name(delta.after);
}

void compare_checks(const model::Evidence& then, const model::Evidence& now, std::vector<std::string>& differences) {
    const auto same = [](const model::CheckDelta& a, const model::CheckDelta& b) {
        return a.check == b.check && a.project == b.project;
    };
    for (const auto& delta : then.checks) {
        const auto found = std::find_if(now.checks.begin(), now.checks.end(),
                                        [&](const model::CheckDelta& other) { return same(delta, other); });
        if (found == now.checks.end()) {
            differences.push_back(delta.check + " was run then and was not now");
        } else if (found->before != delta.before || found->after != delta.after) {
            differences.push_back(delta.check + " was " + words(delta) + " then and is " + words(*found) + " now");
        }
    }
    for (const auto& delta : now.checks) {
        if (std::none_of(then.checks.begin(), then.checks.end(),
                         [&](const model::CheckDelta& other) { return same(delta, other); })) {
            differences.push_back(delta.check + " is run now and was not then: " + words(delta));
        }
    }
}

void compare_versions(const model::Evidence& then, const model::Evidence& now, std::vector<std::string>& differences) {
    for (const auto& [tool, version] : then.tool_versions) {
        const auto found = now.tool_versions.find(tool);
        if (found != now.tool_versions.end() && found->second != version) {
            differences.push_back(tool + " was " + version + " then and is " + found->second + " now");
        }
    }
}

}  // namespace

std::string evidence_bundle(const patch::StoredProposal& stored) {
    const std::string body = patch::to_json(stored.patch);
    const json value{{"kind", kind},    {"version", 1},
                     {"id", stored.id}, {"created_at", stored.created_at},
                     {"patch", body},   {"sha256", base::sha256_hex(body)}};
    return value.dump(2) + "\n";
}

base::Result<Replay> replay(Session& session, std::string_view text,
                            const std::function<void(const std::vector<std::string>&)>& progress) {
    RFSN_ASSIGN(const auto bundle, read_bundle(text));
    const auto& patch = bundle.patch;
    auto sealed = patch.snapshot();
    git::seal(sealed);
    if (sealed.id != patch.snapshot_id()) {
        return base::fail(ErrorCode::corrupt, "the bundle's change is not the one that its id names");
    }
    RFSN_TRY(objects_are_there(session.source(), sealed));
    CheckRequest request;
    request.stage = model::Stage::ci;
    request.replay = patch.snapshot();
    request.progress = progress;
    RFSN_ASSIGN(const auto judged, judge(session, std::move(request)));
    RFSN_ASSIGN(const auto verification,
                verify_only(session, *judged, patch.proposal(), {{}, patch.cost(), patch.evidence().failed_rounds}));
    Replay result;
    result.id = bundle.id;
    auto& again = result.again;
    again.source = patch.proposal().source;
    again.strategy = patch.proposal().strategy;
    again.diff = patch.diff();
    again.cost = patch.cost();
    again.proven = verification.patch.has_value();
    if (again.proven) {
        again.evidence = verification.patch->evidence();
        if (verification.patch->diff() != patch.diff()) {
            result.differences.emplace_back("the edits do not make the diff that was stored");
        }
    } else {
        again.evidence = verification.refusal->evidence;
        again.refusal = verification.refusal->reason;
        result.differences.push_back("it was proven then and is refused now: " + again.refusal);
    }
    compare_checks(patch.evidence(), again.evidence, result.differences);
    compare_versions(patch.evidence(), again.evidence, result.differences);
    return result;
}

}  // namespace rfsn::gate
