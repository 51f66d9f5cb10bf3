// SPDX-License-Identifier: MIT
#include "gate/consent.hpp"

#include "base/atomic_file.hpp"
#include "llm/targets.hpp"

namespace rfsn::gate {
namespace {

std::string file_in(const std::string& state_dir) {
    return state_dir + "/llm-consent";
}

}  // namespace

bool consent_given(const std::string& state_dir, const config::LlmSettings& settings) {
    // Most users have given none: then nothing else is looked at.
    const auto stored = state_dir.empty() ? base::Result<std::string>(base::fail(base::ErrorCode::not_found, ""))
                                          : base::read_file(file_in(state_dir), 1U << 16);
    if (!stored) {
        return false;
    }
    const auto asked = llm::targets(settings);
    return asked && !asked->empty() && *stored == llm::destinations(*asked) + "\n";
}

base::Result<void> give_consent(const std::string& state_dir, const std::string& destinations) {
    if (state_dir.empty()) {
        return base::fail(base::ErrorCode::io, "there is no directory to keep it in: set HOME or XDG_STATE_HOME");
    }
    RFSN_TRY(base::make_directories(state_dir, 0700));
    return base::write_atomically(file_in(state_dir), destinations + "\n", 0600);
}

base::Result<void> withdraw_consent(const std::string& state_dir) {
    return state_dir.empty() ? base::Result<void>{} : base::remove_tree(file_in(state_dir));
}

}  // namespace rfsn::gate
