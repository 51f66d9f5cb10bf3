// SPDX-License-Identifier: MIT
#pragma once

#include "net/http.hpp"
#include "net/protocol.hpp"

namespace rfsn::net {

/// Asks the model: within the request's timeout, with at most one retry where that may help and its wait fits.
[[nodiscard]] Outcome ask(const LlmRequest& request, HttpClient& client);

}  // namespace rfsn::net
