// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string_view>

#include "secrets/pattern.hpp"

namespace rfsn::secrets {

/// Calls found(span of the value) for every `name = value`, `name: value`, `name => value`, `--name value` whose name
/// speaks of a secret and whose value looks like one. For text that is about to leave: it would rather mask too much.
/// Linear.
void find_assigned_secrets(std::string_view text, const std::function<void(Span)>& found);

/// Whether a marker of redact() starts at `at`; its length, or 0.
[[nodiscard]] std::size_t marker_length(std::string_view text, std::size_t at);

}  // namespace rfsn::secrets
