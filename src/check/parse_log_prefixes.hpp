// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rfsn::check {

/// The log without what CI services, containers and task runners put in front of its lines: what can be nothing else
/// wherever it stands, what might be a tool's own words only where most lines have it, or where the runner has said
/// that it does so. Escapes are gone already.
[[nodiscard]] std::string without_line_prefixes(std::string_view text);

}  // namespace rfsn::check
