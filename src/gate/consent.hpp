// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"

namespace rfsn::gate {

/// The user's consent to ask one endpoint, kept in the state directory and bound to its base URL: another URL needs to
/// be enabled again.
[[nodiscard]] bool consent_given(const std::string& state_dir, const std::string& base_url);
[[nodiscard]] base::Result<void> give_consent(const std::string& state_dir, const std::string& base_url);
[[nodiscard]] base::Result<void> withdraw_consent(const std::string& state_dir);

}  // namespace rfsn::gate
