// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "cache/cache.hpp"
#include "llm/llm.hpp"

namespace rfsn::llm {

/// The cache of answers, as the settings want it: answers that were proven, and for a while that none was usable.
[[nodiscard]] std::unique_ptr<cache::Cache> reply_cache(const config::LlmSettings& settings,
                                                        const base::Environment& env);
/// Everything that could change the answer: where it is asked, every parameter, every byte of the prompt, and the
/// repository (`salt`), so that none learns from another.
[[nodiscard]] std::string reply_key(const Prompt& prompt, const config::LlmSettings& settings, const std::string& salt);

/// `inner` with a memory. Only what judged() was told is kept: an answer is stored once it was proven, and proven again
/// whenever it is used.
[[nodiscard]] std::unique_ptr<NetTransport> remembering(std::unique_ptr<NetTransport> inner,
                                                        std::shared_ptr<cache::Cache> cache, std::string salt);

}  // namespace rfsn::llm
