// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "gate/fix.hpp"
#include "llm/llm.hpp"

namespace rfsn::gate {

/// Asks the configured endpoint, at most llm.attempts times (a reply that cannot be parsed, does not fit or fails its
/// proof gets one repair round), and keeps only what is proven. Errors: unavailable (no endpoint configured or
/// enabled), and what llm::NetTransport gives.
[[nodiscard]] base::Result<Proposed> propose_from_model(Session& session, const Judged& judged,
                                                        llm::NetTransport& transport);

/// What costs nothing first: the tools' own fixers, if they repair all that is red, then what was proven for this
/// failure before, then the model. Errors: propose_from_model()'s.
[[nodiscard]] base::Result<Proposed> propose(Session& session, const Judged& judged, llm::NetTransport& transport);

/// The same for a reply that a person brings from any chat window.
[[nodiscard]] base::Result<Proposed> propose_from_reply(Session& session, const Judged& judged,
                                                        const std::string& reply);

/// Whether an endpoint is configured and enabled; if not, what to type.
[[nodiscard]] std::optional<std::string> why_no_endpoint(const config::LlmSettings& settings);

}  // namespace rfsn::gate
