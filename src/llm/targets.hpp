// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

namespace rfsn::llm {

/// One provider as it will be asked: its settings with its defaults (config/llm/providers.yaml) filled in.
struct Target {
    std::string name;  ///< "main", or as in llm.providers
    config::ProviderSettings settings;
    std::string default_key_env;  ///< counts too where the base URL is the provider's own; "" elsewhere
};

/// In the order of llm.order; without it, llm.* itself if it is set, else all of llm.providers. Empty if nothing is
/// configured. Errors: config (an unknown name, a provider without endpoint or model).
[[nodiscard]] base::Result<std::vector<Target>> targets(const config::LlmSettings& settings);
/// Tokens that a reply may have. Current models of the large providers think first, and their thoughts count; a server
/// of one's own often has little room beside the question.
[[nodiscard]] std::int64_t reply_tokens(const config::LlmSettings& settings, const std::vector<Target>& targets);
/// Where code would be sent, one a line: what consent is given for.
[[nodiscard]] std::string destinations(const std::vector<Target>& targets);

}  // namespace rfsn::llm
