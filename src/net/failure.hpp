// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "net/limits.hpp"
#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// What a server means that did not answer: its status, its body in any provider's shape, and its header fields. Tells
/// a used-up quota, which no retry brings back, from a rate limit.
[[nodiscard]] LlmError failure(long status, std::string_view body, const HeaderFields& headers, SystemTime now);
/// Whether a body, sent with status 200, is an error all the same.
[[nodiscard]] bool holds_error(std::string_view body);

/// A stop reason that is no natural end, in the words of any provider.
[[nodiscard]] LlmError stopped_by(std::string_view reason, const Usage& usage);

}  // namespace rfsn::net
