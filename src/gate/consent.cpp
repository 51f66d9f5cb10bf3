// SPDX-License-Identifier: MIT
#include "gate/consent.hpp"

#include "base/atomic_file.hpp"

namespace rfsn::gate {
namespace {

std::string file_in(const std::string& state_dir) {
    return state_dir + "/llm-consent";
}

}  // namespace

bool consent_given(const std::string& state_dir, const std::string& base_url) {
    if (state_dir.empty() || base_url.empty()) {
        return false;
    }
    const auto stored = base::read_file(file_in(state_dir), 1U << 16);
    return stored && *stored == base_url + "\n";
}

base::Result<void> give_consent(const std::string& state_dir, const std::string& base_url) {
    if (state_dir.empty()) {
        return base::fail(base::ErrorCode::io, "there is no directory to keep it in: set HOME or XDG_STATE_HOME");
    }
    RFSN_TRY(base::make_directories(state_dir, 0700));
    return base::write_atomically(file_in(state_dir), base_url + "\n", 0600);
}

base::Result<void> withdraw_consent(const std::string& state_dir) {
    return state_dir.empty() ? base::Result<void>{} : base::remove_tree(file_in(state_dir));
}

}  // namespace rfsn::gate
