// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace rfsn::gate {

/// The user's consent to ask models, kept in the state directory and bound to where code would be sent
/// (llm::destinations): another place needs to be enabled again.
[[nodiscard]] bool consent_given(const std::string& state_dir, const config::LlmSettings& settings);
[[nodiscard]] base::Result<void> give_consent(const std::string& state_dir, const std::string& destinations);
[[nodiscard]] base::Result<void> withdraw_consent(const std::string& state_dir);

}  // namespace rfsn::gate
